"""A picture that is looked at, and nothing more: fitted, in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme_of
from gui.views.drawing import draw_message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["StillView"]


class StillView(QWidget):
    """Shows an RGB picture, or a sentence while there is none."""

    def __init__(self, message: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message = message
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def has_picture(self) -> bool:
        """Whether there is a picture."""
        return self._image is not None

    def show_picture(self, image: NDArray[np.uint8]) -> None:
        """Show a picture: (H, W, 3) uint8 RGB."""
        height, width = image.shape[:2]
        made = QImage(image.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        self._image = made.copy()  # Qt does not keep the array
        self.update()

    def clear(self) -> None:
        """Show none."""
        self._image = None
        self.update()

    # Qt's overrides.

    def sizeHint(self) -> QSize:
        """Return a size at which something can be made out."""
        return QSize(320, 200)

    def minimumSizeHint(self) -> QSize:
        """Return the least useful size."""
        return QSize(96, 72)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture, or the sentence."""
        theme = theme_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.canvas))
        if self._image is None:
            draw_message(painter, QRectF(self.rect()), self._message, theme)
        else:
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRectF(
                (self.width() - size.width()) / 2,
                (self.height() - size.height()) / 2,
                size.width(),
                size.height(),
            )
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(target, self._image)
        painter.end()
