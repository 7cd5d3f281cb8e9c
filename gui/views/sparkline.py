"""The last values of one number as a tiny line: frames a second, engine time."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme_of
from gui.views.drawing import translucent
from gui.views.value_scale import format_value

__all__ = ["Sparkline"]


class Sparkline(QWidget):
    """A line from 0 to the greatest of the last values.

    Parameters
    ----------
    title
        What is measured, with its unit: "engine time, ms".
    length
        How many values are kept.
    """

    def __init__(self, title: str = "", length: int = 60, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._values: deque[float] = deque(maxlen=max(2, length))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title or self.tr("Recent values"))
        self.setToolTip(title)

    @property
    def values(self) -> tuple[float, ...]:
        """The values kept, oldest first."""
        return tuple(self._values)

    def add(self, value: float) -> None:
        """Take the next value."""
        self._values.append(value)
        low, high = format_value(min(self._values)), format_value(max(self._values))
        text = self.tr("{0}: {1} (last {2}: {3} to {4})")
        self.setToolTip(text.format(self._title, format_value(value), len(self._values), low, high))
        self.update()

    def clear(self) -> None:
        """Forget all values."""
        self._values.clear()
        self.setToolTip(self._title)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a few letters."""
        return QSize(56, 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, and its area faintly."""
        del event
        if len(self._values) < 2:
            return
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.rect().adjusted(1, 2, -2, -2)
        top = max(*self._values, 1e-9)
        step = room.width() / ((self._values.maxlen or 2) - 1)
        start = room.right() - step * (len(self._values) - 1)
        points = [
            QPointF(start + step * number, room.bottom() - value / top * room.height())
            for number, value in enumerate(self._values)
        ]
        below = [QPointF(points[-1].x(), room.bottom()), QPointF(points[0].x(), room.bottom())]
        painter.setPen(QPen(QColor(0, 0, 0, 0)))
        painter.setBrush(translucent(theme.bar, 45))
        painter.drawPolygon(QPolygonF(points + below))
        painter.setPen(QPen(QColor(theme.bar), 1.25))
        painter.drawPolyline(QPolygonF(points))
        painter.end()
