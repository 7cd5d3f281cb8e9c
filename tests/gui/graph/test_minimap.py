"""The overview in the corner."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.graph.minimap import MARGIN, Minimap
from gui.graph.view import GraphView
from gui.theme import theme_of
from tests.gui.graph.drawings import chain, grid


@pytest.fixture
def view(qtbot: QtBot) -> GraphView:
    widget = GraphView()
    qtbot.addWidget(widget)
    widget.resize(500, 500)
    widget.show()
    return widget


def test_it_is_there_only_where_it_is_of_use(view: GraphView) -> None:
    minimap = Minimap(view)
    assert minimap.isHidden()
    view.show_layout(chain(2))
    assert minimap.isHidden()
    view.show_layout(grid(30, 30))
    assert minimap.isVisible()
    assert minimap.geometry().right() == 499 - MARGIN
    assert minimap.geometry().bottom() == 499 - MARGIN
    view.resize(400, 450)
    assert minimap.geometry().bottom() == 449 - MARGIN
    view.fit()
    assert minimap.isHidden()
    view.fit()
    minimap.set_wanted(False)
    assert minimap.isHidden()


def test_dragging_looks_there(view: GraphView) -> None:
    minimap = Minimap(view)
    view.show_layout(grid(30, 30))
    left = Qt.MouseButton.LeftButton
    middle = QPoint(minimap.width() // 2, minimap.height() // 2)
    QTest.mousePress(minimap, left, pos=middle)
    x, y = view.camera.to_scene(250, 250)
    assert x == pytest.approx(3000, abs=60)
    assert y == pytest.approx(1350, abs=60)
    QTest.mouseMove(minimap, QPoint(0, 0))
    QTest.mouseRelease(minimap, left, pos=QPoint(0, 0))


def test_the_frame_is_around_what_is_seen(view: GraphView) -> None:
    minimap = Minimap(view)
    view.show_layout(grid(30, 30))
    accent = QColor(theme_of(view).accent)

    def marked() -> int:
        image = minimap.grab().toImage()
        rows = range(image.height())
        return sum(QColor(image.pixel(1, y)) == accent for y in rows)

    view.go_to(0, 0)
    there = marked()
    view.go_to(6000, 2700)
    assert there > marked() == 0
