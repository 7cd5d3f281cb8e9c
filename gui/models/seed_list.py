"""The seeds of one picture as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.icons import Icon, icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.values import CosegSeed

__all__ = ["SeedListModel"]

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class SeedListModel(QAbstractListModel):
    """One row a seed, in the order in which they came."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seeds: tuple[CosegSeed, ...] = ()

    def set_seeds(self, seeds: Sequence[CosegSeed]) -> None:
        """Show these."""
        self.beginResetModel()
        self._seeds = tuple(seeds)
        self.endResetModel()

    def _text(self, seed: CosegSeed) -> str:
        what = self.tr("This") if seed.is_object else self.tr("Not this")
        rows, columns = seed.rows, seed.columns
        width, height = columns.stop - columns.start, rows.stop - rows.start
        place = f"{columns.start}, {rows.start}"
        if (width, height) != (1, 1):
            return self.tr("{0}: box of {1} × {2} at {3}").format(what, width, height, place)
        return self.tr("{0}: at {1}").format(what, place)

    # Qt's overrides.

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of seeds."""
        return 0 if parent.isValid() else len(self._seeds)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a seed says."""
        if not index.isValid():
            return None
        seed = self._seeds[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(seed)
        if role == Qt.ItemDataRole.DecorationRole:
            which = Icon.GROW if seed.is_object else Icon.SHRINK
            return icon(which, colour="success" if seed.is_object else "error")
        return None
