"""Keep Python's collections of garbage out of work that makes much and throws little away."""

from __future__ import annotations

import contextlib
import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["without_collections"]


@contextlib.contextmanager
def without_collections() -> Iterator[None]:
    """Collect no garbage meanwhile, in no thread.

    Python collects after so many new objects, whether any of them are garbage or not; each time
    it walks over them, all threads wait, the window's among them. For seconds at most: garbage
    in circles piles up. Several threads may be in this at once; when the first leaves, the
    others go on with collections.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
