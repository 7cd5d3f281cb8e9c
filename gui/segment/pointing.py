"""What lies under a pixel, what it is called, and which object of the next frame it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.values import BACKGROUND, VOID, Instances, LabelMap

if TYPE_CHECKING:
    from engine.values import Box, Instance, Segmentation

__all__ = [
    "Pointed",
    "category_name",
    "describe",
    "follow",
    "number_of",
    "object_name",
    "pointed_at",
]

LEAST_OVERLAP = 0.3
"""Of two boxes of one class in two frames (IoU), to be taken for the same object."""

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Pointed:
    """What lies under a pixel.

    Attributes
    ----------
    x, y
        The pixel.
    places
        Of the objects there among the items, the one on top first.
    category
        Id of the class: of the object on top, or of the label map.
    confidence
        How sure the network is, in 0..1; None where it does not say.
    """

    x: int
    y: int
    places: tuple[int, ...] = ()
    category: int = BACKGROUND
    confidence: float | None = None


def pointed_at(
    segmentation: Segmentation, x: int, y: int, hidden: frozenset[int] = frozenset()
) -> Pointed | None:
    """Return what lies under a pixel of the picture; None beside the picture."""
    height, width = segmentation.size
    if not (0 <= x < width and 0 <= y < height):
        return None
    if isinstance(segmentation, LabelMap):
        sure = segmentation.confidence
        confidence = None if sure is None else float(sure[y, x]) / 255
        return Pointed(x, y, (), int(segmentation.labels[y, x]), confidence)
    there = tuple(
        place
        for place, item in enumerate(segmentation.items)
        if item.category not in hidden and item.region.has(y, x)
    )
    if not there:
        return Pointed(x, y)
    top = segmentation.items[there[0]]
    return Pointed(x, y, there, top.category, top.score)


def category_name(segmentation: Segmentation, category: int) -> str:
    """Return what a label is called."""
    if category == VOID:
        return translate("Segment", "undecided")
    found = (it.name for it in segmentation.categories if it.id == category)
    return next(found, translate("Segment", "background"))


def number_of(instances: Instances, place: int) -> int:
    """Return the number that an object is known by: its track, or its place from 1."""
    return instances.items[place].track or place + 1


def object_name(instances: Instances, place: int) -> str:
    """Return an object's class and number: "person 3"."""
    name = category_name(instances, instances.items[place].category)
    return f"{name} {number_of(instances, place)}"


def describe(segmentation: Segmentation, pointed: Pointed) -> str:
    """Return in one line what a pixel is and how sure that is."""
    if isinstance(segmentation, LabelMap):
        name = category_name(segmentation, pointed.category)
    elif pointed.places:
        name = object_name(segmentation, pointed.places[0])
    else:
        return translate("Segment", "no object")
    return name if pointed.confidence is None else f"{name}   {100 * pointed.confidence:.0f} %"


def follow(chosen: Instance | None, instances: Instances) -> int | None:
    """Return the place of an object of the frame before: by its track, or else by its box."""
    if chosen is None:
        return None
    for place, item in enumerate(instances.items):
        if item is chosen or (chosen.track and item.track == chosen.track):
            return place
    overlaps = [
        (_iou(item.box, chosen.box), -place)
        for place, item in enumerate(instances.items)
        if item.category == chosen.category and not (item.track and chosen.track)
    ]
    best = max(overlaps, default=(0.0, 0))
    return -best[1] if best[0] >= LEAST_OVERLAP else None


def _iou(first: Box, second: Box) -> float:
    width = min(first.right, second.right) - max(first.left, second.left)
    height = min(first.bottom, second.bottom) - max(first.top, second.top)
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    whole = first.width * first.height + second.width * second.height - common
    return common / whole
