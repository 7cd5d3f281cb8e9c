"""What drives a window through a script: a step is done, then something is waited for."""

from __future__ import annotations

import logging
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from gui.tour_report import TourReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine.values import FrameResult
    from gui.main_window import MainWindow

__all__ = ["Tour", "Wait"]

_logger = logging.getLogger(__name__)

POLL_MS = 10


@dataclass(slots=True)
class Wait:
    """What a step waits for before the next one begins.

    Attributes
    ----------
    until
        Asked again and again.
    what
        In words, for the message when it does not come.
    timeout_s
        Then the tour has failed.
    """

    until: Callable[[], bool]
    what: str
    timeout_s: float = 60.0
    begun_at: float = field(default_factory=time.perf_counter)


class Tour(QObject):
    """Drives a window through its steps.

    Parameters
    ----------
    window
        Shown, with its engine started.
    out
        Folder for what it leaves.
    on_done
        Called once with the exit status.
    """

    def __init__(self, window: MainWindow, out: Path, on_done: Callable[[int], None]) -> None:
        super().__init__(window)
        self.window = window
        self.out = out
        self.report = TourReport(out)
        self.results = 0
        self.last: FrameResult | None = None
        self._on_done = on_done
        self._script: Iterator[Wait] = iter(())
        self._wait: Wait | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        window.result_shown.connect(self._count)

    def start(self, script: Iterator[Wait]) -> None:
        """Begin: each thing that the script yields is waited for before it goes on."""
        self._script = script
        self._timer.start()

    def shoot(self, name: str) -> None:
        """Save the window as it is seen now."""
        path = self.out / f"{name}.png"
        self.window.grab().save(str(path))
        self.report.add_file(path)

    def say(self, text: str) -> None:
        """Tell on the terminal what is being done."""
        sys.stdout.write(f"  {text}\n")
        sys.stdout.flush()

    def results_later(self, count: int, what: str = "an answer") -> Wait:
        """Wait for so many more answers."""
        goal = self.results + count
        return Wait(lambda: self.results >= goal, what)

    def seconds(self, duration: float) -> Wait:
        """Wait for some time."""
        end = time.perf_counter() + duration
        return Wait(lambda: time.perf_counter() >= end, "time", duration + 5)

    @Slot(object)
    def _count(self, result: FrameResult) -> None:
        self.results += 1
        self.last = result
        self.report.count(result, self.window.clock.latency_ms)

    @Slot()
    def _poll(self) -> None:
        wait = self._wait
        if wait is not None and not wait.until():
            if time.perf_counter() - wait.begun_at > wait.timeout_s:
                self._end(
                    1, f"The tour stopped: {wait.what} did not come within {wait.timeout_s:.0f} s."
                )
            return
        try:
            self._wait = next(self._script)
        except StopIteration:
            self._end(0, "")
        except Exception:
            _logger.exception("a step of the tour failed")
            self._end(1, "The tour stopped: a step failed; the log has the details.")

    def _end(self, status: int, message: str) -> None:
        self._timer.stop()
        if message:
            sys.stderr.write(message + "\n")
        else:
            self.report.write()
            sys.stdout.write(self.report.text())
        self.window.close()
        self._on_done(status)
