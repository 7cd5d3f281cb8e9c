"""Corrections by hand in the window: tools, steps back and forth, and what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.segment.tools import Tool
from tests.gui.correct_kit import areas, badges, begin, first, shown
from tests.gui.segment_kit import CAR, DOG, SIZE, show, three

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

    from tests.gui.window_kit import Kit


@pytest.fixture
def there(kit: Kit) -> Kit:
    """Begin to correct three objects."""
    return begin(kit)


def at(kit: Kit, x: float, y: float) -> QPoint:
    return kit.window.segment.view._to_view(x, y, x + 1, y + 1).center().toPoint()


def drag(kit: Kit, start: tuple[int, int], end: tuple[int, int]) -> None:
    view, left = kit.window.segment.view, Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, pos=at(kit, *start))
    QTest.mouseMove(view, at(kit, *end))
    QTest.mouseRelease(view, left, pos=at(kit, *end))


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


def test_the_window_keeps_its_size_with_all_cards_open(there: Kit) -> None:
    there.window.segments.choose((0,))
    there.trigger("segment_save")
    QApplication.processEvents()
    assert (there.window.width(), there.window.height()) == (1280, 800)
    assert there.window.segment.view.height() > 300
    there.trigger("workspace_inspect")
    QApplication.processEvents()
    assert there.window.width() == 1280
