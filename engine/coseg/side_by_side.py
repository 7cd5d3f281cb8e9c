"""The same work for many pictures on several threads, the results in order."""

from __future__ import annotations

import functools
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

__all__ = ["side_by_side"]

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 2
"""Items a thread that may wait with their results in memory."""


def _nothing() -> None:
    """Begin with nothing."""


def side_by_side(
    work: Callable[[T], R],
    items: Iterable[T],
    threads: int,
    begin: Callable[[], None] = _nothing,
) -> Generator[Callable[[], R], None, None]:
    """Yield for each item, in order, what waits for its result and returns or raises it.

    To be closed by who does not go through it to its end: items that were begun are let go.

    Parameters
    ----------
    work
        Called with one item, in any of the threads.
    items
        Taken a few ahead.
    threads
        How many; with one the work is done by the thread that calls.
    begin
        Called once in each thread that is started.
    """
    if threads <= 1:
        for item in items:
            yield functools.partial(work, item)
        return
    pool = ThreadPoolExecutor(threads, "layerscope-coseg", begin)
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > _AHEAD * threads:
                yield waiting.popleft().result
        while waiting:
            yield waiting.popleft().result
    finally:
        pool.shutdown(cancel_futures=True)
