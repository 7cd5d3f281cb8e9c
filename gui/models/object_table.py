"""The objects of a picture as a table that can be sorted."""

from __future__ import annotations

import enum
import functools
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.models.swatch import swatch
from gui.segment.pointing import category_name, number_of, object_name

if TYPE_CHECKING:
    from engine.values import Instances
    from gui.segment.look import Rgb

__all__ = ["ObjectColumn", "ObjectTableModel"]

_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ObjectColumn(enum.IntEnum):
    """What stands where."""

    NUMBER = 0
    CLASS = 1
    SCORE = 2
    AREA = 3
    SHARE = 4


class ObjectTableModel(QAbstractTableModel):
    """A row for each object; rows know their object by its place among the items."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: Instances | None = None
        self._colours: tuple[Rgb, ...] = ()
        self._areas: tuple[int, ...] = ()
        self._order: list[int] = []
        self._swatch = functools.cache(swatch)
        self._column = ObjectColumn.SCORE
        self._is_descending = True

    def show_objects(self, found: Instances | None, colours: tuple[Rgb, ...] = ()) -> None:
        """List the objects of a picture, in the order that was chosen."""
        before = len(self._order)
        count = len(found.items) if found is not None else 0
        if count != before:
            self.beginResetModel()
        self._found, self._colours = found, colours
        self._areas = tuple(it.region.area for it in found.items) if found is not None else ()
        self._arrange()
        if count != before:
            self.endResetModel()
        elif count:
            self.dataChanged.emit(self.index(0, 0), self.index(count - 1, len(ObjectColumn) - 1))

    def place(self, row: int) -> int:
        """Return the place among the items of a row's object."""
        return self._order[row]

    def row_of(self, place: int) -> int | None:
        """Return the row of an object, or None where there is none."""
        return self._order.index(place) if place in self._order else None

    def _arrange(self) -> None:
        self._order = sorted(
            range(len(self._areas)),
            key=lambda place: self._value(place, self._column),
            reverse=self._is_descending,
        )

    def _value(self, place: int, column: int) -> Any:
        if self._found is None:
            return 0
        item = self._found.items[place]
        values = {
            ObjectColumn.NUMBER: number_of(self._found, place),
            ObjectColumn.CLASS: category_name(self._found, item.category),
            ObjectColumn.SCORE: item.score,
        }
        return values.get(ObjectColumn(column), self._areas[place])

    def _text(self, place: int, column: int) -> str:
        value = self._value(place, column)
        if column == ObjectColumn.SCORE:
            return f"{100 * value:.0f} %"
        if column == ObjectColumn.AREA:
            return f"{value:,}"
        if column == ObjectColumn.SHARE and self._found is not None:
            height, width = self._found.size
            return f"{100 * value / (height * width):.1f} %"
        return str(value)

    # ----------------------------------------------------------------------------- Qt's overrides

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of objects."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(ObjectColumn)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if section == ObjectColumn.CLASS else _RIGHT
        if role == Qt.ItemDataRole.DisplayRole:
            titles = ("#", self.tr("Class"), self.tr("Score"), self.tr("px"), self.tr("Area"))
            return titles[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a view asks for."""
        if not index.isValid():
            return None
        place, column = self._order[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(place, column)
        if role == Qt.ItemDataRole.DecorationRole and column == ObjectColumn.CLASS:
            return self._swatch(self._colours[place]) if place < len(self._colours) else None
        if role == Qt.ItemDataRole.TextAlignmentRole and column != ObjectColumn.CLASS:
            return _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(place)
        return None

    def _tooltip(self, place: int) -> str:
        """Return the name, which a narrow column cuts off, and the area, which it leaves out."""
        name = "" if self._found is None else object_name(self._found, place)
        return self.tr("{0}: {1} pixels").format(name, f"{self._areas[place]:,}")

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Put the rows into another order; what is selected stays selected."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        places = [self._order[index.row()] for index in old]
        self._column = ObjectColumn(column)
        self._is_descending = order is Qt.SortOrder.DescendingOrder
        self._arrange()
        new = [
            self.index(self._order.index(place), index.column())
            for place, index in zip(places, old, strict=True)
        ]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()
