"""Seeds drawn over a picture: a sign where a person clicked, a box where one was dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

if TYPE_CHECKING:
    from gui.theme import Theme

__all__ = ["draw_box", "draw_cross", "draw_sign"]

RADIUS_PX = 8.0


def draw_sign(
    painter: QPainter, at: QPointF, theme: Theme, *, is_object: bool, is_lit: bool = False
) -> None:
    """Draw a plus ("this") or a minus ("not this") in a disc; the sign says it, not the colour."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    radius = RADIUS_PX + 2 if is_lit else RADIUS_PX
    painter.setPen(QPen(QColor(theme.marker), 2.0 if is_lit else 1.5))
    painter.setBrush(QColor("#1c6b41" if is_object else "#b3261e"))
    painter.drawEllipse(at, radius, radius)
    pen = QPen(QColor(theme.marker), 2.0)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    arm = radius / 2
    painter.drawLine(at - QPointF(arm, 0), at + QPointF(arm, 0))
    if is_object:
        painter.drawLine(at - QPointF(0, arm), at + QPointF(0, arm))
    painter.restore()


def draw_box(painter: QPainter, rect: QRectF, theme: Theme, *, is_object: bool) -> None:
    """Draw a box: a solid line for "this", a dashed one for "not this"."""
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.marker_halo), 4.0))
    painter.drawRect(rect)
    pen = QPen(QColor("#6cc495" if is_object else "#f08a82"), 2.0)
    if not is_object:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawRect(rect)
    painter.restore()


def draw_cross(painter: QPainter, at: QPointF, theme: Theme) -> None:
    """Draw the mark that the keyboard moves."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for value, width in ((theme.marker_halo, 4.0), (theme.marker, 1.5)):
        painter.setPen(QPen(QColor(value), width))
        for way in (QPointF(1, 0), QPointF(0, 1)):
            painter.drawLine(at - way * 14.0, at - way * 4.0)
            painter.drawLine(at + way * 4.0, at + way * 14.0)
    painter.restore()
