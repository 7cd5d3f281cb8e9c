"""See the calls of functions that TorchScript compiled: they pass by torch function modes."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["seeing_compiled"]

_lock = threading.Lock()
"""The class of compiled functions is one for all threads."""


@contextlib.contextmanager
def seeing_compiled(see: Callable[..., Any]) -> Iterator[None]:
    """Send each call of a compiled function on this thread through `see` in the block.

    Parameters
    ----------
    see
        Called with a function that does the work, which has the compiled one's name, and the
        positional and keyword arguments; its answer is the answer.
    """
    thread = threading.get_ident()
    kind: Any = torch.jit.ScriptFunction
    with _lock:
        plain = kind.__call__

        def call(function: Any, *args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != thread:
                return plain(function, *args, **kwargs)

            def work(*args: Any, **kwargs: Any) -> Any:
                return plain(function, *args, **kwargs)

            work.__name__ = str(function.name)
            return see(work, args, kwargs)

        kind.__call__ = call
        try:
            yield
        finally:
            kind.__call__ = plain
