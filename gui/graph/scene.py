"""A layout made ready to be painted: built once, in any thread, and only read afterwards."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

from engine.values import ItemKind, OpKind
from gui.graph.edge_paths import EdgeChunk, add_rounded, chunks_of, edge_path, label_places
from gui.graph.index import RectIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from engine.values import (
        GraphEdge,
        GraphItem,
        GraphLayout,
        GraphNode,
        LayerKey,
        NetworkGraph,
        PlacedBox,
        PlacedEdge,
        PlacedItem,
        TensorInfo,
    )
    from gui.graph.camera import Rect

__all__ = ["KINDS", "GraphScene", "build_scene", "is_openable"]

KINDS = tuple(OpKind)
"""The kinds by number, as `GraphScene.kinds` counts them."""
_KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS)}


class GraphScene:
    """Items, frames and edges with their places, and who is where.

    Attributes
    ----------
    items : tuple of PlacedItem
        By row.
    kinds : ndarray, (N,), intp
        Number of each item's kind in `KINDS`.
    is_box : ndarray, (N,), bool
        Which of them can be opened.
    index, frame_index : RectIndex
        Where the items and the frames of open boxes are.
    chunks
        The edges, by region, as paths.
    labels
        Where shapes stand at edges: x, y, text.
    """

    def __init__(self, layout: GraphLayout, graph: NetworkGraph | None = None) -> None:
        self.layout = layout
        self.graph = graph
        self._into: dict[int, list[GraphEdge]] | None = None
        self.nodes: dict[int, GraphNode] = {node.id: node for node in graph.nodes} if graph else {}
        self.items: tuple[PlacedItem, ...] = layout.items
        self.frames: tuple[PlacedBox, ...] = layout.boxes
        self.kinds = np.array([_KIND_NUMBER[it.item.kind] for it in self.items], np.intp)
        self.is_box = np.array([is_openable(it.item) for it in self.items], np.bool_)
        self.index = RectIndex(_rect(it) for it in self.items)
        self.frame_index = RectIndex(_rect(it) for it in self.frames)
        # Objects of Qt, made here: a call with a list of them draws thousands in a millisecond.
        self.rects = [QRectF(it.left, it.top, it.width, it.height) for it in self.items]
        self.ids = tuple(it.item.id for it in self.items)
        self.row_of = {id_: row for row, id_ in enumerate(self.ids)}
        self.frame_of = {it.box.path: number for number, it in enumerate(self.frames)}
        self._row_of_node = {
            node: row for row, it in enumerate(self.items) for node in it.item.nodes
        }
        self._row_of_key = {
            it.item.key: row for row, it in enumerate(self.items) if it.item.key is not None
        }
        self._build_edges(layout.edges)

    def _build_edges(self, edges: tuple[PlacedEdge, ...]) -> None:
        self.chunks: tuple[EdgeChunk, ...] = chunks_of(edges)
        self.labels = label_places(edges)
        self.label_index = RectIndex((x, y, x, y) for x, y, _ in self.labels)
        self.edge_number: dict[tuple[str, str], int] = {}
        self.after: dict[str, list[str]] = {}
        self.before: dict[str, list[str]] = {}
        for number, placed in enumerate(edges):
            edge = placed.edge
            self.edge_number[edge.source, edge.target] = number
            self.after.setdefault(edge.source, []).append(edge.target)
            self.before.setdefault(edge.target, []).append(edge.source)

    @property
    def width(self) -> float:
        """Of the whole drawing, in scene units."""
        return self.layout.width

    @property
    def height(self) -> float:
        """Of the whole drawing, in scene units."""
        return self.layout.height

    def item(self, id_: str) -> GraphItem | None:
        """Return the item of this id, or None."""
        row = self.row_of.get(id_)
        return self.items[row].item if row is not None else None

    def rect(self, row: int) -> Rect:
        """Return where an item lies."""
        return _rect(self.items[row])

    def frame_rect(self, number: int) -> Rect:
        """Return where the frame of an open box lies."""
        return _rect(self.frames[number])

    def row_of_node(self, node: int) -> int | None:
        """Return the item that stands for an operation."""
        return self._row_of_node.get(node)

    def inputs_of(self, node: int) -> list[TensorInfo]:
        """Return the tensors that go into an operation, in the order of its inputs."""
        return [it.tensor for it in self._edges_into(node)]

    def sources_of(self, node: int) -> list[int]:
        """Return the operations that an operation's inputs come from, in their order."""
        return [it.source for it in self._edges_into(node)]

    def _edges_into(self, node: int) -> list[GraphEdge]:
        if self._into is None:
            self._into = {}
            for edge in self.graph.edges if self.graph else ():
                self._into.setdefault(edge.target, []).append(edge)
        return sorted(self._into.get(node, []), key=lambda it: it.slot)

    def rows_of_nodes(self, nodes: Iterable[int]) -> NDArray[np.intp]:
        """Return the items that stand for any of these operations, rising."""
        rows = {self._row_of_node[node] for node in nodes if node in self._row_of_node}
        return np.array(sorted(rows), np.intp)

    def row_of_key(self, key: LayerKey) -> int | None:
        """Return the item that shows a layer: itself, or the closed box that it is in."""
        row = self._row_of_key.get(key)
        if row is not None:
            return row
        for node in self.nodes.values():
            if node.key == key:
                return self._row_of_node.get(node.id)
        return self._closed_box_of(key.name)

    def frame_of_key(self, key: LayerKey) -> int | None:
        """Return the frame of an open box whose output a key watches."""
        suffix = f":{key.call}" if key.call else ""
        return self.frame_of.get(key.name + suffix)

    def _closed_box_of(self, name: str) -> int | None:
        path = name
        while path:
            row = self.row_of.get(f"b{path}")
            if row is not None:
                return row
            path = path.rpartition(".")[0]
        return None

    def edge_path(self, number: int) -> QPainterPath:
        """Return the way of one edge, its corners rounded."""
        return edge_path(self.layout.edges[number])

    def paths_between(self, lit: NDArray[np.bool_]) -> QPainterPath:
        """Return the edges between items that are lit, (N,) bool, as one path."""
        path = QPainterPath()
        for placed in self.layout.edges:
            ends = self.row_of.get(placed.edge.source), self.row_of.get(placed.edge.target)
            if ends[0] is not None and ends[1] is not None and lit[ends[0]] and lit[ends[1]]:
                add_rounded(path, placed.points)
        return path

    def holder(self, item: GraphItem, is_there: Callable[[str], bool]) -> str | None:
        """Return the id of the closed box that holds `item` in a drawing with fewer open boxes."""
        scopes = itertools.chain((item.scope,), _parents(item.scope))
        return next((f"b{path}" for path in scopes if is_there(f"b{path}")), None)


def build_scene(layout: GraphLayout, graph: NetworkGraph | None = None) -> GraphScene:
    """Make a layout ready to be painted; takes a tenth of a second for ten thousand items."""
    return GraphScene(layout, graph)


def is_openable(item: GraphItem) -> bool:
    """Whether something is inside that can be shown."""
    return item.item is not ItemKind.NODE


def _parents(path: str) -> Iterable[str]:
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


def _rect(it: PlacedItem | PlacedBox) -> Rect:
    return it.left, it.top, it.left + it.width, it.top + it.height
