"""Regions as paths: outlines that stay sharp at every magnification."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

if TYPE_CHECKING:
    from engine.values import Region

__all__ = ["outline"]

FINE_TO = 1 << 16
"""Rectangles of up to so many pixels are followed along the edges of their pixels."""
_FINER = 4


def outline(region: Region) -> QPainterPath:
    """Return the border of a region, holes too, in picture pixels."""
    import cv2  # noqa: PLC0415 - a tenth of a second that the window need not wait for

    path = QPainterPath()
    if not region.pixels.size:
        return path
    finer = _FINER if region.pixels.size <= FINE_TO else 1
    mask = np.pad(region.pixels, 1).astype(np.uint8)
    if finer > 1:
        mask = mask.repeat(finer, axis=0).repeat(finer, axis=1)
    contours, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    for contour in contours:
        places = (contour[:, 0] + 0.5) / finer - 1 + (region.left, region.top)
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in places.tolist()]))
        path.closeSubpath()
    return path
