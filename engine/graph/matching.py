"""Which operation and which module of one network is the counterpart of which of another.

From the outside in: what stands in two modules that are counterparts is aligned in order of
execution (`engine.graph.alignment`), each pair worth the more the more of operation, geometry,
shape and name is equal (`engine.graph.likeness`); then what has the same name but stands at
another place. Operations that are left over, because one network nests its layers otherwise than
the other, are aligned between the pairs that rise on both sides, as patience diff does between
its anchors (B. Cohen, 2006); modules then follow what is in them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.graph.alignment import align, rising
from engine.graph.hierarchy import Hierarchy
from engine.graph.likeness import Features, Likeness

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.graph.likeness import Child
    from engine.values.graph import NetworkGraph

__all__ = ["Matching", "match"]

_LEAST_OVERLAP = 0.5
"""Modules that nothing else pairs must have this share of their operations in common."""
_OP, _WORD = 0, 5


@dataclass(slots=True)
class Matching:
    """Counterparts, left to right: ids of nodes, paths of boxes."""

    nodes: dict[int, int] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)

    def turned(self) -> Matching:
        """Return the same, right to left."""
        return Matching(
            {right: left for left, right in self.nodes.items()},
            {right: left for left, right in self.boxes.items()},
        )


def match(left: NetworkGraph, right: NetworkGraph) -> Matching:
    """Find the counterparts; the same whichever graph is the left one."""
    sides = Hierarchy(left), Hierarchy(right)
    children = Features(sides[0]).children(), Features(sides[1]).children()
    # Ties are decided by the order of the sides: it must not depend on who asks.
    ranks = [(len(it.nodes), it.model) for it in (left, right)]
    if ranks[0] == ranks[1]:
        ranks = [(0, repr(list(it.items()))) for it in children]
    if ranks[0] <= ranks[1]:
        return _Matcher(sides, children).result()
    return _Matcher(sides[::-1], children[::-1]).result().turned()


class _Matcher:
    def __init__(
        self,
        trees: tuple[Hierarchy, ...],
        children: tuple[dict[str, list[Child]], ...],
    ) -> None:
        self._trees = trees
        self._children = children
        self._found = Matching()
        self._scopes = tuple(
            {node.id: tree.scope_of(node) for node in tree.graph.nodes} for tree in trees
        )

    def result(self) -> Matching:
        pending = [("", "")]
        while pending:
            scopes = pending.pop()
            pending.extend(self._match_inside(*scopes))
        self._match_rest()
        self._match_boxes()
        return self._found

    # ------------------------------------------------------------------- by module, from outside

    def _match_inside(self, one: str, other: str) -> Iterable[tuple[str, str]]:
        """Pair what stands in two counterparts; return the pairs of boxes among it."""
        left, right = self._children[0][one], self._children[1][other]
        pairs = _aligned(left, right)
        pairs += _by_name(left, right, pairs)
        boxes = []
        for row, column in pairs:
            mine, theirs = left[row], right[column]
            if mine.node is not None and theirs.node is not None:
                self._found.nodes[mine.node] = theirs.node
            elif mine.node is None and theirs.node is None:
                self._found.boxes[mine.box] = theirs.box
                boxes.append((mine.box, theirs.box))
        return boxes

    # ----------------------------------------------------------------------- in order, what is left

    def _match_rest(self) -> None:
        taken = set(self._found.nodes), set(self._found.nodes.values())
        order = [self._in_order(side) for side in (0, 1)]
        place = [{child.node: at for at, child in enumerate(side)} for side in order]
        known = sorted((place[0][a], place[1][b]) for a, b in self._found.nodes.items())
        anchors = [(-1, -1), *rising(known), (len(order[0]), len(order[1]))]
        for (top, left_top), (end, left_end) in itertools.pairwise(anchors):
            mine = [it for it in order[0][top + 1 : end] if it.node not in taken[0]]
            theirs = [it for it in order[1][left_top + 1 : left_end] if it.node not in taken[1]]
            for row, column in _aligned(mine, theirs, is_strict=True):
                one, other = mine[row].node, theirs[column].node
                if one is not None and other is not None:
                    self._found.nodes[one] = other

    def _in_order(self, side: int) -> list[Child]:
        by_node = {
            child.node: child
            for members in self._children[side].values()
            for child in members
            if child.node is not None
        }
        return [by_node[node.id] for node in self._trees[side].graph.nodes]

    # ----------------------------------------------------------------------------- modules, at last

    def _match_boxes(self) -> None:
        """Pair modules that are left by the operations they have in common, the likest first."""
        taken = set(self._found.boxes), set(self._found.boxes.values())
        common: dict[tuple[str, str], int] = {}
        for one, other in self._found.nodes.items():
            free = [it for it in self._around(0, one) if it not in taken[0]]
            if free:
                for path in (it for it in self._around(1, other) if it not in taken[1]):
                    for mine in free:
                        common[mine, path] = common.get((mine, path), 0) + 1
        shares = {
            pair: count / (self._size(0, pair[0]) + self._size(1, pair[1]) - count)
            for pair, count in common.items()
        }
        depths = self._trees[0].depth, self._trees[1].depth
        # Of a module that holds nothing but another, the outer one.
        best = sorted(
            shares.items(), key=lambda it: (-it[1], depths[0][it[0][0]] + depths[1][it[0][1]])
        )
        for (mine, path), share in best:
            if share < _LEAST_OVERLAP or mine in taken[0] or path in taken[1]:
                continue
            self._found.boxes[mine] = path
            taken[0].add(mine)
            taken[1].add(path)

    def _around(self, side: int, node: int) -> list[str]:
        return self._trees[side].ancestors(self._scopes[side][node])

    def _size(self, side: int, path: str) -> int:
        return len(self._trees[side].nodes_in(path))


def _aligned(
    left: Sequence[Child], right: Sequence[Child], *, is_strict: bool = False
) -> list[tuple[int, int]]:
    """Return the best alignment; what is equal in everything at both ends is in it."""
    least = min(len(left), len(right))
    equal = (one.features == other.features for one, other in zip(left, right, strict=False))
    head = next((at for at, is_equal in enumerate(equal) if not is_equal), least)
    equal = (
        one.features == other.features
        for one, other in zip(reversed(left[head:]), reversed(right[head:]), strict=False)
    )
    tail = next((at for at, is_equal in enumerate(equal) if not is_equal), least - head)
    mine, theirs = left[head : len(left) - tail], right[head : len(right) - tail]
    pairs = [(row, row) for row in range(head)]
    if mine and theirs:
        likeness = Likeness(mine, theirs, is_strict=is_strict)
        middle = align((len(mine), len(theirs)), likeness)
        pairs += [(head + row, head + column) for row, column in middle]
    pairs += [(len(left) - at, len(right) - at) for at in range(tail, 0, -1)]
    return pairs


def _by_name(
    left: Sequence[Child], right: Sequence[Child], pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Pair what has the same operation and name, although its place among the others differs."""
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    named = {
        (child.features[_OP], child.features[_WORD]): column
        for column, child in enumerate(right)
        if column not in columns and child.features[_WORD] is not None
    }
    found = (
        (row, named.pop((child.features[_OP], child.features[_WORD]), None))
        for row, child in enumerate(left)
        if row not in rows and child.features[_WORD] is not None
    )
    return [(row, column) for row, column in found if column is not None]
