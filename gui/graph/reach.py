"""What depends on what: everything else is dimmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from engine.graph import search

if TYPE_CHECKING:
    from engine.values import GraphItem, NetworkGraph
    from gui.graph.view import GraphView

__all__ = ["Reach"]


class Reach(QObject):
    """Highlights a part of the graph on a view, through all changes of the drawing."""

    def __init__(self, view: GraphView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._graph: NetworkGraph | None = None
        self._lit: frozenset[int] | None = None
        view.highlight_cleared.connect(self._forget)

    @property
    def lit(self) -> frozenset[int] | None:
        """Ids of the operations that are not dimmed; None = none is."""
        return self._lit

    def set_graph(self, graph: NetworkGraph | None) -> None:
        """Belong to another graph: nothing is highlighted."""
        self._graph, self._lit = graph, None

    def upstream(self, item: GraphItem | None = None) -> None:
        """Light what an item (or the selected, or the current one) depends on."""
        chosen = item or self.chosen_item()
        if chosen is not None and self._graph is not None:
            graph = self._graph
            inside = set(chosen.nodes)
            ends = {
                it.source for it in graph.edges if it.source in inside and it.target not in inside
            }
            self._light(chosen, [search.upstream(graph, end) for end in ends or inside])

    def downstream(self, item: GraphItem | None = None) -> None:
        """Light what depends on an item (or the selected, or the current one)."""
        chosen = item or self.chosen_item()
        if chosen is not None and self._graph is not None:
            graph = self._graph
            inside = set(chosen.nodes)
            ends = {
                it.target for it in graph.edges if it.target in inside and it.source not in inside
            }
            self._light(chosen, [search.downstream(graph, end) for end in ends or inside])

    def path(self, one: GraphItem, other: GraphItem) -> bool:
        """Light what lies between two items; False where no data flows from either to the other."""
        if self._graph is None:
            return False
        between = search.path_between(self._graph, one.nodes[-1], other.nodes[-1])
        if between:
            self._lit = between | frozenset(one.nodes) | frozenset(other.nodes)
            self.mark()
        return bool(between)

    def path_to_current(self) -> bool:
        """Light what lies between the selected item and that of the layer whose maps are shown."""
        selected, current = self._view.selected_item(), self._view.current_item()
        if selected is None or current is None or selected.id == current.id:
            return False
        return self.path(current, selected)

    def clear(self) -> None:
        """Dim nothing any more."""
        self._lit = None
        self.mark()

    def mark(self) -> None:
        """Highlight on the drawing of now."""
        if self._lit is not None or self._view.has_highlight:
            self._view.set_highlight(self._lit)

    def chosen_item(self) -> GraphItem | None:
        """Return the selected item, or that of the layer whose maps are shown."""
        selected = self._view.selected_item()
        return selected if selected is not None else self._view.current_item()

    def _light(self, chosen: GraphItem, found: list[frozenset[int]]) -> None:
        self._lit = frozenset(chosen.nodes).union(*found)
        self.mark()

    @Slot()
    def _forget(self) -> None:
        self._lit = None
