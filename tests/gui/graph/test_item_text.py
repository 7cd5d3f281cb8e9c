"""What is written on small items: all of it, enough of it, or nothing."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from engine.values import GraphItem, GraphLayout, ModuleBox, PlacedBox
from gui.graph.cards import Texts
from gui.graph.view import GraphView
from gui.theme import theme_of
from tests.gui.graph.drawings import box, item, picture_of, placed


@pytest.fixture
def view(qtbot: QtBot) -> GraphView:
    widget = GraphView()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    widget.set_animated(False)
    return widget


def picture_at(view: GraphView, layout: GraphLayout, zoom: float) -> QImage:
    view.show_layout(layout)
    view.camera.zoom = zoom
    view.go_to(layout.width / 2, layout.height / 2)
    return picture_of(view)


def colours(view: GraphView, picture: QImage, rect: tuple[float, float, float, float]) -> int:
    """Return how many colours are seen within a part of the scene, away from its border."""
    left, top = view.camera.to_view(rect[0], rect[1])
    right, bottom = view.camera.to_view(rect[2], rect[3])
    part = QRectF(left, top, right - left, bottom - top).adjusted(3, 3, -3, -3)
    inner: QRect = part.toAlignedRect()
    places = (
        (x, y)
        for x in range(inner.left(), inner.right())
        for y in range(inner.top(), inner.bottom())
    )
    return len({picture.pixel(x, y) for x, y in places})


def titled(title: str) -> GraphItem:
    return dataclasses.replace(item(0), title=title, subtitle="")


@pytest.mark.parametrize(("title", "is_written"), [("fc", True), ("unsqueeze", False)])
def test_a_small_item_carries_its_whole_name_or_nothing(
    view: GraphView, title: str, is_written: bool
) -> None:
    # 36 × 12 pixels: at the smallest size that can be read, “unsqueeze” has no room there.
    layout = GraphLayout((placed(titled(title), 40, 20),), (), (), 200, 80)
    picture = picture_at(view, layout, 0.3)
    assert view.scene is not None
    assert (colours(view, picture, view.scene.rect(0)) > 1) is is_written


@pytest.mark.parametrize(("path", "is_written"), [("a", True), ("features", False)])
def test_a_small_frame_carries_its_whole_name_or_nothing(
    view: GraphView, path: str, is_written: bool
) -> None:
    frame = PlacedBox(ModuleBox(path, "", ""), 20, 20, 80, 200, 1)
    layout = GraphLayout((placed(titled("fc"), 0, 260),), (frame,), (), 240, 320)
    picture = picture_at(view, layout, 0.5)
    assert (colours(view, picture, (20, 20, 100, 42)) > 1) is is_written


@pytest.mark.parametrize(
    ("name", "share", "is_shown"),
    [
        ("conv", 1.1, True),
        ("conv", 0.7, False),
        ("flatten", 0.8, False),
        ("inception4e", 0.8, True),
    ],
)
def test_what_is_left_of_a_name_is_enough_to_know_it(
    view: GraphView, name: str, share: float, is_shown: bool
) -> None:
    texts = Texts()
    _, metrics = texts.font(view.font(), 10, is_bold=True)
    width = int(metrics.horizontalAdvance(name) * share)
    shown, wide = texts.fitted(name, width, metrics, (10, True))
    assert bool(shown) is is_shown
    assert wide <= width


@pytest.mark.parametrize("zoom", [0.42, 0.44, 0.8])
def test_the_count_of_a_run_covers_nothing_of_its_name(view: GraphView, zoom: float) -> None:
    accent = QColor(theme_of(view).accent).rgb()
    has_letters = []
    for wide, slim in itertools.product(range(1, 6), range(5)):
        run = dataclasses.replace(box("m" * wide + "l" * slim, (1, 2), count=5), output=None)
        picture = picture_at(view, GraphLayout((placed(run, 40, 20),), (), (), 200, 80), zoom)
        left, top = view.camera.to_view(40, 20)
        right, bottom = view.camera.to_view(160, 60)
        rows = range(round(top) + 3, round(bottom) - 6)
        columns = range(round(left) + 4, round(right))
        first = min(x for x in columns for y in rows if picture.pixel(x, y) == accent)
        assert len({picture.pixel(first - 2, y) for y in rows}) == 1  # bare ground
        written = {picture.pixel(x, y) for x in range(columns[0], first - 2) for y in rows}
        has_letters.append(len(written) > 1)
    assert has_letters[0]
