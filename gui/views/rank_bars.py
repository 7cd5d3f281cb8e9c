"""The most probable categories as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import Theme, number_font, text_font, theme_of
from gui.views.drawing import draw_message

if TYPE_CHECKING:
    from engine.values import Classification, Prediction

__all__ = ["RankBars"]

ROW_HEIGHT = 26
LABEL_SHARE = 0.46
"""Of the width, at most, for the label."""


class RankBars(QWidget):
    """One row a category: label, bar, percentage. Rows stand still; only their bars move."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._top: tuple[Prediction, ...] = ()
        self._is_random = False
        self._message = self.tr("The network's answer stands here once a picture is open")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setAccessibleName(self.tr("Prediction"))

    def show_classification(
        self, classification: Classification | None, *, is_random: bool
    ) -> None:
        """Show the best categories; with random weights they are marked as meaningless."""
        before = len(self._top)
        self._top = classification.top if classification is not None else ()
        self._is_random = is_random
        spoken = (f"{p.label} {100 * p.probability:.0f} %" for p in self._top)
        self.setAccessibleDescription(", ".join(spoken))
        if len(self._top) != before:
            self.updateGeometry()
        self.update()

    def clear(self, message: str = "") -> None:
        """Show nothing, but a sentence."""
        self._top = ()
        if message:
            self._message = message
        self.update()

    # --------------------------------------------------------------------------------- the rest

    def _badge_height(self, theme: Theme) -> float:
        return ROW_HEIGHT if self._is_random and theme else 0.0

    def _row(self, number: int, theme: Theme) -> QRectF:
        count = max(1, len(self._top))
        head = self._badge_height(theme)
        height = min(float(ROW_HEIGHT), max(12.0, (self.height() - head) / count))
        left = float(theme.gap)
        return QRectF(left, head + number * height, self.width() - 2 * left, height)

    def _paint_row(self, painter: QPainter, number: int, theme: Theme) -> None:
        row, prediction = self._row(number, theme), self._top[number]
        numbers = number_font(theme, "normal")
        share_width = QFontMetricsF(numbers).horizontalAdvance("100.0 %") + theme.gap
        label_width = row.width() * LABEL_SHARE
        font = text_font(theme, "normal", is_bold=number == 0)
        painter.setFont(font)
        painter.setPen(QColor(theme.text_muted if self._is_random or number else theme.text))
        place = QRectF(row.left(), row.top(), label_width, row.height())
        metrics = QFontMetricsF(font)
        elide = Qt.TextElideMode.ElideRight
        text = metrics.elidedText(prediction.label, elide, label_width - theme.gap)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), text)
        tall = min(10.0, row.height() - 6)
        width = row.width() - label_width - share_width
        track = QRectF(place.right(), row.center().y() - tall / 2, max(8.0, width), tall)
        self._paint_bar(painter, track, prediction.probability, theme)
        painter.setFont(numbers)
        painter.setPen(QColor(theme.text_muted if self._is_random else theme.text))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        place = QRectF(row.right() - share_width, row.top(), share_width, row.height())
        painter.drawText(place, int(flags), f"{100 * prediction.probability:.1f} %")

    def _paint_banner(self, painter: QPainter, theme: Theme) -> None:
        place = QRectF(theme.gap, 2, self.width() - 2 * theme.gap, ROW_HEIGHT - 6)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.warning))
        painter.drawRoundedRect(place, theme.radius_small, theme.radius_small)
        font = text_font(theme, "small", is_bold=True)
        text = self.tr("random weights: the answer means nothing")
        if QFontMetricsF(font).horizontalAdvance(text) > place.width() - theme.gap:
            text = self.tr("random weights: meaningless")
        painter.setFont(font)
        painter.setPen(QColor(theme.window))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)

    def _paint_bar(self, painter: QPainter, track: QRectF, share: float, theme: Theme) -> None:
        radius = min(3.0, track.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.track))
        painter.drawRoundedRect(track, radius, radius)
        filled = QRectF(track)
        filled.setWidth(track.width() * min(max(share, 0.0), 1.0))
        if filled.width() < 0.5:
            return
        if self._is_random:
            painter.setBrush(QBrush(QColor(theme.text_faint), Qt.BrushStyle.BDiagPattern))
            painter.drawRect(filled)
        else:
            painter.setBrush(QColor(theme.bar))
            painter.drawRoundedRect(filled, min(radius, filled.width() / 2), radius)

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return room for the rows."""
        rows = max(5, len(self._top)) + (1 if self._is_random else 0)
        return QSize(280, rows * ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return room for narrow rows."""
        return QSize(180, max(3, len(self._top)) * 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._top:
            draw_message(painter, QRectF(self.rect()), self._message, theme)
        for number in range(len(self._top)):
            self._paint_row(painter, number, theme)
        if self._is_random and self._top:
            self._paint_banner(painter, theme)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Answer the question for a tooltip with the full label."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            theme, point = theme_of(self), QPointF(event.pos())
            rows = range(len(self._top))
            found = next((n for n in rows if self._row(n, theme).contains(point)), None)
            text = ""
            if found is not None:
                best = self._top[found]
                text = self.tr("{0} (category {1}): {2} %").format(
                    best.label, best.index, f"{100 * best.probability:.2f}"
                )
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
