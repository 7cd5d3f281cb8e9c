"""A row of thumbnails to choose a picture from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui.models.thumbnails import ThumbnailModel
from gui.theme import theme_of

if TYPE_CHECKING:
    from gui.models.thumbnails import Loader

__all__ = ["ThumbnailStrip"]

CELL = QSize(92, 70)
LOAD_PX = 160
"""Enough for a screen of twice the usual density."""


class _Delegate(QStyledItemDelegate):
    """Draws one thumbnail, with a frame where it is the current one."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the same size for all."""
        del option, index
        return CELL

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw the picture, or its place until it is there."""
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        theme = theme_of(option.widget)
        room = QRectF(rect).adjusted(4, 4, -4, -4)
        image = index.data(Qt.ItemDataRole.DecorationRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if isinstance(image, QImage):
            size = QSize(image.size()).scaled(
                room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio
            )
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(room.center())
            painter.drawImage(place, image)
        else:
            place = room
            painter.fillRect(place, QColor(theme.track))
            if index.data(ThumbnailModel.FAILED_ROLE):
                painter.setPen(QColor(theme.warning))
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), "×")
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        if is_current or state & QStyle.StateFlag.State_MouseOver:
            width = 2.0 if is_current else 1.0
            painter.setPen(QPen(QColor(theme.accent if is_current else theme.border_strong), width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(-1, -1, 1, 1))
        painter.restore()


class ThumbnailStrip(QListView):
    """One picture after the other, left to right; thousands are fine.

    Parameters
    ----------
    load
        `(path, size in pixels) -> (h, w, 3) uint8 or None`; runs in a worker thread that ends
        with this widget.

    Signals
    -------
    index_chosen : int
        The person chose a picture.
    """

    index_chosen = Signal(int)

    def __init__(self, load: Loader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = ThumbnailModel(load, LOAD_PX, self)
        self._is_told = False
        self.setModel(self._thumbnails)
        self.setItemDelegate(_Delegate(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Pictures of the folder"))
        self.selectionModel().currentChanged.connect(self._tell)

    def set_paths(self, paths: tuple[str, ...], names: tuple[str, ...] = ()) -> None:
        """Show other pictures; without names the paths stand for them."""
        self._thumbnails.set_paths(paths, names)

    def set_current(self, index: int) -> None:
        """Mark the picture that is shown, without telling anyone."""
        if self.currentIndex().row() == index:
            return
        self._is_told = True
        try:
            target = self._thumbnails.index(index)
            self.setCurrentIndex(target)
            self.scrollTo(target, QAbstractItemView.ScrollHint.PositionAtCenter)
        finally:
            self._is_told = False

    def stop(self) -> None:
        """End the worker now (it also ends with the widget)."""
        self._thumbnails.loader.stop()

    @Slot(QModelIndex, QModelIndex)
    def _tell(self, current: QModelIndex, previous: QModelIndex) -> None:
        del previous
        if current.isValid() and not self._is_told:
            self.index_chosen.emit(current.row())

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return room for one row and the scroll bar."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self)
        return QSize(4 * CELL.width(), CELL.height() + bar + 2)

    def minimumSizeHint(self) -> QSize:
        """Return room for one thumbnail."""
        return QSize(CELL.width(), self.sizeHint().height())
