"""Browsing a network's graph: what is open, what is found, what depends on what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.graph.hierarchy import Hierarchy
from engine.graph.visible import (
    RUN_MARK,
    all_paths,
    expanded_to_depth,
    toggle,
)
from engine.values import Direction
from gui.graph.drawing import Drawer, Wanted, lay_out
from gui.graph.finder import Finder
from gui.graph.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import GraphItem, GraphNode, LayerKey, NetworkGraph
    from gui.graph.drawing import LayOut
    from gui.graph.scene import GraphScene
    from gui.graph.view import GraphView

__all__ = ["GraphBrowser"]


class GraphBrowser(QObject):
    """Decides what of a network's graph its view draws; layouts are made off the GUI thread.

    Parameters
    ----------
    view
        Draws.
    lay_out
        Makes a layout, in another thread.

    Signals
    -------
    layer_chosen : LayerKey
        Watch this in the current tab.
    layer_added : LayerKey
        Watch this in a tab of its own (Ctrl and click).
    drawn
        Another drawing is on the view.
    options_changed
        Fold or direction have changed.

    Attributes
    ----------
    finder
        Looks for operations and steps through them.
    reach
        Highlights what depends on what.
    """

    layer_chosen = Signal(object)
    layer_added = Signal(object)
    drawn = Signal()
    options_changed = Signal()

    def __init__(
        self, view: GraphView, lay_out: LayOut = lay_out, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.view = view
        self._graph: NetworkGraph | None = None
        self._tree: Hierarchy | None = None
        self._expanded: frozenset[str] = frozenset()
        self._has_overview = False
        self._is_folded = True
        self._direction = Direction.DOWN
        self._anchor: str | None = None
        self._then: Callable[[], object] | None = None
        self._drawer = Drawer(lay_out, self)
        self.finder = Finder(view, self)
        self.reach = Reach(view, self)
        self._connect_parts()

    def _connect_parts(self) -> None:
        self._drawer.drawn.connect(self._show)
        self._drawer.failed.connect(self.view.show_error)
        self.view.toggle_wanted.connect(self.toggle_item)
        self.view.item_clicked.connect(self._choose)
        self.view.item_added.connect(self._add)
        self.view.cancelled.connect(self.cancel)
        self.view.retried.connect(self._draw)
        self.finder.hit_wanted.connect(self._reveal_hit)

    # ---------------------------------------------------------------------------------- the graph

    @property
    def graph(self) -> NetworkGraph | None:
        """Whose graph is browsed."""
        return self._graph

    @property
    def expanded(self) -> frozenset[str]:
        """The open boxes and runs, as `engine.graph.visible` reads them."""
        return self._expanded

    @property
    def is_folded(self) -> bool:
        """Whether runs of equal modules are one item."""
        return self._is_folded

    @property
    def direction(self) -> Direction:
        """Which way data flows."""
        return self._direction

    @property
    def is_busy(self) -> bool:
        """Whether a drawing is being made."""
        return self._drawer.is_busy

    def show_graph(self, graph: NetworkGraph, expanded: frozenset[str] | None = None) -> None:
        """Show the graph of a network, opened as far as is readable, or as it was left."""
        self._drawer.forget()
        self._graph, self._tree = graph, Hierarchy(graph)
        self._expanded = frozenset()
        self._anchor = self._then = None
        self.view.marks.selected = None
        self.reach.set_graph(graph)
        self.finder.set_graph(graph)
        self._open(expanded)

    def clear(self, message: str = "") -> None:
        """Show no graph, but a sentence that says what to do next."""
        self._drawer.cancel()
        self._drawer.forget()
        self._graph = self._tree = None
        self.reach.set_graph(None)
        self.finder.set_graph(None)
        self.view.show_ready()
        self.view.clear(message)

    @Slot()
    def cancel(self) -> None:
        """Make no drawing any more; what is shown stays."""
        self._drawer.cancel()
        self.view.show_ready()

    def finish(self) -> None:
        """Cancel, and wait for the thread that makes drawings."""
        self.finder.end()
        self._drawer.finish()

    # ----------------------------------------------------------------------- opening and closing

    def expand_all(self) -> None:
        """Open every box."""
        if self._graph is not None:
            self._open(all_paths(self._graph))

    def collapse_all(self) -> None:
        """Close every box."""
        self._open(frozenset())

    def show_overview(self) -> None:
        """Open boxes as far as it stays readable."""
        self._open(None)

    def expand_to_depth(self, depth: int) -> None:
        """Open the boxes down to a level; 0 = all closed."""
        if self._graph is not None:
            self._open(expanded_to_depth(self._graph, depth))

    @property
    def depth(self) -> int:
        """How many levels of boxes there are."""
        return max(self._tree.depth.values(), default=0) if self._tree is not None else 0

    def toggle(self, path: str) -> None:
        """Open or close a box by its path."""
        self.toggle_item(f"b{path}")

    @Slot(str)
    def toggle_item(self, id_: str) -> None:
        """Open or close by id: "b" and the path of a box, or that of a run."""
        self._open(toggle(self._expanded, id_), id_)

    def set_expanded(self, expanded: frozenset[str]) -> None:
        """Open exactly these boxes and runs, as `expanded` tells them."""
        self._open(expanded)

    def set_fold(self, is_folded: bool) -> None:
        """Fold runs of equal modules to one item, or show each; opened runs are folded again."""
        self._is_folded = is_folded
        self._expanded = frozenset(it for it in self._expanded if not it.startswith(RUN_MARK))
        self._draw()
        self.options_changed.emit()

    def set_direction(self, direction: Direction) -> None:
        """Let data flow down or to the right."""
        self._direction = direction
        self._draw()
        self.options_changed.emit()

    def reveal(self, key: LayerKey) -> bool:
        """Open the boxes around a layer and bring it into view; False where there is none."""
        node = self._node_of(key)
        if node is None:
            return self.view.reveal(key)
        self._reveal_node(node, lambda: self.view.reveal(key))
        return True

    def _node_of(self, key: LayerKey) -> GraphNode | None:
        nodes = self._graph.nodes if self._graph is not None else ()
        return next((node for node in nodes if node.key == key), None)

    def _reveal_node(self, node: GraphNode, then: Callable[[], object]) -> None:
        """Open all boxes around an operation, then do what is to be done when it is drawn."""
        if self._tree is None:
            return
        needed = frozenset(self._tree.ancestors(self._tree.scope_of(node)))
        if needed <= self._expanded and not self.is_busy:
            then()
        else:
            self._then = then
            self._open(self._expanded | needed)

    @Slot(object)
    def _reveal_hit(self, node: GraphNode) -> None:
        self._reveal_node(node, self.finder.show_hit)

    def _open(self, expanded: frozenset[str] | None, anchor: str | None = None) -> None:
        """Draw with these boxes open; None = as far as it stays readable."""
        self._anchor = anchor
        self._has_overview = expanded is None
        if expanded is not None:
            self._expanded = expanded
        self._draw()

    @Slot()
    def _draw(self) -> None:
        if self._graph is None:
            return
        # What is readable is found out with the drawing, not while the window waits.
        expanded = None if self._has_overview else self._expanded
        wanted = Wanted(self._graph, expanded, self._is_folded, self._direction)
        if not self._drawer.draw(wanted):
            count = f"{len(self._graph.nodes):,}"
            self.view.show_busy(self.tr("Laying out {0} operations").format(count))

    @Slot(object, object)
    def _show(self, wanted: Wanted, scene: GraphScene) -> None:
        if self._has_overview and wanted.expanded is not None:
            self._expanded, self._has_overview = wanted.expanded, False
        self.view.show_ready()
        self.view.show_scene(scene, self._anchor)
        self._anchor = None
        self.reach.mark()
        self.finder.mark()
        then, self._then = self._then, None
        if then is not None:
            then()
        self.drawn.emit()

    # ------------------------------------------------------------------------------------ choosing

    @Slot(object)
    def _choose(self, item: GraphItem) -> None:
        if item.key is not None:
            self.layer_chosen.emit(item.key)

    @Slot(object)
    def _add(self, item: GraphItem) -> None:
        if item.key is not None:
            self.layer_added.emit(item.key)
