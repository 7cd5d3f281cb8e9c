"""What of the input a cell of each map depends on, followed through the graph.

Araujo, Norris, Sim: Computing Receptive Fields of Convolutional Neural Networks, Distill 2019.

Taken as depending on the same cell only: activations, batch normalisation, and (as everyone does)
normalisation by numbers of the map itself. Where branches meet, the field is what covers both.
What mixes all cells (global pooling, attention, a linear layer on a flattened map) has all of the
input as its field, written as 0; so has everything behind it, hence also a map that was multiplied
with a global one (squeeze and excitation). No field is known behind operations that look things
up (region proposals, regions of interest).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.graph.attributes import numbers_of
from engine.graph.geometry import Window, windows_of
from engine.values import GraphNode, NetworkGraph, OpKind, ReceptiveField, TensorInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["field_box", "receptive_fields"]

_ALL = 0.0


@dataclass(frozen=True, slots=True)
class _Axis:
    """A field along one axis, in cells of the input."""

    size: float
    stride: float
    start: float

    def seen_through(self, reach: float, shift: float, factor: float) -> _Axis:
        """Return the field of a window on this map.

        Parameters
        ----------
        reach
            Cells of this map that the window covers.
        shift
            Centre of the first window, in cells of this map.
        factor
            Cells of this map between two windows.
        """
        size = self.size + (reach - 1) * self.stride if self.size else _ALL
        return _Axis(size, self.stride * factor, self.start + shift * self.stride)


_Field = tuple[_Axis, _Axis]
_Given = tuple[_Field, TensorInfo]


def receptive_fields(graph: NetworkGraph) -> dict[int, ReceptiveField]:
    """Return the field of each node of a graph, by its id; without those that have none.

    Height and width are the last two dimensions of the first input.
    """
    incoming: list[list[tuple[int, int, TensorInfo]]] = [[] for _ in graph.nodes]
    for edge in graph.edges:
        incoming[edge.target].append((edge.slot, edge.source, edge.tensor))
    fields: dict[int, _Field] = {}
    for node in graph.nodes:
        if node.kind is OpKind.INPUT:
            if len(node.outputs[0].shape) >= 3:
                fields[node.id] = (_Axis(1.0, 1.0, 0.0), _Axis(1.0, 1.0, 0.0))
            continue
        given = [
            (fields[source], tensor)
            for _, source, tensor in sorted(incoming[node.id], key=lambda edge: edge[:2])
            if source in fields
        ]
        found = _step(node, given) if given and node.outputs else None
        if found is not None:
            fields[node.id] = found
    return {
        number: ReceptiveField(
            (height.size, width.size), (height.stride, width.stride), (height.start, width.start)
        )
        for number, (height, width) in fields.items()
    }


def field_box(
    field: ReceptiveField, y: int, x: int, input_size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return the part of the input that a cell depends on.

    Parameters
    ----------
    field
        Of the cell's map.
    y, x
        Row and column of the cell.
    input_size
        Height and width of the input.

    Returns
    -------
    top, left, bottom, right : int
        In pixels, bottom and right excluded; cut off at the input's edges. Empty (top = bottom)
        where the field lies in the padding altogether.
    """
    ends = []
    for axis, place in enumerate((y, x)):
        length, size = input_size[axis], field.size[axis]
        centre = field.start[axis] + place * field.stride[axis]
        first, last = centre - (size - 1) / 2, centre + (size - 1) / 2
        if not size:
            first, last = 0, length - 1
        low = min(max(0, math.floor(first)), length)
        ends.append((low, max(low, min(length, math.ceil(last) + 1))))
    (top, bottom), (left, right) = ends
    return top, left, bottom, right


# --------------------------------------------------------------------------------- by operation


def _step(node: GraphNode, given: list[_Given]) -> _Field | None:
    if node.op in _LOOKS_UP:
        return None
    field, info = given[0]
    windows = windows_of(node)
    if windows is not None:
        return _both(field, lambda axis, at: _through_window(axis, windows[at]))
    step = _BY_KIND.get(node.kind)
    if step is not None:
        return step(node, field, info)
    if node.op in _PADS:
        return _padded(node, field)
    return _met(node, given)


_LOOKS_UP = frozenset(
    {"nms", "topk", "sort", "argsort", "nonzero", "where", "roi_align", "roi_pool"}
    | {"ps_roi_align", "RoIAlign", "RoIPool", "MultiScaleRoIAlign", "PSRoIAlign", "gather"}
    | {"grid_sample", "index_select", "masked_select"}
)
_PADS = frozenset({"pad", "ZeroPad2d", "ReflectionPad2d", "ReplicationPad2d", "ConstantPad2d"})


def _both(field: _Field, change: Callable[[_Axis, int], _Axis]) -> _Field:
    return change(field[0], 0), change(field[1], 1)


def _through_window(axis: _Axis, window: Window) -> _Axis:
    if not window.is_transposed:
        shift = (window.extent - 1) / 2 - window.padding
        return axis.seen_through(window.extent, shift, window.stride)
    # Cell o takes from cells (o + padding - k × dilation) / stride, where that is whole.
    reach = window.dilation * (window.kernel - 1) // window.stride + 1
    shift = (window.padding - (window.extent - 1) / 2) / window.stride
    return axis.seen_through(reach, shift, 1 / window.stride)


def _all_of(field: _Field) -> _Field:
    return replace(field[0], size=_ALL), replace(field[1], size=_ALL)


def _linear(node: GraphNode, field: _Field, info: TensorInfo) -> _Field:
    """Take all of a vector at once, but tokens and last channels one cell at a time."""
    is_layer = len(node.weight_shape) == 2
    return field if is_layer and len(info.shape) > 2 else _all_of(field)


def _attention(_node: GraphNode, field: _Field, _info: TensorInfo) -> _Field:
    return _all_of(field)


def _pooled(node: GraphNode, field: _Field, info: TensorInfo) -> _Field:
    """Pool to a given size; `mean` and the like over whole dimensions end here too."""
    after = node.outputs[0].shape
    if len(after) != len(info.shape) or len(after) < 3:
        return _all_of(field)
    before, after = info.shape[-2:], after[-2:]

    def one(axis: _Axis, at: int) -> _Axis:
        if before[at] == after[at]:
            return axis
        if after[at] == 1:
            return replace(axis.seen_through(1, (before[at] - 1) / 2, before[at]), size=_ALL)
        factor = before[at] / after[at]
        reach = math.ceil(factor)
        return axis.seen_through(reach, (reach - 1) / 2, factor)

    return _both(field, one)


_REACH = {"bilinear": 3, "linear": 3, "trilinear": 3, "bicubic": 5}
"""Cells that interpolated values depend on, along one axis: two or four each, but values between
the same two cells lie now nearer to the one and now to the other."""


def _resized(node: GraphNode, field: _Field, info: TensorInfo) -> _Field:
    before, after = info.shape[-2:], node.outputs[0].shape[-2:]
    attributes = dict(node.attributes)
    is_shuffle = "shuffle" in node.op.lower()
    is_aligned = attributes.get("align corners") == "yes"
    reach = 1 if is_shuffle else _REACH.get(attributes.get("mode", "nearest"), 1)

    def one(axis: _Axis, at: int) -> _Axis:
        factor = before[at] / after[at]
        if factor == 1:
            return axis
        if is_aligned and after[at] > 1:
            return axis.seen_through(reach, 0, (before[at] - 1) / (after[at] - 1))
        covered = max(reach, round(factor)) if is_shuffle else reach
        return axis.seen_through(covered, (factor - 1) / 2, factor)

    return _both(field, one)


def _reshaped(node: GraphNode, field: _Field, info: TensorInfo) -> _Field:
    """Cells keep their fields as long as something like a grid is left."""
    if node.op == "getitem":
        return _sliced(node, field, info)
    if node.op in {"Unfold", "Fold", "unfold", "fold"}:
        return _all_of(field)
    is_vector = len(node.outputs[0].shape) < 3 and len(info.shape) >= 3
    return _all_of(field) if is_vector and math.prod(info.shape[-2:]) > 1 else field


def _sliced(node: GraphNode, field: _Field, info: TensorInfo) -> _Field:
    """Follow a crop `x[:, :, 2:-2, 2:-2]`."""
    parts = dict(node.attributes).get("index", "").split(", ")
    if "..." in parts:
        at = parts.index("...")
        parts[at : at + 1] = [":"] * (len(info.shape) - len(parts) + 1)
    if len(parts) != len(info.shape):
        return field

    def one(axis: _Axis, at: int) -> _Axis:
        part = parts[len(parts) - 2 + at]
        if ":" not in part:
            return axis
        first, _, rest = part.partition(":")
        step = rest.partition(":")[2]
        try:
            start = slice(int(first or 0), None).indices(info.shape[at - 2])[0]
            return axis.seen_through(1, start, int(step or 1))
        except ValueError:  # cut off, or a tensor
            return axis

    return _both(field, one)


def _padded(node: GraphNode, field: _Field) -> _Field:
    attributes = dict(node.attributes)
    text = attributes.get("pad", attributes.get("padding", "0")).replace(", ", "×")
    sides = numbers_of(text, 4)  # left, right, top, bottom
    before = (sides[2] if len(sides) > 2 else 0.0, sides[0])
    return _both(field, lambda axis, at: axis.seen_through(1, -before[at], 1))


_BY_KIND: dict[OpKind, Callable[[GraphNode, _Field, TensorInfo], _Field]] = {
    OpKind.LINEAR: _linear,
    OpKind.ATTENTION: _attention,
    OpKind.POOLING: _pooled,
    OpKind.RESIZING: _resized,
    OpKind.RESHAPING: _reshaped,
}


# ------------------------------------------------------------------------- where branches meet


def _met(node: GraphNode, given: Sequence[_Given]) -> _Field | None:
    """Cover the fields of all that comes in, cell by cell."""
    after = node.outputs[0].shape
    known = [(field, info.shape) for field, info in given]
    if node.op in {"sum", "mean", "amax"} and len(after) < len(known[0][1]):
        return _all_of(known[0][0])
    leading = max(known, key=lambda one: math.prod(one[1][-2:]))[0]
    axes = []
    for at in (0, 1):
        ends = [field[at] for field, _ in known]
        axis = leading[at]
        if any(end.size == _ALL for end in ends):
            axes.append(replace(axis, size=_ALL))
            continue
        low = min(end.start - (end.size - 1) / 2 for end in ends)
        high = max(end.start + (end.size - 1) / 2 for end in ends)
        axes.append(_Axis(high - low + 1, axis.stride, (low + high) / 2))
    return axes[0], axes[1]
