"""The legend as a table: a row a class, with eye, colour, number of objects and area."""

from __future__ import annotations

import enum
import functools
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.icons import Icon, icon
from gui.models.swatch import swatch

if TYPE_CHECKING:
    from engine.overlay import LegendRow

__all__ = ["ClassColumn", "ClassTableModel"]

_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ClassColumn(enum.IntEnum):
    """What stands where."""

    EYE = 0
    COLOUR = 1
    NAME = 2
    COUNT = 3
    AREA = 4


class ClassTableModel(QAbstractTableModel):
    """A row for each class of the picture, the largest first, and for the hidden ones."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[LegendRow, ...] = ()
        self._hidden: frozenset[int] = frozenset()
        self._swatch = functools.cache(swatch)

    @property
    def rows(self) -> tuple[LegendRow, ...]:
        """What is listed."""
        return self._rows

    def show_rows(self, rows: tuple[LegendRow, ...], hidden: frozenset[int]) -> None:
        """List the classes of a picture; `hidden` are the ids that are not drawn."""
        if [row.category for row in rows] == [row.category for row in self._rows]:
            self._rows, self._hidden = rows, hidden
            if rows:
                last = self.index(len(rows) - 1, len(ClassColumn) - 1)
                self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self._rows, self._hidden = rows, hidden
        self.endResetModel()

    def row_of(self, category: int) -> int | None:
        """Return the row of a class, or None where it has none."""
        found = (n for n, row in enumerate(self._rows) if row.category.id == category)
        return next(found, None)

    # ----------------------------------------------------------------------------- Qt's overrides

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of classes."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(ClassColumn)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return a column's title."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section >= ClassColumn.COUNT else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            titles = ("", "", self.tr("Class"), self.tr("Objects"), self.tr("Area"))
            return titles[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a view asks for."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        column, is_hidden = index.column(), row.category.id in self._hidden
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._picture(row, column, is_hidden=is_hidden)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(row, column, is_hidden=is_hidden)
        if role == Qt.ItemDataRole.TextAlignmentRole and column >= ClassColumn.COUNT:
            return _RIGHT
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Return that a class can be chosen; a hidden one is faint."""
        del index
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    @staticmethod
    def _text(row: LegendRow, column: int) -> str:
        if column == ClassColumn.NAME:
            return row.category.name
        if column == ClassColumn.COUNT:
            return "" if row.count is None else str(row.count)
        return f"{row.share:.1f} %" if column == ClassColumn.AREA else ""

    def _picture(self, row: LegendRow, column: int, *, is_hidden: bool) -> Any:
        if column == ClassColumn.EYE:
            return icon(Icon.EYE_OFF, colour="text_faint") if is_hidden else icon(Icon.EYE)
        if column == ClassColumn.COLOUR:
            return self._swatch(row.colour)
        return None

    def _tooltip(self, row: LegendRow, column: int, *, is_hidden: bool) -> str:
        if column == ClassColumn.EYE:
            return self.tr("Show") if is_hidden else self.tr("Hide; with Alt show it alone")
        if column == ClassColumn.COLOUR:
            return self.tr("Choose another colour")
        pixels = f"{row.area_px:,}"
        return self.tr("{0}: {1} pixels").format(row.category.name, pixels)
