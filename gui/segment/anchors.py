"""Where the names of a label map's classes stand: in the thick of their largest piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.values import BACKGROUND, VOID

if TYPE_CHECKING:
    from engine.values import LabelMap

__all__ = ["label_anchors"]

COARSE = 200
"""The map is looked at with about so many pixels on its longer side."""
LEAST_SHARE = 0.002
"""Pieces of less than this of the picture get no name."""


def label_anchors(labelled: LabelMap) -> dict[int, tuple[float, float]]:
    """Return (x, y) in picture pixels for each class that has a piece worth naming."""
    import cv2  # noqa: PLC0415 - a tenth of a second that the window need not wait for

    step = max(1, max(labelled.size) // COARSE)
    labels = np.ascontiguousarray(labelled.labels[step // 2 :: step, step // 2 :: step])
    anchors = {}
    for category in np.unique(labels).tolist():
        if category in {BACKGROUND, VOID}:
            continue
        mask = (labels == category).astype(np.uint8)
        count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask)
        largest = max(range(1, count), key=lambda n: int(stats[n, cv2.CC_STAT_AREA]))
        if stats[largest, cv2.CC_STAT_AREA] < LEAST_SHARE * mask.size:
            continue
        piece = np.pad((pieces == largest).astype(np.uint8), 1)
        inner = cv2.distanceTransform(piece, cv2.DIST_L2, 3)
        y, x = np.unravel_index(int(inner.argmax()), inner.shape)
        # Of the coarse pixel (x - 1, y - 1), the padding taken off, the middle.
        anchors[category] = ((float(x) - 0.5) * step, (float(y) - 0.5) * step)
    return anchors
