"""The window that a convolution or a pooling slides over a map, along each axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.graph.attributes import numbers_of
from engine.values import OpKind

if TYPE_CHECKING:
    from engine.values import GraphNode

__all__ = ["Window", "windows_of"]


@dataclass(frozen=True, slots=True)
class Window:
    """A window along one axis; all in cells of the map it slides over.

    Attributes
    ----------
    padding
        Before the first cell; the same behind the last, but where an even kernel is padded to
        keep the map's size.
    """

    kernel: int
    stride: int
    padding: int
    dilation: int
    output_padding: int = 0
    is_transposed: bool = False
    is_ceil: bool = False

    @property
    def extent(self) -> int:
        """How far the window reaches, its gaps included."""
        return self.dilation * (self.kernel - 1) + 1


_NONE = Window(1, 1, 0, 1)


def windows_of(node: GraphNode) -> tuple[Window, Window] | None:
    """Return the windows along height and width, None for an operation that has none.

    What slides along one axis only (`Conv1d`) has a window of one cell along the height.
    """
    attributes = dict(node.attributes)
    if node.kind not in {OpKind.CONVOLUTION, OpKind.POOLING}:
        return None
    if "kernel" in attributes:
        axes = max(len(attributes["kernel"].split("×")), _axes(node))
        kernel = _integers(attributes["kernel"], axes)
    elif node.kind is OpKind.CONVOLUTION and len(node.weight_shape) > 2:
        kernel = node.weight_shape[2:]
        axes = len(kernel)
    else:
        return None
    # A pooling's window moves by its own size where nothing else is said.
    usual = "1" if node.kind is OpKind.CONVOLUTION else "×".join(map(str, kernel))
    stride = _integers(attributes.get("stride", usual), axes)
    dilation = _integers(attributes.get("dilation", "1"), axes)
    extra = _integers(attributes.get("output padding", "0"), axes)
    padding = _padding(attributes.get("padding", "0"), kernel, dilation)
    windows = [
        Window(
            *values,
            is_transposed=attributes.get("transposed") == "yes",
            is_ceil=attributes.get("ceil") == "yes",
        )
        for values in zip(kernel, stride, padding, dilation, extra, strict=True)
    ]
    height, width = [_NONE, *windows][-2:]
    return height, width


def _axes(node: GraphNode) -> int:
    """Return how many axes it slides along, by the name: "MaxPool2d", "conv1d"."""
    digits = [character for character in node.op if character.isdigit()]
    if digits:
        return int(digits[-1])
    return max(1, len(node.inputs[0].shape) - 2) if node.inputs else 2


def _integers(text: str, axes: int) -> tuple[int, ...]:
    return tuple(int(number) for number in numbers_of(text, axes))


def _padding(text: str, kernel: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[int, ...]:
    if text == "valid":
        return (0,) * len(kernel)
    if text == "same":
        return tuple(d * (k - 1) // 2 for k, d in zip(kernel, dilation, strict=True))
    return _integers(text, len(kernel))
