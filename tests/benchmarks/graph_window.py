"""The real window with its graph panel in front, offscreen; the engine's part is a job's."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer

from engine.events import CostMeasured, GraphTraced
from engine.jobs import Job
from gui.app import create_application, install_hooks
from gui.pauses import set_aside_garbage
from gui.settings import Settings
from gui.start import build_window

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.jobs import JobControl
    from engine.values import NetworkGraph

__all__ = ["GraphWindow", "Heartbeat"]

PATIENCE_S = 300.0
REST_S = 0.5
SIZE = (1920, 1080)


class Heartbeat:
    """How long the event loop was away each time, in milliseconds, while `is_on`.

    Attributes
    ----------
    gaps
        By the clock on the wall.
    busy
        Processor time of this thread alone: what it did itself, whatever else the machine does.
    """

    def __init__(self) -> None:
        self.is_on = False
        self.gaps: list[float] = []
        self.busy: list[float] = []
        self._last = (0.0, 0.0)

    def start(self) -> None:
        """Note from now on."""
        self._last = (time.perf_counter(), time.thread_time())
        self.is_on = True

    def tick(self) -> None:
        """Note that the event loop came round."""
        now = (time.perf_counter(), time.thread_time())
        if self.is_on:
            self.gaps.append((now[0] - self._last[0]) * 1e3)
            self.busy.append((now[1] - self._last[1]) * 1e3)
        self._last = now


class _Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at what comes, and let it through."""
        self.count += event.type() == QEvent.Type.Paint
        return False


class GraphWindow:
    """The window as a person has it, without a source and without an engine thread.

    What the engine would tell is told by a job, in a thread of its own as the engine's is.
    """

    def __init__(self) -> None:
        settings = Settings()
        self._app = create_application(settings, ["layerscope"])
        install_hooks()
        logging.getLogger("layerscope.qt").setLevel(logging.ERROR)  # offscreen it is talkative
        self.window, _ = build_window(settings)
        self.window.resize(*SIZE)
        self.window.show()
        self.window.docks["graph"].raise_()
        self.view = self.window.graph.view
        self.browser = self.window.graph.browser
        self.heart = Heartbeat()
        self._paints = _Paints(self.window)
        self.view.installEventFilter(self._paints)
        self._is_due: Callable[[], bool] = lambda: True
        self._loop = QEventLoop()
        self._ticker = QTimer(self.window)
        self._ticker.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticker.setInterval(1)
        self._ticker.timeout.connect(self._tick)
        self._ticker.start()
        self.rest()
        set_aside_garbage()

    def choose(self, trace: Callable[[], NetworkGraph]) -> tuple[float, float]:
        """Trace and count in another thread, and show it; return the seconds until painted.

        By the clock on the wall, and by that of the processors.
        """
        self.window.graph.show_waiting("Tracing")
        # As the window does when a network has come; with its first one, while it is waited for.
        set_aside_garbage()
        self.window._settle.start()
        return self._time(lambda: self._trace(trace))

    def run_aside(self, work: Callable[[], object]) -> tuple[float, float]:
        """Do something in another thread; return the seconds it took, by both clocks."""
        done: list[bool] = []
        start, spent = time.perf_counter(), time.process_time()
        job = Job(lambda _: work(), on_done=lambda _: done.append(True), on_failed=self._fail)
        job.start()
        self._wait(lambda: bool(done))
        return time.perf_counter() - start, time.process_time() - spent

    def open_whole(self) -> tuple[float, float]:
        """Open every box; return the seconds until it is laid out and painted, by both clocks."""
        return self._time(self.browser.expand_all)

    def rest(self, seconds: float = REST_S) -> None:
        """Let the window do what it does when nothing else is to be done."""
        end = time.perf_counter() + seconds
        self._wait(lambda: time.perf_counter() >= end)

    def close(self) -> None:
        """End everything."""
        self._ticker.stop()
        self.window.close()
        self._app.processEvents()

    def _trace(self, trace: Callable[[], NetworkGraph]) -> None:
        bridge = self.window._backend.bridge

        def work(_control: JobControl) -> None:
            from engine.graph.cost import cost

            graph = trace()
            bridge.tell_event(GraphTraced(graph))
            bridge.tell_event(CostMeasured(cost(graph)))

        Job(work, on_done=lambda _: None, on_failed=self._fail, name="engine").start()

    def _fail(self, error: Exception) -> None:
        raise RuntimeError("the network cannot be traced") from error

    def _time(self, begin: Callable[[], object]) -> tuple[float, float]:
        """Return the seconds from `begin` to the first complete painting of what it leads to."""
        paints: list[int] = []
        link = self.browser.drawn.connect(lambda: paints.append(self._paints.count))
        start, spent = time.perf_counter(), time.process_time()
        begin()
        self._wait(lambda: bool(paints) and self._paints.count > paints[-1] and self._is_at_rest())
        self.browser.drawn.disconnect(link)
        return time.perf_counter() - start, time.process_time() - spent

    def _is_at_rest(self) -> bool:
        return self.view.is_settled and not self.view.is_moving

    def _wait(self, is_due: Callable[[], bool]) -> None:
        end = time.perf_counter() + PATIENCE_S
        self._is_due = lambda: is_due() or time.perf_counter() > end
        self._loop.exec()
        if time.perf_counter() > end:
            raise RuntimeError("the window did not come to it")

    def _tick(self) -> None:
        self.heart.tick()
        if self._is_due():
            self._loop.quit()
