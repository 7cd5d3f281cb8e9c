"""The boxes of a graph, and which of them are built alike."""

from __future__ import annotations

import hashlib
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

    for edge in edges:
        source, target = nodes[edge.source], nodes[edge.target]
        first: list[str | int] = [*way(source.scope), source.id]
        second: list[str | int] = [*way(target.scope), target.id]
        depth = 0
        while depth < min(len(first), len(second)) - 1 and first[depth] == second[depth]:
            depth += 1
        if depth:
            inner[str(first[depth - 1])].add((first[depth], second[depth]))
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
