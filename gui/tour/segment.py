"""The tour through the workspace Segment: found, chosen, corrected, saved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.models import registry, weights
from engine.values import Instances, LayerKey
from gui.panels.no_masks_page import DEFAULT_MODEL
from gui.tour.looks import shoot_looks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gui.tour.driver import Tour, Wait

__all__ = ["can_segment", "look_at_segment"]

PHOTOS = ("chelsea", "coffee", "astronaut", "motorcycle_left")
"""The last one is what is chosen and corrected in."""
LAYER = LayerKey("backbone.stage3.c3")
FORMATS = ("overlay", "coco", "voc", "yolo")


def can_segment() -> bool:
    """Whether the weights of the usual network for objects are there."""
    return weights.is_local(registry.spec(DEFAULT_MODEL).weights)


def look_at_segment(tour: Tour) -> Iterator[Wait]:
    """Find objects in the demo's photos, choose one, correct it, and save the masks."""
    yield from _loaded(tour)
    yield from _found(tour)
    yield from _chosen(tour)
    yield from _corrected(tour)
    yield from _saved(tour)


def _loaded(tour: Tour) -> Iterator[Wait]:
    window = tour.window
    window.workspaces.show("segment")
    yield tour.seconds(0.3)
    tour.shoot("segment_without_network")
    tour.say(f"loading {DEFAULT_MODEL}")
    window.models.load(DEFAULT_MODEL)
    yield tour.until(partial(_has_masks, tour), "objects", 120)


def _has_masks(tour: Tour) -> bool:
    last = tour.last
    return last is not None and last.model == DEFAULT_MODEL and last.segmentation is not None


def _found(tour: Tour) -> Iterator[Wait]:
    for photo in PHOTOS:
        tour.say(f"objects in {photo}")
        yield from tour.hold_photo(photo)
        yield tour.results_later(2)
        if tour.last is not None and isinstance(tour.last.segmentation, Instances):
            tour.report.add_objects(photo, tour.last.segmentation)
        tour.shoot(f"segment_{photo}")


def _chosen(tour: Tour) -> Iterator[Wait]:
    """Choose the surest object: its cut-out, and the channels that carry it."""
    tour.say("an object chosen, with the channels that carry it")
    window = tour.window
    if not window.layers.choose(LAYER):
        raise LookupError(f"no layer {LAYER} in the tree")
    yield tour.results_later(2)
    window.actions_.trigger("segment_next")
    if not window.segment.view.places:
        raise LookupError("no object was chosen")
    yield tour.results_later(2)
    yield from shoot_looks(tour, "segment", answers=2)
    window.actions_.trigger("segment_boxes")
    window.actions_.trigger("segment_scores")
    window.actions_.trigger("segment_colours")
    yield tour.results_later(2)
    tour.shoot("segment_boxes_and_scores")
    window.actions_.trigger("segment_boxes")
    window.actions_.trigger("segment_scores")
    window.actions_.trigger("segment_colours")
    window.actions_.trigger("segment_as")
    yield tour.results_later(3)
    tour.shoot("segment_label_map")
    window.actions_.trigger("segment_as")
    yield tour.results_later(3)


def _corrected(tour: Tour) -> Iterator[Wait]:
    """Grow an object, paint into it, and take the last step back and forth."""
    tour.say("an object corrected by hand")
    window, correct = tour.window, tour.window.segments.correct
    window.actions_.trigger("segment_next")
    window.actions_.trigger("segment_correct")
    if not correct.is_active:
        raise LookupError("there is nothing to correct")
    for _ in range(3):
        window.actions_.trigger("correct_grow")
    window.actions_.trigger("correct_brush")
    tour.drag(window.segment.view, (0.42, 0.45), (0.5, 0.4), (0.58, 0.45))
    for action in ("correct_undo", "correct_redo"):
        window.actions_.trigger(action)
    if not correct.is_changed:
        raise LookupError("the correction changed nothing")
    yield from shoot_looks(tour, "correct", answers=0)


def _saved(tour: Tour) -> Iterator[Wait]:
    """Save the corrected masks into the tour's folder, as the card does."""
    tour.say("saving the masks")
    window, card, folder = tour.window, tour.window.segment.save_card, tour.out / "masks"
    window.actions_.trigger("segment_save")
    card.tick(*FORMATS)
    card.set_folder(str(folder))
    tour.choose(card, "Replace")
    yield tour.seconds(0.3)
    tour.shoot("save_masks")
    tour.click(card, "Save")
    yield tour.until(card.isHidden, "the masks")
    made = [path for path in folder.rglob("*") if path.is_file()]
    if len(made) < len(FORMATS):
        raise LookupError(f"of {len(FORMATS)} forms only {len(made)} files were written")
    for path in sorted(made):
        tour.report.add_file(path)
    yield tour.seconds(0.3)
    tour.shoot("masks_saved")
    window.segments.correct.discard()
    if window.actions_.action("freeze").isChecked():
        window.actions_.trigger("freeze")
