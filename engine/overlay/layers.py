"""Which object or category lies on top at each pixel, and the tables that colour it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.overlay.palette import colour_of, colours_of
from engine.values import BACKGROUND, VOID, Instances, LabelMap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.values import Instance, OverlayStyle, Segmentation

__all__ = ["Layer", "layers"]

_MOST = 255


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Up to 255 objects or categories in a rectangle of the picture.

    Attributes
    ----------
    rows, columns
        The rectangle.
    index : ndarray, (h, w), uint8
        0 = nothing; otherwise a place in the table. Of what overlaps, the higher number is seen.
    table : ndarray, (256, 3), uint8
        A colour for each number, RGB.
    """

    rows: slice
    columns: slice
    index: NDArray[np.uint8]
    table: NDArray[np.uint8]


def layers(segmentation: Segmentation, style: OverlayStyle, margin: int) -> Iterator[Layer]:
    """Lay what is not hidden over each other, the least certain first.

    Only what is on top shows: colours that mix would be nobody's, and the picture below two
    objects would vanish.

    Parameters
    ----------
    margin
        Pixels around the objects that the rectangles cover too, for outlines.
    """
    if isinstance(segmentation, LabelMap):
        yield from _of_labels(segmentation, style)
        return
    shown = _shown(segmentation, style)
    # From the least certain on, at most 255 at a time: numbers are bytes.
    for start in range(0, len(shown), _MOST):
        yield _of_objects(shown[start : start + _MOST], segmentation.size, margin)


_Coloured = tuple["Instance", tuple[int, int, int]]


def _shown(instances: Instances, style: OverlayStyle) -> list[_Coloured]:
    pairs = zip(instances.items, colours_of(instances, style), strict=True)
    kept = [pair for pair in pairs if pair[0].category not in style.hidden]
    return [pair for pair in reversed(kept) if pair[0].region.pixels.size]


def _of_objects(shown: list[_Coloured], size: tuple[int, int], margin: int) -> Layer:
    regions = [item.region for item, _ in shown]
    rows = slice(
        max(0, min(region.rows.start for region in regions) - margin),
        min(size[0], max(region.rows.stop for region in regions) + margin),
    )
    columns = slice(
        max(0, min(region.columns.start for region in regions) - margin),
        min(size[1], max(region.columns.stop for region in regions) + margin),
    )
    index = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    table = np.zeros((256, 3), np.uint8)
    for number, (item, colour) in enumerate(shown, 1):
        region = item.region
        y, x = region.top - rows.start, region.left - columns.start
        height, width = region.pixels.shape
        part = index[y : y + height, x : x + width]
        pixels = region.pixels.view(np.uint8)
        # Numbers rise with the certainty, so the larger one is the one on top.
        cv2.max(part, np.multiply(pixels, np.uint8(number)), dst=part)
        table[number] = colour
    return Layer(rows, columns, index, table)


def _of_labels(labelled: LabelMap, style: OverlayStyle) -> Iterator[Layer]:
    labels = labelled.labels
    shown = [c.id for c in labelled.categories if c.id not in style.hidden]
    height, width = labels.shape
    whole = slice(0, height), slice(0, width)
    if labels.dtype == np.uint8:
        table = np.zeros((256, 3), np.uint8)
        kept = np.zeros(256, np.uint8)
        for category in shown:
            if category < VOID:
                table[category] = colour_of(category, style)
                kept[category] = category
        yield Layer(*whole, np.asarray(cv2.LUT(labels, kept), np.uint8), table)
        return
    there = np.flatnonzero(np.bincount(labels.ravel(), minlength=VOID + 1))
    present = [int(i) for i in there if i not in (BACKGROUND, VOID) and int(i) in set(shown)]
    for start in range(0, len(present), _MOST):
        numbers = np.zeros(1 << 16, np.uint8)
        table = np.zeros((256, 3), np.uint8)
        for number, category in enumerate(present[start : start + _MOST], 1):
            numbers[category] = number
            table[number] = colour_of(category, style)
        yield Layer(*whole, numbers[labels], table)
