"""Pictures of one size in a grid that fills its room."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import theme_of
from gui.views.drawing import draw_message
from gui.views.image_tools import to_qimage

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

__all__ = ["TileGrid"]

_GAP = 4


class TileGrid(QWidget):
    """Shows square pictures as large as they can be; each says its name under the pointer."""

    def __init__(self, message: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message = message
        self._tiles: list[tuple[str, QImage]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def count(self) -> int:
        """How many pictures are shown."""
        return len(self._tiles)

    def show_tiles(self, tiles: Sequence[tuple[str, NDArray[np.uint8]]]) -> None:
        """Show pictures: name and (H, W, 3) uint8 RGB of each."""
        self._tiles = [(name, to_qimage(image).copy()) for name, image in tiles]
        self.update()

    def clear(self, message: str) -> None:
        """Show none, but a sentence."""
        self._message = message
        self._tiles = []
        self.update()

    def _rects(self) -> list[QRectF]:
        """Return where each stands: of all numbers of columns the one that makes them largest."""
        count = len(self._tiles)
        sides = [
            (
                min(
                    (self.width() + _GAP) / columns,
                    (self.height() + _GAP) / math.ceil(count / columns),
                )
                - _GAP,
                columns,
            )
            for columns in range(1, count + 1)
        ]
        side, columns = max(sides)
        side = max(8.0, math.floor(side))
        return [
            QRectF(place % columns * (side + _GAP), place // columns * (side + _GAP), side, side)
            for place in range(count)
        ]

    # Qt's overrides.

    def sizeHint(self) -> QSize:
        """Return the room of three rows."""
        return QSize(480, 360)

    def minimumSizeHint(self) -> QSize:
        """Return the least useful size."""
        return QSize(160, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pictures, or the sentence."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        if not self._tiles:
            painter.fillRect(self.rect(), QColor(theme.canvas))
            draw_message(painter, QRectF(self.rect()), self._message, theme)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            for (_, image), rect in zip(self._tiles, self._rects(), strict=True):
                ratio = self.devicePixelRatioF()
                size = (rect.size() * ratio).toSize()
                painter.drawImage(
                    rect,
                    image.scaled(
                        size,
                        Qt.AspectRatioMode.IgnoreAspectRatio,
                        Qt.TransformationMode.SmoothTransformation,
                    ),
                )
        painter.end()

    def event(self, event: QEvent) -> bool:
        """Say a picture's name under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            spots = zip(self._tiles, self._rects() if self._tiles else [], strict=True)
            at = event.pos()
            name = next((tile[0] for tile, rect in spots if rect.contains(at)), "")
            QToolTip.showText(event.globalPos(), name, self)
            return True
        return super().event(event)
