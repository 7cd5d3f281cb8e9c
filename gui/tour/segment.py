"""The tour through the workspace Segment: found, chosen, corrected, saved."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from engine.models import registry, weights
from engine.sources.base import SetPlaying
from engine.values import Instances, LabelMap, LayerKey
from gui.panels.no_masks_page import DEFAULT_MODEL
from gui.tour.looks import shoot_looks
from gui.tour.report import files_in

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
    published = registry.spec(DEFAULT_MODEL).weights
    return published is not None and weights.is_local(published)


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
    yield from tour.hold_photo(PHOTOS[-1])
    yield tour.results_later(1)
    window.source.command_given.emit(SetPlaying(False))
    yield tour.seconds(1.5)  # until what was under way has come
    if not window.layers.choose(LAYER):
        raise LookupError(f"no layer {LAYER} in the tree")
    yield tour.until(partial(_has_maps, tour), f"the maps of {LAYER}")
    window.actions_.trigger("segment_next")
    if not window.segment.view.places:
        raise LookupError("no object was chosen")
    yield from shoot_looks(tour, "segment", answers=0)
    for action in ("segment_boxes", "segment_colours"):
        window.actions_.trigger(action)
    yield tour.seconds(0.3)
    tour.shoot("segment_boxes_by_object")
    for action in ("segment_boxes", "segment_colours", "segment_as"):
        window.actions_.trigger(action)
    yield tour.until(partial(_has_labels, tour), "a label map")
    yield tour.seconds(0.5)
    tour.shoot("segment_label_map")
    window.actions_.trigger("segment_as")
    yield tour.until(lambda: not _has_labels(tour), "objects again")


def _has_maps(tour: Tour) -> bool:
    return tour.last is not None and tour.last.activation(LAYER) is not None


def _has_labels(tour: Tour) -> bool:
    return tour.last is not None and isinstance(tour.last.segmentation, LabelMap)


def _corrected(tour: Tour) -> Iterator[Wait]:
    """Grow an object, erase in it, and take the last step back and forth."""
    tour.say("an object corrected by hand")
    window, correct = tour.window, tour.window.segments.correct
    window.actions_.trigger("segment_next")
    window.actions_.trigger("segment_correct")
    if not correct.is_active:
        raise LookupError("there is nothing to correct")
    yield tour.seconds(0.5)
    for _ in range(3):
        window.actions_.trigger("correct_grow")
    window.actions_.trigger("correct_eraser")
    tour.drag(window.segment.view, (0.1, 0.25), (0.14, 0.3), (0.18, 0.36))
    for action in ("correct_undo", "correct_redo"):
        window.actions_.trigger(action)
    yield from shoot_looks(tour, "correct", answers=0)
    if not correct.is_active or not correct.is_changed:
        raise LookupError("the correction was lost")


def _saved(tour: Tour) -> Iterator[Wait]:
    """Save the corrected masks into the tour's folder, as the card does."""
    tour.say("saving the masks")
    window, card, folder = tour.window, tour.window.segment.save_card, tour.out / "masks"
    begun_at = time.time()
    window.actions_.trigger("segment_save")
    card.tick(*FORMATS)
    card.set_folder(str(folder))
    tour.choose(card, "Replace")
    yield tour.seconds(0.3)
    tour.shoot("save_masks")
    tour.click(card, "Save")
    yield tour.until(card.isHidden, "the masks")
    made = files_in(folder, begun_at)
    if len(made) < len(FORMATS):
        raise LookupError(f"of {len(FORMATS)} forms only {len(made)} files were written")
    for path in made:
        tour.report.add_file(path)
    yield tour.seconds(0.3)
    tour.shoot("masks_saved")
    window.segments.correct.discard()
    if window.actions_.action("freeze").isChecked():
        window.actions_.trigger("freeze")
    window.source.command_given.emit(SetPlaying(True))
