"""Draws a receptive field onto a picture: theory's box, and what was measured as heat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.views.image_tools import draw_overlay

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from engine.values import Box
    from gui.theme import Theme

__all__ = ["FieldMark", "draw_field"]

LEAST_PX = 6.0
"""A smaller box would not be seen."""
LINE = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class FieldMark:
    """What is drawn.

    Attributes
    ----------
    box
        Theory's field, in picture pixels, within the picture; None = it is not on it.
    cut
        Whether it reaches further at the left, top, right and bottom: these sides are dashed.
    heat : ndarray, (h, w, 4), uint8, or None
        The measured field with straight alpha.
    heat_box
        Which part of the picture `heat` covers; it may reach beyond.
    """

    box: Box | None
    cut: tuple[bool, bool, bool, bool] = (False, False, False, False)
    heat: NDArray[np.uint8] | None = None
    heat_box: Box | None = None


def draw_field(
    painter: QPainter,
    mark: FieldMark,
    to_view: Callable[[Box], QRectF],
    picture: QRectF,
    theme: Theme,
) -> None:
    """Draw a receptive field over a picture.

    Parameters
    ----------
    painter
        Clipped to the picture.
    mark
        What to draw.
    to_view
        Returns where a part of the picture lies, in the painter's coordinates.
    picture
        Where the whole picture lies.
    theme
        Its colours.
    """
    if mark.heat is not None and mark.heat_box is not None:
        draw_overlay(painter, to_view(mark.heat_box), mark.heat)
    if mark.box is not None:
        _draw_box(painter, _seen(to_view(mark.box), picture), mark.cut, theme)


def _seen(rect: QRectF, picture: QRectF) -> QRectF:
    """Return a box large enough to be seen, its lines within the picture."""
    grow_x, grow_y = (max(0.0, LEAST_PX - side) / 2 for side in (rect.width(), rect.height()))
    rect = rect.adjusted(-grow_x, -grow_y, grow_x, grow_y)
    return rect & picture.adjusted(LINE, LINE, -LINE, -LINE)


def _draw_box(
    painter: QPainter, rect: QRectF, cut: tuple[bool, bool, bool, bool], theme: Theme
) -> None:
    left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
    sides = (
        QLineF(left, top, left, bottom),
        QLineF(left, top, right, top),
        QLineF(right, top, right, bottom),
        QLineF(left, bottom, right, bottom),
    )
    painter.save()
    for colour, width in ((theme.marker_halo, LINE + 2), (theme.marker, LINE)):
        for side, is_cut in zip(sides, cut, strict=True):
            pen = QPen(QColor(colour), width)
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            if is_cut:
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                # In widths of the pen: the two lines must have the same dashes in pixels.
                pen.setDashPattern([6 / width, 5 / width])
            painter.setPen(pen)
            painter.drawLine(side)
    painter.restore()
