"""How alike operations and modules of two networks are: features as numbers, and their weights."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.graph.labels import relative_path
from engine.values.graph import OpKind

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from numpy.typing import NDArray

    from engine.graph.hierarchy import Hierarchy
    from engine.values.graph import GraphNode

__all__ = ["WIDTHS", "Child", "Features", "Likeness", "geometry_of", "plain_op", "plain_value"]

WIDTHS = frozenset({"channels", "features", "over", "width", "hidden"})
"""Attributes that follow from how wide a network is, not from how it is built."""

_LOOSE = frozenset({OpKind.OTHER, OpKind.RESHAPING})
"""Kinds whose operations have little in common."""

_OP, _FAMILY, _GEOMETRY, _SHAPE, _EXACT, _WORD, _INDEX = range(7)
_WORTH = np.array([6, 2, 2, 2, 3, 2, 1], np.int32)

_NORM = re.compile(r"^((?:batch|instance)norm)[123]d$")
_PARTS = re.compile(r"^(\d+)(?:×\1)*$")


@dataclass(frozen=True, slots=True)
class Child:
    """What stands directly in a module: an operation, or a module again."""

    node: int | None
    box: str
    """Path; empty for an operation."""
    features: tuple[Hashable, ...]
    """None = it has none of that sort, which equals nothing."""


def plain_op(op: str) -> str:
    """Return an operation's name so that a layer's equals the function's.

    `BatchNorm2d` and `batch_norm` do the same, as do `Conv2d` and `conv2d`.
    """
    return _NORM.sub(r"\1", op.replace("_", "").lower())


def plain_value(value: str) -> str:
    """Return "3" for "3×3": a function may have been given either."""
    found = _PARTS.match(value)
    return found.group(1) if found else value


def geometry_of(node: GraphNode) -> tuple[Hashable, ...]:
    """Return what an operation is, widths and sizes aside."""
    given = ((name, plain_value(value)) for name, value in node.attributes if name not in WIDTHS)
    return plain_op(node.op), *sorted(given)


class Features:
    """The features of everything in one graph."""

    def __init__(self, tree: Hierarchy) -> None:
        self._tree = tree
        nodes = tree.graph.nodes
        self._position = {node.id: at for at, node in enumerate(nodes)}
        self._geometry = {node.id: geometry_of(node) for node in nodes}
        self._shapes = {node.id: tuple(it.shape for it in node.outputs) for node in nodes}

    def children(self) -> dict[str, list[Child]]:
        """Return for each box, and "" for the network, what is in it, in order of execution."""
        found: dict[str, list[tuple[int, Child]]] = {"": []}
        found.update((box.path, []) for box in self._tree.graph.boxes)
        for node in self._tree.graph.nodes:
            scope = self._tree.scope_of(node)
            found[scope].append((self._position[node.id], self._of_node(node, scope)))
        for box in self._tree.graph.boxes:
            inside = self._tree.nodes_in(box.path)
            if inside:
                first = self._position[inside[0]]
                found[box.parent].append((first, self._of_box(box.path, inside)))
        return {
            scope: [child for _, child in sorted(members, key=lambda it: it[0])]
            for scope, members in found.items()
        }

    def _of_node(self, node: GraphNode, scope: str) -> Child:
        geometry, shape = self._geometry[node.id], self._shapes[node.id]
        family = None if node.kind in _LOOSE else ("n", node.kind)
        exact = ("n", geometry, node.attributes, shape, node.parameters)
        name = relative_path(str(node.key), scope).removeprefix(f"{scope}/")
        op, shaped = ("n", plain_op(node.op)), ("n", shape)
        features = (op, family, ("n", geometry), shaped, exact, *_names("n", name))
        return Child(node.id, "", features)

    def _of_box(self, path: str, inside: Sequence[int]) -> Child:
        box = self._tree.box[path]
        structure = ("b", tuple(self._geometry[it] for it in inside))
        shapes = ("b", tuple(self._shapes[it] for it in inside))
        exact = ("b", structure, shapes)
        kind, names = ("b", box.kind), _names("b", relative_path(path, box.parent))
        return Child(None, path, (kind, structure, structure, shapes, exact, *names))


def _names(sort: str, name: str) -> tuple[Hashable, Hashable]:
    """Return a name as a word and as a number; a member of a list has a number only."""
    last = name.rpartition(".")[2].partition(":")[0]
    return (None, (sort, name)) if last.isdecimal() else ((sort, name), None)


class _Numbers:
    """Numbers the features of both sides, so that equal ones have the same number."""

    def __init__(self) -> None:
        self._known: dict[Hashable, int] = {}

    def table(self, children: Iterable[Child], missing: int) -> NDArray[np.int32]:
        """Return (7, n) int32; `missing` stands for None."""
        known = self._known
        rows = [
            [missing if it is None else known.setdefault(it, len(known)) for it in child.features]
            for child in children
        ]
        return np.ascontiguousarray(np.array(rows, np.int32).reshape(-1, len(_WORTH)).T)


class Likeness:
    """What pairs of the members of two lists are worth.

    Parameters
    ----------
    left, right
        What may be paired.
    is_strict
        False: operation or class, the kind, or the name as a word must be the same. True, for
        operations whose modules are no counterparts: the kind must be, and with it the geometry
        or the shapes of the outputs.
    """

    def __init__(
        self, left: Sequence[Child], right: Sequence[Child], *, is_strict: bool = False
    ) -> None:
        numbers = _Numbers()
        self._left, self._right = numbers.table(left, -1), numbers.table(right, -2)
        self._is_strict = is_strict
        self._known: dict[bytes, NDArray[np.int8]] = {}
        self._named: dict[tuple[int, int], list[int]] = {}
        for feature in (_WORD, _INDEX):
            for column, number in enumerate(self._right[feature].tolist()):
                self._named.setdefault((feature, number), []).append(column)

    def __call__(self, row: int, columns: slice) -> NDArray[np.int32]:
        """Return what a left row with each of some right ones is worth, (n,) int32, from 0."""
        mine = self._left[:, row]
        # Names aside, many rows are alike: they are compared once.
        key = mine[:_WORD].tobytes()
        plain = self._known.get(key)
        if plain is None:
            plain = self._worth(mine, self._right, is_named=False).astype(np.int8)
            self._known[key] = plain
        worth = plain[columns].astype(np.int32)
        for feature in (_WORD, _INDEX):
            places = self._named.get((feature, int(mine[feature])), ())
            near = [it for it in places if columns.start <= it < columns.stop]
            if near:
                worth[np.array(near) - columns.start] = self._worth(mine, self._right[:, near])
        return worth

    def _worth(
        self, mine: NDArray[np.int32], theirs: NDArray[np.int32], *, is_named: bool = True
    ) -> NDArray[np.int32]:
        equal = theirs == mine[:, None]
        if not is_named:
            equal[_WORD:] = False
        can_be = equal[_OP] | equal[_FAMILY]
        if self._is_strict:
            can_be &= equal[_GEOMETRY] | equal[_SHAPE]
        else:
            can_be |= equal[_WORD]
        return np.where(can_be, _WORTH @ equal, 0).astype(np.int32)
