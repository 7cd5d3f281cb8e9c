"""What is said of an item, on it and in its tooltip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.values import ItemKind

if TYPE_CHECKING:
    from engine.values import GraphItem, GraphNode, PlacedBox, TensorInfo
    from gui.graph.scene import GraphScene

__all__ = ["detail_lines", "frame_tooltip", "item_tooltip", "shape_text"]


# Under this name lupdate finds the calls.
translate = QCoreApplication.translate


def shape_text(tensor: TensorInfo | None) -> str:
    """Return a shape without its batch, "64 × 56 × 56"."""
    if tensor is None:
        return ""
    return " × ".join(map(str, tensor.shape[1:] or tensor.shape))


def detail_lines(scene: GraphScene, item: GraphItem) -> list[str]:
    """Return what is written below an item's title, the most telling first."""
    lines = [item.subtitle, shape_text(item.output)]
    if item.parameters:
        lines.append(translate("Graph", "{0} parameters").format(f"{item.parameters:,}"))
    node = _node(scene, item)
    if node is not None:
        lines += [f"{name} {value}" for name, value in node.attributes]
    return [line for line in lines if line]


def item_tooltip(scene: GraphScene, item: GraphItem) -> str:
    """Return all that is known of an item, line by line."""
    node = _node(scene, item)
    name = str(item.key) if item.key is not None else item.id[1:]
    lines = [name, item.subtitle or (node.op if node else "")]
    if item.item is not ItemKind.NODE:
        lines.append(translate("Graph", "{0} operations").format(f"{len(item.nodes):,}"))
    if node is not None:
        lines += _inputs(scene, node)
        lines += [
            translate("Graph", "output {0}, {1}").format(shape_text(tensor), tensor.dtype)
            for tensor in node.outputs
        ]
        lines += [f"{what}: {value}" for what, value in node.attributes]
        if node.is_in_place:
            lines.append(translate("Graph", "changes its input in place"))
    elif item.output is not None:
        lines.append(
            translate("Graph", "output {0}, {1}").format(shape_text(item.output), item.output.dtype)
        )
    if item.parameters:
        lines.append(translate("Graph", "{0} parameters").format(f"{item.parameters:,}"))
    if node is not None and node.source:
        lines.append(node.source)
    if item.item is not ItemKind.NODE:
        lines.append(translate("Graph", "Double-click to open"))
    return "\n".join(line for line in lines if line)


def frame_tooltip(frame: PlacedBox) -> str:
    """Return what is said of the frame of an open box."""
    return "\n".join(
        (frame.box.path, frame.box.kind, translate("Graph", "Double-click the name to close"))
    )


def _inputs(scene: GraphScene, node: GraphNode) -> list[str]:
    tensors = scene.inputs_of(node.id)
    return [translate("Graph", "input {0}").format(shape_text(tensor)) for tensor in tensors]


def _node(scene: GraphScene, item: GraphItem) -> GraphNode | None:
    if item.item is not ItemKind.NODE or not item.nodes:
        return None
    return scene.nodes.get(item.nodes[0])
