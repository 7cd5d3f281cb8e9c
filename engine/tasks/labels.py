"""A label map made of objects."""

from __future__ import annotations

import numpy as np

from engine.values import BACKGROUND, Instances, LabelMap

__all__ = ["FROM_INSTANCES", "label_map"]

FROM_INSTANCES = "objects, from instances"


def label_map(objects: Instances) -> LabelMap:
    """Return each pixel's category; where objects overlap, the higher score wins.

    Parameters
    ----------
    objects
        Their order does not matter.

    Returns
    -------
    LabelMap
        Labels uint8, or uint16 where an id does not fit; as confidence the object's score, and 0
        where there is none.
    """
    largest = max((category.id for category in objects.categories), default=0)
    labels = np.full(objects.size, BACKGROUND, np.uint8 if largest < 256 else np.uint16)
    confidence = np.zeros(objects.size, np.uint8)
    for item in sorted(objects.items, key=lambda it: it.score):
        region = item.region
        labels[region.rows, region.columns][region.pixels] = item.category
        confidence[region.rows, region.columns][region.pixels] = round(255 * item.score)
    return LabelMap(labels, objects.categories, confidence, FROM_INSTANCES)
