"""A vector, such as a fully connected layer's answer, as columns."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import number_font, theme_of
from gui.views.drawing import draw_message
from gui.views.value_scale import format_value, nice_step, nice_ticks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["VectorBars", "gather"]


def gather(values: NDArray[np.float32], columns: int) -> NDArray[np.intp]:
    """Return for each of at most `columns` columns the channel of the greatest magnitude in it.

    Parameters
    ----------
    values : ndarray, (N,), float32
    columns
        How many fit.

    Returns
    -------
    ndarray, (min(N, columns),), intp
        Neighbouring channels share a column where not all fit; the strongest one speaks for it,
        so that no peak is lost.
    """
    count = values.size
    if count <= columns:
        return np.arange(count)
    starts = np.arange(columns + 1) * count // columns
    padded = np.abs(np.nan_to_num(values))
    pairs = itertools.pairwise(starts.tolist())
    return np.array([low + int(padded[low:high].argmax()) for low, high in pairs], np.intp)


class VectorBars(QWidget):
    """Columns up and down from zero, one a channel or one for several neighbours.

    Signals
    -------
    channel_hovered : int or None
        The channel of the column under the pointer.
    channel_chosen : int
        It was clicked.
    """

    channel_hovered = Signal(object)
    channel_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.float32] | None = None
        self._channels = np.zeros(0, np.intp)
        self._chosen = -1
        self._hovered: int | None = None
        self._message = self.tr("No values yet")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Vector"))

    def show_vector(self, values: NDArray[np.float32]) -> None:
        """Show values, (N,) float32."""
        self._values = values
        self.setAccessibleDescription(self.tr("{0} channels").format(values.size))
        self.update()

    def set_channel(self, channel: int) -> None:
        """Mark a channel, without telling anyone."""
        self._chosen = channel
        self.update()

    def clear(self, message: str = "") -> None:
        """Show nothing, but a sentence."""
        self._values = None
        if message:
            self._message = message
        self.update()

    def channel_at(self, x: float) -> int | None:
        """Return the channel whose column stands at a place of the widget."""
        if self._values is None or self._values.size == 0:
            return None
        area = self._area()
        channels = gather(self._values, max(1, int(area.width())))
        number = int((x - area.left()) // (area.width() / channels.size))
        return int(channels[number]) if 0 <= number < channels.size else None

    # --------------------------------------------------------------------------------- the rest

    def _area(self) -> QRectF:
        theme = theme_of(self)
        metrics = QFontMetricsF(number_font(theme, "small"))
        left = metrics.horizontalAdvance("−0.00") + theme.gap
        bottom = metrics.height() + theme.unit
        return QRectF(
            left,
            theme.gap,
            max(8.0, self.width() - left - theme.gap),
            max(8.0, self.height() - theme.gap - bottom),
        )

    @staticmethod
    def _range(values: NDArray[np.float32]) -> tuple[float, float]:
        finite = np.nan_to_num(values)
        low, high = min(0.0, float(finite.min())), max(0.0, float(finite.max()))
        return (low, high) if high > low else (0.0, 1.0)

    def _paint_axis(self, painter: QPainter, area: QRectF, reach: tuple[float, float]) -> None:
        theme = theme_of(self)
        painter.setFont(number_font(theme, "small"))
        low, high = reach
        count = max(3, int(area.height() / 28))
        step = nice_step(high - low, count)
        for value in nice_ticks(low, high, count):
            y = round(area.bottom() - (value - low) / (high - low) * area.height()) + 0.5
            painter.setPen(QPen(QColor(theme.axis if value == 0 else theme.grid_line), 1.0))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(QColor(theme.text_muted))
            box = QRectF(0, y - 10, area.left() - theme.unit, 20)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, int(flags), format_value(value, step))

    def _paint_columns(self, painter: QPainter, area: QRectF, values: NDArray[np.float32]) -> None:
        theme = theme_of(self)
        low, high = self._range(values)
        channels = gather(values, max(1, int(area.width())))
        width = area.width() / channels.size
        gap = 1.0 if width >= 4 else 0.0
        scale = area.height() / (high - low)
        zero = area.bottom() + low * scale
        marked: list[QRectF] = []
        plain: list[QRectF] = []
        strong = {self._chosen, self._hovered}
        for number, (channel, value) in enumerate(
            zip(channels.tolist(), np.nan_to_num(values[channels]).tolist(), strict=True)
        ):
            top, bottom = sorted((zero - value * scale, zero))
            bar = QRectF(area.left() + number * width, top, max(1.0, width - gap), bottom - top)
            (marked if channel in strong else plain).append(bar)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.bar))
        painter.drawRects(plain)
        painter.setBrush(QColor(theme.text))
        for bar in marked:
            wide = max(2.0, bar.width())
            painter.drawRect(QRectF(bar.left(), bar.top(), wide, max(1.0, bar.height())))

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return a readable size."""
        return QSize(320, 140)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the columns over their axis."""
        del event
        theme, values = theme_of(self), self._values
        painter = QPainter(self)
        if values is None or values.size == 0:
            draw_message(painter, QRectF(self.rect()), self._message, theme)
        else:
            area = self._area()
            self._paint_axis(painter, area, self._range(values))
            self._paint_columns(painter, area, values)
            painter.setPen(QColor(theme.text_muted))
            metrics = QFontMetricsF(painter.font())
            baseline = self.height() - theme.unit + metrics.ascent() - metrics.height()
            last = str(values.size - 1)
            painter.drawText(QPointF(area.left(), baseline), "0")
            width = metrics.horizontalAdvance(last)
            painter.drawText(QPointF(area.right() - width, baseline), last)
            title = QRectF(area.left(), baseline - metrics.ascent(), area.width(), metrics.height())
            painter.drawText(title, int(Qt.AlignmentFlag.AlignHCenter), self.tr("channel"))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the channel under the pointer."""
        self._hover(self.channel_at(event.position().x()))
        if self._hovered is not None and self._values is not None:
            value = format_value(float(self._values[self._hovered]))
            text = self.tr("Channel {0}: {1}").format(self._hovered, value)
            QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the channel under the pointer."""
        channel = self.channel_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and channel is not None:
            self.set_channel(channel)
            self.channel_chosen.emit(channel)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        super().leaveEvent(event)
        self._hover(None)

    def _hover(self, channel: int | None) -> None:
        if channel != self._hovered:
            self._hovered = channel
            self.channel_hovered.emit(channel)
            self.update()
