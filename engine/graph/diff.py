"""What tells two networks apart: operation by operation, module by module.

Counterparts are found by `engine.graph.matching`: modules from the outside in, and in each two
that belong together an alignment like Needleman's and Wunsch's. Counterparts are then compared in
what can be seen of the graph: operation, attributes, number of inputs, output shapes and number of
parameters. The values of weights are not compared, nor is how operations are wired: an operation
behind an inserted one is the same as before.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from engine.graph.hierarchy import Hierarchy
from engine.graph.labels import shape_label
from engine.graph.likeness import WIDTHS, plain_op, plain_value
from engine.graph.matching import match
from engine.graph.visible import batch_of
from engine.values.graph_diff import BoxDiff, Difference, GraphDiff, NodePair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from engine.graph.matching import Matching
    from engine.values.graph import GraphNode, NetworkGraph

__all__ = ["compare"]

_UNSAID = {"stride": "1", "dilation": "1", "groups": "1", "padding": "0"}
"""What an attribute is where an operation does not name it."""


def compare(left: NetworkGraph, right: NetworkGraph) -> GraphDiff:
    """Compare two graphs; weights' values are not looked at.

    Exchanging the two exchanges left and right in the result, and nothing else.

    Returns
    -------
    GraphDiff
    """
    found = match(left, right)
    nodes = {node.id: node for node in left.nodes}, {node.id: node for node in right.nodes}
    differ = _Differ(left, right)
    pairs = tuple(
        NodePair(one, other, tuple(differ.between(nodes[0][one], nodes[1][other])))
        for one, other in sorted(found.nodes.items())
    )
    taken = found.nodes.keys(), set(found.nodes.values())
    return GraphDiff(
        left.model,
        right.model,
        pairs,
        tuple(sorted(nodes[0].keys() - taken[0])),
        tuple(sorted(nodes[1].keys() - taken[1])),
        tuple(_boxes(left, right, found, pairs)),
    )


class _Differ:
    """Says what differs between two operations."""

    def __init__(self, left: NetworkGraph, right: NetworkGraph) -> None:
        self._batches = batch_of(left), batch_of(right)
        self._inputs = (
            Counter(edge.target for edge in left.edges),
            Counter(edge.target for edge in right.edges),
        )

    def between(self, left: GraphNode, right: GraphNode) -> Iterator[Difference]:
        """Yield the differences, the most telling first."""
        if plain_op(left.op) != plain_op(right.op):
            yield Difference("operation", left.op, right.op)
        told = list(_attributes(dict(left.attributes), dict(right.attributes)))
        yield from (it for it in told if it.what not in WIDTHS)
        yield from _difference("output", self._shapes(left, 0), self._shapes(right, 1))
        yield from (it for it in told if it.what in WIDTHS)
        inputs = (
            str(side[node.id]) for side, node in zip(self._inputs, (left, right), strict=True)
        )
        yield from _difference("inputs", *inputs)
        yield from _difference("type", _types(left), _types(right))
        yield from _difference("parameters", f"{left.parameters:,}", f"{right.parameters:,}")

    def _shapes(self, node: GraphNode, side: int) -> str:
        return ", ".join(shape_label(it.shape, self._batches[side]) for it in node.outputs)


def _attributes(left: Mapping[str, str], right: Mapping[str, str]) -> Iterator[Difference]:
    for name in dict.fromkeys((*left, *right)):
        unsaid = _UNSAID.get(name, "")
        one, other = left.get(name, unsaid), right.get(name, unsaid)
        if plain_value(one) != plain_value(other):
            is_short = name in _UNSAID
            yield Difference(name, *((plain_value(it) if is_short else it) for it in (one, other)))


def _difference(what: str, left: str, right: str) -> Iterator[Difference]:
    if left != right:
        yield Difference(what, left, right)


def _types(node: GraphNode) -> str:
    return ", ".join(dict.fromkeys(it.dtype for it in node.outputs))


# ------------------------------------------------------------------------------------- modules


def _boxes(
    left: NetworkGraph, right: NetworkGraph, found: Matching, pairs: Iterable[NodePair]
) -> Iterator[BoxDiff]:
    trees = Hierarchy(left), Hierarchy(right)
    changed = {pair.left: bool(pair.differences) for pair in pairs}
    turned = {pair.right: bool(pair.differences) for pair in pairs}
    for box in left.boxes:
        partner = found.boxes.get(box.path)
        here = trees[0].nodes_in(box.path)
        there = trees[1].nodes_in(partner) if partner is not None else ()
        same, differing, only = _sums(here, changed)
        yield BoxDiff(box.path, partner, same, differing, only, _sums(there, turned)[2])
    taken = set(found.boxes.values())
    for box in right.boxes:
        if box.path not in taken:
            same, differing, only = _sums(trees[1].nodes_in(box.path), turned)
            yield BoxDiff(None, box.path, same, differing, 0, only)


def _sums(nodes: Iterable[int], changed: Mapping[int, bool]) -> tuple[int, int, int]:
    """Return how many are the same, changed, and without a counterpart."""
    kinds = Counter(changed.get(node) for node in nodes)
    return kinds[False], kinds[True], kinds[None]
