"""Corrections of the live picture: it is frozen, and frames under way take nothing away."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine.sources.base import SetPlaying, SourceInfo, SourceKind, SourceSpec, SourceState
from engine.values import Instances
from tests.gui.correct_kit import areas, badges, begin, first, next_picture, shown, stand_still
from tests.gui.fake_engine import CONV1, model
from tests.gui.segment_kit import answer, labels, picture, show, three

if TYPE_CHECKING:
    from tests.gui.window_kit import Kit


@pytest.fixture
def there(kit: Kit) -> Kit:
    """Begin to correct three objects."""
    return begin(kit)


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
