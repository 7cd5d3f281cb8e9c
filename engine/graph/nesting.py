"""Cut a visible graph into levels: what stands in each open box, and where edges pass borders.

An edge between two boxes goes out through the borders of the boxes around its source, across the
level that both ends share, and in through the borders around its target. All edges of one source
leave a box by one port. Each source comes in by a port of its own, but where more than `JOIN`
sources go to exactly the same items, they come in by one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from engine.graph.layered import ENTRY, EXIT, JOIN

if TYPE_CHECKING:
    from engine.graph.layered import End
    from engine.values.graph import GraphItem, ItemEdge, ModuleBox, VisibleGraph

__all__ = ["Contents", "Step", "cut"]

Step = tuple[str, "End", "End"]
"""Path of the level, the net's end there, the target's end there."""


@dataclass(slots=True)
class Contents:
    """What stands in one open box; "" is the whole drawing."""

    box: ModuleBox | None
    children: list[GraphItem | ModuleBox] = field(default_factory=list)
    nets: dict[End, dict[End, None]] = field(default_factory=dict)
    entries: dict[str, None] = field(default_factory=dict)
    exits: dict[str, None] = field(default_factory=dict)

    def connect(self, source: End, target: End) -> None:
        """Note that data flows between two ends."""
        self.nets.setdefault(source, {})[target] = None
        if source[0] == ENTRY:
            self.entries[source[1]] = None
        if target[0] == EXIT:
            self.exits[target[1]] = None


def frame_name(path: str) -> str:
    """Return the name of an open box among its level's children; no item has it."""
    return f"b{path}"


def cut(view: VisibleGraph) -> tuple[dict[str, Contents], list[list[Step]]]:
    """Return the contents by path, parents first, and each edge's steps from level to level."""
    return _Cutter(view).cut()


class _Cutter:
    def __init__(self, view: VisibleGraph) -> None:
        self._view = view
        self._parent = {box.path: box.parent for box in view.open_boxes}
        self._scope = {item.id: item.scope for item in view.items}
        self._ends: dict[str, End] = {item.id: (item.id, "") for item in view.items}
        self.levels: dict[str, Contents] = {"": Contents(None)}
        for box in view.open_boxes:
            self.levels[box.path] = Contents(box)

    def cut(self) -> tuple[dict[str, Contents], list[list[Step]]]:
        self._fill()
        ways = []
        for edge in self._view.edges:
            steps = self._steps(edge)
            for path, source, target in steps:
                self.levels[path].connect(source, target)
            ways.append(steps)
        return self.levels, ways

    def _fill(self) -> None:
        """Put children into their levels in order of execution: a box where its first item is."""
        placed: set[str] = set()
        for item in self._view.items:
            missing = []
            path = item.scope
            while path and path not in placed:
                missing.append(path)
                placed.add(path)
                path = self._parent[path]
            for inner in reversed(missing):
                box = self.levels[inner].box
                if box is not None:
                    self.levels[box.parent].children.append(box)
            self.levels[item.scope].children.append(item)

    def _around(self, path: str) -> list[str]:
        found = [path]
        while path:
            path = self._parent[path]
            found.append(path)
        return found

    @cached_property
    def _ports(self) -> dict[tuple[str, str], str]:
        """For each box and each source outside the name of the port it comes in by."""
        into: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for edge in self._view.edges:
            outside = set(self._around(self._scope[edge.source]))
            for path in self._around(self._scope[edge.target]):
                if path in outside:
                    break
                into[path][edge.source].add(edge.target)
        ports: dict[tuple[str, str], str] = {}
        for path, sources in into.items():
            alike: dict[frozenset[str], list[str]] = defaultdict(list)
            for source, targets in sources.items():
                alike[frozenset(targets)].append(source)
            for members in alike.values():
                for source in members:
                    ports[path, source] = members[0] if len(members) > JOIN else source
        return ports

    def _steps(self, edge: ItemEdge) -> list[Step]:
        scope = self._scope[edge.source]
        if scope == self._scope[edge.target]:
            return [(scope, self._ends[edge.source], self._ends[edge.target])]
        outward = self._around(scope)
        inward = self._around(self._scope[edge.target])
        shared = set(outward) & set(inward)
        steps: list[Step] = []
        here = self._ends[edge.source]
        for path in outward:
            if path in shared:
                break
            steps.append((path, here, (EXIT, edge.source)))
            here = (frame_name(path), edge.source)
        meeting = next(path for path in inward if path in shared)
        path = meeting
        for inner in [p for p in reversed(inward) if p not in shared]:
            port = self._ports[inner, edge.source]
            steps.append((path, here, (frame_name(inner), port)))
            path, here = inner, (ENTRY, port)
        steps.append((path, here, self._ends[edge.target]))
        return steps
