"""The legend of a map: which colour means which value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine import colormaps
from gui.theme import Theme, number_font, text_font, theme_of
from gui.views.image_tools import to_qimage
from gui.views.value_scale import ValueScale, format_value, nice_step, nice_ticks

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["ColorBar"]

THICKNESS = 12
TICK = 4
TEXT_AWAY = 2 + TICK + 3
"""What is left of the strip of an upright bar, and from it to its numbers."""
TICK_EVERY_PX = 28


REST_MS = 200
"""Numbers that change faster than this cannot be read."""


class ColorBar(QWidget):
    """A colour map with numbers beside it (upright) or below it (lying).

    Parameters
    ----------
    orientation
        Upright has the highest value on top, lying has it at the right.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        orientation: Qt.Orientation = Qt.Orientation.Vertical,
    ) -> None:
        super().__init__(parent)
        self._is_upright = orientation is Qt.Orientation.Vertical
        self._lut = colormaps.lut(colormaps.DEFAULT)
        self._scale = ValueScale()
        self._shown: ValueScale | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._renew)
        self._unit = self.tr("activation")
        self._marked: float | None = None
        fixed, growing = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(
            fixed if self._is_upright else growing, growing if self._is_upright else fixed
        )
        self.setAccessibleName(self.tr("Colour bar"))
        self._describe()

    def set_lut(self, lut: NDArray[np.uint8]) -> None:
        """Take a colour table, (256, 3) uint8."""
        if lut is not self._lut:
            self._lut = lut
            self.update()

    def set_scale(self, scale: ValueScale) -> None:
        """Take which value has which colour; numbers change at most a few times a second."""
        if scale != self._scale:
            self._scale = scale
            if not self._rest.isActive():
                self._renew()

    @Slot()
    def _renew(self) -> None:
        if self._scale != self._shown:
            self._shown = self._scale
            self._describe()
            self.update()
            self._rest.start()

    def set_unit(self, unit: str) -> None:
        """Say what is measured."""
        self._unit = unit
        self._describe()
        self.update()

    def set_marker(self, value: float | None) -> None:
        """Mark a value (the one under the pointer), or none."""
        if value != self._marked:
            self._marked = value
            self.update()

    def ticks(self) -> list[tuple[float, str]]:
        """Return the values that carry a number, with their text, as they are drawn now."""
        scale, length = self._scale, self._length()
        count = max(2, int(length / (TICK_EVERY_PX if self._is_upright else 2 * TICK_EVERY_PX)))
        step = nice_step(scale.high - scale.low, count)
        values = nice_ticks(scale.low, scale.high, count)
        values.sort(key=lambda value: (value != 0, -abs(value)))
        # The ends first: they say what the brightest colour stands for. Then zero, then from the
        # greatest down; what would touch an earlier number is left out.
        metrics = QFontMetricsF(number_font(theme_of(self), "small"))
        room = self.width() - THICKNESS - TEXT_AWAY if self._is_upright else math.inf

        def fits(text: str) -> bool:
            return metrics.horizontalAdvance(text) <= room

        wanted = [(end, _end_text(end, step, fits)) for end in (scale.high, scale.low)]
        between = ((value, format_value(value, step)) for value in values)
        wanted += [(value, text) for value, text in between if fits(text)]
        taken: list[tuple[float, float]] = []
        kept = []
        for value, text in wanted:
            wide = metrics.horizontalAdvance(text) + 8
            extent = metrics.height() - 1 if self._is_upright else wide
            at = scale.position(value) * length
            if all(abs(at - other) >= (extent + reach) / 2 for other, reach in taken):
                taken.append((at, extent))
                kept.append((value, text))
        return sorted(kept)

    # --------------------------------------------------------------------------------- the rest

    def _describe(self) -> None:
        low, high = format_value(self._scale.low), format_value(self._scale.high)
        text = self.tr("{0}, from {1} to {2}").format(self._unit, low, high)
        if self._scale.gamma != 1:
            text += self.tr(", gamma {0}").format(format_value(self._scale.gamma))
        self.setToolTip(text)
        self.setAccessibleDescription(text)

    def _length(self) -> float:
        bar = self._bar()
        return bar.height() if self._is_upright else bar.width()

    def _bar(self) -> QRectF:
        theme = theme_of(self)
        line = QFontMetricsF(text_font(theme, "small")).height()
        if self._is_upright:
            top = 1.5 * line
            return QRectF(2, top, THICKNESS, max(8.0, self.height() - top - line / 2))
        left = QFontMetricsF(text_font(theme, "small")).horizontalAdvance(self._unit) + theme.gap
        return QRectF(left, 2, max(8.0, self.width() - left - 5 * theme.unit), THICKNESS)

    def _point(self, bar: QRectF, value: float) -> QPointF:
        """Return where a value lies on the side of the bar that has the numbers."""
        at = self._scale.position(value)
        if self._is_upright:
            return QPointF(bar.right(), bar.bottom() - at * bar.height())
        return QPointF(bar.left() + at * bar.width(), bar.bottom())

    def _paint_ticks(self, painter: QPainter, bar: QRectF, theme: Theme) -> None:
        painter.setFont(number_font(theme, "small"))
        line = QFontMetricsF(painter.font()).height()
        for value, text in self.ticks():
            point = self._point(bar, value)
            painter.setPen(QPen(QColor(theme.axis), 1.0))
            away = QPointF(TICK, 0) if self._is_upright else QPointF(0, TICK)
            painter.drawLine(QLineF(point, point + away))
            is_zero = value == 0 and self._scale.is_signed
            painter.setPen(QColor(theme.text if is_zero else theme.text_muted))
            if self._is_upright:
                box = QRectF(point.x() + TICK + 3, point.y() - line / 2, self.width(), line)
                painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), text)
            else:
                box = QRectF(point.x() - 60, point.y() + TICK, 120, line)
                painter.drawText(box, int(Qt.AlignmentFlag.AlignHCenter), text)

    def _across(self, bar: QRectF, value: float) -> QLineF:
        point = self._point(bar, value)
        back = QPointF(THICKNESS, 0) if self._is_upright else QPointF(0, THICKNESS)
        return QLineF(point - back, point)

    def _paint_marked(self, painter: QPainter, bar: QRectF, theme: Theme) -> None:
        if self._marked is None:
            return
        line = self._across(bar, self._marked)
        for value, width in ((theme.marker_halo, 4.0), (theme.marker, 2.0)):
            painter.setPen(QPen(QColor(value), width))
            painter.drawLine(line)
        tip = line.p2()
        size = 5.0
        shape = (
            [tip, tip + QPointF(size, -size * 0.7), tip + QPointF(size, size * 0.7)]
            if self._is_upright
            else [tip, tip + QPointF(-size * 0.7, size), tip + QPointF(size * 0.7, size)]
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent))
        painter.drawPolygon(QPolygonF(shape))

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return room for the bar and for numbers of five figures."""
        theme = theme_of(self)
        metrics = QFontMetricsF(number_font(theme, "small"))
        numbers = metrics.horizontalAdvance("−8.88e−8")
        if self._is_upright:
            return QSize(round(max(THICKNESS + TICK + 8 + numbers, 56)), 200)
        return QSize(240, round(THICKNESS + TICK + metrics.height() + 4))

    def minimumSizeHint(self) -> QSize:
        """Return the same across, and less along."""
        hint = self.sizeHint()
        return QSize(hint.width(), 64) if self._is_upright else QSize(120, hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the colours, the numbers and the marked value."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = self._bar()
        strip = self._lut[::-1, None] if self._is_upright else self._lut[None]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(bar, to_qimage(np.ascontiguousarray(strip)))
        painter.setPen(QPen(QColor(theme.border_strong), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5))
        if self._scale.is_signed:
            painter.setPen(QPen(QColor(theme.text), 1.0))
            painter.drawLine(self._across(bar, 0.0))
        self._paint_ticks(painter, bar, theme)
        self._paint_marked(painter, bar, theme)
        painter.setFont(text_font(theme, "small"))
        painter.setPen(QColor(theme.text_muted))
        line = QFontMetricsF(painter.font()).height()
        where = (
            QRectF(0, 0, self.width(), line) if self._is_upright else QRectF(0, 2, 200, THICKNESS)
        )
        painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), self._unit)
        painter.end()


def _end_text(value: float, step: float, fits: Callable[[str], bool]) -> str:
    """Write an end of the scale: like its neighbours where it is a multiple of their step.

    Where there is no room for it, it loses figures.
    """
    if abs(value / step - round(value / step)) < 1e-6:
        return format_value(value, step)
    texts = [_rounded(value, figures) for figures in (3, 2, 1)]
    return next(filter(fits, texts), texts[-1])


def _rounded(value: float, figures: int) -> str:
    """Write a number with so many figures, without zeros at their end."""
    text = format_value(float(f"{value:.{figures - 1}e}"))
    mantissa, mark, exponent = text.partition("e")
    return mantissa.rstrip("0").rstrip(".") + mark + exponent if mark else text
