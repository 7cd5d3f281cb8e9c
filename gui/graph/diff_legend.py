"""Which colour and mark stands for which kind of difference."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.values.graph_diff import DiffKind
from gui.graph.diff_view import diff_colour, paint_sign
from gui.theme import text_font, theme_of

__all__ = ["DiffLegend"]

CHIP = 14.0
SPACE = 18.0


class DiffLegend(QWidget):
    """A row of marks with their words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._words = {
            DiffKind.SAME: self.tr("the same in both"),
            DiffKind.CHANGED: self.tr("changed, here ≠ there"),
            DiffKind.ONLY_HERE: self.tr("only in this network"),
        }
        self.setAccessibleName(", ".join(self._words.values()))

    # Qt's overrides.

    def sizeHint(self) -> QSize:
        """Return a line's height."""
        height = QFontMetricsF(text_font(theme_of(self), "small")).height()
        return QSize(300, round(max(height, CHIP) + 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the marks and the words, as far as there is room."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = text_font(theme, "small")
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        left, middle = 2.0, self.height() / 2
        for kind, words in self._words.items():
            centre = QPointF(left + CHIP / 2, middle)
            if kind is DiffKind.SAME:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(diff_colour(kind, theme)))
                painter.drawRoundedRect(QRectF(left + 2, middle - 5, 10, 10), 2, 2)
            else:
                paint_sign(painter, centre, CHIP / 2, kind, theme)
            painter.setPen(QColor(theme.text_muted))
            width = metrics.horizontalAdvance(words)
            place = QRectF(left + CHIP + 5, 0, width + 2, self.height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), words)
            left += CHIP + 5 + width + SPACE
        painter.end()
