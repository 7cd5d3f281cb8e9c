"""The live picture: aspect, what the network saw, the pixel under the pointer."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.values import Box
from gui.theme import theme_of
from gui.views.frame_view import DIM_ALPHA, FrameView, PixelInfo


@pytest.fixture
def view(qtbot: QtBot) -> FrameView:
    widget = FrameView()
    qtbot.addWidget(widget)
    widget.resize(200, 200)
    widget.show()
    return widget


def colour_at(view: FrameView, x: int, y: int) -> tuple[int, int, int]:
    value = view.to_image().pixelColor(x, y)
    return value.red(), value.green(), value.blue()


def grey(
    level: int, height: int = 100, width: int = 200
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((height, width, 3), level, np.uint8)


def wheel(view: FrameView, x: int, y: int, steps: int) -> None:
    point = QPointF(x, y)
    event = QWheelEvent(
        point,
        point,
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_the_aspect_is_kept(view: FrameView) -> None:
    view.show_frame(grey(90))
    canvas = QColor(theme_of(view).canvas)
    ground = (canvas.red(), canvas.green(), canvas.blue())
    assert colour_at(view, 100, 49) == ground
    assert colour_at(view, 100, 50) == (90, 90, 90)
    assert colour_at(view, 100, 149) == (90, 90, 90)
    assert colour_at(view, 100, 150) == ground


def test_a_large_frame_is_averaged(view: FrameView) -> None:
    board = (np.indices((2000, 2000)).sum(axis=0) % 2 * 200).astype(np.uint8)
    view.show_frame(np.repeat(board[..., None], 3, axis=2))
    assert colour_at(view, 77, 33) == (100, 100, 100)


def test_the_next_frame_replaces_the_last(view: FrameView) -> None:
    view.show_frame(grey(90))
    assert colour_at(view, 100, 100) == (90, 90, 90)
    view.show_frame(grey(91))
    assert colour_at(view, 100, 100) == (91, 91, 91)


def test_what_the_network_did_not_see_is_dimmed(view: FrameView) -> None:
    view.show_frame(grey(200))
    view.set_input_box(Box(50, 0, 150, 100))
    assert colour_at(view, 100, 100) == (200, 200, 200)
    dimmed = 200 * (255 - DIM_ALPHA) / 255
    assert colour_at(view, 20, 100) == pytest.approx((dimmed,) * 3, abs=1.5)
    assert colour_at(view, 180, 100) == pytest.approx((dimmed,) * 3, abs=1.5)


def test_a_box_beyond_the_picture_dims_nothing(view: FrameView) -> None:
    view.show_frame(grey(200))
    view.set_input_box(Box(0, -50, 200, 150))
    assert colour_at(view, 2, 52) == (200, 200, 200)


def test_the_overlay_lies_on_its_box(view: FrameView) -> None:
    view.show_frame(grey(0))
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[..., 0], rgba[..., 3] = 200, 255
    view.set_overlay(rgba, Box(100, 0, 200, 100), 0.5)
    assert colour_at(view, 150, 100) == pytest.approx((100, 0, 0), abs=1)
    assert colour_at(view, 50, 100) == (0, 0, 0)
    view.set_overlay(None)
    assert colour_at(view, 150, 100) == (0, 0, 0)


def test_hover_tells_the_pixel(view: FrameView, qtbot: QtBot) -> None:
    image = np.random.default_rng(0).integers(0, 256, (100, 200, 3), dtype=np.uint8)
    view.show_frame(image)
    told: list[object] = []
    view.pixel_hovered.connect(told.append)
    QTest.mouseMove(view, QPoint(30, 60))
    red, green, blue = (int(v) for v in image[10, 30])
    assert told == [PixelInfo(30, 10, (red, green, blue))]
    QTest.mouseMove(view, QPoint(30, 10))
    assert told[1:] == [None]


def test_the_wheel_zooms_about_the_pointer_and_double_click_resets(
    view: FrameView, qtbot: QtBot
) -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    image[:, :, 0] = np.arange(200)
    view.show_frame(image)
    wheel(view, 60, 100, 10)
    told: list[PixelInfo] = []
    view.pixel_hovered.connect(told.append)
    QTest.mouseMove(view, QPoint(62, 100))
    assert told == [] or abs(told[-1].x - 60) <= 1
    # Zoomed six times: the picture fills the height too.
    assert colour_at(view, 60, 2)[0] == pytest.approx(60, abs=1)
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(60, 100))
    assert colour_at(view, 10, 100)[0] == 10


def test_dragging_pans(view: FrameView, qtbot: QtBot) -> None:
    image = np.zeros((200, 200, 3), np.uint8)
    image[:, :, 0] = np.arange(200)
    view.show_frame(image)
    wheel(view, 100, 100, 4)
    before = colour_at(view, 100, 100)[0]
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(view, QPoint(60, 100))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(60, 100))
    # 40 view pixels at a magnification of 1.0015 ** 480 are 19.5 picture pixels.
    assert colour_at(view, 100, 100)[0] - before == pytest.approx(40 / 1.0015**480, abs=1.5)


def test_badges_come_and_go(view: FrameView) -> None:
    view.show_frame(grey(10))
    plain = view.to_image()
    view.set_badge("state", "frozen")
    assert view.to_image() != plain
    view.set_badge("state", "")
    assert view.to_image() == plain


def test_cleared_it_says_what_to_do(view: FrameView) -> None:
    view.show_frame(grey(10))
    view.clear("Open something")
    assert not view.has_frame
    first = view.to_image()
    view.clear("Open something else")
    assert view.to_image() != first
