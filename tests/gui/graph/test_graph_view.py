"""The graph as one touches it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from engine import colormaps
from engine.values import Direction, GraphItem, GraphLayout, LayerKey, OpKind
from gui.graph.look import Measure
from gui.graph.pan_zoom import benchmark_pan_zoom
from gui.graph.tints import kind_tints
from gui.graph.view import GraphView
from gui.theme import theme_of
from tests.gui.graph.drawings import (
    box,
    chain,
    diamond,
    framed,
    grid,
    item,
    picture_of,
    placed,
    residual,
)

Key = Qt.Key


@pytest.fixture
def view(qtbot: QtBot) -> GraphView:
    widget = GraphView()
    qtbot.addWidget(widget)
    widget.resize(400, 500)
    widget.show()
    widget.set_animated(False)
    return widget


def place_of(view: GraphView, id_: str) -> QPoint:
    """Return the pixel in the middle of an item."""
    assert view.scene is not None
    left, top, right, bottom = view.scene.rect(view.scene.row_of[id_])
    x, y = view.camera.to_view((left + right) / 2, (top + bottom) / 2)
    return QPoint(round(x), round(y))


def colour_at(view: GraphView, point: QPoint) -> QColor:
    return QColor(picture_of(view).pixel(point))


def wheel(view: GraphView, x: int, y: int, delta: int) -> None:
    event = QWheelEvent(
        QPointF(x, y),
        QPointF(x, y),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


# ------------------------------------------------------------------------------------ what is seen


def test_items_have_the_colour_of_their_kind(view: GraphView) -> None:
    items = (
        placed(item(0), 20, 20),
        placed(item(1, "sum", OpKind.ADD), 20, 120),
        placed(box("block", (2,)), 20, 220),
    )
    view.show_layout(GraphLayout(items, (), (), 160, 300))
    tints, kinds = kind_tints(theme_of(view)), list(OpKind)
    for id_, number in (
        ("n0", kinds.index(OpKind.CONVOLUTION)),
        ("n1", kinds.index(OpKind.ADD)),
        ("bblock", len(kinds) + kinds.index(OpKind.CONVOLUTION)),
    ):
        edge = place_of(view, id_) - QPoint(55, 0)
        assert colour_at(view, edge) == tints[number].fill, id_


@pytest.mark.parametrize("zoom", [0.05, 0.2, 0.5, 1.0, 3.0])
def test_every_zoom_shows_the_item_where_it_is(view: GraphView, zoom: float) -> None:
    view.show_layout(grid(20, 20))
    view.camera.zoom = zoom
    view.camera.centre(200 * 7 + 60, 90 * 9 + 20)
    view.camera_moved.emit()
    image = picture_of(view)
    canvas = QColor(theme_of(view).canvas)
    inside = view.camera.to_view(200 * 7 + 4, 90 * 9 + 20)
    between = view.camera.to_view(200 * 7 + 30, 90 * 9 + 65)
    assert QColor(image.pixel(round(inside[0]), round(inside[1]))) != canvas
    assert QColor(image.pixel(round(between[0]), round(between[1]))) == canvas


def test_panning_shows_what_painting_anew_shows(view: GraphView) -> None:
    view.show_layout(grid(20, 20))
    view.camera.zoom = 0.8
    view.camera.centre(1500, 900)
    view.grab()
    view.camera.pan(-137, 71)
    panned = picture_of(view)
    view._tiles.clear()
    assert picture_of(view) == panned


def test_a_dimmed_drawing_keeps_what_is_lit(view: GraphView) -> None:
    view.show_layout(chain(3))
    left = QPoint(55, 0)
    before = [colour_at(view, place_of(view, f"n{n}") - left) for n in range(3)]
    view.set_highlight({1})
    after = [colour_at(view, place_of(view, f"n{n}") - left) for n in range(3)]
    assert after[1] == before[1]
    assert after[0] != before[0]
    assert after[2] != before[2]
    told: list[bool] = []
    view.highlight_cleared.connect(lambda: told.append(True))
    QTest.keyClick(view, Key.Key_Escape)
    assert told == [True]
    assert [colour_at(view, place_of(view, f"n{n}") - left) for n in range(3)] == before


def test_a_measure_colours_the_items(view: GraphView) -> None:
    view.show_layout(chain(3))
    lut = colormaps.lut("viridis")
    view.set_measure(Measure({"n0": 0.0, "n1": 10.0}, lut, 0.0, 10.0, "ms"))
    left = QPoint(55, 0)
    assert colour_at(view, place_of(view, "n0") - left) == QColor(*map(int, lut[0]))
    assert colour_at(view, place_of(view, "n1") - left) == QColor(*map(int, lut[255]))
    assert colour_at(view, place_of(view, "n2") - left) == QColor(theme_of(view).raised)
    assert "ms: 10" in view._tooltip(QPointF(place_of(view, "n1")))
    view.set_measure(None)
    assert view.measure is None


@pytest.mark.parametrize("value", [math.nan, -5.0, 50.0])
def test_odd_measures_are_drawn(view: GraphView, value: float) -> None:
    view.show_layout(chain(2))
    view.set_measure(Measure({"n0": value}, colormaps.lut("viridis"), 0.0, 10.0))
    view.set_measure(Measure({"n0": value}, colormaps.lut("viridis"), 3.0, 3.0))
    view.grab()


def test_small_pictures_lie_on_their_items(view: GraphView) -> None:
    view.show_layout(chain(3))
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    view.set_thumbnails({"n1": red, "n2": np.full((4, 4), 90, np.uint8), "gone": red})
    assert colour_at(view, place_of(view, "n1") - QPoint(40, 0)) == QColor(255, 0, 0)
    assert colour_at(view, place_of(view, "n2") - QPoint(40, 0)) == QColor(90, 90, 90)
    view.set_thumbnails({})
    assert colour_at(view, place_of(view, "n1") - QPoint(40, 0)) != QColor(255, 0, 0)
    with pytest.raises(ValueError, match="thumbnail: expected"):
        view.set_thumbnails({"n1": np.zeros((3, 3, 4), np.uint8)})


def test_shares_are_drawn_at_the_sum(view: GraphView) -> None:
    view.show_layout(diamond())
    plain = picture_of(view)
    view.set_shares({"n3": (("n1", 0.75), ("n2", 0.25)), "n0": (("gone", 1.0),)})
    assert picture_of(view) != plain
    view.set_shares({})
    assert picture_of(view) == plain


def test_the_current_layer_is_framed_wherever_it_is(view: GraphView) -> None:
    layout = GraphLayout((placed(box("block", (1, 2, 3)), 40, 60),), (), (), 200, 160)
    view.show_layout(layout, residual())
    plain = picture_of(view)
    view.set_current(LayerKey("block.b"))
    assert picture_of(view) != plain
    view.set_current(LayerKey("head"))
    assert picture_of(view) == plain
    view.set_watched({LayerKey("block.a")})
    assert picture_of(view) != plain


def test_the_whole_as_a_picture(view: GraphView) -> None:
    assert view.to_image().isNull()
    view.show_layout(chain(3))
    image = view.to_image(2.0)
    assert (image.width(), image.height()) == (400, 600)
    assert QColor(image.pixel(90, 80)) == kind_tints(theme_of(view))[2].fill
    view.show_layout(grid(200, 1))
    assert view.to_image(2.0).width() == 16_000


# -------------------------------------------------------------------------------------- the mouse


def test_a_click_chooses(view: GraphView) -> None:
    view.show_layout(chain(3))
    chosen: list[GraphItem] = []
    added: list[GraphItem] = []
    view.item_clicked.connect(chosen.append)
    view.item_added.connect(added.append)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place_of(view, "n1"))
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, control, place_of(view, "n2"))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert [it.id for it in chosen] == ["n1"]
    assert [it.id for it in added] == ["n2"]
    assert view.selected_item() is None


def test_a_double_click_opens_and_closes(view: GraphView) -> None:
    wanted: list[str] = []
    view.toggle_wanted.connect(wanted.append)
    items = (
        placed(box("block", (0,)), 20, 20),
        placed(box("layer", (1, 2), count=2), 20, 120),
        placed(item(3), 20, 220),
    )
    view.show_layout(GraphLayout(items, (), (), 200, 300))
    for id_ in ("bblock", "rlayer", "n3"):
        QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=place_of(view, id_))
    assert wanted == ["bblock", "rlayer"]
    view.show_layout(framed())
    x, y = view.camera.to_view(100, 30)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert wanted == ["bblock", "rlayer", "bblock"]


def test_dragging_pans_and_chooses_nothing(view: GraphView) -> None:
    view.show_layout(grid(20, 20))
    view.camera.zoom = 1.0
    view.camera.centre(1500, 900)
    chosen: list[object] = []
    view.item_clicked.connect(chosen.append)
    before = view.camera.left, view.camera.top
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    QTest.mouseMove(view, QPoint(150, 230))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(150, 230))
    assert (view.camera.left, view.camera.top) == (before[0] + 50, before[1] - 30)
    assert chosen == []


def test_the_wheel_zooms_about_the_pointer(view: GraphView) -> None:
    view.show_layout(grid(20, 20))
    view.camera.zoom = 1.0
    view.camera.centre(1500, 900)
    before = view.camera.to_scene(100, 120)
    wheel(view, 100, 120, 240)
    assert view.camera.zoom == pytest.approx(1.0015**240)
    assert view.camera.to_scene(100, 120) == pytest.approx(before)


def test_the_tooltip_says_all(view: GraphView) -> None:
    layout = GraphLayout((placed(item(1, "block.a"), 40, 40),), (), (), 200, 120)
    view.show_layout(layout, residual())
    lines = view._tooltip(QPointF(place_of(view, "n1"))).splitlines()
    assert lines == [
        "block.a",
        "Conv2d 3×3",
        "input 64 × 56 × 56",
        "output 64 × 56 × 56, float32",
        "kernel: 3×3",
        "36,864 parameters",
        "net.py:12",
    ]
    assert view._tooltip(QPointF(1, 1)) == ""


# --------------------------------------------------------------------------------------- the keys


def test_arrows_walk_and_enter_chooses(view: GraphView) -> None:
    view.show_layout(diamond())
    chosen: list[str] = []
    view.item_clicked.connect(lambda it: chosen.append(it.id))
    view.select("n0")
    for key in (Key.Key_Down, Key.Key_Right, Key.Key_Return, Key.Key_Down, Key.Key_Enter):
        QTest.keyClick(view, key)
    assert chosen == ["n2", "n3"]


def test_walking_begins_at_the_current_layer(view: GraphView) -> None:
    view.show_layout(chain(4))
    view.set_current(LayerKey("conv2"))
    QTest.keyClick(view, Key.Key_Down)
    assert view.marks.selected == "n2"


def test_plus_opens_and_minus_closes(view: GraphView) -> None:
    wanted: list[str] = []
    view.toggle_wanted.connect(wanted.append)
    inner = dataclasses.replace(box("block.sub", (0,)), scope="block")
    view.show_layout(GraphLayout((placed(inner, 20, 20),), (), (), 200, 100))
    view.select("bblock.sub")
    QTest.keyClick(view, Key.Key_Plus)
    QTest.keyClick(view, Key.Key_Minus)
    assert wanted == ["bblock.sub", "bblock"]


def test_space_fits_and_then_shows_the_beginning(view: GraphView) -> None:
    view.show_layout(chain(40))
    start = view.camera.zoom
    QTest.keyClick(view, Key.Key_Space)
    assert view.camera.zoom == view.camera.fit_zoom < start
    QTest.keyClick(view, Key.Key_Space)
    assert view.camera.zoom == start
    view.select("n30")
    QTest.keyClick(view, Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert abs(place_of(view, "n30").y() - 250) <= 1


@pytest.mark.parametrize(
    ("key", "is_claimed"),
    [(Key.Key_Up, True), (Key.Key_Space, True), (Key.Key_F, False), (Key.Key_Escape, False)],
)
def test_the_view_claims_its_keys_from_the_window(
    view: GraphView, key: Qt.Key, is_claimed: bool
) -> None:
    none = Qt.KeyboardModifier.NoModifier
    event = QKeyEvent(QKeyEvent.Type.ShortcutOverride, key, none)
    event.ignore()
    QApplication.sendEvent(view, event)
    assert event.isAccepted() is is_claimed


# -------------------------------------------------------------------------------------- the states


def test_empty_it_says_what_to_do(view: GraphView) -> None:
    first = picture_of(view)
    view.clear("Load a network to see its graph")
    assert picture_of(view) != first
    wheel(view, 10, 10, 120)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    QTest.keyClick(view, Key.Key_Space)


def test_what_takes_long_can_be_cancelled(view: GraphView, qtbot: QtBot) -> None:
    view.show_busy("Laying out 4,006 operations")
    assert view.state_text == ""
    qtbot.waitUntil(lambda: view.state_text == "Laying out 4,006 operations")
    button = view.findChild(QPushButton)
    assert button is not None
    with qtbot.waitSignal(view.cancelled):
        button.click()
    view.show_ready()
    assert view.state_text == ""


def test_an_error_can_be_retried(view: GraphView, qtbot: QtBot) -> None:
    view.show_error("The graph cannot be drawn.")
    assert view.state_text == "The graph cannot be drawn."
    button = view.findChild(QPushButton)
    assert button is not None
    with qtbot.waitSignal(view.retried):
        button.click()


def test_the_benchmark_goes_its_way(view: GraphView) -> None:
    view.show_layout(grid(12, 12))
    assert len(benchmark_pan_zoom(view, 3)) == 18


@pytest.mark.parametrize("direction", list(Direction))
def test_a_large_drawing_begins_with_the_input_wherever_it_lies(
    view: GraphView, direction: Direction
) -> None:
    # n0 is far from the middle, across the way that data flows.
    places = [(0, 20), *((300 + 150 * (n % 12), 120 + 90 * n) for n in range(40))]
    if direction is Direction.RIGHT:
        places = [(y, x) for x, y in places]
    items = tuple(placed(item(n), x, y) for n, (x, y) in enumerate(places))
    view.show_layout(GraphLayout(items, (), (), 3900, 3900, direction))
    view.show_beginning()
    assert view.rect().contains(place_of(view, "n0"))
