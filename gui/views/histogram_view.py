"""How the values of a channel are distributed; zeros, which a ReLU makes many of, stand apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import Theme, number_font, theme_of
from gui.views.drawing import draw_message
from gui.views.value_scale import format_value, nice_step, nice_ticks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Distribution", "HistogramView", "distribution"]

BINS = 48
SAMPLE = 1 << 16
"""Of more values than this, evenly spaced ones are counted: shares do not change visibly."""
ZERO_WIDTH = 14


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """A histogram.

    Attributes
    ----------
    counts : ndarray, (bins,), int64
        Values in each bin, exact zeros left out.
    low, high
        Borders of the first and the last bin.
    zeros
        Share of exact zeros among all values, in 0..1.
    """

    counts: NDArray[np.int64]
    low: float
    high: float
    zeros: float


def distribution(values: NDArray[np.float32], bins: int = BINS) -> Distribution | None:
    """Count values; NaN and infinite ones are left out.

    Parameters
    ----------
    values : ndarray, any shape, float32
    bins
        Number of bins.

    Returns
    -------
    Distribution or None
        None where there is no finite value.
    """
    flat = values.reshape(-1)
    flat = flat[:: -(-flat.size // SAMPLE)] if flat.size > SAMPLE else flat
    flat = flat[np.isfinite(flat)]
    if flat.size == 0:
        return None
    others = flat[flat != 0]
    zeros = 1.0 - others.size / flat.size
    low, high = (float(others.min()), float(others.max())) if others.size else (0.0, 1.0)
    if not high > low:
        half = abs(low) / 2 or 0.5
        low, high = low - half, high + half
    counts = np.histogram(others, bins=bins, range=(low, high))[0].astype(np.int64)
    return Distribution(counts, low, high, zeros)


class HistogramView(QWidget):
    """Bars of counts over values, and one bar apart for the share of exact zeros."""

    # Drawn here and not by pyqtgraph: its import costs half a second on the thread that draws.

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Distribution | None = None
        self._is_log = False
        self._marked: float | None = None
        self._message = self.tr("No values yet")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Histogram"))

    def show_values(self, values: NDArray[np.float32]) -> None:
        """Show how values, float32 of any shape, are distributed."""
        self._shown = distribution(values)
        if self._shown is not None:
            text = self.tr("Values from {0} to {1}, {2} % zeros")
            low, high = format_value(self._shown.low), format_value(self._shown.high)
            self.setAccessibleDescription(text.format(low, high, f"{100 * self._shown.zeros:.0f}"))
        self.update()

    def clear(self, message: str = "") -> None:
        """Show nothing, but a sentence."""
        self._shown = None
        if message:
            self._message = message
        self.update()

    def set_log(self, is_log: bool) -> None:
        """Draw the counts logarithmically, or not."""
        self._is_log = is_log
        self.update()

    def set_marker(self, value: float | None) -> None:
        """Mark a value (the one under the pointer), or none."""
        if value != self._marked:
            self._marked = value
            self.update()

    # --------------------------------------------------------------------------------- the rest

    def _heights(self, shown: Distribution) -> NDArray[np.float64]:
        """Return the heights of the bars, in 0..1 of the room."""
        counts = shown.counts.astype(np.float64)
        if self._is_log:
            counts = np.log1p(counts)
        return counts / max(1e-9, float(counts.max(initial=0.0)))

    def _areas(self, theme: Theme) -> tuple[QRectF, QRectF]:
        """Return where the bar of zeros and where the others stand."""
        line = QFontMetricsF(number_font(theme, "small")).height()
        top = line + theme.unit
        height = max(4.0, self.height() - top - line - theme.unit)
        zero = QRectF(theme.gap, top, ZERO_WIDTH, height)
        left = zero.right() + theme.gap_large
        return zero, QRectF(left, top, max(8.0, self.width() - left - theme.gap), height)

    def _paint_bars(self, painter: QPainter, area: QRectF, shown: Distribution) -> None:
        theme = theme_of(self)
        heights = self._heights(shown)
        # Whole pixels: every bar equally wide, to the eye, and crisp.
        edges = np.round(area.left() + np.linspace(0, area.width(), heights.size + 1)).tolist()
        gap = 1.0 if area.width() / heights.size >= 4 else 0.0
        bars = []
        for number, height in enumerate(heights.tolist()):
            if shown.counts[number]:
                tall = max(1.0, round(height * area.height()))
                left, right = edges[number], edges[number + 1] - gap
                bars.append(QRectF(left, area.bottom() - tall, right - left, tall))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.bar))
        painter.drawRects(bars)
        painter.setPen(QPen(QColor(theme.axis), 1.0))
        base = area.bottom() + 0.5
        painter.drawLine(QLineF(area.left(), base, area.right(), base))

    def _paint_axis(self, painter: QPainter, area: QRectF, shown: Distribution) -> None:
        theme = theme_of(self)
        painter.setFont(number_font(theme, "small"))
        metrics = QFontMetricsF(painter.font())
        count = max(2, int(area.width() / 64))
        step = nice_step(shown.high - shown.low, count)
        for value in nice_ticks(shown.low, shown.high, count):
            x = self._x(area, shown, value)
            text = format_value(value, step)
            width = metrics.horizontalAdvance(text)
            painter.setPen(QPen(QColor(theme.axis), 1.0))
            painter.drawLine(QLineF(x, area.bottom(), x, area.bottom() + 3))
            left = max(area.left(), min(x - width / 2, area.right() - width))
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(QPointF(left, area.bottom() + 3 + metrics.ascent()), text)

    def _paint_zeros(self, painter: QPainter, area: QRectF, shown: Distribution) -> None:
        theme = theme_of(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.track))
        painter.drawRect(area)
        painter.setBrush(QColor(theme.text_muted))
        tall = shown.zeros * area.height()
        painter.drawRect(QRectF(area.left(), area.bottom() - tall, area.width(), tall))
        painter.setFont(number_font(theme, "small"))
        painter.setPen(QColor(theme.text_muted))
        metrics = QFontMetricsF(painter.font())
        text = self.tr("zeros {0} %").format(f"{100 * shown.zeros:.0f}")
        painter.drawText(QPointF(area.left(), metrics.ascent()), text)
        box = QRectF(area.left() - 4, area.bottom() + 3, area.width() + 8, metrics.height())
        painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter), "=0")

    @staticmethod
    def _x(area: QRectF, shown: Distribution, value: float) -> float:
        share = (value - shown.low) / (shown.high - shown.low)
        return area.left() + min(max(share, 0.0), 1.0) * area.width()

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return a readable size."""
        return QSize(260, 120)

    def minimumSizeHint(self) -> QSize:
        """Return the least readable size."""
        return QSize(140, 72)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars, the axis and the marked value."""
        del event
        theme, shown = theme_of(self), self._shown
        painter = QPainter(self)
        if shown is None:
            draw_message(painter, QRectF(self.rect()), self._message, theme)
        else:
            zero, area = self._areas(theme)
            self._paint_zeros(painter, zero, shown)
            self._paint_bars(painter, area, shown)
            self._paint_axis(painter, area, shown)
            if self._marked is not None:
                x = self._x(area, shown, self._marked)
                painter.setPen(QPen(QColor(theme.text), 1.0))
                painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the bar under the pointer stands for."""
        shown = self._shown
        if shown is None:
            return
        _zero, area = self._areas(theme_of(self))
        x = event.position().x()
        text = self.tr("Exact zeros: {0} %").format(f"{100 * shown.zeros:.1f}")
        if x >= area.left():
            number = int((x - area.left()) / area.width() * shown.counts.size)
            number = min(number, shown.counts.size - 1)
            width = (shown.high - shown.low) / shown.counts.size
            low = shown.low + number * width
            total = max(1.0, float(shown.counts.sum())) / max(1e-9, 1.0 - shown.zeros)
            text = self.tr("{0} to {1}: {2} % of the values").format(
                format_value(low),
                format_value(low + width),
                f"{100 * float(shown.counts[number]) / total:.1f}",
            )
        QToolTip.showText(event.globalPosition().toPoint(), text, self)
