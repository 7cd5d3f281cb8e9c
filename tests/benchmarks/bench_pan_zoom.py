"""Moving about in a drawing of ten thousand items, ours and Qt's own scene side by side."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QTransform
    from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

    from engine.values import GraphLayout
    from gui.graph.view import GraphView

    Round = Callable[[], tuple[list[float], float]]
    """Milliseconds of each frame, and processor milliseconds of one."""

SIZE = (1280, 800)
FRAME_MS = 1000 / 60


@benchmark("pan_zoom", "pan_zoom_grid", "pan_zoom_dense")
def pan_zoom(plan: Plan) -> Iterator[Figure]:
    """10,000 items panned and zoomed: milliseconds a frame, and those of a plain QGraphicsScene."""
    from gui.app import create_application
    from gui.settings import Settings

    app = create_application(Settings(), ["layerscope"])
    for name, drawing in (("grid", _grid()), ("dense", _dense())):
        yield from compare(f"pan_zoom_{name}", drawing, plan)
    app.processEvents()


def compare(name: str, drawing: GraphLayout, plan: Plan) -> Iterator[Figure]:
    """Measure both in turns, along the same way."""
    steps = plan.pick(60, 10)
    ours, view = _ours(drawing, steps)
    sides: dict[str, Round] = {"": ours, "_scene": _naive(drawing, view, steps)}
    frames: dict[str, list[float]] = {side: [] for side in sides}
    busy: dict[str, list[float]] = {side: [] for side in sides}
    for number in range(plan.pick(4, 1)):
        for side in sides if number % 2 == 0 else reversed(sides):
            times, processor = sides[side]()
            frames[side] += times
            busy[side].append(processor)
    for side in sides:
        target = None if side else FRAME_MS
        middle = statistics.median(frames[side])
        yield Figure(f"{name}{side}", middle, "ms", "lower", target)
        yield Figure(f"{name}{side}_p99", percentile(frames[side], 0.99), "ms", "lower")
        yield Figure(f"{name}{side}_processor", statistics.median(busy[side]), "ms", "lower")
    view.close()


def _ours(drawing: GraphLayout, steps: int) -> tuple[Round, GraphView]:
    from gui.graph.pan_zoom import benchmark_pan_zoom
    from gui.graph.view import GraphView

    view = GraphView()
    view.resize(*SIZE)
    view.show_layout(drawing)
    view.show()

    def once() -> tuple[list[float], float]:
        spent = time.process_time()
        times = benchmark_pan_zoom(view, steps)
        return times, (time.process_time() - spent) * 1e3 / len(times)

    once()  # fonts and the first squares do not count
    return once, view


def _naive(drawing: GraphLayout, view: GraphView, steps: int) -> Round:
    """Return a walk along the same way over a QGraphicsScene with an item for each thing."""
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QApplication, QGraphicsView

    ways = _states(view, steps)
    scene = _scene(drawing)
    naive = QGraphicsView()
    naive.setScene(scene)
    naive.setRenderHint(QPainter.RenderHint.Antialiasing)
    naive.resize(*SIZE)
    naive.show()
    QApplication.processEvents()

    def once() -> tuple[list[float], float]:
        if len(scene.items()) < len(drawing.items):
            raise RuntimeError("the scene has lost its items")
        times = []
        spent = time.process_time()
        for transform, x, y in ways:
            before = time.perf_counter()
            _look(naive, transform, QPointF(x, y))
            QApplication.processEvents()
            times.append((time.perf_counter() - before) * 1e3)
        return times, (time.process_time() - spent) * 1e3 / len(times)

    return once


def _look(naive: QGraphicsView, transform: QTransform, middle: QPointF) -> None:
    naive.setTransform(transform)
    naive.centerOn(middle)
    naive.viewport().repaint()


def _states(view: GraphView, steps: int) -> list[tuple[QTransform, float, float]]:
    """Return what `benchmark_pan_zoom` looks at: the zoom, and the middle in the scene."""
    from PySide6.QtGui import QTransform

    from gui.graph.pan_zoom import _way

    camera = view.camera
    camera.fit()
    states = []
    for move in _way(view, steps):
        move()
        left, top, right, bottom = camera.seen
        zoom = QTransform.fromScale(camera.zoom, camera.zoom)
        states.append((zoom, (left + right) / 2, (top + bottom) / 2))
    return states


def _scene(drawing: GraphLayout) -> QGraphicsScene:
    """Return a scene with a rectangle and its title for each item, and a path for each edge."""
    from PySide6.QtGui import QPainterPath
    from PySide6.QtWidgets import (
        QGraphicsPathItem,
        QGraphicsRectItem,
        QGraphicsScene,
        QGraphicsSimpleTextItem,
    )

    scene = QGraphicsScene()
    for edge in drawing.edges:
        path = QPainterPath()
        path.moveTo(*edge.points[0])
        for point in edge.points[1:]:
            path.lineTo(*point)
        scene.addItem(QGraphicsPathItem(path))
    for it in drawing.items:
        box = QGraphicsRectItem(0, 0, it.width, it.height)
        box.setPos(it.left, it.top)
        title = QGraphicsSimpleTextItem(it.item.title, box)
        title.setPos(8, 4)
        scene.addItem(box)
    return scene


def _grid() -> GraphLayout:
    from tests.gui.graph.drawings import grid

    return grid(100, 100)


def _dense() -> GraphLayout:
    """Return 400 dense blocks of twelve layers, laid out: a thin drawing with long edges."""
    from engine.graph.layout import layout
    from engine.graph.visible import visible
    from tests.engine.graph_view.made_graphs import flat_dense

    return layout(visible(flat_dense(400, 12), fold=False))
