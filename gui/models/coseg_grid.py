"""The pictures of a set for a grid: thumbnails when they are seen, masks laid over them."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Slot,
)
from PySide6.QtGui import QImage

from gui.coseg.collection import Collection, Entry
from gui.coseg.look import CosegLook
from gui.coseg.order import arranged
from gui.coseg.small_masks import small_overlay
from gui.coseg.words import entry_text
from gui.models.thumbnails import WAITING, Loader, ThumbnailLoader
from gui.views.image_tools import to_qimage

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CosegGridModel"]

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
LOAD_PX = 256
"""Length of a thumbnail's longer side."""
KEPT = 400
"""So many thumbnails and masks stay in memory."""


class CosegGridModel(QAbstractListModel):
    """One row a picture that is shown; rows are places of the set in another order.

    Parameters
    ----------
    load
        Reads one thumbnail, in a worker thread.
    """

    ENTRY_ROLE = Qt.ItemDataRole.UserRole + 1
    """The :class:`Entry`."""
    MASK_ROLE = Qt.ItemDataRole.UserRole + 2
    """The mask over the thumbnail, a QImage; None = nothing yet."""

    def __init__(self, load: Loader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collection = Collection()
        self._look = CosegLook()
        self._rows: tuple[int, ...] = ()
        self._row_of: dict[int, int] = {}
        self._generation = 0
        self._images: OrderedDict[int, QImage | None] = OrderedDict()
        self._masks: OrderedDict[int, QImage] = OrderedDict()
        self._asked: set[int] = set()
        self.loader = ThumbnailLoader(load, LOAD_PX, self)
        self.loader.loaded.connect(self._keep)

    @property
    def rows(self) -> tuple[int, ...]:
        """The place in the set of each row."""
        return self._rows

    def row_of(self, place: int) -> int:
        """Return the row of a picture; -1 = it is not shown."""
        return self._row_of.get(place, -1)

    def set_collection(self, collection: Collection) -> None:
        """Show another set."""
        self.beginResetModel()
        self._generation += 1
        self._collection = collection
        self._images.clear()
        self._masks.clear()
        self._asked.clear()
        self.loader.forget()
        self._arrange()
        self.endResetModel()

    def set_look(self, look: CosegLook) -> bool:
        """Show the set like this; returns whether the rows are others now."""
        before, self._look = self._look, look
        if (before.style, before.has_parts) != (look.style, look.has_parts):
            self._masks.clear()
        return self.rearrange()

    def rearrange(self) -> bool:
        """Sort and choose the rows anew; returns whether they are others now."""
        look = self._look
        rows = arranged(self._collection.entries, look.sort, look.show, look.group)
        if rows == self._rows:
            self._tell_rows(range(len(rows)))
            return False
        self.beginResetModel()
        self._arrange()
        self.endResetModel()
        return True

    def renew(self, places: Iterable[int]) -> None:
        """Draw pictures anew of which something is known now; their rows stay."""
        rows = []
        for place in places:
            self._masks.pop(place, None)
            if place in self._row_of:
                rows.append(self._row_of[place])
        self._tell_rows(rows)

    # ------------------------------------------------------------------------------------ private

    def _arrange(self) -> None:
        look = self._look
        self._rows = arranged(self._collection.entries, look.sort, look.show, look.group)
        self._row_of = {place: row for row, place in enumerate(self._rows)}

    def _tell_rows(self, rows: Iterable[int]) -> None:
        wanted = list(rows)
        if wanted:
            self.dataChanged.emit(self.index(min(wanted)), self.index(max(wanted)))

    def _image(self, place: int) -> QImage | None:
        if place in self._images:
            self._images.move_to_end(place)
            return self._images[place]
        if place not in self._asked:
            if len(self._asked) >= WAITING:  # a wish may have fallen out of the worker's short list
                self._asked.clear()
            self._asked.add(place)
            self.loader.want((self._generation, place, str(self._collection[place].path)))
        return None

    def _mask(self, place: int) -> QImage | None:
        entry, image = self._collection[place], self._images.get(place)
        if image is None or (entry.picture is None and entry.corrected is None):
            return None
        if place in self._masks:
            self._masks.move_to_end(place)
            return self._masks[place]
        rgba = np.ascontiguousarray(
            small_overlay(entry, (image.height(), image.width()), self._look)
        )
        height, width = rgba.shape[:2]
        form = QImage.Format.Format_RGBA8888
        straight = QImage(rgba.data, width, height, rgba.strides[0], form)
        mask = straight.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        self._masks[place] = mask
        while len(self._masks) > KEPT:
            self._masks.popitem(last=False)
        return mask

    @Slot(int, int, object)
    def _keep(self, generation: int, place: int, image: object) -> None:
        if generation != self._generation:
            return
        self._asked.discard(place)
        self._images[place] = to_qimage(image) if isinstance(image, np.ndarray) else None
        while len(self._images) > KEPT:
            self._images.popitem(last=False)
        if place in self._row_of:
            self._tell_rows([self._row_of[place]])

    # ----------------------------------------------------------------------------- Qt's overrides

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of pictures that are shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is known of a picture, asking for its thumbnail where it is not there yet."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        place = self._rows[index.row()]
        entry: Entry = self._collection[place]
        if role == Qt.ItemDataRole.DecorationRole:
            return self._image(place)
        if role == self.ENTRY_ROLE:
            return entry
        if role == self.MASK_ROLE:
            return self._mask(place)
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return entry_text(entry)
        return str(entry.name) if role == Qt.ItemDataRole.DisplayRole else None
