"""What each operation costs, as a table that can be sorted and searched."""

from __future__ import annotations

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
SORT_ROLE: Final = Qt.ItemDataRole.UserRole + 1
SHARE_ROLE: Final = Qt.ItemDataRole.UserRole + 2
"""Of the largest value in the column, 0..1; None where the column adds up to nothing."""

_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex


class CostTableModel(QAbstractTableModel):
    """A row for each operation, in order of execution."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cost: NetworkCost | None = None
        self._most: dict[int, float] = {}
        self._row_of: dict[LayerKey, int] = {}

    @property
    def cost(self) -> NetworkCost | None:
        """What is listed."""
        return self._cost

    def set_cost(self, cost: NetworkCost | None) -> None:
        """List the operations of a network."""
        self.beginResetModel()
        self._cost = cost
        layers = cost.layers if cost is not None else ()
        self._row_of = {}
        for row, layer in enumerate(layers):
            self._row_of.setdefault(layer.key, row)
        self._most = {
            number: max((_size(column.value(it, cost)) for it in layers), default=0.0)
            for number, column in enumerate(COLUMNS)
            if column.total is not None and cost is not None
        }
        self.endResetModel()

    def layer(self, row: int) -> LayerCost:
        """Return the operation of a row."""
        assert self._cost is not None  # noqa: S101 - there are rows
        return self._cost.layers[row]

    def row_of(self, key: LayerKey) -> int | None:
        """Return the row of a layer, or None where there is none."""
        return self._row_of.get(key)

    def _share(self, column: int, value: object) -> float | None:
        most = self._most.get(column, 0.0)
        return _size(value) / most if most else None

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
        layer, column = self._cost.layers[index.row()], COLUMNS[index.column()]
        makers: dict[int, Callable[[NetworkCost], object]] = {
            int(Qt.ItemDataRole.DisplayRole): lambda cost: column.text(layer, cost),
            int(Qt.ItemDataRole.ToolTipRole): lambda _: f"{layer.key}\n{column.tooltip}",
            int(Qt.ItemDataRole.TextAlignmentRole): lambda _: _alignment(column.is_number),
            int(SORT_ROLE): lambda cost: column.value(layer, cost),
            int(SHARE_ROLE): lambda cost: self._share(index.column(), column.value(layer, cost)),
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
    """Keeps the operations in whose name, kind or shape a text is, sorted by numbers."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""

    def set_text(self, text: str) -> None:
        """Keep what has `text` in it; an empty one keeps everything."""
        self._text = text.strip().lower()
        self.invalidate()

    # ----------------------------------------------------------------------------- Qt's overrides

    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:
        """Return whether a row matches."""
        source = self.sourceModel()
        if not self._text or not isinstance(source, CostTableModel):
            return True
        del source_parent
        layer = source.layer(source_row)
        shape = shape_text(layer.output_shape)
        words = f"{layer.key} {layer.op} {layer.kind} {shape} {shape.replace(' × ', 'x')}"
        return self._text in words.lower()

    def lessThan(self, source_left: _Index, source_right: _Index) -> bool:  # noqa: N802 - Qt's name
        """Compare numbers as numbers; what is not known comes first."""
        left, right = source_left.data(SORT_ROLE), source_right.data(SORT_ROLE)
        if left is None or right is None:
            return left is None and right is not None
        return bool(left < right)


def _size(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _alignment(is_number: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
