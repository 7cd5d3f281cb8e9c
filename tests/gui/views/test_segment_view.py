"""The picture with its masks: what is drawn where, pointed at, chosen and painted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest

from engine.overlay import draw_overlay
from engine.values import Box, Instances, LabelMap, OverlayStyle, Region
from gui.control.exports import to_array
from gui.segment.anchors import label_anchors
from gui.segment.pointing import Pointed
from gui.segment.thinning import thinned
from gui.segment.tools import Tool
from gui.theme import theme_of
from gui.views.mask_edit_view import MaskEditView
from gui.views.segment_marks import Tag, draw_tags
from gui.views.segment_outline import outline
from tests.gui.segment_kit import CAR, CATEGORIES, PERSON, SIZE, instances, item, labels, three

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

SCALE = 8
PLAIN = OverlayStyle(has_labels=False, has_scores=False)
GREY = np.full((*SIZE, 3), 100, np.uint8)


@pytest.fixture
def view(qtbot: QtBot) -> MaskEditView:
    view = MaskEditView()
    qtbot.addWidget(view)
    view.resize(SCALE * SIZE[1], SCALE * SIZE[0])
    view.set_style(PLAIN)
    view.show()
    return view


def pixels(view: MaskEditView) -> NDArray[np.uint8]:
    """Return what is seen, a pixel for each of the picture's: the middles of its cells."""
    seen = to_array(view.grab().toImage())
    return seen[SCALE // 2 :: SCALE, SCALE // 2 :: SCALE]


def at(x: int, y: int) -> QPoint:
    return QPoint(SCALE * x + SCALE // 2, SCALE * y + SCALE // 2)


def click(view: MaskEditView, x: int, y: int, *, is_shift: bool = False) -> None:
    held = Qt.KeyboardModifier.ShiftModifier if is_shift else Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, held, at(x, y))


@pytest.mark.parametrize("found", [three(), labels()], ids=["objects", "labels"])
@pytest.mark.parametrize("opacity", [0.0, 0.5, 1.0])
def test_what_is_seen_is_what_is_exported(
    view: MaskEditView, found: Instances | LabelMap, opacity: float
) -> None:
    style = replace(PLAIN, opacity=opacity)
    view.set_style(style)
    view.show_segmentation(GREY, found)
    difference = np.abs(pixels(view).astype(int) - draw_overlay(GREY, found, style))
    assert difference.max() <= 2


def test_another_size_is_not_drawn(view: MaskEditView) -> None:
    view.show_segmentation(np.full((10, 10, 3), 50, np.uint8), three())
    assert view.segmentation is None


def test_hidden_classes_are_not_drawn(view: MaskEditView) -> None:
    view.show_segmentation(GREY, three())
    before = pixels(view)
    view.set_style(replace(PLAIN, hidden=frozenset({PERSON.id})))
    after = pixels(view)
    assert (before[10, 8] != 100).any()
    assert (after[10, 8] == 100).all()
    assert (after[16, 50] == before[16, 50]).all()


def test_a_click_chooses_and_the_next_one_goes_below(view: MaskEditView, qtbot: QtBot) -> None:
    view.show_segmentation(GREY, three())
    seen: list[tuple[int, ...]] = []
    view.places_chosen.connect(seen.append)
    view.places_chosen.connect(view.select)
    for place in ((41, 12), (41, 12), (41, 12), (60, 40)):
        click(view, *place)
    assert seen == [(1,), (2,), (1,), ()]


def test_shift_adds_and_takes_away(view: MaskEditView) -> None:
    view.show_segmentation(GREY, three())
    view.places_chosen.connect(view.select)
    click(view, 5, 5)
    click(view, 50, 15, is_shift=True)
    seen = [view.places]
    click(view, 5, 5, is_shift=True)
    seen.append(view.places)
    assert seen == [(0, 1), (1,)]


def test_a_click_on_a_map_chooses_the_class(view: MaskEditView) -> None:
    view.show_segmentation(GREY, labels())
    seen: list[int] = []
    view.category_chosen.connect(seen.append)
    click(view, 3, 3)
    click(view, 40, 40)
    assert seen == [PERSON.id, CAR.id]


def test_pointing_tells_what_is_there(view: MaskEditView) -> None:
    view.show_segmentation(GREY, three())
    seen: list[Pointed | None] = []
    view.pointed.connect(seen.append)
    QTest.mouseMove(view, at(5, 5))
    QTest.mouseMove(view, at(60, 44))
    assert [(it.x, it.y, it.places) for it in seen if it] == [(5, 5, (0,)), (60, 44, ())]


def test_what_is_chosen_is_outlined_in_white(view: MaskEditView) -> None:
    view.show_segmentation(GREY, three())
    before = to_array(view.grab().toImage())
    view.select((0,))
    after = to_array(view.grab().toImage())
    # The left border of the person stands between columns 3 and 4.
    assert (after[14 * SCALE, 4 * SCALE] > 200).all()
    assert (after[14 * SCALE, 4 * SCALE] != before[14 * SCALE, 4 * SCALE]).any()
    assert (after[14 * SCALE, 9 * SCALE] == before[14 * SCALE, 9 * SCALE]).all()


def test_places_that_are_gone_are_not_chosen(view: MaskEditView) -> None:
    view.show_segmentation(GREY, three())
    view.select((0, 2))
    view.light(2)
    view.show_segmentation(GREY, instances(three().items[0]))
    assert view.places == (0,)
    view.grab()


def test_names_boxes_and_a_note_are_drawn(view: MaskEditView) -> None:
    view.show_segmentation(GREY, three())
    plain = to_array(view.grab().toImage())
    view.set_style(replace(PLAIN, has_labels=True))
    named = to_array(view.grab().toImage())
    assert (named != plain).any()
    view.set_style(replace(PLAIN, has_boxes=True))
    boxed = to_array(view.grab().toImage())
    assert (boxed != plain).any()
    view.set_style(PLAIN)
    view.set_note("No objects above 25 %")
    noted = to_array(view.grab().toImage())
    rows = np.flatnonzero((noted != plain).any(axis=(1, 2)))
    assert rows.min() > 40 * SCALE  # at the bottom


def test_nothing_is_drawn_over_a_badge(view: MaskEditView) -> None:
    corner = instances(item(Region(30, 0, np.ones((10, 34), np.bool_))))
    view.set_style(replace(PLAIN, has_labels=True, opacity=0.0))
    view.set_badge("frozen", "frozen")
    view.show_segmentation(GREY, instances())
    (badge,) = (rect.toAlignedRect() for rect in view._badge_rects())
    plain = to_array(view.grab(badge).toImage())
    view.show_segmentation(GREY, corner)
    view.set_style(replace(PLAIN, has_labels=True, has_boxes=True, opacity=0.0))
    view.select((0,))
    seen = to_array(view.grab(badge).toImage())
    np.testing.assert_array_equal(seen[3:-3, 3:-3], plain[3:-3, 3:-3])  # its corners are round


def test_names_make_way_for_badges(view: MaskEditView) -> None:
    view.show_segmentation(GREY, instances())
    view.set_badge("frozen", "frozen")
    (badge,) = view._badge_rects()
    image = QImage(view.size(), QImage.Format.Format_RGB32)
    painter = QPainter(image)
    tag = Tag("person", QRectF(badge.left() - 4, badge.bottom() + 2, 80, 90), (1, 2, 3))
    room = QRectF(view.rect())
    free = draw_tags(painter, [tag], room, theme_of(view))
    moved = draw_tags(painter, [tag], room, theme_of(view), [badge])
    painter.end()
    assert free[0].intersects(badge)
    assert not moved[0].intersects(badge)


def test_the_brush_gives_its_way_in_picture_pixels(view: MaskEditView) -> None:
    view.show_segmentation(GREY, three())
    view.select((0,))
    view.set_tool(Tool.BRUSH, 3.0)
    seen: list[tuple[list[tuple[float, float]], float]] = []
    view.stroke_drawn.connect(lambda way, radius: seen.append((way, radius)))
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at(10, 10))
    QTest.mouseMove(view, at(20, 10))
    view.grab()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(20, 10))
    ((way, radius),) = seen
    assert radius == 3.0
    assert way[0] == pytest.approx((10.5, 10.5))
    assert way[-1] == pytest.approx((20.5, 10.5))


def test_without_an_object_the_brush_chooses_one(view: MaskEditView) -> None:
    view.show_segmentation(GREY, three())
    view.set_tool(Tool.BRUSH, 3.0)
    seen: list[tuple[int, ...]] = []
    view.places_chosen.connect(seen.append)
    click(view, 5, 5)
    assert seen == [(0,)]


def test_escape_is_claimed_only_while_editing(view: MaskEditView, qtbot: QtBot) -> None:
    view.show_segmentation(GREY, three())
    with qtbot.assertNotEmitted(view.left):
        QTest.keyClick(view, Qt.Key.Key_Escape)
    view.set_editing(True)
    with qtbot.waitSignal(view.left):
        QTest.keyClick(view, Qt.Key.Key_Escape)


@pytest.mark.parametrize("is_large", [False, True])
def test_an_outline_follows_the_border(is_large: bool) -> None:
    side = 300 if is_large else 20
    mask = np.zeros((side + 4, side + 4), np.bool_)
    mask[2:-2, 3:-1] = True
    mask[side // 2, side // 2] = False
    path = outline(Region.of(mask, 10, 20))
    box = path.boundingRect()
    near = 0.5 if is_large else 0.15
    expected = (13, 22, 13 + side, 22 + side)
    found = (box.left(), box.top(), box.right(), box.bottom())
    assert found == pytest.approx(expected, abs=near)
    assert sum(path.elementAt(n).isMoveTo() for n in range(path.elementCount())) == 2


def test_nothing_has_no_outline() -> None:
    assert outline(Region(0, 0, np.zeros((0, 0), np.bool_))).isEmpty()


def test_a_name_stands_in_the_thick_of_the_largest_piece() -> None:
    plane = np.zeros((60, 100), np.uint8)
    plane[2:6, 2:6] = 3
    plane[20:51, 40:71] = 3
    plane[59, 99] = 255
    plane[0, 99] = 18  # one pixel: too little to be named
    anchors = label_anchors(LabelMap(plane, CATEGORIES))
    assert list(anchors) == [3]
    assert anchors[3] == pytest.approx((55.5, 35.5), abs=1.5)


def test_a_box_beyond_the_picture_is_no_trouble(view: MaskEditView) -> None:
    one = item(three().items[0].region)
    view.set_style(OverlayStyle(has_boxes=True))
    view.show_segmentation(GREY, instances(replace(one, box=Box(-20, -30, 200, 90))))
    view.grab()


@pytest.mark.parametrize("step", [1, 2, 3, 5])
@pytest.mark.parametrize("kind", ["objects", "labels"])
def test_a_thinned_segmentation_is_its_pixels_thinned(step: int, kind: str) -> None:
    rng = np.random.default_rng(step)
    first = step // 2
    if kind == "labels":
        plane = rng.choice([0, 1, 3, 18, 255], SIZE).astype(np.uint8)
        few = thinned(LabelMap(plane, CATEGORIES, plane), step)
        assert isinstance(few, LabelMap)
        assert (few.labels == plane[first::step, first::step]).all()
        assert few.confidence is not None
        assert (few.confidence == few.labels).all()
        return
    masks = [np.zeros(SIZE, np.bool_) for _ in range(20)]
    for mask in masks:
        y, x, high, wide = rng.integers(0, 40, 4)
        mask[y : y + high // 4 + 1, x : x + wide // 4 + 1] = True
    made = instances(*(item(Region.of(mask)) for mask in masks))
    few = thinned(made, step)
    assert isinstance(few, Instances)
    for mask, one in zip(masks, few.items, strict=True):
        assert (one.region.full(few.size) == mask[first::step, first::step]).all()


def test_a_large_picture_has_its_masks_at_their_places(view: MaskEditView) -> None:
    large = np.full((SIZE[0] * 40, SIZE[1] * 40, 3), 100, np.uint8)
    region = Region(10 * 40, 20 * 40, np.ones((12 * 40, 16 * 40), np.bool_))
    found = Instances(large.shape[:2], CATEGORIES, (item(region),))
    view.set_style(replace(PLAIN, contour=0, opacity=1.0))
    view.show_segmentation(large, found)
    changed = (to_array(view.grab().toImage()) != 100).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    expected = tuple(SCALE * n for n in (10, 20, 26, 32))
    assert edges == pytest.approx(expected, abs=1)
    view._viewport.zoom_about(100, 170, 2.2)
    view._renew()
    zoomed = (to_array(view.grab().toImage()) != 100).any(axis=2)
    box = view._to_view(10 * 40, 20 * 40, 26 * 40, 32 * 40)
    rows, columns = np.flatnonzero(zoomed.any(axis=1)), np.flatnonzero(zoomed.any(axis=0))
    edges = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    seen = (box.left(), box.top(), box.right(), box.bottom())
    assert edges == pytest.approx(seen, abs=2)
