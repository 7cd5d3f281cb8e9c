"""The real window, offscreen, while the engine gives all it has."""

from __future__ import annotations

import itertools
import logging
import statistics
import time
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import percentile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.values import FrameResult

LAYER = "blocks.2.0.conv_pw"
PATIENCE_S = 180


@benchmark("gui_gap", "gui_gap_p99", "frame_to_screen")
def gui_gap(plan: Plan) -> Iterator[Figure]:
    """Pauses of the window's event loop, and the age of what it shows, at full load."""
    probe = _watch_window(plan)
    gaps = [gap * 1e3 for gap in probe.gaps]
    yield Figure("gui_gap_p99", percentile(gaps, 0.99), "ms", "lower", 33.0)
    yield Figure("gui_gap_p50", percentile(gaps, 0.50), "ms", "lower")
    yield Figure("gui_gap_max", max(gaps), "ms", "lower")
    # What a click at any moment meets: gaps weighted by their length.
    yield Figure("gui_gap_p99_of_time", _percentile_of_time(gaps, 0.99), "ms", "lower")

    age, period = _age(probe)
    yield Figure("frame_to_screen", age - period, "ms", "lower", 20.0)
    yield Figure("frame_to_screen_whole", age, "ms", "lower")
    yield Figure("frame_to_screen_p99", percentile(probe.latencies_ms, 0.99), "ms", "lower")
    yield Figure("gui_engine_period", period, "ms", "lower")
    # Where the age comes from: waiting for the engine, in the engine, on the way to the screen.
    yield Figure("frame_to_engine", statistics.median(probe.waited_ms), "ms", "lower")
    yield Figure("frame_in_engine", statistics.median(probe.busy_ms), "ms", "lower")
    yield Figure("result_to_screen", statistics.median(probe.shown_ms), "ms", "lower")


def _age(probe: _Probe) -> tuple[float, float]:
    """Return the age of a frame when it is on the screen and the engine's period, medians in ms."""
    periods = [(b - a) * 1e3 for a, b in itertools.pairwise(probe.finished_at)]
    return statistics.median(probe.latencies_ms), statistics.median(periods)


def _percentile_of_time(gaps: Sequence[float], share: float) -> float:
    """Return the gap in which, or in a shorter one, lies this share of the time."""
    total, passed = sum(gaps), 0.0
    for gap in sorted(gaps):
        passed += gap
        if passed >= share * total:
            return gap
    return max(gaps)


class _Probe:
    """What was seen while measuring."""

    def __init__(self) -> None:
        self.is_on = False
        self.gaps: list[float] = []
        self.latencies_ms: list[float] = []
        self.busy_ms: list[float] = []
        self.finished_at: list[float] = []
        self.waited_ms: list[float] = []
        self.shown_ms: list[float] = []
        self._age_ms = 0.0
        self._last_tick = 0.0

    def tick(self) -> None:
        """Note that the event loop came round."""
        now = time.perf_counter()
        if self.is_on:
            self.gaps.append(now - self._last_tick)
        self._last_tick = now

    def note(self, result: FrameResult, latency_ms: float) -> None:
        """Note a result that arrived, and how old the one before was when it was painted."""
        age_ms = (result.finished_at - result.frame.captured_at) * 1e3
        if self.is_on:
            self.finished_at.append(result.finished_at)
            self.busy_ms.append(result.timing.total_ms)
            self.waited_ms.append(age_ms - result.timing.total_ms)
            self.latencies_ms.append(latency_ms)
            self.shown_ms.append(latency_ms - self._age_ms)
        self._age_ms = age_ms


def _watch_window(plan: Plan) -> _Probe:
    from PySide6.QtCore import QEventLoop, Qt, QTimer

    from gui.app import create_application, install_hooks
    from gui.settings import Settings
    from gui.start import build_window

    warm_up_s, seconds = plan.pick(8, 3), plan.pick(30, 6)
    settings = Settings()
    app = create_application(settings, ["layerscope"])
    install_hooks()
    logging.getLogger("layerscope.qt").setLevel(logging.ERROR)  # the offscreen plugin is talkative
    window, start = build_window(settings)
    probe = _Probe()
    loop = QEventLoop()
    is_running = False

    def take(result: FrameResult) -> None:
        nonlocal is_running
        if not is_running and result.activations:
            is_running = True
            QTimer.singleShot(warm_up_s * 1000, window, begin)
        probe.note(result, window.clock.latency_ms)

    def begin() -> None:
        ticker.start()
        probe.tick()
        probe.is_on = True
        QTimer.singleShot(seconds * 1000, window, loop.quit)

    ticker = QTimer(window)
    ticker.setTimerType(Qt.TimerType.PreciseTimer)
    ticker.setInterval(1)
    ticker.timeout.connect(probe.tick)
    window._backend.bridge.result_ready.connect(take)
    window.show()
    start("demo", "", (LAYER,))
    QTimer.singleShot(PATIENCE_S * 1000, window, loop.quit)
    loop.exec()
    ticker.stop()
    window.close()
    app.processEvents()
    if not probe.finished_at:
        raise RuntimeError("the window showed no results")
    return probe
