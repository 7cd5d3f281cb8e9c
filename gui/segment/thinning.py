"""A segmentation with fewer pixels, for a view that shows its picture smaller than it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine.values import Instances, LabelMap, Region

if TYPE_CHECKING:
    from engine.values import Segmentation

__all__ = ["thinned"]


def thinned(found: Segmentation, step: int) -> Segmentation:
    """Return every `step`-th pixel of every `step`-th row, from the middle of the first.

    Masks of a 4K picture take ten times as long to draw as a view of a million pixels needs.
    Boxes stay as they are.
    """
    if step <= 1:
        return found
    first = step // 2
    if isinstance(found, LabelMap):
        labels, sure = found.labels[first::step, first::step], found.confidence
        few = None if sure is None else np.ascontiguousarray(sure[first::step, first::step])
        return replace(found, labels=labels.copy(), confidence=few)
    height, width = found.size
    items = tuple(replace(item, region=_thin(item.region, step)) for item in found.items)
    size = len(range(first, height, step)), len(range(first, width, step))
    return Instances(size, found.categories, items)


def _thin(region: Region, step: int) -> Region:
    first = step // 2
    y, x = (first - region.top) % step, (first - region.left) % step
    pixels = np.ascontiguousarray(region.pixels[y::step, x::step])
    if not pixels.size:
        return Region(0, 0, np.zeros((0, 0), np.bool_))
    return Region((region.left + x) // step, (region.top + y) // step, pixels)
