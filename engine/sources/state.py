"""What most sources keep besides their frames, and how they wait until a frame is due."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.sources.base import SourceInfo

__all__ = ["LONGEST_WAIT_S", "Pacer", "SourceBase"]

LONGEST_WAIT_S = 0.05
"""`FrameSource.read` returns at least this often, so that commands are never held up."""


class SourceBase:
    """What a source may tell about itself; the source thread looks at it after every read.

    A source need not inherit this: where one of these is missing, the value here holds.

    Attributes
    ----------
    is_recoverable
        Whether it may come back by itself (camera, stream): it is then opened again and again
        after it broke.
    is_playing
        Whether it moves by itself now.
    index
        Number of the current frame, file or photo.
    message
        A sentence that stands for as long as it holds, such as that a file was skipped.
    info
        What it is; None before it was opened.
    """

    is_recoverable: bool = False

    def __init__(self) -> None:
        self.is_playing = True
        self.index = 0
        self.message = ""
        self.info: SourceInfo | None = None


class Pacer:
    """Wait until something is due, a short while at a time.

    Parameters
    ----------
    clock, sleep
        Replaced in tests.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep

    def now(self) -> float:
        """Return the time in seconds."""
        return self._clock()

    def is_due(self, due: float) -> bool:
        """Wait for the time `due`, at most `LONGEST_WAIT_S`, and tell whether it has come."""
        ahead = due - self._clock()
        if ahead <= 0:
            return True
        self._sleep(min(ahead, LONGEST_WAIT_S))
        return ahead <= LONGEST_WAIT_S

    def idle(self) -> None:
        """Wait while there is nothing to do."""
        self._sleep(LONGEST_WAIT_S)
