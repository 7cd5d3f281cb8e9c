"""Find nodes by words, and what depends on what."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from engine.errors import EngineError
from engine.graph.labels import shape_label
from engine.graph.visible import batch_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.values.graph import GraphNode, NetworkGraph, VisibleGraph

__all__ = ["downstream", "find", "item_of_node", "path_between", "upstream"]


def find(graph: NetworkGraph, pattern: str, *, is_regex: bool = False) -> tuple[int, ...]:
    """Return the ids of the nodes whose name, operation, kind or shape has `pattern` in it.

    Parameters
    ----------
    pattern
        Case does not matter; shapes may be typed with "x": "64x56x56". An empty one finds none.
    is_regex
        Whether it is a regular expression.

    Raises
    ------
    EngineError
        It is no valid regular expression.
    """
    if not pattern:
        return ()
    try:
        finder = re.compile(pattern if is_regex else re.escape(pattern), re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        why = error.msg if isinstance(error, re.error) else "it counts or nests too far"
        raise EngineError(
            f"“{pattern}” is no regular expression ({why}); correct it, or search plain text."
        ) from error
    batch = batch_of(graph)
    return tuple(node.id for node in graph.nodes if any(map(finder.search, _words(node, batch))))


def _words(node: GraphNode, batch: int) -> Iterable[str]:
    yield str(node.key)
    yield node.op
    yield node.kind.value
    for tensor in node.outputs:
        shape = shape_label(tensor.shape, batch)
        yield shape
        yield shape.replace("×", "x")


def upstream(graph: NetworkGraph, node: int) -> frozenset[int]:
    """Return all nodes that `node` depends on, and itself."""
    before: dict[int, list[int]] = defaultdict(list)
    for edge in graph.edges:
        before[edge.target].append(edge.source)
    return _reached(before, node)


def downstream(graph: NetworkGraph, node: int) -> frozenset[int]:
    """Return all nodes that depend on `node`, and itself."""
    behind: dict[int, list[int]] = defaultdict(list)
    for edge in graph.edges:
        behind[edge.source].append(edge.target)
    return _reached(behind, node)


def path_between(graph: NetworkGraph, one: int, other: int) -> frozenset[int]:
    """Return all nodes on any way from one node to the other, whichever comes first, with both.

    Empty where no data flows from either to the other.
    """
    return (downstream(graph, one) & upstream(graph, other)) | (
        downstream(graph, other) & upstream(graph, one)
    )


def item_of_node(view: VisibleGraph) -> dict[int, str]:
    """Return for each node id the id of the item that shows it.

    That is the node itself, the closed box around it, or the run that it is folded into.
    """
    return {node: item.id for item in view.items for node in item.nodes}


def _reached(neighbours: Mapping[int, list[int]], start: int) -> frozenset[int]:
    seen = {start}
    pending = [start]
    while pending:
        for node in neighbours.get(pending.pop(), ()):
            if node not in seen:
                seen.add(node)
                pending.append(node)
    return frozenset(seen)
