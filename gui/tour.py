"""The tour: the app itself, driven without a person, leaving screenshots, exports and figures.

It is what `make run` does where there is no screen: the same window, engine and demo pictures,
drawn offscreen. Everything it reports was measured while it ran.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from gui import settings as keys
from gui import theme
from gui.app import create_application, install_hooks
from gui.settings import Settings
from gui.start import build_window
from gui.tour_report import TourReport
from gui.tour_steps import steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.values import FrameResult
    from gui.main_window import MainWindow

__all__ = ["Tour", "Wait", "run_tour"]

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
        self._script: Iterator[Wait] = steps(self)
        self._wait: Wait | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        window.result_shown.connect(self._count)

    def start(self) -> None:
        """Begin."""
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
        self.report.count(result, self.window.latency_ms)

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


def run_tour(out: Path) -> int:
    """Run the tour and return the exit status.

    Parameters
    ----------
    out
        Folder for screenshots, exported figures, `summary.json` and `summary.md`.
    """
    begun_at = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="layerscope-tour-") as folder:
        settings = Settings(Path(folder) / "tour.ini")  # the person's own stay as they are
        settings.set(keys.THEME, "dark")
        app = create_application(settings, sys.argv[:1])
        logging.getLogger("layerscope.qt").setLevel(logging.ERROR)
        install_hooks()
        window, start = build_window(settings)
        window.resize(1280, 800)
        window.reset_layout()
        window.show()
        app.processEvents()
        status: list[int] = []

        def done(code: int) -> None:
            status.append(code)
            app.quit()

        tour = Tour(window, out, done)
        tour.report.set("window_on_screen_s", time.perf_counter() - begun_at)
        start("demo", "", ())
        tour.start()
        app.exec()
        theme.apply(app, "dark")
    return status[0] if status else 1
