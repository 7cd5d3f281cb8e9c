"""The IoU of each class as a bar in the class' colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import number_font, text_font, theme_of
from gui.views.drawing import draw_message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["IouBars"]

_ROW_PX = 20
_BAR_PX = 8
_NAME_SHARE = 0.34
_MOST_NAME_PX = 132


class IouBars(QWidget):
    """A row a class: name, bar, number; a thin mark shows where the best epoch was."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[tuple[str, float], ...] = ()
        self._best: dict[str, float] = {}
        self._colours: dict[str, tuple[int, int, int]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("IoU of each class"))

    @property
    def rows(self) -> tuple[tuple[str, float], ...]:
        """The classes with their IoU."""
        return self._rows

    def show_iou(
        self, rows: Sequence[tuple[str, float]], best: Sequence[tuple[str, float]] = ()
    ) -> None:
        """Show (class, IoU in 0..1) of an epoch, and where the best one was."""
        is_as_high = len(rows) == len(self._rows)
        self._rows, self._best = tuple(rows), dict(best)
        text = ", ".join(f"{name} {value:.2f}" for name, value in rows)
        self.setAccessibleDescription(text)
        if not is_as_high:
            self.updateGeometry()
        self.update()

    def set_colours(self, colours: Mapping[str, tuple[int, int, int]]) -> None:
        """Draw classes in these colours; others in that of bars."""
        self._colours = dict(colours)
        self.update()

    # Qt's overrides.

    def sizeHint(self) -> QSize:
        """Return the room of all rows."""
        return QSize(240, max(3, len(self._rows)) * _ROW_PX + 4)

    def minimumSizeHint(self) -> QSize:
        """Return the same height, narrow: who has many rows puts it where it can be scrolled."""
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        if not self._rows:
            text = self.tr("The IoU of each class comes after the first epoch")
            draw_message(painter, QRectF(self.rect()), text, theme)
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        names, numbers = text_font(theme, "small"), number_font(theme, "small")
        number_px = QFontMetricsF(numbers).horizontalAdvance("0.00") + theme.gap
        name_px = min(_MOST_NAME_PX, self.width() * _NAME_SHARE)
        bar_left = name_px + theme.gap
        bar_px = max(16.0, self.width() - bar_left - number_px - theme.unit)
        for place, (name, value) in enumerate(self._rows):
            row = QRectF(0, 2 + place * _ROW_PX, self.width(), _ROW_PX)
            painter.setFont(names)
            painter.setPen(QColor(theme.text))
            metrics = QFontMetricsF(names)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, name_px - 2)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, row.top(), name_px, _ROW_PX), int(flags), shown)
            track = QRectF(bar_left, row.center().y() - _BAR_PX / 2, bar_px, _BAR_PX)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.track))
            painter.drawRoundedRect(track, 2, 2)
            own = self._colours.get(name)
            painter.setBrush(QColor(theme.axis) if own is None else QColor(*own))
            filled = QRectF(track.topLeft(), QPointF(track.left() + value * bar_px, track.bottom()))
            painter.drawRoundedRect(filled, 2, 2)
            if name in self._best:
                x = round(track.left() + self._best[name] * bar_px)
                mark = QRectF(x - 1, round(track.top()) - 2, 2, _BAR_PX + 4)
                painter.fillRect(mark, QColor(theme.text))
            painter.setFont(numbers)
            painter.setPen(QColor(theme.text_muted))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(row, int(right), f"{value:.2f}")
        painter.end()
