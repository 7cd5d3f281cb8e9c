"""What each operation costs, as a table that can be sorted and searched."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from gui.models.cost_columns import COLUMNS, shape_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from engine.values import LayerCost, LayerKey, NetworkCost

__all__ = ["KEY_ROLE", "SHARE_ROLE", "CostFilterModel", "CostTableModel", "CostTotalsModel"]

KEY_ROLE: Final = Qt.ItemDataRole.UserRole
SHARE_ROLE: Final = Qt.ItemDataRole.UserRole + 2
"""Of the largest value in the column, 0..1; None where the column adds up to nothing."""

WORDS_ROLE: Final = Qt.ItemDataRole.UserRole + 3
"""What an operation is found by."""

SAMPLED_ROWS: Final = 100
MEASURED_TEXTS: Final = 12

_SUMMED = tuple(number for number, column in enumerate(COLUMNS) if column.total is not None)
_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


class CostTableModel(QAbstractTableModel):
    """A row for each operation, at first in order of execution.

    It sorts itself: with Qt's sorting each of thousands of comparisons would come back to Python.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cost: NetworkCost | None = None
        self._largest: dict[int, tuple[float, int]] = {}
        """Value and row by column; as `_rows`, found out when it is first asked for."""
        self._sorted_by = (0, Qt.SortOrder.AscendingOrder)
        self._layers: list[LayerCost] = []
        self._rows: dict[LayerKey, int] | None = None

    @property
    def cost(self) -> NetworkCost | None:
        """What is listed."""
        return self._cost

    def set_cost(self, cost: NetworkCost | None) -> None:
        """List the operations of a network."""
        self.beginResetModel()
        self._cost = cost
        self._arrange()
        self.endResetModel()

    def layer(self, row: int) -> LayerCost:
        """Return the operation of a row."""
        return self._layers[row]

    def row_of(self, key: LayerKey) -> int | None:
        """Return the row of a layer, or None where there is none."""
        if self._rows is None:
            self._rows = {}
            for row, layer in enumerate(self._layers):
                self._rows.setdefault(layer.key, row)
        return self._rows.get(key)

    def look_ahead(self) -> bool:
        """Find the largest value of one more column; returns whether all are known."""
        if self._cost is None or not self._layers:
            return True
        for column in _SUMMED:
            if column not in self._largest:
                self._largest_in(column, self._cost)
                return False
        return True

    def widest(self, column: int, width_of: Callable[[str], int]) -> int | None:
        """Return the row whose text in a column needs the most room, by `width_of`.

        All texts of a large network would take too long: the longest name, the largest number
        and some rows in between are looked at, and of them those with most letters are measured.
        None where there are no rows.
        """
        cost = self._cost
        if cost is None or not self._layers:
            return None
        rows = set(range(0, len(self._layers), -(-len(self._layers) // SAMPLED_ROWS)))
        if column == 0:
            lengths = [len(layer.key.name) for layer in self._layers]
            rows.add(lengths.index(max(lengths)))
        elif COLUMNS[column].total is not None:
            rows.add(self._largest_in(column, cost)[1])
        text = COLUMNS[column].text
        texts = {text(self._layers[row], cost): row for row in sorted(rows)}
        return texts[max(heapq.nlargest(MEASURED_TEXTS, texts, key=len), key=width_of)]

    def _arrange(self) -> None:
        """List the operations as they are to be sorted; what is not known comes first."""
        column, order = self._sorted_by
        cost, self._layers = self._cost, []
        if cost is not None:
            value = COLUMNS[column].value

            def rank(layer: LayerCost) -> tuple[bool, Any]:
                it = value(layer, cost)
                return it is not None, it

            is_down = order == Qt.SortOrder.DescendingOrder
            self._layers = sorted(cost.layers, key=rank, reverse=is_down)
        self._rows, self._largest = None, {}

    def _largest_in(self, column: int, cost: NetworkCost) -> tuple[float, int]:
        """Return the largest value in a column of numbers, and its row."""
        found = self._largest.get(column)
        if found is None:
            value = COLUMNS[column].value
            sizes = [_size(value(layer, cost)) for layer in self._layers]
            most = max(sizes)
            found = self._largest[column] = most, sizes.index(most)
        return found

    def _share(self, layer: LayerCost, column: int, cost: NetworkCost) -> float | None:
        if COLUMNS[column].total is None:
            return None
        most, _ = self._largest_in(column, cost)
        return _size(COLUMNS[column].value(layer, cost)) / most if most else None

    # ----------------------------------------------------------------------------- Qt's overrides

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of operations."""
        return 0 if parent.isValid() or self._cost is None else len(self._cost.layers)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a view asks for."""
        if not index.isValid() or self._cost is None:
            return None
        layer, column = self._layers[index.row()], COLUMNS[index.column()]
        makers: dict[int, Callable[[NetworkCost], object]] = {
            int(Qt.ItemDataRole.DisplayRole): lambda cost: column.text(layer, cost),
            int(Qt.ItemDataRole.ToolTipRole): lambda _: f"{layer.key}\n{column.tooltip}",
            int(Qt.ItemDataRole.TextAlignmentRole): lambda _: _alignment(column.is_number),
            int(WORDS_ROLE): lambda _: _words(layer),
            int(SHARE_ROLE): lambda cost: self._share(layer, index.column(), cost),
            int(KEY_ROLE): lambda _: layer.key,
        }
        maker = makers.get(role)
        return maker(self._cost) if maker is not None else None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the titles of the columns."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tooltip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column.is_number)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by the values of a column: numbers as numbers, equals in order of execution."""
        self._sorted_by = (max(column, 0), order)
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        layers = [self._layers[index.row()] for index in before]
        self._arrange()
        rows = {id(layer): row for row, layer in enumerate(self._layers)}
        after = [
            self.index(rows[id(layer)], index.column())
            for layer, index in zip(layers, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()


class CostTotalsModel(QAbstractTableModel):
    """The one row of sums below the table."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cost: NetworkCost | None = None

    def set_cost(self, cost: NetworkCost | None) -> None:
        """Show the sums of a network."""
        self.beginResetModel()
        self._cost = cost
        self.endResetModel()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Return 1, or 0 where there is nothing to sum up."""
        return 0 if parent.isValid() or self._cost is None else 1

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of columns of the table above."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the sums."""
        if not index.isValid() or self._cost is None:
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == 0:
                return self.tr("{0} operations").format(f"{len(self._cost.layers):,}")
            return column.total_text(self._cost)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column.is_number)
        return column.tooltip if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Let sums be read only."""
        return Qt.ItemFlag.ItemIsEnabled if index.isValid() else Qt.ItemFlag.NoItemFlags


class CostFilterModel(QSortFilterProxyModel):
    """Keeps the operations in whose name, kind or shape a text is; the table below it sorts."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # As Qt's own filter: with nothing to look for, no row comes back to Python.
        self.setFilterRole(int(WORDS_ROLE))
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def set_text(self, text: str) -> None:
        """Keep what has `text` in it; an empty one keeps everything."""
        self.setFilterFixedString(text.strip())

    # ----------------------------------------------------------------------------- Qt's overrides

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Have the table sorted."""
        source = self.sourceModel()
        if source is not None:
            source.sort(column, order)


def _words(layer: LayerCost) -> str:
    """Return what an operation is found by."""
    shape = shape_text(layer.output_shape)
    return f"{layer.key} {layer.op} {layer.kind} {shape} {shape.replace(' × ', 'x')}"


def _size(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _alignment(is_number: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
