"""The classes of a training set as a table: colour, name, photos on each side, share."""

from __future__ import annotations

import enum
import functools
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.models.swatch import swatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.values import ClassCount

__all__ = ["ClassCountModel", "CountColumn"]

_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_HARDLY_SHARE = 0.001


class CountColumn(enum.IntEnum):
    """What stands where."""

    NAME = 0
    PHOTOS = 1
    TRAINING = 2
    VALIDATION = 3
    SHARE = 4


class ClassCountModel(QAbstractTableModel):
    """A row for each class: the background, those that are marked, and those that are nowhere."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ClassCount, ...] = ()
        self._colours: list[tuple[int, int, int]] = []
        self._total = 1
        self._swatch = functools.cache(swatch)

    def show_classes(self, rows: tuple[ClassCount, ...], colours: NDArray[np.uint8]) -> None:
        """List classes; `colours` is (classes, 3) uint8, the background's unused."""
        self.beginResetModel()
        # Lists of names may be long, and of most of them there is nothing.
        self._rows = tuple(sorted(rows, key=lambda row: row.id != 0 and not row.pixels))
        self._colours = [(int(r), int(g), int(b)) for r, g, b in colours]
        self._total = max(1, sum(row.pixels for row in rows))
        self.endResetModel()

    # ----------------------------------------------------------------------------- Qt's overrides

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of classes."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(CountColumn)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            titles = (
                self.tr("Class"),
                self.tr("Photos"),
                self.tr("Learn"),
                self.tr("Held out"),
                self.tr("Pixels"),
            )
            return titles[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            tips = (
                "",
                self.tr("In so many photos some of it is marked"),
                self.tr("Of these the network learns from so many"),
                self.tr("So many are held out: on them the network is measured"),
                self.tr("Share of all marked pixels"),
            )
            return tips[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a view asks for."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        is_class = column == CountColumn.NAME and row.id and row.id < len(self._colours)
        if role == Qt.ItemDataRole.DecorationRole and is_class:
            return self._swatch(self._colours[row.id])
        if role == Qt.ItemDataRole.ToolTipRole:
            pixels = f"{row.pixels:,}"
            return self.tr("{0}: {1} pixels").format(row.name, pixels)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column else _LEFT
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Return that a class which is marked nowhere is faint."""
        is_there = bool(index.isValid() and self._rows[index.row()].pixels)
        kind = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return kind if is_there else Qt.ItemFlag.ItemIsSelectable

    def _text(self, row: ClassCount, column: int) -> str:
        if column == CountColumn.SHARE:
            share = row.pixels / self._total
            return "< 0.1 %" if 0 < share < _HARDLY_SHARE else f"{100 * share:.1f} %"
        texts = (row.name, row.photos, row.training_photos, row.validation_photos)
        return str(texts[column])
