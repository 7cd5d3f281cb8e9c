"""A segmentation as formats write it: piece by piece, or as one map of ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from engine.export.masks.once import Once
from engine.export.masks.rings import parts_of
from engine.values import VOID, LabelMap, Region

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from engine.export.masks.contract import SegmentedPicture
    from engine.export.masks.rings import Part
    from engine.values import Box, Category, Instance, Instances, Segmentation

__all__ = [
    "Ids",
    "Piece",
    "by_score",
    "categories_of",
    "category_map",
    "object_map",
    "objects_of",
    "pieces",
    "pieces_of",
]

Ids: TypeAlias = "NDArray[np.uint8] | NDArray[np.uint16]"
"""(H, W): what each pixel is."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One object, or all that a label map says of one category.

    Attributes
    ----------
    category
        What it is.
    number
        1 for the most certain object and so on; 0 for a label map's category.
    score
        In 0..1; of a label map the mean confidence, None where there is none.
    region
        Its pixels; never none.
    box
        The smallest rectangle that holds them.
    """

    category: Category
    number: int
    score: float | None
    region: Region
    box: Box
    _once: Once = field(default_factory=Once, init=False, repr=False)

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its outlines, the largest part first; traced when first asked for."""
        return self._once.get("parts", lambda: parts_of(self.region))


def pieces_of(picture: SegmentedPicture) -> tuple[Piece, ...]:
    """Return `pieces` of a picture's segmentation, the same ones at each call."""
    return picture.once.get("pieces", lambda: tuple(pieces(picture.segmentation)))


def categories_of(picture: SegmentedPicture) -> Ids:
    """Return `category_map` of a picture's segmentation, made once; not to be changed."""
    return picture.once.get("categories", lambda: category_map(picture.segmentation))


def objects_of(picture: SegmentedPicture) -> Ids:
    """Return `object_map` of a picture's objects, made once; not to be changed.

    Raises
    ------
    TypeError
        It has a label map.
    """
    if isinstance(picture.segmentation, LabelMap):
        raise TypeError("a label map has no objects")
    instances = picture.segmentation
    return picture.once.get("objects", lambda: object_map(instances))


def pieces(segmentation: Segmentation) -> Iterator[Piece]:
    """Yield what a segmentation consists of; an object without a pixel is left out."""
    names = {category.id: category for category in segmentation.categories}
    if isinstance(segmentation, LabelMap):
        for category in segmentation.categories:
            region = Region.of(segmentation.labels == category.id)
            if region.pixels.size:
                score = _confidence(segmentation, region)
                yield Piece(category, 0, score, region, region.box)
        return
    for number, item in enumerate(by_score(segmentation), 1):
        if item.region.pixels.any():
            tight = Region.of(item.region.pixels, item.region.left, item.region.top)
            yield Piece(names[item.category], number, item.score, tight, tight.box)


def by_score(instances: Instances) -> list[Instance]:
    """Return the objects, the most certain first."""
    return sorted(instances.items, key=lambda item: -item.score)


def category_map(segmentation: Segmentation) -> Ids:
    """Return the category of each pixel; where objects overlap, the higher score wins.

    Returns
    -------
    ndarray, (H, W), uint8 or uint16
        Two bytes where an id of the network's categories needs them.
    """
    if isinstance(segmentation, LabelMap):
        return segmentation.labels
    largest = max((category.id for category in segmentation.categories), default=0)
    items = by_score(segmentation)
    return _painted(segmentation, items, [item.category for item in items], largest)


def object_map(instances: Instances) -> Ids:
    """Return the object of each pixel: 1 for the most certain, and so on; 0 for none.

    Where objects overlap, the higher score wins. 255 stays free for the void: from 255 objects on
    the map has two bytes a pixel, and there 255 is an object like the others.

    Returns
    -------
    ndarray, (H, W), uint8 or uint16
    """
    items = by_score(instances)
    return _painted(instances, items, list(range(1, len(items) + 1)), len(items))


def _painted(instances: Instances, items: list[Instance], ids: Sequence[int], largest: int) -> Ids:
    dtype = np.uint8 if largest < VOID else np.uint16
    out = np.zeros(instances.size, dtype)
    for item, number in reversed(list(zip(items, ids, strict=True))):
        region = item.region
        np.copyto(out[region.rows, region.columns], dtype(number), where=region.pixels)
    return out


def _confidence(labelled: LabelMap, region: Region) -> float | None:
    if labelled.confidence is None:
        return None
    values = labelled.confidence[region.rows, region.columns][region.pixels]
    return float(values.mean()) / 255
