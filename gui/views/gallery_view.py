"""Validation photos with what a network finds in them and the truth: all of them, or one large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.learn.colours import labelled
from gui.theme import theme_of
from gui.views.drawing import draw_message, draw_tag
from gui.views.image_tools import to_qimage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

    from engine.values import GalleryPicture

__all__ = ["GalleryView"]

_Spots = tuple[QRectF, QRectF, QRectF]
"""Of photo, truth and found."""
_GAP = 4
_CELL_GAP = 16
_LARGE_SHARE = 0.66


class GalleryView(QWidget):
    """Shows a few photos after an epoch; a click makes one large, and the next small again.

    Signals
    -------
    focused : Path or None
        The photo that is shown large.
    """

    focused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: tuple[GalleryPicture, ...] = ()
        self._colours: NDArray[np.uint8] | None = None
        self._photos: dict[Path, tuple[QImage, QImage]] = {}
        self._found: list[QImage] = []
        self._large: int | None = None
        self._message = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Validation photos"))
        self.setToolTip(self.tr("Click a photo to see it large; the arrow keys go on to the next"))

    @property
    def pictures(self) -> tuple[GalleryPicture, ...]:
        """What is shown."""
        return self._pictures

    @property
    def large(self) -> int | None:
        """The place of the photo that is shown large."""
        return self._large

    def clear(self, message: str) -> None:
        """Show none, but a sentence."""
        self._pictures, self._photos, self._found = (), {}, []
        self._large, self._message = None, message
        self.update()

    def show_pictures(self, pictures: Sequence[GalleryPicture], colours: NDArray[np.uint8]) -> None:
        """Show photos as they are labelled; `colours` is (classes, 3) uint8."""
        if colours is not self._colours:
            self._photos.clear()
        self._pictures, self._colours = tuple(pictures), colours
        for one in pictures:
            if one.path not in self._photos:
                truth = to_qimage(labelled(one.image, one.truth, colours)).copy()
                self._photos[one.path] = (to_qimage(one.image).copy(), truth)
        self._found = [to_qimage(labelled(it.image, it.found, colours)).copy() for it in pictures]
        if self._large is not None and self._large >= len(self._pictures):
            self._large = None
        self.update()

    def focus_on(self, place: int | None) -> None:
        """Show one photo large; None = all of them."""
        if place != self._large:
            self._large = place
            self.focused.emit(None if place is None else self._pictures[place].path)
            self.update()

    # --------------------------------------------------------------------------------- geometry

    def _spots(self) -> dict[int, _Spots]:
        """Return where photo, truth and found of each picture stand."""
        if self._large is not None:
            return {self._large: self._large_spots()}
        sizes = [(one.truth.shape[0], one.truth.shape[1]) for one in self._pictures]
        shapes = (self._grid(columns, sizes) for columns in range(1, len(sizes) + 1))
        return max(shapes, key=lambda spots: sum(_area(found) for _, _, found in spots.values()))

    def _grid(self, columns: int, sizes: list[tuple[int, int]]) -> dict[int, _Spots]:
        """Return the places in so many columns: each picture as large as its cell lets it be."""
        rows = -(-len(sizes) // columns)
        wide = (self.width() - (columns - 1) * _CELL_GAP) / columns
        high = (self.height() - (rows - 1) * _CELL_GAP) / rows
        spots = {}
        for place, (height, width) in enumerate(sizes):
            room = min(
                (high - _GAP) / (2 * height), (wide - _GAP * (1 + width / height)) / 3 / width
            )
            scale = max(0.01, room)
            small = QRectF(0, 0, width * scale, height * scale)
            large = (2 * small.height() + _GAP) / height
            found = QRectF(0, 0, width * large, height * large)
            found.translate(
                place % columns * (wide + _CELL_GAP), place // columns * (high + _CELL_GAP)
            )
            photo = small.translated(found.right() + _GAP, found.top())
            spots[place] = (photo, photo.translated(0, small.height() + _GAP), found)
        return spots

    def _large_spots(self) -> _Spots:
        """Return where one picture stands: found above, photo and truth below it."""
        height, width = self._pictures[self._large or 0].truth.shape
        scale = min(self.width() / width, _LARGE_SHARE * (self.height() - _GAP) / height)
        found = QRectF(0, 0, width * scale, height * scale)
        left_px = max(8.0, self.height() - found.height() - _GAP)
        small = min((found.width() - _GAP) / 2 / width, left_px / height)
        photo = QRectF(0, found.bottom() + _GAP, width * small, height * small)
        return photo, photo.translated(photo.width() + _GAP, 0), found

    def _paint_titles(self, painter: QPainter, boxes: _Spots) -> None:
        theme = theme_of(self)
        titles = (self.tr("Photo"), self.tr("Truth"), self.tr("Found"))
        for title, box in zip(titles, boxes, strict=True):
            corner = box.topLeft() + QPointF(theme.unit, theme.unit)
            draw_tag(painter, corner, title, theme, box)

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return the room of a few rows."""
        return QSize(520, 480)

    def minimumSizeHint(self) -> QSize:
        """Return the least useful size."""
        return QSize(240, 160)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, or the sentence."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        if not self._pictures:
            painter.fillRect(self.rect(), QColor(theme.canvas))
            draw_message(painter, QRectF(self.rect()), self._message, theme)
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        spots = self._spots()
        for place, boxes in spots.items():
            images = (*self._photos[self._pictures[place].path], self._found[place])
            for image, box in zip(images, boxes, strict=True):
                painter.drawImage(box, image)
        self._paint_titles(painter, spots[min(spots)])
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Make the photo under the pointer large, or all of them small again."""
        self.setFocus()
        if self._large is not None:
            self.focus_on(None)
            return
        at = event.position()
        spots = self._spots() if self._pictures else {}
        for place, boxes in spots.items():
            if any(box.contains(at) for box in boxes):
                self.focus_on(place)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from photo to photo with the arrows; Return makes one large, or small again."""
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if not self._pictures:
            super().keyPressEvent(event)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.focus_on(0 if self._large is None else None)
        elif event.key() in steps:
            place = -1 if self._large is None else self._large
            self.focus_on((place + steps[Qt.Key(event.key())]) % len(self._pictures))
        else:
            super().keyPressEvent(event)


def _area(box: QRectF) -> float:
    return box.width() * box.height()
