"""A scripted pan and zoom, to measure how smoothly a drawing moves."""

from __future__ import annotations

import functools
import math
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gui.graph.view import GraphView

    Step = Callable[[], object]

__all__ = ["benchmark_pan_zoom"]

STEPS = 60


def benchmark_pan_zoom(view: GraphView, steps: int = STEPS) -> list[float]:
    """Move about in the drawing and return how long each frame took, in milliseconds.

    The camera takes its next step as soon as the event loop lets it; a frame lasts from one step
    to the next, with all that the view does in between. The way: over the whole, in to titles,
    across, in to details, along, back out.

    Parameters
    ----------
    view
        Shown, with a drawing.
    steps
        Frames of each of the six parts of the way.
    """
    times: list[float] = []
    way = _way(view, steps)
    loop = QEventLoop()
    timer = QTimer()
    timer.setInterval(0)
    before = time.perf_counter()

    def frame() -> None:
        nonlocal before
        move = next(way, None)
        if move is None:
            loop.quit()
            return
        move()
        view.camera_moved.emit()
        view.repaint()
        now = time.perf_counter()
        times.append((now - before) * 1e3)
        before = now

    view.camera.fit()
    timer.timeout.connect(frame)
    timer.start()
    loop.exec()
    timer.stop()
    return times


def _way(view: GraphView, steps: int) -> Iterator[Step]:
    camera = view.camera
    wide, high = view.width(), view.height()
    to_titles = max(0.5 / camera.zoom, 1.05) ** (1 / steps)
    to_details = 2.0 ** (1 / steps)
    out = 1 / (to_titles * to_details)
    parts: tuple[Callable[[int], object], ...] = (
        lambda n: camera.pan(12 * math.sin(n / 6), 9 * math.cos(n / 6)),
        lambda _: camera.zoom_about(wide * 0.4, high * 0.4, to_titles),
        lambda n: camera.pan(-14, -10 * math.sin(n / 9)),
        lambda _: camera.zoom_about(wide * 0.6, high * 0.5, to_details),
        lambda _: camera.pan(-4, -18),
        lambda _: camera.zoom_about(wide / 2, high / 2, out),
    )
    for part in parts:
        for number in range(steps):
            yield functools.partial(part, number)
