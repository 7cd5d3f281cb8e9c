"""The tree of boxes of a network's graph, looked up by path."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.values.graph import GraphNode, ModuleBox, NetworkGraph

__all__ = ["Hierarchy"]


class Hierarchy:
    """Who stands in which box.

    Attributes
    ----------
    box
        Boxes by path.
    depth
        1 for a box at the top, 2 for one inside it, and so on.
    """

    def __init__(self, graph: NetworkGraph) -> None:
        self.graph = graph
        self.box: dict[str, ModuleBox] = {box.path: box for box in graph.boxes}
        self.depth: dict[str, int] = {"": 0}
        for box in graph.boxes:
            self.depth[box.path] = self.depth[box.parent] + 1

    def scope_of(self, node: GraphNode) -> str:
        """Return the path of the box a node stands in; "" at the top."""
        return node.scope if node.scope in self.depth else ""

    def ancestors(self, path: str) -> list[str]:
        """Return a box and those around it, from the inside; the network itself is left out."""
        found = []
        while path:
            found.append(path)
            path = self.box[path].parent
        return found

    def child_towards(self, outer: str, inner: str) -> str:
        """Return the box directly in `outer` that is, or is around, `inner`."""
        while self.box[inner].parent != outer:
            inner = self.box[inner].parent
        return inner

    @cached_property
    def _nodes_by_box(self) -> dict[str, list[int]]:
        members: dict[str, list[int]] = {path: [] for path in self.box}
        for node in self.graph.nodes:
            for path in self.ancestors(self.scope_of(node)):
                members[path].append(node.id)
        return members

    def nodes_in(self, path: str) -> tuple[int, ...]:
        """Return the ids of all nodes in a box, however deep."""
        return tuple(self._nodes_by_box[path])
