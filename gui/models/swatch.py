"""A colour as a small square, the same whether its row is selected or not."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

__all__ = ["swatch"]

_SIDE = 16
_SCALE = 2


def swatch(colour: tuple[int, int, int]) -> QIcon:
    """Return a square of a colour. Whoever needs many keeps them, no longer than the window.

    Of a plain colour Qt makes another one in a selected row, and then it is not the colour of the
    mask any more.
    """
    pixmap = QPixmap(_SCALE * _SIDE, _SCALE * _SIDE)
    pixmap.setDevicePixelRatio(_SCALE)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(*colour))
    painter.drawRoundedRect(QRectF(1, 1, _SIDE - 2, _SIDE - 2), 3, 3)
    painter.end()
    result = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected, QIcon.Mode.Active):
        result.addPixmap(pixmap, mode)
    return result
