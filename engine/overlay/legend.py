"""What is in a segmentation, a line a category: colour, number of objects, area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.overlay.palette import Rgb, colour_of
from engine.values import Instances, LabelMap, OverlayStyle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.values import Category, Region, Segmentation

__all__ = ["LegendRow", "legend"]


@dataclass(frozen=True, slots=True)
class LegendRow:
    """One category of a picture.

    Attributes
    ----------
    category
        Its id and name.
    colour
        RGB, as it is drawn.
    count
        Number of objects; None where a label map tells none apart.
    area_px
        Pixels that belong to it, each counted once where its objects overlap.
    share
        Of the picture, in percent.
    """

    category: Category
    colour: Rgb
    count: int | None
    area_px: int
    share: float


def legend(segmentation: Segmentation, style: OverlayStyle | None = None) -> tuple[LegendRow, ...]:
    """Return the categories that a picture has, the largest first; hidden ones too.

    Parameters
    ----------
    segmentation
        Objects or a label map; background and void are no categories.
    style
        Gives the colours; None = as by default.
    """
    style = style or OverlayStyle()
    height, width = segmentation.size
    found: Iterable[tuple[Category, int | None, int]]
    if isinstance(segmentation, LabelMap):
        found = _of_labels(segmentation)
    else:
        found = _of_objects(segmentation)
    rows = [
        LegendRow(
            category, colour_of(category.id, style), count, area, 100 * area / (height * width)
        )
        for category, count, area in found
    ]
    return tuple(sorted(rows, key=lambda row: (-row.area_px, row.category.id)))


def _of_objects(instances: Instances) -> Iterator[tuple[Category, int | None, int]]:
    for category in instances.categories:
        regions = [item.region for item in instances.items if item.category == category.id]
        if regions:
            yield category, len(regions), _union(regions)


def _of_labels(labelled: LabelMap) -> Iterator[tuple[Category, int | None, int]]:
    areas = np.bincount(labelled.labels.ravel())
    for category in labelled.categories:
        if category.id < len(areas) and areas[category.id]:
            yield category, None, int(areas[category.id])


def _union(regions: list[Region]) -> int:
    if len(regions) == 1:
        return regions[0].area
    height = max(region.rows.stop for region in regions)
    width = max(region.columns.stop for region in regions)
    mask = np.zeros((height, width), np.bool_)
    for region in regions:
        mask[region.rows, region.columns] |= region.pixels
    return int(np.count_nonzero(mask))
