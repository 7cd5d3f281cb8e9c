"""The curves of a training: loss above, mean IoU below, epoch by epoch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import number_font, text_font, theme_of
from gui.views.drawing import draw_message
from gui.views.value_scale import format_value, nice_step, nice_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.values import EpochReport
    from gui.theme import Theme

__all__ = ["CurveView"]

_LINE_PX = 1.75
_DOT_PX = 2.5
_MARK_PX = 4.5
_MOST_DOTS = 60


class CurveView(QWidget):
    """Two lines over the epochs; the best epoch and the one that is looked at are marked.

    Signals
    -------
    epoch_chosen : int
        The person clicked an epoch.
    """

    # Drawn here and not by pyqtgraph: its import costs half a second on the thread that draws.

    epoch_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reports: tuple[EpochReport, ...] = ()
        self._shown = 0
        self._message = self.tr("Loss and mean IoU of each epoch are drawn here")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Curves of loss and mean IoU"))

    @property
    def reports(self) -> tuple[EpochReport, ...]:
        """What is drawn."""
        return self._reports

    def show_reports(self, reports: Sequence[EpochReport]) -> None:
        """Draw these epochs."""
        self._reports = tuple(reports)
        if reports:
            text = self.tr("Epoch {0}: loss {1}, mean IoU {2}")
            last = reports[-1]
            loss, mean = format_value(last.loss), f"{last.mean_iou:.3f}"
            self.setAccessibleDescription(text.format(last.epoch, loss, mean))
        self.update()

    def mark(self, epoch: int) -> None:
        """Mark the epoch that is looked at; 0 = none."""
        if epoch != self._shown:
            self._shown = epoch
            self.update()

    # --------------------------------------------------------------------------------- geometry

    def _areas(self, theme: Theme) -> tuple[QRectF, QRectF]:
        """Return the room of the two plots, without titles and numbers."""
        line = QFontMetricsF(text_font(theme, "small")).height()
        left = QFontMetricsF(number_font(theme, "small")).horizontalAdvance("0.000") + 8
        width = max(8.0, self.width() - left - theme.gap)
        title, foot = line + theme.unit, line + theme.unit + 2
        height = max(8.0, (self.height() - 2 * title - foot - theme.gap_large) / 2)
        upper = QRectF(left, title, width, height)
        lower = QRectF(left, upper.bottom() + theme.gap_large + title, width, height)
        return upper, lower

    def _x(self, area: QRectF, epoch: float) -> float:
        last = max(2, self._reports[-1].epochs if self._reports else 2)
        return area.left() + (epoch - 1) / (last - 1) * area.width()

    def _epoch_at(self, x: float) -> int:
        area, _ = self._areas(theme_of(self))
        known = [one.epoch for one in self._reports]
        return min(known, key=lambda epoch: abs(self._x(area, epoch) - x), default=0)

    # --------------------------------------------------------------------------------- painting

    def _paint_plot(
        self, painter: QPainter, area: QRectF, title: str, values: list[float], top: float
    ) -> None:
        theme = theme_of(self)
        step = nice_step(top, max(2, int(area.height() / 34)))
        painter.setFont(number_font(theme, "small"))
        metrics = QFontMetricsF(painter.font())
        for value in nice_ticks(0.0, top, max(2, int(area.height() / 34))):
            y = area.bottom() - value / top * area.height()
            painter.setPen(QPen(QColor(theme.grid_line), 1.0))
            painter.drawLine(QLineF(area.left(), round(y) + 0.5, area.right(), round(y) + 0.5))
            painter.setPen(QColor(theme.text_muted))
            text = format_value(value, step)
            left = area.left() - 6 - metrics.horizontalAdvance(text)
            painter.drawText(QPointF(left, y + metrics.ascent() / 2 - 1), text)
        painter.setFont(text_font(theme, "small"))
        painter.setPen(QColor(theme.text_muted))
        metrics = QFontMetricsF(painter.font())
        painter.drawText(QPointF(area.left(), area.top() - theme.unit - metrics.descent()), title)
        points = [
            QPointF(
                self._x(area, one.epoch),
                area.bottom() - min(1.0, value / top) * area.height(),
            )
            for one, value in zip(self._reports, values, strict=True)
        ]
        self._paint_shown(painter, area)
        painter.setPen(QPen(QColor(theme.bar), _LINE_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.bar))
        if len(points) <= _MOST_DOTS:
            for point in points:
                painter.drawEllipse(point, _DOT_PX, _DOT_PX)
        self._paint_best(painter, points)

    def _paint_best(self, painter: QPainter, points: list[QPointF]) -> None:
        theme = theme_of(self)
        best = next((n for n in range(len(points) - 1, -1, -1) if self._reports[n].is_best), None)
        if best is not None:
            painter.setPen(QPen(QColor(theme.panel), 1.5))
            painter.setBrush(QColor(theme.success))
            painter.drawEllipse(points[best], _MARK_PX, _MARK_PX)

    def _paint_shown(self, painter: QPainter, area: QRectF) -> None:
        if self._shown and any(one.epoch == self._shown for one in self._reports):
            theme = theme_of(self)
            x = round(self._x(area, self._shown)) + 0.5
            painter.setPen(QPen(QColor(theme.axis), 1.0, Qt.PenStyle.DashLine))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))

    def _paint_epochs(self, painter: QPainter, area: QRectF) -> None:
        """Write the epochs below the lower plot."""
        theme = theme_of(self)
        painter.setFont(number_font(theme, "small"))
        painter.setPen(QColor(theme.text_muted))
        metrics = QFontMetricsF(painter.font())
        last = self._reports[-1].epochs
        most = max(2, int(area.width() / 44))
        step = max(1, math.ceil(nice_step(max(1, last - 1), most)))
        for epoch in sorted({1, *range(step, last + 1, step)}):
            text = str(epoch)
            width = metrics.horizontalAdvance(text)
            left = min(max(area.left(), self._x(area, epoch) - width / 2), area.right() - width)
            painter.drawText(QPointF(left, area.bottom() + 4 + metrics.ascent()), text)

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return a readable size."""
        return QSize(320, 260)

    def minimumSizeHint(self) -> QSize:
        """Return the least readable size."""
        return QSize(200, 150)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both plots, or the sentence."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        if not self._reports:
            draw_message(painter, QRectF(self.rect()), self._message, theme)
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        upper, lower = self._areas(theme)
        losses = [one.loss for one in self._reports]
        means = [one.mean_iou for one in self._reports]
        self._paint_plot(painter, upper, self.tr("Loss"), losses, max(*losses, 1e-6) * 1.05)
        title = self.tr("Mean IoU, held-out photos")
        # Up to a little over what was reached, so that differences can be seen.
        self._paint_plot(painter, lower, title, means, min(1.0, max(0.1, max(means) * 1.1)))
        self._paint_epochs(painter, lower)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say the numbers of the epoch under the pointer."""
        epoch = self._epoch_at(event.position().x())
        report = next((one for one in self._reports if one.epoch == epoch), None)
        if report is not None:
            text = self.tr("Epoch {0}: loss {1}, mean IoU {2}, accuracy {3}").format(
                epoch,
                format_value(report.loss),
                f"{report.mean_iou:.3f}",
                f"{report.accuracy:.3f}",
            )
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the epoch under the pointer."""
        epoch = self._epoch_at(event.position().x())
        if epoch:
            self.epoch_chosen.emit(epoch)
