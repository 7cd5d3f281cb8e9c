"""Long work off the live loop: progress, cancel at safe points, one result or one error."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.errors import CancelledError, EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
_logger = logging.getLogger(__name__)

SOMETHING_WENT_WRONG = "Something went wrong; the log has the details."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is."""

    stage: str
    """What happens now, as a short phrase: "Downloading weights"."""
    done: int = 0
    total: int = 0
    """In the unit of the work (bytes, pictures); 0 = not known."""


class JobControl:
    """What a job's function uses to tell how far it is and to hear that it should stop.

    Parameters
    ----------
    on_progress
        Called with each report, in the job's thread.
    """

    def __init__(self, on_progress: Callable[[Progress], None] | None = None) -> None:
        self._on_progress = on_progress
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()

    def pause(self) -> None:
        """Ask the job to stand still at its next safe point."""
        self._running.clear()

    def resume(self) -> None:
        """Let a job that was paused go on."""
        self._running.set()

    @property
    def is_paused(self) -> bool:
        """Whether standing still was asked for."""
        return not self._running.is_set()

    def cancel(self) -> None:
        """Ask the job to stop at its next safe point; also one that is paused."""
        self._cancelled.set()
        self._running.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether stopping was asked for."""
        return self._cancelled.is_set()

    def check(self) -> None:
        """Stand at a safe point; for as long as the job is paused.

        Raises
        ------
        CancelledError
            Stopping was asked for.
        """
        self._running.wait()
        if self._cancelled.is_set():
            raise CancelledError

    def wait(self, seconds: float) -> None:
        """Wait, or raise `CancelledError` as soon as stopping is asked for."""
        if self._cancelled.wait(seconds):
            raise CancelledError

    def report(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Tell how far the work is; also a safe point."""
        self.check()
        if self._on_progress is not None:
            self._on_progress(Progress(stage, done, total))


class Job(Generic[T]):
    """One piece of long work in a thread of its own.

    Parameters
    ----------
    work
        The function; it gets the job's control and returns the result.
    on_done, on_failed
        Called once, in the job's thread, with the result or with the error
        (`CancelledError` when it was cancelled).
    on_progress
        Called with each report, in the job's thread.
    """

    def __init__(
        self,
        work: Callable[[JobControl], T],
        *,
        on_done: Callable[[T], None],
        on_failed: Callable[[EngineError], None],
        on_progress: Callable[[Progress], None] | None = None,
        name: str = "job",
    ) -> None:
        self.control = JobControl(on_progress)
        self._work = work
        self._on_done = on_done
        self._on_failed = on_failed
        self._thread = threading.Thread(target=self._run, name=f"layerscope-{name}", daemon=True)

    def start(self) -> Job[T]:
        """Begin; returns the job itself."""
        self._thread.start()
        return self

    def cancel(self) -> None:
        """Ask it to stop; `on_failed` hears a `CancelledError` when it has."""
        self.control.cancel()

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended."""
        self._thread.join(timeout)

    @property
    def is_running(self) -> bool:
        """Whether it has begun and not ended."""
        return self._thread.is_alive()

    def _run(self) -> None:
        try:
            result = self._work(self.control)
        except EngineError as error:
            self._fail(error)
        except Exception:
            _logger.exception("job %s failed", self._thread.name)
            self._fail(EngineError(SOMETHING_WENT_WRONG))
        else:
            self._on_done(result)

    def _fail(self, error: EngineError) -> None:
        # What breaks while stopping, such as a connection, is no failure to the person.
        self._on_failed(CancelledError() if self.control.is_cancelled else error)
