"""Small things that several views draw the same way: badges, labels, frames, sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPen

from gui.theme import text_font

if TYPE_CHECKING:
    from gui.theme import Theme

__all__ = [
    "badge_rect",
    "draw_badge",
    "draw_marker_frame",
    "draw_message",
    "draw_tag",
    "translucent",
]


def translucent(value: str, alpha: int) -> QColor:
    """Return a colour token with another opacity, `alpha` in 0..255."""
    result = QColor(value)
    result.setAlpha(alpha)
    return result


def draw_message(painter: QPainter, area: QRectF, text: str, theme: Theme) -> None:
    """Write the sentence of an empty view into its middle."""
    painter.setFont(text_font(theme))
    painter.setPen(QColor(theme.text_muted))
    room = area.adjusted(theme.gap_large, theme.gap, -theme.gap_large, -theme.gap)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(room, int(flags), text)


def badge_rect(corner: QPointF, text: str, theme: Theme) -> QRectF:
    """Return where a badge stands whose top right corner is `corner`."""
    metrics = QFontMetricsF(text_font(theme, "small", is_bold=True))
    width = metrics.horizontalAdvance(text) + 4 * theme.unit
    return QRectF(corner.x() - width, corner.y(), width, metrics.height() + theme.unit)


def draw_badge(
    painter: QPainter, rect: QRectF, text: str, theme: Theme, *, is_warning: bool
) -> None:
    """Draw a badge where `badge_rect` says."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.warning if is_warning else theme.accent))
    painter.drawRoundedRect(rect, theme.radius_small, theme.radius_small)
    painter.setFont(text_font(theme, "small", is_bold=True))
    # Window is the darkest colour of the dark theme and the lightest of the light one.
    painter.setPen(QColor(theme.window if is_warning else theme.accent_text))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.restore()


def draw_tag(painter: QPainter, corner: QPointF, text: str, theme: Theme, room: QRectF) -> None:
    """Write a short number on dark ground, from `corner` on, kept within `room`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = text_font(theme, "small")
    metrics = QFontMetricsF(font)
    rect = QRectF(corner.x(), corner.y(), metrics.horizontalAdvance(text) + 6, metrics.height())
    rect.moveLeft(max(room.left(), min(rect.left(), room.right() - rect.width())))
    rect.moveTop(max(room.top(), min(rect.top(), room.bottom() - rect.height())))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.marker_halo))
    painter.drawRoundedRect(rect, 2, 2)
    painter.setFont(font)
    painter.setPen(QColor(theme.marker))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.restore()


def draw_marker_frame(painter: QPainter, rect: QRectF, theme: Theme, width: float = 2.0) -> None:
    """Frame `rect` outside: a bright line between two dark ones, seen on every colour."""
    painter.save()
    painter.setBrush(QBrush(Qt.BrushStyle.NoBrush))
    for line, value, distance in (
        (width + 2.0, theme.marker_halo, width / 2),
        (width, theme.marker, width / 2),
    ):
        pen = QPen(QColor(value), line)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(rect.adjusted(-distance, -distance, distance, distance))
    painter.restore()
