"""The colour bar in the corner, while items are coloured by a measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.theme import number_font
from gui.views.drawing import translucent
from gui.views.image_tools import to_qimage
from gui.views.value_scale import format_value

if TYPE_CHECKING:
    from gui.graph.look import Measure
    from gui.theme import Theme

__all__ = ["paint_legend"]

WIDTH, HEIGHT = 148.0, 8.0
MARGIN = 8.0


def paint_legend(painter: QPainter, view: QRectF, measure: Measure, theme: Theme) -> None:
    """Paint the bar with its ends' values and what is measured into the lower left corner."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = number_font(theme, "small")
    metrics = QFontMetricsF(font)
    line = metrics.height()
    width = min(WIDTH, view.width() - 4 * MARGIN)
    card = QRectF(
        view.left() + MARGIN,
        view.bottom() - MARGIN - 2 * line - HEIGHT - 14,
        width + 16,
        2 * line + HEIGHT + 14,
    )
    painter.setPen(QPen(QColor(theme.border_strong), 1.0))
    painter.setBrush(translucent(theme.raised, 235))
    painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), theme.radius, theme.radius)
    bar = QRectF(card.left() + 8, card.top() + 6 + line, width, HEIGHT)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(bar, to_qimage(np.ascontiguousarray(measure.lut[None])))
    painter.setFont(font)
    painter.setPen(QColor(theme.text))
    label = metrics.elidedText(measure.label, Qt.TextElideMode.ElideRight, width)
    painter.drawText(QPointF(bar.left(), card.top() + 4 + metrics.ascent()), label)
    painter.setPen(QColor(theme.text_muted))
    below = QRectF(bar.left(), bar.bottom() + 2, width, line)
    painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft), format_value(measure.low))
    painter.drawText(below, int(Qt.AlignmentFlag.AlignRight), format_value(measure.high))
    painter.restore()
