"""What stands on the items of the graph: operations, closed modules, folded runs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from engine.graph.labels import geometry, relative_path
from engine.values.graph import GraphItem, ItemKind, OpKind
from engine.values.models import LayerKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.graph.hierarchy import Hierarchy
    from engine.values.graph import GraphNode

__all__ = ["items_of"]

_TELLING = (OpKind.ATTENTION, OpKind.CONVOLUTION, OpKind.LINEAR)
"""Kinds that say what a closed module is for, whatever else is in it."""


def items_of(tree: Hierarchy, owner: dict[int, str]) -> Iterable[GraphItem]:
    """Yield what is drawn, in order of execution.

    Parameters
    ----------
    owner
        For each node the id of the item that shows it.
    """
    members: dict[str, list[GraphNode]] = {}
    for node in tree.graph.nodes:
        members.setdefault(owner[node.id], []).append(node)
    outside = {edge.source for edge in tree.graph.edges if owner[edge.source] != owner[edge.target]}
    for item, nodes in members.items():
        if item[0] == "n":
            yield _node_item(tree, nodes[0])
        elif item[1:] not in tree.box:
            yield _stretch_item(tree, item, nodes)
        else:
            yield _box_item(tree, item, nodes, outside)


def _node_item(tree: Hierarchy, node: GraphNode) -> GraphItem:
    name = relative_path(node.key.name, tree.scope_of(node)) if node.is_module else node.op
    return GraphItem(
        id=f"n{node.id}",
        item=ItemKind.NODE,
        title=name,
        subtitle=geometry(node),
        kind=node.kind,
        scope=tree.scope_of(node),
        output=node.outputs[0] if node.outputs else None,
        nodes=(node.id,),
        parameters=node.parameters,
        key=node.key,
    )


def _stretch_item(tree: Hierarchy, item: str, nodes: Sequence[GraphNode]) -> GraphItem:
    first, last = nodes[0], nodes[-1]
    file = first.source.partition(":")[0]
    return GraphItem(
        id=item,
        item=ItemKind.RUN,
        title=f"{first.op} … {last.op}",
        subtitle=f"{len(nodes):,} operations" + (f" in {file}" if file else ""),
        kind=OpKind.OTHER,
        scope=tree.scope_of(first),
        output=last.outputs[0] if last.outputs else None,
        nodes=tuple(node.id for node in nodes),
        key=last.key,
    )


def _box_item(
    tree: Hierarchy, item: str, nodes: Sequence[GraphNode], outside: set[int]
) -> GraphItem:
    box = tree.box[item[1:]]
    inside = [tree.child_towards(box.parent, tree.scope_of(node)) for node in nodes]
    paths = list(dict.fromkeys(inside))
    last = tree.box[paths[-1]]
    giving = [node for node in nodes if node.outputs]
    leaving = [node for node in giving if node.id in outside]
    end = (leaving or giving or nodes)[-1]
    is_run = item[0] == "r"
    title = relative_path(box.path, box.parent)
    if is_run:
        title += f" … {last.path.rpartition('.')[2]}"
    return GraphItem(
        id=item,
        item=ItemKind.RUN if is_run else ItemKind.BOX,
        title=title,
        subtitle=box.kind,
        kind=_kind_of(nodes),
        scope=box.parent,
        output=end.outputs[0] if end.outputs else None,
        nodes=tuple(node.id for node in nodes),
        parameters=sum({node.key.name: node.parameters for node in nodes}.values()),
        count=len(paths) if is_run else 1,
        key=LayerKey.parse(last.path),
    )


def _kind_of(nodes: Sequence[GraphNode]) -> OpKind:
    kinds = Counter(node.kind for node in nodes)
    for kind in _TELLING:
        if kinds[kind]:
            return kind
    return kinds.most_common(1)[0][0]
