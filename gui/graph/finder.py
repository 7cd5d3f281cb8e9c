"""Looking for operations in a graph, and stepping through what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.errors import EngineError
from engine.graph import search

if TYPE_CHECKING:
    from engine.values import GraphNode, NetworkGraph
    from gui.graph.view import GraphView

__all__ = ["Finder"]

DELAY_MS = 120


class Finder(QObject):
    """Marks what is found on a view.

    Signals
    -------
    found : int, int
        Which hit is shown, from 1 (0 = none yet), and how many there are.
    failed : str
        What was typed cannot be looked for.
    hit_wanted : GraphNode
        Open what this operation is in, then call `show_hit`.
    """

    found = Signal(int, int)
    failed = Signal(str)
    hit_wanted = Signal(object)

    def __init__(self, view: GraphView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._graph: NetworkGraph | None = None
        self._nodes: dict[int, GraphNode] = {}
        self._asked = ("", False)
        self._hits: tuple[int, ...] = ()
        self._place = -1
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._find_now)

    @property
    def hits(self) -> tuple[int, ...]:
        """Ids of the operations that were found."""
        return self._hits

    def set_graph(self, graph: NetworkGraph | None) -> None:
        """Look in another graph, for the same."""
        self._graph = graph
        self._nodes = {node.id: node for node in graph.nodes} if graph is not None else {}
        self._find_now()

    @Slot(str, bool)
    def find(self, text: str, is_regex: bool = False) -> None:
        """Look for operations by name, kind or shape, a moment after the last letter."""
        self._asked = (text, is_regex)
        self._timer.start()

    @Slot(int)
    def step(self, by: int) -> None:
        """Go to the next (1) or the previous (-1) hit, and open what it is in."""
        if self._timer.isActive():
            self._find_now()
        if not self._hits:
            return
        start = 0 if self._place < 0 and by < 0 else self._place
        self._place = (start + by) % len(self._hits)
        self.found.emit(self._place + 1, len(self._hits))
        self.hit_wanted.emit(self._nodes[self._hits[self._place]])

    @Slot()
    def end(self) -> None:
        """Mark nothing any more."""
        self._timer.stop()
        self._asked = ("", False)
        self._hits, self._place = (), -1
        self._view.set_hits(())

    def mark(self) -> None:
        """Mark what was found on the drawing of now."""
        scene = self._view.scene
        if scene is None:
            return
        ids = {scene.items[row].item.id for row in scene.rows_of_nodes(self._hits).tolist()}
        self._view.set_hits(ids, self._shown_hit())

    def show_hit(self) -> None:
        """Mark the hit that is stepped to, and bring it into view."""
        self.mark()
        id_ = self._shown_hit()
        if id_ is not None:
            self._view.reveal_item(id_)

    def _shown_hit(self) -> str | None:
        scene = self._view.scene
        if scene is None or self._place < 0:
            return None
        row = scene.row_of_node(self._hits[self._place])
        return scene.items[row].item.id if row is not None else None

    @Slot()
    def _find_now(self) -> None:
        self._timer.stop()
        self._hits, self._place = (), -1
        if self._graph is not None:
            text, is_regex = self._asked
            try:
                self._hits = search.find(self._graph, text, is_regex=is_regex)
            except EngineError as error:
                self.failed.emit(str(error))
            else:
                self.found.emit(0, len(self._hits))
        self.mark()
