"""What a person says of a set, and what a person puts right by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.values import Instances
from tests.gui.coseg_kit import (
    SIZE,
    WAIT_MS,
    Script,
    answered,
    chosen,
    photos_in,
    rested,
    taken,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gui.views.coseg_view import CosegView
    from tests.gui.window_kit import Kit


@pytest.fixture
def view(kit: Kit, script: Script, qtbot: QtBot, tmp_path: Path) -> CosegView:
    """Look at the first picture of a set that is answered."""
    taken(kit, qtbot, photos_in(tmp_path / "photos"))
    answered(kit, qtbot)
    chosen(kit, qtbot, 0)
    script.calls.clear()
    view = kit.window.coseg.picture.view
    QApplication.processEvents()
    view.grab()  # places in the view are known once it was painted
    return view


def _at(view: CosegView, x: float, y: float) -> QPoint:
    return view._to_view(x, y, x, y).topLeft().toPoint()


def _click(
    view: CosegView,
    x: float,
    y: float,
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    QTest.mouseClick(view, button, modifiers, _at(view, x, y))


def test_a_click_says_what_the_object_is_and_the_whole_set_answers(
    kit: Kit, script: Script, qtbot: QtBot, view: CosegView
) -> None:
    _click(view, 20.5, 15.5)
    rested(kit, qtbot)
    what, request = script.calls[-1]
    assert what == "seeds"
    (seed,) = request.seeds
    assert seed.path.name == "1.png"
    assert abs(seed.columns.start - 20) <= 1
    assert abs(seed.rows.start - 15) <= 1
    assert (seed.columns.stop - seed.columns.start, seed.rows.stop - seed.rows.start) == (1, 1)
    assert seed.is_object
    assert kit.window.cosegs.desk.collection[0].is_steered
    assert [one.is_steered for one in kit.window.cosegs.desk.collection.entries[1:]] == [False] * 3


@pytest.mark.parametrize(
    "how",
    [
        (Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier),
        (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier),
    ],
)
def test_the_right_button_and_alt_say_what_it_is_not(
    kit: Kit,
    script: Script,
    qtbot: QtBot,
    view: CosegView,
    how: tuple[Qt.MouseButton, Qt.KeyboardModifier],
) -> None:
    _click(view, 5, 5, *how)
    rested(kit, qtbot)
    (seed,) = script.calls[-1][1].seeds
    assert not seed.is_object
    assert kit.window.coseg.picture.seeds.texts[0].startswith("Not this: at ")


def test_a_drag_says_it_of_a_box(kit: Kit, script: Script, qtbot: QtBot, view: CosegView) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, pos=_at(view, 10, 10))
    QTest.mouseMove(view, _at(view, 25, 20))
    QTest.mouseMove(view, _at(view, 40, 30))
    QTest.mouseRelease(view, left, pos=_at(view, 40, 30))
    rested(kit, qtbot)
    (seed,) = script.calls[-1][1].seeds
    assert abs(seed.columns.start - 10) <= 1
    assert abs(seed.columns.stop - 41) <= 1
    assert abs(seed.rows.start - 10) <= 1
    assert abs(seed.rows.stop - 31) <= 1


def test_a_box_beyond_the_picture_is_cut_to_it(
    kit: Kit, script: Script, qtbot: QtBot, view: CosegView
) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, pos=_at(view, 50, 30))
    QTest.mouseMove(view, _at(view, 55, 39))
    QTest.mouseRelease(view, left, pos=view.rect().bottomRight() - QPoint(1, 1))
    rested(kit, qtbot)
    (seed,) = script.calls[-1][1].seeds
    assert (seed.columns.stop, seed.rows.stop) == (SIZE[1], SIZE[0])


def test_it_can_all_be_said_with_the_keyboard(
    kit: Kit, script: Script, qtbot: QtBot, view: CosegView
) -> None:
    view.setFocus()
    shift = Qt.KeyboardModifier.ShiftModifier
    kit.press(Qt.Key.Key_Right, shift)  # the mark comes up in the middle
    kit.press(Qt.Key.Key_Right, shift)
    kit.press(Qt.Key.Key_Space)
    kit.press(Qt.Key.Key_Down, shift)
    kit.press(Qt.Key.Key_Space, shift)
    rested(kit, qtbot)
    first, second = script.calls[-1][1].seeds
    assert (first.columns.start, first.rows.start, first.is_object) == (31, 20, True)
    assert (second.columns.start, second.rows.start, second.is_object) == (31, 21, False)
    assert kit.window.cosegs.desk.place == 0


def _count(kit: Kit) -> int:
    return len(kit.window.coseg.picture.seeds.texts)


def test_seeds_are_flipped_taken_back_and_undone(
    kit: Kit, script: Script, qtbot: QtBot, view: CosegView
) -> None:
    control, listed = kit.window.cosegs, kit.window.coseg.picture.seeds
    _click(view, 20, 15)
    _click(view, 5, 5)
    assert _count(kit) == 2
    listed._flip.click()
    assert listed.texts[1].startswith("Not this")
    listed._remove.click()
    assert _count(kit) == 1
    kit.trigger("coseg_undo")
    kit.trigger("coseg_undo")
    assert [one.is_object for one in control.desk.seeds.now] == [True, True]
    kit.trigger("coseg_redo")
    assert [one.is_object for one in control.desk.seeds.now] == [True, False]
    rested(kit, qtbot)
    assert script.calls[-1][1].seeds == control.desk.seeds.now
    for _ in range(3):
        kit.trigger("coseg_undo")
    rested(kit, qtbot)
    assert script.calls[-1][1].seeds == ()
    assert not kit.window.actions_.action("coseg_undo").isEnabled()


def test_seeds_of_other_pictures_are_not_listed(
    kit: Kit, script: Script, qtbot: QtBot, view: CosegView
) -> None:
    _click(view, 20, 15)
    rested(kit, qtbot)
    chosen(kit, qtbot, 1)
    seeds = kit.window.coseg.picture.seeds
    assert seeds.texts == ()
    _click(view, 20, 15)
    rested(kit, qtbot)
    assert len(script.calls[-1][1].seeds) == 2
    seeds._remove.click()
    assert [one.path.name for one in kit.window.cosegs.desk.seeds.now] == ["1.png"]


def _correct(kit: Kit, view: CosegView) -> None:
    kit.trigger("coseg_correct")
    assert kit.window.coseg.picture.strip.isVisible()
    QApplication.processEvents()
    view.grab()


def test_a_mask_is_put_right_with_the_tools_of_segment_and_stays(
    kit: Kit, script: Script, qtbot: QtBot, view: CosegView
) -> None:
    desk = kit.window.cosegs.desk
    before = desk.collection[0].area
    _correct(kit, view)
    kit.trigger("correct_grow")
    corrected = desk.collection[0].corrected
    assert isinstance(corrected, Instances)
    assert desk.collection[0].area > before
    kit.trigger("coseg_undo")
    assert desk.collection[0].area == pytest.approx(before)
    kit.trigger("coseg_redo")
    kit.trigger("coseg_correct")
    assert not kit.window.coseg.picture.strip.isVisible()
    corrected = desk.collection[0].corrected
    chosen(kit, qtbot, 1)
    kit.window.coseg_set.form._method.setCurrentIndex(2)
    rested(kit, qtbot)
    assert script.calls[-1][0] == "settings"
    assert desk.collection[0].corrected is corrected
    chosen(kit, qtbot, 0)
    assert kit.window.coseg.picture.view.segmentation is corrected
    kit.trigger("coseg_discard")
    assert desk.collection[0].corrected is None
    assert desk.collection[0].area == pytest.approx(before)


def test_painting_gives_an_outlier_a_mask(
    kit: Kit, script: Script, qtbot: QtBot, view: CosegView
) -> None:
    chosen(kit, qtbot, 2)
    desk = kit.window.cosegs.desk
    assert [one.is_outlier for one in desk.collection.entries] == [False, False, True, False]
    _correct(kit, view)
    kit.trigger("correct_brush")
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(view, left, pos=_at(view, 20, 20))
    QTest.mouseMove(view, _at(view, 30, 20))
    QTest.mouseRelease(view, left, pos=_at(view, 30, 20))
    kit.trigger("coseg_correct")
    (item,) = desk.collection[2].corrected.items  # type: ignore[union-attr]
    assert item.region.has(20, 25)
    assert not any(one.is_outlier for one in desk.collection.entries)
    assert desk.seeds.now == ()  # a stroke is no seed


def test_leaving_a_picture_ends_its_correction(
    kit: Kit, script: Script, qtbot: QtBot, view: CosegView
) -> None:
    _correct(kit, view)
    kit.trigger("coseg_next")
    qtbot.waitUntil(lambda: kit.window.cosegs.pictures.image is not None, timeout=WAIT_MS)
    assert not kit.is_checked("coseg_correct")
    assert not kit.window.coseg.picture.strip.isVisible()
    assert kit.window.cosegs.desk.collection[0].corrected is None


def test_another_set_knows_nothing_of_a_correction(
    kit: Kit, script: Script, qtbot: QtBot, view: CosegView, tmp_path: Path
) -> None:
    _correct(kit, view)
    kit.trigger("correct_grow")
    taken(kit, qtbot, photos_in(tmp_path / "others", 2))
    assert [one.corrected for one in kit.window.cosegs.desk.collection.entries] == [None, None]
    assert not kit.is_checked("coseg_correct")


def test_a_correction_that_was_taken_back_is_none(
    kit: Kit, script: Script, qtbot: QtBot, view: CosegView
) -> None:
    _correct(kit, view)
    kit.trigger("correct_grow")
    kit.trigger("coseg_undo")
    kit.trigger("coseg_correct")
    assert kit.window.cosegs.desk.collection[0].corrected is None
    assert np.array_equal(SIZE, kit.window.coseg.picture.view.segmentation.size)  # type: ignore[union-attr]
