"""One map of reasons with its name below; a click lays it over the large picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import text_font, theme_of
from gui.views.drawing import draw_message
from gui.views.image_tools import to_qimage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ReasonView"]


class ReasonView(QWidget):
    """Shows a small picture, fitted, and what it is called.

    Signals
    -------
    chosen
        It was clicked, or the space bar was pressed on it.
    """

    chosen = Signal()

    def __init__(self, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._message = ""
        self._image: QImage | None = None
        self._is_marked = False
        self.setToolTip(tip)
        self.setAccessibleName(title)
        self.setAccessibleDescription(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def has_picture(self) -> bool:
        """Whether there is a map."""
        return self._image is not None

    def show_picture(self, image: NDArray[np.uint8]) -> None:
        """Show a map: (h, w, 3) uint8 RGB."""
        self._image = to_qimage(image)
        self.update()

    def clear(self, message: str = "") -> None:
        """Show none, but a word in its place."""
        self._image, self._message = None, message
        self.update()

    def set_marked(self, *, is_marked: bool) -> None:
        """Frame it: it lies over the large picture."""
        if is_marked != self._is_marked:
            self._is_marked = is_marked
            self.update()

    # Qt's overrides.

    def sizeHint(self) -> QSize:
        """Return a size at which something can be made out."""
        return QSize(120, 100)

    def minimumSizeHint(self) -> QSize:
        """Return the least useful size."""
        return QSize(64, 56)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        if event.button() is Qt.MouseButton.LeftButton and self._image is not None:
            self.chosen.emit()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose it by the keyboard."""
        if event.key() in {Qt.Key.Key_Space, Qt.Key.Key_Return} and self._image is not None:
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the map and its name."""
        theme = theme_of(self)
        painter = QPainter(self)
        font = text_font(theme, "small")
        painter.setFont(font)
        line = painter.fontMetrics().height() + 2
        room = QRectF(self.rect()).adjusted(2, 2, -2, -line)
        painter.fillRect(room, QColor(theme.canvas))
        if self._image is None:
            draw_message(painter, room, self._message, theme)
            painter.setFont(font)
        else:
            size = self._image.size().scaled(
                room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio
            )
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(room.center())
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, self._image)
        if self._is_marked or self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent if self._is_marked else theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(room.adjusted(-1, -1, 1, 1))
        painter.setPen(QColor(theme.text if self._is_marked else theme.text_muted))
        name = QRectF(0, self.height() - line, self.width(), line)
        text = painter.fontMetrics().elidedText(
            self._title, Qt.TextElideMode.ElideRight, round(name.width())
        )
        painter.drawText(name, int(Qt.AlignmentFlag.AlignCenter), text)
        painter.end()
