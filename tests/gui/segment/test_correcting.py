"""Corrections by hand in the window: tools, steps back and forth, and what is kept."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.sources.base import SetPlaying, SourceInfo, SourceKind, SourceSpec, SourceState
from engine.values import Instances
from gui.segment.tools import Tool
from tests.gui.fake_engine import CONV1, model
from tests.gui.segment_kit import CAR, DOG, SIZE, answer, labels, picture, show, three

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

    from engine.values import FrameResult
    from tests.gui.window_kit import Kit


@pytest.fixture
def there(kit: Kit) -> Kit:
    """Open the workspace with three objects in the picture, and begin to correct them."""
    kit.trigger("workspace_segment")
    kit.loaded(CONV1)
    show(kit, first())
    QApplication.processEvents()
    kit.engine.forget()
    kit.trigger("segment_correct")
    return kit


def first() -> FrameResult:
    return answer(three(), frame=picture())


def shown(kit: Kit) -> Instances:
    now = kit.window.segments.shown
    assert now is not None
    assert isinstance(now[1], Instances)
    return now[1]


def areas(kit: Kit) -> list[int]:
    return [item.region.area for item in shown(kit).items]


def stand_still(kit: Kit) -> None:
    """Have the source tell that it has stopped, as it does some time after it was asked."""
    info = SourceInfo("street", can_play=True)
    kit.engine.status(SourceSpec(SourceKind.DEMO), SourceState.PAUSED, info)


def next_picture(kit: Kit) -> None:
    """Show an answer to a picture that was read after the source stood still."""
    stand_still(kit)
    show(kit, answer(three(), frame=replace(picture(5), captured_at=time.perf_counter())))


def at(kit: Kit, x: float, y: float) -> QPoint:
    return kit.window.segment.view._to_view(x, y, x + 1, y + 1).center().toPoint()


def drag(kit: Kit, start: tuple[int, int], end: tuple[int, int]) -> None:
    view, left = kit.window.segment.view, Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, pos=at(kit, *start))
    QTest.mouseMove(view, at(kit, *end))
    QTest.mouseRelease(view, left, pos=at(kit, *end))


def badges(kit: Kit) -> set[str]:
    """Return the words in the picture's corner, but for "frozen"."""
    words = {text for text, _ in kit.window.segment.view._badges.values()}
    return words - {"frozen"}


def test_correcting_freezes_the_picture_and_shows_the_tools(there: Kit) -> None:
    assert there.engine.sent == [SetPlaying(is_playing=False)]
    panel = there.window.segment
    assert panel.strip.isVisible()
    assert not panel.thresholds.isVisible()
    assert badges(there) == {"correcting"}
    assert there.is_checked("segment_correct")


def test_a_frozen_picture_stays_frozen(kit: Kit) -> None:
    kit.trigger("workspace_segment")
    kit.loaded(CONV1)
    show(kit, first())
    kit.trigger("freeze")
    kit.engine.forget()
    kit.trigger("segment_correct")
    assert kit.engine.sent == []


def test_delete_and_back_and_forth(there: Kit) -> None:
    there.window.segments.choose((0, 2))
    there.press(Qt.Key.Key_Delete)
    assert areas(there) == [192]
    control = Qt.KeyboardModifier.ControlModifier
    there.press(Qt.Key.Key_Z, control)
    assert areas(there) == [200, 192, 300]
    there.press(Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    assert areas(there) == [192]
    assert not there.window.actions_.action("correct_redo").isEnabled()


def test_the_lists_and_the_picture_show_the_corrected(there: Kit) -> None:
    there.window.segments.choose((0,))
    there.trigger("correct_delete")
    assert there.window.objects.objects.rowCount() == 2
    view = there.window.segment.view
    assert view.segmentation is shown(there)


def test_brush_and_eraser_paint_on_the_chosen_object(there: Kit) -> None:
    there.window.segments.choose((0,))
    there.trigger("correct_brush")
    strip = there.window.segment.strip
    assert strip.tool is Tool.BRUSH
    strip._size.setValue(3)
    drag(there, (20, 10), (30, 10))
    added = shown(there).items[0].region.full(SIZE) & ~three().items[0].region.full(SIZE)
    rows, columns = np.nonzero(added)
    assert set(rows.tolist()) == {9, 10, 11}
    assert (columns.min(), columns.max()) == (19, 31)
    there.trigger("correct_eraser")
    drag(there, (20, 10), (30, 10))
    assert areas(there)[0] == 200
    for _ in range(2):
        there.trigger("correct_undo")
    assert shown(there).items[0].region is three_region(there)


def three_region(kit: Kit) -> object:
    history = kit.window.segments.correct.history
    assert history is not None
    return history.original.items[0].region


def test_merge_split_grow_shrink_fill(there: Kit) -> None:
    choose = there.window.segments.choose
    choose((0, 1))
    there.trigger("correct_merge")
    assert areas(there) == [392, 300]
    assert there.window.segment.view.places == (0,)
    there.trigger("correct_split")
    assert areas(there) == [200, 192, 300]
    choose((1,))
    there.trigger("correct_grow")
    # 16 x 12 and a border without its four corners.
    assert areas(there)[1] == 192 + 2 * 16 + 2 * 12
    there.trigger("correct_shrink")
    assert areas(there)[1] == 192
    there.trigger("correct_shrink")
    assert areas(there)[1] == 14 * 10
    there.trigger("correct_fill")  # no hole: no step
    history = there.window.segments.correct.history
    assert history is not None
    assert history.undone_next == "shrink"


def test_every_tool_is_taken_back_to_the_beginning_and_done_again(there: Kit) -> None:
    strip, choose = there.window.segment.strip, there.window.segments.choose
    seen = [shown(there)]

    def did() -> None:
        assert shown(there) is not seen[-1]
        seen.append(shown(there))

    choose((0,))
    strip._size.setValue(3)
    for tool, end in (("correct_brush", (20, 12)), ("correct_eraser", (9, 12))):
        there.trigger(tool)
        drag(there, (8, 12), end)
        did()
    for step in ("correct_fill", "correct_grow", "correct_shrink"):
        there.trigger(step)
        did()
    choose((0, 1))
    for step in ("correct_merge", "correct_split"):
        there.trigger(step)
        did()
    strip.category_chosen.emit(CAR.id)
    did()
    choose((1,))
    there.trigger("correct_delete")
    did()
    strip._least.setValue(250)
    there.trigger("correct_drop")
    did()
    undo, redo = (there.window.actions_.action(f"correct_{way}") for way in ("undo", "redo"))
    for state in reversed(seen[:-1]):
        undo.trigger()
        assert shown(there) is state
    assert not undo.isEnabled()
    assert not there.window.segments.correct.is_changed
    for state in seen[1:]:
        redo.trigger()
        assert shown(there) is state
    assert not redo.isEnabled()


def test_without_a_mouse(there: Kit) -> None:
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    view = there.window.segment.view
    there.press(Qt.Key.Key_Down, control)
    there.press(Qt.Key.Key_Down, control | shift)
    assert view.places == (0, 1)
    there.press(Qt.Key.Key_J, control)
    assert areas(there) == [392, 300]
    there.press(Qt.Key.Key_R, shift)
    box = there.window.segment.strip._class
    assert box.view().isVisible()
    QTest.keyClicks(box.view(), "dog")
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    assert [item.category for item in shown(there).items] == [DOG.id, 1]
    there.window.segment.strip._least.setValue(350)
    there.press(Qt.Key.Key_Delete, control)
    assert areas(there) == [392]
    there.window.segment.strip._least.setFocus()
    there.press(Qt.Key.Key_Escape)
    assert not there.window.segments.correct.is_active


def test_another_class_by_the_strip(there: Kit) -> None:
    there.window.segments.choose((0,))
    box = there.window.segment.strip._class
    assert box.currentText() == "person"
    box.setCurrentIndex(box.findData(CAR.id))
    box.activated.emit(box.currentIndex())
    assert [item.category for item in shown(there).items] == [3, 3, 1]


def test_small_ones_go(there: Kit) -> None:
    there.window.segment.strip._least.setValue(200)
    there.click(there.window.segment.strip, "Drop smaller")
    assert areas(there) == [200, 300]


def test_steps_wait_for_an_object(there: Kit) -> None:
    def enabled(name: str) -> bool:
        return there.window.actions_.action(name).isEnabled()

    assert not enabled("correct_delete")
    there.window.segments.choose((0,))
    assert enabled("correct_delete")
    assert not enabled("correct_merge")
    there.window.segments.choose((0, 1))
    assert enabled("correct_merge")
    there.click(there.window.segment.strip, "Done")
    assert not enabled("correct_delete")
    assert not enabled("correct_brush")


def test_escape_ends_it_and_what_was_changed_stays(there: Kit) -> None:
    there.window.segments.choose((0,))
    there.trigger("correct_delete")
    there.press(Qt.Key.Key_Escape)
    assert not there.window.segments.correct.is_active
    assert not there.window.segment.strip.isVisible()
    assert badges(there) == {"corrected"}
    show(there, first())  # the frozen picture is answered to again
    assert areas(there) == [192, 300]
    there.trigger("segment_correct")
    there.trigger("correct_undo")
    assert areas(there) == [200, 192, 300]


def test_without_a_change_nothing_is_kept(there: Kit) -> None:
    there.press(Qt.Key.Key_Escape)
    assert badges(there) == set()
    assert there.window.segments.correct.history is None


def test_the_next_picture_ends_it(there: Kit) -> None:
    there.window.segments.choose((0,))
    there.trigger("correct_delete")
    next_picture(there)
    assert areas(there) == [200, 192, 300]
    assert not there.window.segments.correct.is_active
    assert badges(there) == set()


def test_a_straggler_takes_the_place_of_what_was_not_changed(there: Kit) -> None:
    there.window.segments.choose((1,))
    moved = replace(three(), items=three().items[1:])
    show(there, answer(moved, 1))
    assert there.window.segments.correct.is_active
    assert areas(there) == [192, 300]
    assert there.window.segment.view.places == (0,)
    there.trigger("correct_delete")
    assert areas(there) == [300]
    there.trigger("correct_undo")
    assert shown(there) is moved


@pytest.mark.parametrize("is_still", [False, True])
def test_a_straggler_does_not_take_the_first_strokes(there: Kit, *, is_still: bool) -> None:
    there.window.segments.choose((0,))
    there.trigger("correct_delete")
    if is_still:
        stand_still(there)
    show(there, answer(three(), 1))
    assert there.window.segments.correct.is_active
    assert areas(there) == [192, 300]
    now = there.window.segments.shown
    assert now is not None
    assert now[0].frame.index == 0
    there.trigger("correct_undo")
    show(there, answer(three(), 2))  # what was taken back can be done again still
    there.trigger("correct_redo")
    assert areas(there) == [192, 300]


def test_an_answer_with_a_label_map_ends_what_was_not_changed(there: Kit) -> None:
    show(there, answer(labels(), 1))
    assert not there.window.segments.correct.is_active
    assert there.window.segment.view.segmentation is not None
    assert not there.is_checked("segment_correct")


def test_a_picture_that_cannot_play_stands_still_from_the_start(kit: Kit) -> None:
    spec = SourceSpec(SourceKind.IMAGE, "street.png")
    kit.engine.status(spec, SourceState.PLAYING, SourceInfo("street.png"))
    kit.trigger("workspace_segment")
    kit.loaded(CONV1)
    show(kit, first())
    kit.trigger("segment_correct")
    kit.window.segments.choose((0,))
    kit.trigger("correct_delete")
    show(kit, answer(three(), frame=replace(picture(1), captured_at=time.perf_counter())))
    assert areas(kit) == [200, 192, 300]
    assert not kit.window.segments.correct.is_active


def test_corrections_that_go_unsaved_can_be_saved_still(there: Kit) -> None:
    there.window.segments.choose((0,))
    there.trigger("correct_delete")
    next_picture(there)
    text = there.window.segment.notices.message("correct")
    assert text == "The corrections of street.png were not saved."
    there.click(there.window.segment.notices, "Save masks…")
    kept = there.window.segments.saving.shown
    assert kept is not None
    assert kept.is_corrected
    assert isinstance(kept.found, Instances)
    assert [item.region.area for item in kept.found.items] == [192, 300]


def test_a_label_map_cannot_be_corrected(kit: Kit) -> None:
    kit.trigger("workspace_segment")
    kit.loaded(CONV1)
    show(kit, answer(labels()))
    kit.trigger("segment_correct")
    assert not kit.is_checked("segment_correct")
    assert "no objects to correct" in kit.window.segment.notices.message("correct")


def test_the_brush_changes_its_size_by_keys(there: Kit) -> None:
    strip = there.window.segment.strip
    there.trigger("correct_brush")
    before = strip.radius
    there.trigger("correct_larger")
    assert strip.radius > before
    for _ in range(40):
        there.trigger("correct_smaller")
    assert strip.radius == 0.5
    there.trigger("correct_larger")
    assert strip.radius == 1.0


def test_thresholds_say_that_corrections_are_shown(there: Kit) -> None:
    there.window.segments.choose((0,))
    there.trigger("correct_delete")
    there.window.segments.correct.finish()
    there.window.segment.thresholds.set_score(0.5)
    notices = there.window.segment.notices
    assert notices.message("correct").startswith("The picture shows your corrections")
    there.click(notices, "Discard the corrections")
    assert areas(there) == [200, 192, 300]
    assert badges(there) == set()


def test_another_network_ends_it(there: Kit) -> None:
    there.window.segments.choose((0,))
    there.trigger("correct_delete")
    there.engine.load(model("other"))
    assert not there.window.segments.correct.is_active
    assert not there.window.segment.strip.isVisible()
    there.trigger("segment_correct")  # nothing was answered yet
    assert not there.window.segments.correct.is_active
    show(there, first())
    assert areas(there) == [200, 192, 300]


def test_the_picture_says_that_it_is_frozen(there: Kit) -> None:
    shown_badges = there.window.segment.view._badges
    assert "frozen" in shown_badges
    there.window.actions_.action("freeze").setChecked(False)
    assert "frozen" not in shown_badges


def test_the_window_keeps_its_size_with_all_cards_open(there: Kit) -> None:
    there.window.segments.choose((0,))
    there.trigger("segment_save")
    QApplication.processEvents()
    assert (there.window.width(), there.window.height()) == (1280, 800)
    assert there.window.segment.view.height() > 300
    there.trigger("workspace_inspect")
    QApplication.processEvents()
    assert there.window.width() == 1280
