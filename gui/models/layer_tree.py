"""The layers of a network as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QFont, QIcon

from engine.values import LayerInfo, LayerKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "KEY_ROLE",
    "SEARCH_ROLE",
    "WATCHED_ROLE",
    "LayerTreeModel",
    "parameters_text",
    "shape_text",
]

KEY_ROLE = Qt.ItemDataRole.UserRole + 1
"""The `LayerKey` of a row."""
WATCHED_ROLE = Qt.ItemDataRole.UserRole + 2
SEARCH_ROLE = Qt.ItemDataRole.UserRole + 3
"""What the filter looks through: name, kind and shape in one text."""

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


def shape_text(shape: tuple[int, ...] | None) -> str:
    """Write a shape: "64 × 112 × 112"; nothing where it is not known."""
    return " × ".join(map(str, shape)) if shape is not None else ""


def parameters_text(count: int) -> str:
    """Write a number of parameters for the person: "512", "9.4 k", "1.2 M"; nothing for none."""
    if count == 0:
        return ""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        # 999,950 rounds to 1000.0 k: that is already 1.0 M.
        if count >= size * 0.99995:
            return f"{count / size:.1f} {unit}"
    return str(count)


class _Node:
    """One row: a layer, or one call of a layer that fires several times."""

    __slots__ = ("children", "info", "key", "label", "parent", "row")

    def __init__(self, info: LayerInfo | None, key: LayerKey, label: str) -> None:
        self.info = info
        self.key = key
        self.label = label
        self.parent: _Node | None = None
        self.row = 0
        self.children: list[_Node] = []

    def add(self, child: _Node) -> None:
        child.parent, child.row = self, len(self.children)
        self.children.append(child)

    @property
    def is_call(self) -> bool:
        """Whether it stands for one of several calls."""
        return self.parent is not None and self.parent.info is self.info


class LayerTreeModel(QAbstractItemModel):
    """Layers nested by their dotted names.

    A layer that fires several times in a pass has one child for each call; its own row stands
    for the first.

    Parameters
    ----------
    layers
        In order, as in `ModelInfo.layers`.
    watched_icon
        Marks watched layers, besides bold letters.
    """

    NAME, KIND, SHAPE, PARAMETERS = range(4)

    def __init__(
        self,
        layers: tuple[LayerInfo, ...] = (),
        watched_icon: QIcon | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._watched_icon = watched_icon
        self._watched: frozenset[LayerKey] = frozenset()
        self._build(layers)

    # ------------------------------------------------------------------------------ for callers

    def set_layers(self, layers: tuple[LayerInfo, ...]) -> None:
        """Show the layers of another network."""
        self.beginResetModel()
        old = self._root
        self._build(layers)
        self.endResetModel()
        del old  # Indexes point to its nodes until the reset is over.

    def set_watched(self, keys: Iterable[LayerKey]) -> None:
        """Mark exactly these layers as watched."""
        before, self._watched = self._watched, frozenset(keys)
        for key in before ^ self._watched:
            index = self.index_of(key)
            if index.isValid():
                last = index.siblingAtColumn(self.PARAMETERS)
                self.dataChanged.emit(index, last)

    def set_watched_icon(self, icon: QIcon | None) -> None:
        """Mark watched layers with another icon (of another theme)."""
        self._watched_icon = icon
        for key in self._watched:
            index = self.index_of(key)
            if index.isValid():
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])

    def key_at(self, index: _Index) -> LayerKey | None:
        """Return the layer of a row, or None where there is none."""
        return self._node(index).key if index.isValid() else None

    def info_at(self, index: _Index) -> LayerInfo | None:
        """Return what is known of the layer of a row."""
        return self._node(index).info if index.isValid() else None

    def index_of(self, key: LayerKey) -> QModelIndex:
        """Return the row of a layer; an invalid index where there is none."""
        node = self._by_key.get(key)
        return self.createIndex(node.row, 0, node) if node is not None else QModelIndex()

    # --------------------------------------------------------------------------------- the rest

    def _build(self, layers: tuple[LayerInfo, ...]) -> None:
        self._root = _Node(None, LayerKey(""), "")
        self._by_key: dict[LayerKey, _Node] = {}
        for info in layers:
            name = info.key.name
            parent = self._nearest(name)
            skip = len(parent.key.name) + 1 if parent is not self._root else 0
            node = _Node(info, info.key, name[skip:])
            parent.add(node)
            self._by_key[info.key] = node
            self._add_calls(node, info)

    def _nearest(self, name: str) -> _Node:
        """Return the layer that `name` lies in, as far as it is listed."""
        while "." in name:
            name = name.rpartition(".")[0]
            node = self._by_key.get(LayerKey(name))
            if node is not None:
                return node
        return self._root

    def _add_calls(self, node: _Node, info: LayerInfo) -> None:
        if info.calls < 2:
            return
        for call in range(info.calls):
            key = LayerKey(info.key.name, call)
            child = _Node(info, key, self.tr("call {0}").format(call + 1))
            node.add(child)
            self._by_key.setdefault(key, child)

    def _node(self, index: _Index) -> _Node:
        node = index.internalPointer() if index.isValid() else self._root
        return node if isinstance(node, _Node) else self._root

    def _text(self, node: _Node, column: int) -> str:
        info = node.info
        if info is None:
            return ""
        if column == self.NAME:
            return node.label
        if column == self.SHAPE:
            return shape_text(info.shape)
        if node.is_call:  # It shares kind and parameters with its layer's row.
            return ""
        return info.kind if column == self.KIND else parameters_text(info.parameters)

    def _tooltip(self, node: _Node) -> str:
        info = node.info
        if info is None:
            return ""
        lines = [str(node.key) if node.is_call else info.key.name]
        lines.append(f"{info.kind} ({info.detail})" if info.detail else info.kind)
        if info.shape is None:
            lines.append(self.tr("Not called by this network: there is nothing to watch"))
        else:
            lines.append(self.tr("output {0}").format(shape_text(info.shape)))
        if info.parameters:
            lines.append(self.tr("{0} parameters").format(f"{info.parameters:,}"))
        if info.calls > 1:
            lines.append(self.tr("called {0} times in a pass").format(info.calls))
        return "\n".join(lines)

    @staticmethod
    def _search_text(node: _Node) -> str:
        info = node.info
        if info is None:
            return ""
        plain = "x".join(map(str, info.shape or ()))
        return f"{info.key.name} {info.kind} {plain} {shape_text(info.shape)}"

    # ----------------------------------------------------------------------------- Qt's overrides

    def index(self, row: int, column: int, parent: _Index = _NOWHERE) -> QModelIndex:
        """Return the index of a row below `parent`."""
        children = self._node(parent).children
        is_inside = 0 <= row < len(children) and 0 <= column <= self.PARAMETERS
        if not is_inside or (parent.isValid() and parent.column() != 0):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, index: _Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]  # QObject's overload
        """Return the index of the layer that a row lies in."""
        node = self._node(index).parent if index.isValid() else None
        if node is None or node is self._root:
            return QModelIndex()
        return self.createIndex(node.row, 0, node)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of rows below `parent`."""
        return 0 if parent.column() > 0 else len(self._node(parent).children)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Return 4: name, kind, shape, parameters."""
        del parent
        return 4

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a view asks for."""
        if not index.isValid():
            return None
        node, column = self._node(index), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(node, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight
                if column == self.PARAMETERS
                else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        makers: dict[int, Callable[[_Node], object]] = {
            int(Qt.ItemDataRole.ToolTipRole): self._tooltip,
            int(SEARCH_ROLE): self._search_text,
            int(KEY_ROLE): lambda node: node.key,
            int(WATCHED_ROLE): lambda node: node.key in self._watched,
        }
        if role in makers:
            return makers[role](node)
        return self._mark(node, column, role) if node.key in self._watched else None

    def _mark(self, node: _Node, column: int, role: int) -> QFont | QIcon | None:
        """Return how the name of a watched layer is written."""
        # A layer called several times shares its key with its first call: mark one row only.
        if column != self.NAME or self._by_key.get(node.key) is not node:
            return None
        if role == Qt.ItemDataRole.DecorationRole:
            return self._watched_icon
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the titles of the columns."""
        titles = (self.tr("Layer"), self.tr("Kind"), self.tr("Shape"), self.tr("Parameters"))
        is_title = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return titles[section] if is_title and 0 <= section < len(titles) else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Let what is never called be seen and unfolded, but not be chosen."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        info = self._node(index).info
        if info is not None and info.shape is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
