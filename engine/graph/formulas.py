"""The arithmetic behind each figure of a layer's cost, with the numbers filled in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.graph.geometry import Window, windows_of
from engine.graph.macs import Product, Sum, total
from engine.values import GraphNode, OpKind

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["formulas_of"]

_KIB = 1024


def formulas_of(node: GraphNode, macs: Sum, bytes_each: int) -> tuple[tuple[str, str], ...]:
    """Return for each figure its name and its formula.

    Parameters
    ----------
    node
        The operation.
    macs
        Its multiply-adds (`engine.graph.macs.products_of`).
    bytes_each
        Size of one value of its output.
    """
    found = [*_sides(node), *_size(node, bytes_each)]
    parameters = _parameters(node)
    if parameters:
        found.append(("parameters", parameters))
    if macs:
        count = total(macs)
        found.append(("multiply-adds", f"{_written(macs)} = {count:,}"))
        found.append(("FLOPs", f"2 × {count:,} = {2 * count:,}"))
    return tuple(found)


def _times(numbers: Iterable[int]) -> str:
    return " × ".join(f"{number:,}" for number in numbers)


def _written(products: Sum) -> str:
    full = " + ".join(map(_product, products))
    if len(products) > 1:
        return full
    short = " × ".join(f"{math.prod(group):,}" for group in products[0])
    return full if short == full else f"{full} = {short}"


def _product(product: Product) -> str:
    first, *rest = product
    parts = [_times(first)]
    parts += [f"({_times(group)})" if len(group) > 1 else _times(group) for group in rest]
    return " × ".join(parts)


def _size(node: GraphNode, bytes_each: int) -> list[tuple[str, str]]:
    if len(node.outputs) != 1 or not node.outputs[0].shape:
        return []
    shape = node.outputs[0].shape
    elements = math.prod(shape)
    shown = shape[1:] if shape[0] == 1 and len(shape) > 1 else shape
    counted = f"{_times(shown)} = {elements:,}" if len(shown) > 1 else f"{elements:,}"
    size = elements * bytes_each / _KIB
    kib = f"{size:,.2f}".rstrip("0").rstrip(".") if size >= 1 else f"{size:.3g}"
    memory = f"{elements:,} × {bytes_each} bytes ÷ {_KIB:,} = {kib} KiB"
    return [("elements", counted), ("memory", memory)]


def _parameters(node: GraphNode) -> str:
    """Write weight and bias apart; "" where the weight's shape does not explain the number."""
    count = node.parameters
    if not count:
        return ""
    if node.kind is OpKind.ATTENTION and len(node.weight_shape) == 2:
        wide, width = node.weight_shape
        if count == (wide + width) * (width + 1):
            out = f"{_times((width, width))} + {width:,}"
            return f"{_times((wide, width))} + {wide:,} + {out} = {count:,}"
    bias = count - math.prod(node.weight_shape)
    biggest = max(node.outputs[0].shape, default=0)
    if not node.weight_shape or not 0 <= bias <= biggest:
        return f"{count:,}"
    added = f" + {bias:,}" if bias else ""
    written = f"{_times(node.weight_shape)}{added}"
    return written if written == f"{count:,}" else f"{written} = {count:,}"


def _sides(node: GraphNode) -> list[tuple[str, str]]:
    """Write how kernel, stride and padding make the output's height and width."""
    windows = windows_of(node)
    if windows is None or not node.inputs or len(node.inputs[0].shape) != 4:
        return []
    if dict(node.attributes).get("padding") == "same":
        return []
    found = []
    for axis, (name, window) in enumerate(zip(("height", "width"), windows, strict=True)):
        before, after = node.inputs[0].shape[2 + axis], node.outputs[0].shape[2 + axis]
        if window.dilation > 1:
            reach = f"{window.dilation} × ({window.kernel} − 1) + 1 = {window.extent}"
            found.append((f"kernel {name} with its gaps", reach))
        write = _side_transposed if window.is_transposed else _side
        text, value = write(window, before)
        if value == after:  # pooling may drop a window that begins in the padding
            found.append((f"output {name}", f"{text} = {after:,}"))
    return found


def _side(window: Window, before: int) -> tuple[str, int]:
    padded = f" + 2 × {window.padding}" if window.padding else ""
    free = before + 2 * window.padding - window.extent
    steps = -(-free // window.stride) if window.is_ceil else free // window.stride
    inside = f"({before:,}{padded} − {window.extent})"
    if window.stride == 1:
        return f"{inside} + 1", steps + 1
    divided = f"{inside} ÷ {window.stride}"
    if free % window.stride:
        divided = f"⌈{divided}⌉" if window.is_ceil else f"⌊{divided}⌋"
    return f"{divided} + 1", steps + 1


def _side_transposed(window: Window, before: int) -> tuple[str, int]:
    padded = f" − 2 × {window.padding}" if window.padding else ""
    extra = f" + {window.output_padding}" if window.output_padding else ""
    value = (before - 1) * window.stride - 2 * window.padding + window.extent
    text = f"({before:,} − 1) × {window.stride}{padded} + {window.extent}{extra}"
    return text, value + window.output_padding
