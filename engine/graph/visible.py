"""Which parts of a network's graph are drawn when these boxes are open.

The open boxes are a set of strings, so that a window can keep and restore it: the paths of the
boxes, and for an opened run of equal modules `RUN_MARK` and the path of its first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from engine.graph.folding import Member, chain_runs, stretches
from engine.graph.hierarchy import Hierarchy
from engine.graph.items import items_of
from engine.graph.labels import shape_label, tensor_label
from engine.values.graph import ItemEdge, ItemKind, VisibleGraph

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values.graph import GraphEdge, NetworkGraph

__all__ = [
    "RUN_MARK",
    "all_paths",
    "batch_of",
    "default_expanded",
    "expanded_to_depth",
    "toggle",
    "visible",
]

RUN_MARK = "*"
"""Stands before the path of an opened run's first module in a set of open boxes."""

_DOMINANT = 0.6
"""A box that holds this share of all operations is opened for the overview although the others
of its level stay closed."""


def visible(
    graph: NetworkGraph, expanded: frozenset[str] = frozenset(), *, fold: bool = True
) -> VisibleGraph:
    """Return the items and edges to draw.

    Parameters
    ----------
    graph
        The whole network.
    expanded
        Paths of the boxes that are open; one inside a closed box stays hidden. See the module's
        text for opened runs.
    fold
        Whether runs of equal closed modules are one item, "xN", and long stretches of small
        operations, such as unrolled loops, are one too.

    Returns
    -------
    VisibleGraph
        Items in order of execution. Tensors between the same two items are one edge; `count` of
        an edge is the number of different tensors.
    """
    tree = Hierarchy(graph)
    holder = _Holders(tree, expanded)
    runs = _runs(tree, holder, expanded) if fold else {}
    owner = {node: runs.get(item, item) for node, item in holder.of_node.items()}
    if fold:
        owner.update(_stretches(tree, owner, expanded))
    return VisibleGraph(
        items=tuple(items_of(tree, owner)),
        edges=tuple(_edges(graph, owner)),
        open_boxes=tuple(
            box for box in graph.boxes if box.path in holder.shown_open and tree.nodes_in(box.path)
        ),
    )


def all_paths(graph: NetworkGraph) -> frozenset[str]:
    """Return the open boxes of a graph with everything open."""
    return frozenset(box.path for box in graph.boxes)


def expanded_to_depth(graph: NetworkGraph, depth: int) -> frozenset[str]:
    """Return the boxes to open to see `depth` levels: 0 = all boxes closed."""
    tree = Hierarchy(graph)
    return frozenset(box.path for box in graph.boxes if tree.depth[box.path] <= depth)


def toggle(expanded: frozenset[str], item: str) -> frozenset[str]:
    """Return the set with an item opened, or closed where it was open.

    Parameters
    ----------
    item
        Id of a box ("b" and its path; an open frame's too) or of a run ("r" and the path of its
        first module or operation). A node's id changes nothing.
    """
    if item.startswith("b"):
        return expanded ^ {item[1:]}
    if item.startswith("r"):
        return expanded ^ {RUN_MARK + item[1:]}
    return expanded


def default_expanded(graph: NetworkGraph, budget: int = 30) -> frozenset[str]:
    """Return the open boxes of a readable overview.

    Whole levels are opened, so that like stands beside like, while at most `budget` items are
    to be seen; runs count as one. A box that holds most of the network is opened even alone.
    """
    tree = Hierarchy(graph)
    expanded: frozenset[str] = frozenset()
    tried = expanded
    while True:
        seen = visible(graph, expanded, fold=False).items
        closed = [item.id[1:] for item in seen if item.item is ItemKind.BOX]
        for more in (closed, [path for path in closed if _is_dominant(tree, path)]):
            tried = expanded | frozenset(more)
            if more and len(visible(graph, tried).items) <= budget:
                break
        else:
            return expanded
        expanded = tried


def batch_of(graph: NetworkGraph) -> int:
    """Return the batch that the example input had; 1 where it is a list of single pictures."""
    shapes = graph.input_shapes
    return shapes[0][0] if shapes and len(shapes[0]) in {2, 4, 5} else 1


def _is_dominant(tree: Hierarchy, path: str) -> bool:
    return len(tree.nodes_in(path)) >= _DOMINANT * len(tree.graph.nodes)


class _Holders:
    """Which item each node is drawn in, runs aside; which boxes are drawn as frames."""

    def __init__(self, tree: Hierarchy, expanded: frozenset[str]) -> None:
        self._tree = tree
        self._expanded = expanded
        self._closed: dict[str, str | None] = {"": None}
        self.shown_open: set[str] = set()
        for box in tree.graph.boxes:
            closed = self._closed[box.parent]
            if closed is None and box.path not in expanded:
                closed = box.path
            elif closed is None:
                self.shown_open.add(box.path)
            self._closed[box.path] = closed
        self.of_node: dict[int, str] = {}
        for node in tree.graph.nodes:
            path = self._closed[tree.scope_of(node)]
            self.of_node[node.id] = f"n{node.id}" if path is None else f"b{path}"


def _runs(tree: Hierarchy, holder: _Holders, expanded: frozenset[str]) -> dict[str, str]:
    """Return for each closed box that is folded into a run the id of the run."""
    sources: dict[str, set[str]] = defaultdict(set)
    targets: dict[str, set[str]] = defaultdict(set)
    for edge in tree.graph.edges:
        source, target = holder.of_node[edge.source], holder.of_node[edge.target]
        if source != target:
            targets[source].add(target)
            sources[target].add(source)
    seen = set(holder.of_node.values())
    siblings: dict[str, list[Member]] = defaultdict(list)
    for box in tree.graph.boxes:
        item = f"b{box.path}"
        if item in seen and box.signature:
            member = Member(item, box.signature, frozenset(sources[item]), frozenset(targets[item]))
            siblings[box.parent].append(member)
    runs: dict[str, str] = {}
    for members in siblings.values():
        for run in chain_runs(members):
            first = run[0].id[1:]
            if RUN_MARK + first not in expanded:
                runs.update((member.id, f"r{first}") for member in run)
    return runs


def _stretches(tree: Hierarchy, owner: dict[int, str], expanded: frozenset[str]) -> dict[int, str]:
    """Return for each small operation that is folded the id of the item."""
    alone = [node for node in tree.graph.nodes if owner[node.id][0] == "n"]
    return {
        node.id: f"r{stretch[0].key}"
        for stretch in stretches(alone)
        if f"{RUN_MARK}{stretch[0].key}" not in expanded
        for node in stretch
    }


# -------------------------------------------------------------------------------------- edges


def _edges(graph: NetworkGraph, owner: dict[int, str]) -> Iterable[ItemEdge]:
    between: dict[tuple[str, str], list[GraphEdge]] = {}
    for edge in graph.edges:
        ends = owner[edge.source], owner[edge.target]
        if ends[0] != ends[1]:
            between.setdefault(ends, []).append(edge)
    batch = batch_of(graph)
    labels: dict[tuple[int, ...], str] = {}
    for ends, edges in between.items():
        if len(edges) > 1:
            label, count = tensor_label([it.tensor for it in edges], batch), _different(edges)
        else:
            shape, count = edges[0].tensor.shape, 1
            known = labels.get(shape)
            label = labels[shape] = shape_label(shape, batch) if known is None else known
        yield ItemEdge(*ends, label, count)


def _different(edges: list[GraphEdge]) -> int:
    """Return how many tensors there are: one that goes to several nodes counts once."""
    most: dict[int, int] = {}
    for (source, _), count in Counter((it.source, it.target) for it in edges).items():
        most[source] = max(most.get(source, 0), count)
    return sum(most.values())
