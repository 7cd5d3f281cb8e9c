"""The grid: exact colours, exact values under the pointer, the cursor's way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.values import Activation, ChannelStats, LayerKey, MapKind
from gui.theme import theme_of
from gui.views.atlas_view import AtlasView, HoverInfo
from gui.views.map_view import MapView
from gui.views.value_scale import ValueScale

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

RNG = np.random.default_rng(3)
SEQUENTIAL = RNG.integers(0, 256, (256, 3), dtype=np.uint8)
DIVERGING = RNG.integers(0, 256, (256, 3), dtype=np.uint8)


def activation(
    planes: NDArray[np.uint8],
    columns: int,
    *,
    order: list[int] | None = None,
    dead: list[int] | None = None,
    is_signed: bool = False,
    name: str = "conv1",
) -> Activation:
    """Make an activation whose atlas holds exactly `planes` (by channel), laid out in `order`."""
    count, height, width = planes.shape
    places = np.arange(count) if order is None else np.array(order)
    rows = -(-count // columns)
    atlas = np.zeros((rows * height, columns * width), np.uint8)
    for place, channel in enumerate(places):
        row, column = divmod(place, columns)
        y, x = row * height, column * width
        atlas[y : y + height, x : x + width] = planes[channel]
    zeros = np.zeros(count, np.float32)
    is_dead = np.zeros(count, np.bool_)
    is_dead[dead or []] = True
    return Activation(
        LayerKey(name),
        "Conv2d",
        planes.shape,
        MapKind.MAPS,
        planes.astype(np.float32) * np.float32(0.37),
        atlas,
        columns,
        places.astype(np.intp),
        zeros,
        zeros + 1,
        1.0,
        is_signed,
        ChannelStats(zeros, zeros, zeros, zeros, zeros, is_dead),
    )


def planes_of(count: int, height: int = 2, width: int = 2) -> NDArray[np.uint8]:
    return RNG.integers(0, 256, (count, height, width), dtype=np.uint8)


def flat(count: int, size: int = 2) -> NDArray[np.uint8]:
    """Each channel in one byte of its own."""
    levels = (np.arange(count) * 7 + 20).astype(np.uint8)
    return np.broadcast_to(levels[:, None, None], (count, size, size)).copy()


@pytest.fixture
def view(qtbot: QtBot) -> AtlasView:
    widget = AtlasView()
    qtbot.addWidget(widget)
    widget.set_luts(SEQUENTIAL, DIVERGING)
    widget.resize(240, 120)
    widget.show()
    return widget


def pixel(view: AtlasView | MapView, x: int, y: int) -> tuple[int, int, int]:
    value = view.to_image().pixelColor(x, y)
    return value.red(), value.green(), value.blue()


@pytest.mark.parametrize("is_signed", [False, True])
def test_every_cell_has_the_colour_of_its_byte(view: AtlasView, is_signed: bool) -> None:
    planes = planes_of(2)
    view.show_activation(activation(planes, 2, is_signed=is_signed))
    lut = DIVERGING if is_signed else SEQUENTIAL
    # Two tiles of 120 x 120, four cells of 60 x 60 each.
    for channel in range(2):
        for y in range(2):
            for x in range(2):
                at = 120 * channel + 60 * x + 40, 60 * y + 40
                assert pixel(view, *at) == tuple(lut[planes[channel, y, x]])


def test_a_line_stands_between_tiles_and_blank_places_are_ground(view: AtlasView) -> None:
    view.show_activation(activation(flat(7), 4))
    view.set_channel(0)
    canvas = theme_of(view).canvas
    image = view.to_image()
    assert image.pixelColor(180, 30).name() == canvas
    assert image.pixelColor(181, 30).name() != canvas
    assert image.pixelColor(90, 60).name() == canvas
    assert image.pixelColor(210, 90).name() == canvas  # behind the seventh channel
    assert image.pixelColor(150, 90).name() != canvas


def test_large_maps_are_averaged(view: AtlasView) -> None:
    board = (np.indices((240, 240)).sum(axis=0) % 2 * 200).astype(np.uint8)
    view.show_activation(activation(np.stack([board, board]), 2))
    assert pixel(view, 70, 70) == tuple(SEQUENTIAL[100])


def test_hover_tells_the_exact_value(view: AtlasView, qtbot: QtBot) -> None:
    shown = activation(planes_of(5, 3, 3), 3, order=[4, 2, 0, 1, 3])
    view.resize(180, 120)  # tiles of 60 x 60, cells of 20 x 20
    view.show_activation(shown)
    told: list[object] = []
    view.channel_hovered.connect(told.append)
    QTest.mouseMove(view, QPoint(60 + 45, 25))  # second tile: channel 2, row 1, column 2
    assert told == [HoverInfo(2, 1, 2, float(shown.values[2, 1, 2]))]
    QTest.mouseMove(view, QPoint(150, 100))  # the blank place
    assert told[1:] == [None]


def test_hover_is_told_again_when_the_value_changes(view: AtlasView, qtbot: QtBot) -> None:
    view.show_activation(activation(flat(2), 2))
    told: list[HoverInfo] = []
    QTest.mouseMove(view, QPoint(30, 30))
    view.channel_hovered.connect(told.append)
    view.show_activation(activation(flat(2), 2))
    assert told == []
    view.show_activation(activation(flat(2) + 1, 2))
    assert [info.value for info in told] == [float(np.float32(21) * np.float32(0.37))]


def test_a_click_chooses(view: AtlasView, qtbot: QtBot) -> None:
    view.show_activation(activation(flat(2), 2, order=[1, 0]))
    view.set_channel(1)
    with qtbot.waitSignal(view.channel_chosen) as chosen:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(180, 60))
    assert chosen.args == [0]
    assert view.channel == 0


def test_the_cursor_moves_over_places_not_numbers(view: AtlasView) -> None:
    # 3 1 4
    # 0 2
    view.show_activation(activation(flat(5), 3, order=[3, 1, 4, 0, 2]))
    told: list[int] = []
    view.channel_chosen.connect(told.append)
    view.set_channel(3)
    for dx, dy in [(-1, 0), (0, -1), (1, 0), (1, 0), (1, 0), (0, 1), (0, -1), (1, 0), (0, 1)]:
        view.move_channel(dx, dy)
    # Edges hold (nothing is told), the row's end goes on with the next row, and so on.
    assert told == [1, 4, 0, 3, 1, 2]


def test_below_a_short_row_is_its_last_channel(view: AtlasView) -> None:
    view.show_activation(activation(flat(5), 3))
    view.set_channel(2)
    view.move_channel(0, 1)
    assert view.channel == 4
    view.move_channel(3, 0)
    assert view.channel == 4


def test_keys_move_the_cursor(view: AtlasView, qtbot: QtBot) -> None:
    view.show_activation(activation(flat(12), 4))
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.channel == 5
    QTest.keyClick(view, Qt.Key.Key_End)
    assert view.channel == 11
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.channel == 8


def test_a_layer_with_fewer_channels_keeps_the_wish(view: AtlasView) -> None:
    view.set_channel(9)
    view.show_activation(activation(flat(4), 2, name="a"))
    assert view.channel == 3
    view.show_activation(activation(flat(12), 4, name="b"))
    assert view.channel == 9


def test_zoom_goes_round(view: AtlasView) -> None:
    view.show_activation(activation(flat(64), 8))
    view.set_channel(27)
    whole = pixel(view, 5, 5)
    view.cycle_zoom()
    view.cycle_zoom()
    # One tile fills the height: its colour stands in the middle.
    assert pixel(view, 120, 60) == tuple(SEQUENTIAL[(27 * 7 + 20) % 256])
    view.move_channel(1, 0)
    assert pixel(view, 120, 60) == tuple(SEQUENTIAL[(28 * 7 + 20) % 256])
    view.cycle_zoom()
    assert pixel(view, 5, 5) == whole


def test_hover_is_exact_when_zoomed(view: AtlasView, qtbot: QtBot) -> None:
    shown = activation(planes_of(64, 4, 4), 8)
    view.show_activation(shown)
    view.set_channel(27)
    view.cycle_zoom()
    view.cycle_zoom()  # the tile is 120 x 120 in the middle, a cell 30 x 30
    with qtbot.waitSignal(view.channel_hovered) as hovered:
        QTest.mouseMove(view, QPoint(60 + 75, 45))
    assert hovered.args == [HoverInfo(27, 1, 2, float(shown.values[27, 1, 2]))]


def test_dead_channels_are_marked(view: AtlasView) -> None:
    black = np.zeros((256, 3), np.uint8)
    view.set_luts(black, black)
    view.show_activation(activation(flat(2), 2, dead=[1]))
    assert pixel(view, 60, 60) == (0, 0, 0)
    assert pixel(view, 180, 60) != (0, 0, 0)


def test_the_aspect_is_told_once_it_rests(view: AtlasView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.aspect_changed) as changed:
        view.resize(200, 200)
        view.resize(300, 200)
    assert changed.args == [1.5]


def test_vectors_are_tiles(view: AtlasView) -> None:
    view.show_activation(activation(flat(8, 1), 4))
    assert pixel(view, 150, 40) == tuple(SEQUENTIAL[2 * 7 + 20])


def test_empty_and_cleared_views_draw(view: AtlasView, qtbot: QtBot) -> None:
    view.move_channel(1, 0)
    view.cycle_zoom()
    QTest.mouseMove(view, QPoint(30, 30))
    view.show_activation(activation(flat(2), 2))
    view.clear("Nothing to see")
    assert view.activation is None
    assert pixel(view, 1, 1) == pixel(view, 238, 118)


def test_the_large_map_has_the_bytes_of_the_grid(qtbot: QtBot) -> None:
    planes = planes_of(3, 2, 2)
    shown = activation(planes, 2, order=[2, 0, 1])
    view = MapView()
    qtbot.addWidget(view)
    view.set_luts(SEQUENTIAL, DIVERGING)
    view.resize(60, 60)
    view.show()
    view.show_channel(shown, 1)
    # Cells of 30 x 30 are too small for numbers.
    assert pixel(view, 45, 15) == tuple(SEQUENTIAL[planes[1, 0, 1]])
    with qtbot.waitSignal(view.cell_hovered) as hovered:
        QTest.mouseMove(view, QPoint(15, 45))
    assert hovered.args == [HoverInfo(1, 1, 0, float(shown.values[1, 1, 0]))]


def test_any_map_can_be_shown_large(qtbot: QtBot) -> None:
    view = MapView()
    qtbot.addWidget(view)
    view.set_luts(SEQUENTIAL, DIVERGING)
    view.resize(50, 100)
    view.show()
    view.show_map(np.array([[-2.0], [1.0]], np.float32), ValueScale(-2, 2, 1, is_signed=True))
    assert pixel(view, 4, 4) == tuple(DIVERGING[0])
    assert pixel(view, 4, 54) == tuple(DIVERGING[int(128 + 0.25 * 255)])
