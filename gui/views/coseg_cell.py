"""Draws one picture of a set in a grid: the mask over it, its marks, its name and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.coseg.words import mark_of, numbers_text
from gui.icons import Icon, paint_icon
from gui.models.coseg_grid import CosegGridModel
from gui.theme import text_font, theme_of

if TYPE_CHECKING:
    from gui.coseg.collection import Entry
    from gui.theme import Theme

__all__ = ["CosegCellDelegate"]

MARGIN_PX = 4
CAPTION_PX = 36


class CosegCellDelegate(QStyledItemDelegate):
    """Cells of one size; `cell_px` is their width.

    Attributes
    ----------
    has_groups
        Whether the group of each picture is named.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cell_px = 152
        self.has_groups = False

    def size(self) -> QSize:
        """Return the size of a cell."""
        return QSize(self.cell_px, round(0.75 * (self.cell_px - 2 * MARGIN_PX)) + CAPTION_PX + 8)

    # ------------------------------------------------------------------------------------ private

    def _paint_picture(self, painter: QPainter, room: QRectF, index: object, theme: Theme) -> None:
        assert isinstance(index, QModelIndex | QPersistentModelIndex)  # noqa: S101 - as Qt calls it
        image = index.data(Qt.ItemDataRole.DecorationRole)
        painter.fillRect(room, QColor(theme.canvas))
        if not isinstance(image, QImage):
            return
        size = QSize(image.size()).scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(0, 0, size.width(), size.height())
        place.moveCenter(room.center())
        place.moveTopLeft(place.topLeft().toPoint())
        painter.drawImage(place, image)
        mask = index.data(CosegGridModel.MASK_ROLE)
        if isinstance(mask, QImage):
            painter.drawImage(place, mask)

    def _paint_mark(self, painter: QPainter, room: QRectF, entry: Entry, theme: Theme) -> None:
        mark = mark_of(entry)
        if mark is None:
            return
        which, word, colour = mark
        font = text_font(theme, "small", is_bold=True)
        metrics = QFontMetricsF(font)
        side = metrics.height()
        rect = QRectF(
            room.left() + 3, room.top() + 3, metrics.horizontalAdvance(word) + side + 11, side + 4
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(rect, theme.radius_small, theme.radius_small)
        ink = QColor(getattr(theme, colour))
        sign = QRect(round(rect.left()) + 3, round(rect.top()) + 2, round(side), round(side))
        paint_icon(painter, which, sign, ink)
        painter.setPen(ink)
        painter.setFont(font)
        text = rect.adjusted(side + 5, 0, 0, 0)
        painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter), word)

    def _paint_caption(self, painter: QPainter, room: QRectF, entry: Entry, theme: Theme) -> None:
        font = text_font(theme, "small")
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        line = QRectF(room.left() + 2, room.top() + 2, room.width() - 4, metrics.height() + 1)
        right = self._paint_group(painter, line, entry, theme) if self.has_groups else line.right()
        if entry.is_steered:
            side = round(metrics.height())
            sign = QRect(round(right) - side, round(line.top()), side, side)
            paint_icon(painter, Icon.SEED, sign, QColor(theme.accent))
            right -= side + 3
        painter.setPen(QColor(theme.text))
        width = right - line.left()
        name = metrics.elidedText(entry.name.name, Qt.TextElideMode.ElideMiddle, width)
        painter.drawText(line.adjusted(0, 0, right - line.right(), 0), 0, name)
        painter.setPen(QColor(theme.text_muted))
        line.moveTop(line.bottom())
        numbers = metrics.elidedText(numbers_text(entry), Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, 0, numbers)

    @staticmethod
    def _paint_group(painter: QPainter, line: QRectF, entry: Entry, theme: Theme) -> float:
        """Write a picture's group at the right, in its colour; returns where that begins."""
        if entry.picture is None:
            return line.right()
        from engine.overlay import colour_of  # noqa: PLC0415 - brings OpenCV and Pillow
        from engine.values import OverlayStyle  # noqa: PLC0415

        font = text_font(theme, "small", is_bold=True)
        text = str(entry.picture.group)
        metrics = QFontMetricsF(font)
        width = metrics.horizontalAdvance(text)
        dot = QRectF(line.right() - width - 13, line.center().y() - 4, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(*colour_of(entry.picture.group, OverlayStyle())))
        painter.drawEllipse(dot)
        painter.setPen(QColor(theme.text))
        at = QRectF(line.right() - width, line.top(), width + 1, line.height())
        painter.drawText(at, 0, text)
        return dot.left() - 4

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the same size for all."""
        del option, index
        return self.size()

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw the cell."""
        whole = QRectF(option.rect).adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
        theme = theme_of(option.widget)
        entry = index.data(CosegGridModel.ENTRY_ROLE)
        room = whole.adjusted(0, 0, 0, -CAPTION_PX)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        is_lit = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if is_chosen or is_lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection if is_chosen else theme.hover))
            around = whole.adjusted(-3, -3, 3, 2)
            painter.drawRoundedRect(around, theme.radius_small, theme.radius_small)
        self._paint_picture(painter, room, index, theme)
        if is_chosen:
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(room.adjusted(-1, -1, 1, 1))
        self._paint_mark(painter, room, entry, theme)
        self._paint_caption(painter, whole.adjusted(0, room.height(), 0, 0), entry, theme)
        painter.restore()
