"""Boxes for containers that never run themselves, by the names of what stands in them.

In a network made of an ONNX file the layers are called one after the other; that "layer1.0" held
some of them is only in their names.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

from torch import nn

from engine.graph.scopes import Call
from engine.values import LayerKey

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from engine.values import GraphEdge, GraphNode

__all__ = ["nested_by_name"]


def nested_by_name(
    module: nn.Module,
    calls: Sequence[Call],
    nodes: Sequence[GraphNode],
    edges: Sequence[GraphEdge],
) -> tuple[list[Call], tuple[GraphNode, ...]]:
    """Give what stands in a plain `nn.Module`, which cannot be called, a box of its name.

    A container that data leaves and comes back to gets none: such a box could not be closed.

    Parameters
    ----------
    module
        The network.
    calls
        Of its containers, the network's own first; their parents are set anew.
    nodes, edges
        Of its graph.

    Returns
    -------
    calls, nodes
        The calls with those that stand for containers, in order of first execution, parents
        before children; the nodes with the boxes that they stand in now.
    """
    plain = {name for name, one in module.named_modules() if name and type(one) is nn.Module}
    if not plain or not calls:
        return list(calls), tuple(nodes)
    plain -= _re_entered(plain, nodes, edges)
    made: dict[str, Call] = {}

    def innermost(name: str, around: Call) -> Call:
        """Return the container that `name` stands in, made where it is not there yet."""
        owner = name.rpartition(".")[0]
        while owner and owner not in plain:
            owner = owner.rpartition(".")[0]
        if not owner or len(owner) <= len(around.key.name):
            return around
        if owner not in made:
            part = module.get_submodule(owner)
            made[owner] = Call(part, LayerKey(owner), innermost(owner, around), False, False)
        return made[owner]

    by_path = {call.path: call for call in calls}
    for call in calls:
        if call.parent is not None:
            call.parent = innermost(call.key.name, call.parent)
    seated = tuple(
        dataclasses.replace(node, scope=innermost(node.key.name, by_path[node.scope]).path)
        if node.is_module
        else node
        for node in nodes
    )
    return _in_order([*calls, *made.values()], seated), seated


def _re_entered(
    names: Collection[str], nodes: Iterable[GraphNode], edges: Iterable[GraphEdge]
) -> set[str]:
    """Return the containers that data leaves and comes back to."""
    sources: defaultdict[int, list[int]] = defaultdict(list)
    for edge in edges:
        sources[edge.target].append(edge.source)
    found = set()
    for name, members in _held(names, nodes).items():
        left: set[int] = set()
        for node in range(min(members), max(members) + 1):
            if node in members:
                if not left.isdisjoint(sources[node]):
                    found.add(name)
                    break
            elif any(source in left or source in members for source in sources[node]):
                left.add(node)
    return found


def _held(names: Collection[str], nodes: Iterable[GraphNode]) -> dict[str, set[int]]:
    """Return for each container with nodes in it those whose names begin with its own."""
    held: defaultdict[str, set[int]] = defaultdict(set)
    for node in nodes:
        owner = node.key.name.rpartition("/" if not node.is_module else ".")[0]
        while owner:
            if owner in names:
                held[owner].add(node.id)
            owner = owner.rpartition(".")[0]
    return held


def _in_order(calls: Sequence[Call], nodes: Sequence[GraphNode]) -> list[Call]:
    """Return the calls by the first node in each, parents before children."""
    first: dict[str, int] = {}
    by_path = {call.path: call for call in calls}
    for node in nodes:
        call: Call | None = by_path.get(node.scope)
        while call is not None and call.path not in first:
            first[call.path] = node.id
            call = call.parent
    return sorted(calls, key=lambda call: (first.get(call.path, len(nodes)), _depth(call)))


def _depth(call: Call) -> int:
    depth = 0
    while call.parent is not None:
        call = call.parent
        depth += 1
    return depth
