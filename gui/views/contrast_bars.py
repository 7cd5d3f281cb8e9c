"""Channels ranked by how they tell an object from the rest, each with its small map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import Theme, number_font, theme_of
from gui.views.drawing import draw_message
from gui.views.image_tools import to_qimage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

__all__ = ["ContrastBars", "ContrastRow"]

ROW = 30
MAP = 26
_STEPS: dict[int, int] = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


@dataclass(frozen=True, slots=True, eq=False)
class ContrastRow:
    """One channel.

    Attributes
    ----------
    channel
        Its number.
    contrast
        How far apart the means lie, in standard deviations; negative where it is weaker.
    inside, outside
        The means on the object and on the rest.
    picture : ndarray, (h, w, 3), uint8
        Its map, coloured.
    """

    channel: int
    contrast: float
    inside: float
    outside: float
    picture: NDArray[np.uint8]


class ContrastBars(QWidget):
    """One row a channel: map, number, bar from the middle, value.

    Signals
    -------
    channel_chosen : int
        It was clicked.
    """

    channel_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ContrastRow, ...] = ()
        self._channel: int | None = None
        self._hovered: int | None = None
        self._message = self.tr("Choose an object to see which channels carry it")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(self.tr("Channels that carry the object"))

    @property
    def rows(self) -> tuple[ContrastRow, ...]:
        """What is listed, the strongest first."""
        return self._rows

    def show_rows(self, rows: tuple[ContrastRow, ...]) -> None:
        """List these channels."""
        before = len(self._rows)
        self._rows = rows
        self.setAccessibleDescription(", ".join(f"{r.channel}: {r.contrast:.1f}" for r in rows))
        if len(rows) != before:
            self.updateGeometry()
        self.update()

    def clear(self, message: str = "") -> None:
        """List nothing, but say what to do next."""
        self._message = message or self._message
        self.show_rows(())

    def set_channel(self, channel: int | None) -> None:
        """Mark the chosen channel."""
        if channel != self._channel:
            self._channel = channel
            self.update()

    # ------------------------------------------------------------------------------------ private

    def _row(self, number: int) -> QRectF:
        return QRectF(0, number * ROW, self.width(), ROW)

    def _row_at(self, y: float) -> int | None:
        number = int(y // ROW)
        return number if 0 <= number < len(self._rows) else None

    def _paint_row(self, painter: QPainter, number: int, most: float, theme: Theme) -> None:
        row, place = self._rows[number], self._row(number)
        if row.channel == self._channel or number == self._hovered:
            is_chosen = row.channel == self._channel
            painter.fillRect(place, QColor(theme.selection if is_chosen else theme.hover))
        image = to_qimage(row.picture)
        self._paint_map(painter, QRectF(4, place.top() + 2, MAP, MAP), image)
        font = number_font(theme)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        width = metrics.horizontalAdvance("00000")
        middle = Qt.AlignmentFlag.AlignVCenter
        name = QRectF(MAP + 10, place.top(), width, ROW)
        painter.drawText(name, int(middle | Qt.AlignmentFlag.AlignRight), str(row.channel))
        value = metrics.horizontalAdvance("+00.00")
        right = QRectF(place.right() - value - 6, place.top(), value, ROW)
        text = f"{row.contrast:+.2f}".replace("-", "−")
        painter.drawText(right, int(middle | Qt.AlignmentFlag.AlignRight), text)
        track = QRectF(name.right() + 10, place.center().y() - 4, 0, 8)
        track.setRight(right.left() - 8)
        self._paint_bar(painter, track, row.contrast / most, theme)

    @staticmethod
    def _paint_map(painter: QPainter, room: QRectF, image: QImage) -> None:
        scale = min(room.width() / image.width(), room.height() / image.height())
        target = QRectF(0, 0, image.width() * scale, image.height() * scale)
        target.moveCenter(room.center())
        is_smooth = image.width() > MAP
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        painter.drawImage(target, image)

    @staticmethod
    def _paint_bar(painter: QPainter, track: QRectF, share: float, theme: Theme) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.track))
        painter.drawRoundedRect(track, 3, 3)
        middle, half = track.center().x(), track.width() / 2
        bar = QRectF(middle, track.top(), half * share, track.height()).normalized()
        painter.setBrush(QColor(theme.bar if share >= 0 else theme.warning))
        painter.drawRect(bar)
        painter.setPen(QColor(theme.axis))
        painter.drawLine(QPointF(middle, track.top() - 2), QPointF(middle, track.bottom() + 2))

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return room for the rows."""
        return QSize(240, max(3, len(self._rows)) * ROW)

    def minimumSizeHint(self) -> QSize:
        """Return room for the rows, narrow."""
        return QSize(180, max(3, len(self._rows)) * ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._rows:
            draw_message(painter, QRectF(self.rect()), self._message, theme)
        most = max((abs(row.contrast) for row in self._rows), default=0.0) or 1.0
        for number in range(len(self._rows)):
            self._paint_row(painter, number, most, theme)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the row under the pointer."""
        self._hovered = self._row_at(event.position().y())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Light none."""
        super().leaveEvent(event)
        self._hovered = None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the row's channel."""
        number = self._row_at(event.position().y())
        if number is not None and event.button() is Qt.MouseButton.LeftButton:
            self.channel_chosen.emit(self._rows[number].channel)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the row above or below."""
        step = _STEPS.get(event.key())
        if step is None or not self._rows:
            super().keyPressEvent(event)
            return
        channels = [row.channel for row in self._rows]
        at = channels.index(self._channel) if self._channel in channels else -step
        self.channel_chosen.emit(channels[(at + step) % len(channels)])

    def event(self, event: QEvent) -> bool:
        """Claim the arrows, and answer the question for a tooltip with the means."""
        if (
            event.type() is QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _STEPS
            and not event.modifiers()
        ):
            event.accept()  # elsewhere they move over the grid of channels
            return True
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._row_at(event.pos().y())
            text = ""
            if number is not None:
                row = self._rows[number]
                text = self.tr("Channel {0}: {1} on the object, {2} elsewhere").format(
                    row.channel, f"{row.inside:.3g}", f"{row.outside:.3g}"
                )
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
