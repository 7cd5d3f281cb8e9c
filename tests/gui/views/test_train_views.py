"""Curves, bars, crops and validation photos: what is drawn where, and what a click means."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from engine.values import GalleryPicture
from gui import theme
from gui.views.curve_view import CurveView
from gui.views.gallery_view import GalleryView
from gui.views.iou_bars import IouBars
from gui.views.tile_grid import TileGrid
from tests.gui.train_kit import gallery, report

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

COLOURS = np.array([(0, 0, 0), (255, 0, 0), (0, 0, 255)], np.uint8)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def dark(plain_app: QApplication) -> None:
    """Put the dark theme in force."""
    theme.apply(plain_app, "dark")


def rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def test_a_click_on_the_curves_chooses_the_nearest_epoch(qtbot: QtBot) -> None:
    view = CurveView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    chosen: list[int] = []
    view.epoch_chosen.connect(chosen.append)
    QTest.mouseClick(view, LEFT, pos=QPoint(300, 100))
    assert chosen == []
    view.show_reports([report(n, 0.1 * n, epochs=5) for n in (1, 2, 3)])
    upper, lower = view._areas(theme.theme_of(view))
    assert upper.bottom() < lower.top()
    # Five epochs share the width: the second stands at a quarter, the third in the middle.
    QTest.mouseClick(view, LEFT, pos=QPoint(round(upper.left() + 0.27 * upper.width()), 100))
    QTest.mouseClick(view, LEFT, pos=QPoint(round(upper.left() + 0.95 * upper.width()), 250))
    assert chosen == [2, 3]


def test_the_best_epoch_is_marked_in_green(qtbot: QtBot) -> None:
    view = CurveView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show_reports([report(1, 0.5), report(2, 1.0), report(3, 0.25, is_best=False)])
    _, lower = view._areas(theme.theme_of(view))
    image = view.grab().toImage()
    ratio = image.devicePixelRatio()
    x = round(ratio * (lower.left() + lower.width() / 4))
    y = round(ratio * (lower.top() + 1))  # an IoU of 1 stands at the top
    green = QColor(theme.theme_of(view).success)
    near = [image.pixelColor(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    assert green in near


def test_bars_are_as_long_as_the_iou_in_the_colour_of_the_class(qtbot: QtBot) -> None:
    bars = IouBars()
    qtbot.addWidget(bars)
    bars.set_colours({"cat": (255, 0, 0)})
    bars.show_iou((("cat", 0.5), ("dog", 1.0)), (("cat", 0.75),))
    bars.resize(300, 60)
    image = bars.grab().toImage()
    row = 2 + 10
    red = [x for x in range(image.width()) if rgb(image.pixelColor(x, row)) == (255, 0, 0)]
    track = theme.theme_of(bars)
    axis = rgb(QColor(track.axis))
    whole = [x for x in range(image.width()) if rgb(image.pixelColor(x, row + 20)) == axis]
    assert len(red) == pytest.approx(len(whole) / 2, abs=3)
    bright = rgb(QColor(track.text))
    marks = [
        x for x in range(red[-1] + 5, whole[-1] + 1) if rgb(image.pixelColor(x, row)) == bright
    ]
    assert marks[0] == pytest.approx(red[0] + 0.75 * len(whole), abs=3)


def test_crops_are_as_large_as_they_can_be(qtbot: QtBot) -> None:
    grid = TileGrid("Nothing yet")
    qtbot.addWidget(grid)
    grid.resize(404, 200)
    grid.show_tiles([(f"{n}.png", np.zeros((8, 8, 3), np.uint8)) for n in range(8)])
    rects = grid._rects()
    assert {(rect.width(), rect.height()) for rect in rects} == {(98.0, 98.0)}  # 4 x 2
    assert rects[4].topLeft().toTuple() == (0.0, 102.0)
    assert all(grid.rect().toRectF().contains(rect) for rect in rects)
    grid.clear("Nothing any more")
    assert grid.count == 0


def test_a_photo_is_made_large_by_a_click_and_small_by_the_next(qtbot: QtBot) -> None:
    view = GalleryView()
    qtbot.addWidget(view)
    view.resize(500, 300)
    seen: list[Path | None] = []
    view.focused.connect(seen.append)
    view.show_pictures(gallery(2), COLOURS)
    spots = view._spots()
    assert len(spots) == 2
    photo, truth, found = spots[1]
    assert found.width() > 1.9 * photo.width()
    assert truth.top() > photo.bottom()
    QTest.mouseClick(view, LEFT, pos=found.center().toPoint())
    assert view._spots()[1][2].width() > found.width()
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert list(view._spots()) == [0]
    QTest.mouseClick(view, LEFT, pos=QPoint(5, 5))
    assert list(view._spots()) == [0, 1]
    assert seen == [Path("held1.png"), Path("held0.png"), None]


def test_photo_truth_and_found_stand_in_their_places(qtbot: QtBot) -> None:
    view = GalleryView()
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show_pictures(gallery(2), COLOURS)
    image = view.grab().toImage()
    photo, truth, found = view._spots()[1]  # in the first one stand the titles

    def colour(box: QRectF) -> tuple[int, int, int]:
        return rgb(image.pixelColor(box.center().toPoint()))

    assert colour(photo) == (80, 80, 80)
    assert colour(truth) == (185, 32, 32)  # 0.4 of 80, and 0.6 of the cat's red
    assert colour(found) == (32, 32, 185)  # of the dog's blue


def test_photos_of_all_proportions_stay_in_the_view(qtbot: QtBot) -> None:
    view = GalleryView()
    qtbot.addWidget(view)
    for size in ((600, 300), (260, 700)):
        view.resize(*size)
        sizes = ((24, 96), (96, 24), (48, 48), (32, 48))
        view.show_pictures(
            [
                GalleryPicture(
                    Path(f"{n}.png"),
                    np.zeros((*it, 3), np.uint8),
                    np.zeros(it, np.uint8),
                    np.zeros(it, np.uint8),
                )
                for n, it in enumerate(sizes)
            ],
            COLOURS,
        )
        room = view.rect().toRectF().adjusted(-1, -1, 1, 1)
        for place, boxes in view._spots().items():
            for box in boxes:
                assert room.contains(box)
                assert box.width() / box.height() == pytest.approx(
                    sizes[place][1] / sizes[place][0]
                )
