"""The boxes of a graph, and which of them are built alike."""

from __future__ import annotations

import hashlib
import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

from engine.values import GraphEdge, GraphNode, ModuleBox

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.graph.scopes import Call

__all__ = ["boxes_of"]

_GEOMETRY = frozenset({"kernel", "stride", "dilation"})
"""Attributes in which blocks that are built alike agree; widths may differ."""


def boxes_of(
    calls: Iterable[Call], nodes: Sequence[GraphNode], edges: Sequence[GraphEdge]
) -> tuple[ModuleBox, ...]:
    """Return a box for each call of a container that has a node somewhere inside.

    Two boxes have the same signature where they are of the same class and hold the same
    operations and boxes in the same order, connected in the same way inside; shapes and what
    comes from outside do not count.
    """
    opened = {call.path: call for call in calls if call.parent is not None}
    parents = {path: call.parent.path if call.parent else "" for path, call in opened.items()}
    parts = _parts(nodes, parents)
    signatures = _signatures(opened, parts, _inner(nodes, edges, parents))
    return tuple(
        ModuleBox(path, type(call.module).__name__, parents[path], signatures[path])
        for path, call in opened.items()
        if path in parts
    )


def _parts(nodes: Sequence[GraphNode], parents: dict[str, str]) -> dict[str, dict[str | int, str]]:
    """Return for each box what lies directly in it, nodes and boxes, in order of execution."""
    parts: defaultdict[str, dict[str | int, str]] = defaultdict(dict)
    for node in nodes:
        geometry = [f"{name}={value}" for name, value in node.attributes if name in _GEOMETRY]
        parts[node.scope][node.id] = " ".join([node.op, *geometry])
        path = node.scope
        while path in parents and path not in parts[parents[path]]:
            parts[parents[path]][path] = ""
            path = parents[path]
    return parts


def _inner(
    nodes: Sequence[GraphNode], edges: Sequence[GraphEdge], parents: dict[str, str]
) -> dict[str, set[tuple[str | int, str | int]]]:
    """Return for each box the edges between two parts of it."""
    inner: defaultdict[str, set[tuple[str | int, str | int]]] = defaultdict(set)
    ways: dict[str, list[str]] = {}

    def way(scope: str) -> list[str]:
        if scope not in ways:
            ways[scope] = [*way(parents[scope]), scope] if scope in parents else [scope]
        return ways[scope]

    def common(first: str, second: str) -> tuple[str, list[str], list[str]]:
        """Return the innermost box around both, and the ways from there."""
        one, two = way(first), way(second)
        depth = sum(
            1
            for _ in itertools.takewhile(
                lambda pair: pair[0] == pair[1], zip(one, two, strict=False)
            )
        )
        return one[depth - 1] if depth else "", one[depth:], two[depth:]

    known: dict[tuple[str, str], tuple[str, list[str], list[str]]] = {}
    for edge in edges:
        scopes = nodes[edge.source].scope, nodes[edge.target].scope
        if scopes not in known:
            known[scopes] = common(*scopes)
        box, first, second = known[scopes]
        if box:
            inner[box].add(
                (first[0] if first else edge.source, second[0] if second else edge.target)
            )
    return inner


def _signatures(
    opened: dict[str, Call],
    parts: dict[str, dict[str | int, str]],
    inner: dict[str, set[tuple[str | int, str | int]]],
) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in reversed(opened):  # children began after their parents
        inside = parts.get(path, {})
        places = {part: place for place, part in enumerate(inside)}
        words = [what or found.get(str(part), "") for part, what in inside.items()]
        links = sorted(
            (places[a], places[b]) for a, b in inner.get(path, ()) if a in places and b in places
        )
        text = f"{type(opened[path].module).__name__}|{words}|{links}"
        found[path] = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    return found
