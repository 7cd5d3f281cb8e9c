"""The graph as JSON: every operation, and where what is visible is drawn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from engine.graph.labels import shape_label
from engine.graph.visible import batch_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.values.graph import (
        GraphLayout,
        GraphNode,
        NetworkGraph,
        PlacedBox,
        PlacedEdge,
        PlacedItem,
        TensorInfo,
    )

__all__ = ["to_json"]


def to_json(graph: NetworkGraph, layout: GraphLayout) -> str:
    """Return the network and its drawing as one JSON object.

    Its keys are `model`, `input_shapes`, `nodes`, `edges`, `boxes` (the network), `direction`,
    `width`, `height`, `items`, `frames` and `lines` (the drawing). The same graph gives the same
    text: no times, no addresses.
    """
    batch = batch_of(graph)
    record = {
        "model": graph.model,
        "input_shapes": [list(shape) for shape in graph.input_shapes],
        "nodes": [_node(node) for node in graph.nodes],
        "edges": [
            {
                "source": edge.source,
                "target": edge.target,
                "slot": edge.slot,
                **_tensor(edge.tensor),
            }
            for edge in graph.edges
        ],
        "boxes": [
            {"path": box.path, "kind": box.kind, "parent": box.parent} for box in graph.boxes
        ],
        "direction": layout.direction.value,
        "width": _length(layout.width),
        "height": _length(layout.height),
        "items": [_item(item, batch) for item in layout.items],
        "frames": [{"path": box.box.path, "rect": _rect(box)} for box in layout.boxes],
        "lines": [_line(edge) for edge in layout.edges],
    }
    return json.dumps(record, indent=1) + "\n"


def _node(node: GraphNode) -> dict[str, Any]:
    return {
        "id": node.id,
        "layer": str(node.key),
        "scope": node.scope,
        "op": node.op,
        "kind": node.kind.value,
        "is_module": node.is_module,
        "is_in_place": node.is_in_place,
        "outputs": [_tensor(tensor) for tensor in node.outputs],
        "parameters": node.parameters,
        "attributes": dict(node.attributes),
    }


def _tensor(tensor: TensorInfo) -> dict[str, Any]:
    return {"shape": list(tensor.shape), "dtype": tensor.dtype}


def _item(placed: PlacedItem, batch: int) -> dict[str, Any]:
    item = placed.item
    return {
        "id": item.id,
        "item": item.item.value,
        "title": item.title,
        "subtitle": item.subtitle,
        "kind": item.kind.value,
        "scope": item.scope,
        "layer": None if item.key is None else str(item.key),
        "shape": None if item.output is None else shape_label(item.output.shape, batch),
        "count": item.count,
        "parameters": item.parameters,
        "nodes": list(item.nodes),
        "rect": _rect(placed),
    }


def _line(edge: PlacedEdge) -> dict[str, Any]:
    return {
        "source": edge.edge.source,
        "target": edge.edge.target,
        "label": edge.edge.label,
        "count": edge.edge.count,
        "points": [_lengths(point) for point in edge.points],
    }


def _rect(placed: PlacedItem | PlacedBox) -> list[float]:
    """Return left, top, width and height."""
    return _lengths((placed.left, placed.top, placed.width, placed.height))


def _lengths(values: Sequence[float]) -> list[float]:
    return [_length(value) for value in values]


def _length(value: float) -> float:
    return round(value, 2)
