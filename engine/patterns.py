"""Regular expressions that a person typed: none of them holds the program up."""

from __future__ import annotations

import time
from typing import Any

from engine.errors import EngineError

__all__ = ["Pattern"]

TIME_LIMIT_S = 0.25
"""What one search may take in all: "(.+)+x" would go on for years."""


class Pattern:
    """One search, of as many texts as there are.

    Parameters
    ----------
    text
        The regular expression; case does not matter.

    Raises
    ------
    EngineError
        It is no valid one.
    """

    def __init__(self, text: str) -> None:
        import regex  # noqa: PLC0415 - a window that starts searches for nothing yet

        self._text = text
        self._left_s = TIME_LIMIT_S
        try:
            self._compiled: Any = regex.compile(text, regex.IGNORECASE)
        except (regex.error, OverflowError, RecursionError) as error:
            why = str(error) if isinstance(error, regex.error) else "it counts or nests too far"
            raise EngineError(
                f"“{text}” is no regular expression ({why}); correct it, or search plain text."
            ) from error

    def is_in(self, text: str) -> bool:
        """Return whether a text has it somewhere.

        Raises
        ------
        EngineError
            All texts together took too long.
        """
        start = time.perf_counter()
        try:
            found = self._compiled.search(text, timeout=max(self._left_s, 1e-6))
        except TimeoutError:
            raise EngineError(
                f"“{self._text}” takes too long to search for; write it with fewer + and *."
            ) from None
        self._left_s -= time.perf_counter() - start
        return found is not None
