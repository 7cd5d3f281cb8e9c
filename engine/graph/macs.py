"""How many multiply-adds an operation takes, as the sum of products that a lecture would write.

Counted are convolutions, linear layers, matrix products, attention and recurrent layers; a bias
is added for free, since the sum starts with it. Everything else counts as 0, as in published
tables: normalisation (folded into the convolution before it when a network is deployed),
activations, pooling, additions, resizing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from engine.values import GraphNode, OpKind

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Product", "Sum", "products_of", "total"]

Product: TypeAlias = tuple[tuple[int, ...], ...]
"""Factors in groups: ((64, 56, 56), (3, 11, 11)) is 64 × 56 × 56 × (3 × 11 × 11)."""

Sum: TypeAlias = tuple[Product, ...]


def total(products: Sum) -> int:
    """Return the value of a sum of products."""
    return sum(math.prod(math.prod(group) for group in product) for product in products)


def products_of(node: GraphNode) -> Sum:
    """Return an operation's multiply-adds; () where none are counted."""
    count = _BY_OP.get(node.op) or _BY_KIND.get(node.kind)
    if count is None or not node.inputs or not node.outputs:
        return ()
    return count(node)


def _output(node: GraphNode) -> tuple[int, ...]:
    return _lean(node.outputs[0].shape)


def _lean(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape without a batch of one, which nobody would write."""
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape


def _convolution(node: GraphNode) -> Sum:
    if len(node.weight_shape) < 3:
        return ()
    attributes = dict(node.attributes)
    # The weight of a transposed convolution is (in, out / groups, ...): each input cell is
    # multiplied with all of it that belongs to its channel. Otherwise (out, in / groups, ...):
    # each output cell takes all of its channel's.
    of = node.inputs[0] if attributes.get("transposed") == "yes" else node.outputs[0]
    return ((_lean(of.shape), node.weight_shape[1:]),)


def _linear(node: GraphNode) -> Sum:
    shape = node.weight_shape
    if len(shape) == 2:
        return ((_output(node), (shape[1],)),)
    if len(shape) == 3:  # bilinear: both inputs, for each output
        return ((_output(node), shape[1:]),)
    return ()


def _matrix_product(node: GraphNode) -> Sum:
    if not node.inputs[0].shape:
        return ()
    return ((_output(node), (node.inputs[0].shape[-1],)),)


def _added_product(node: GraphNode) -> Sum:
    """Count `addmm` and its kin: the first tensor is only added."""
    if len(node.inputs) < 3:
        return ()
    left = node.inputs[1].shape
    batches = (left[0],) if node.op == "addbmm" else ()
    return ((_output(node), (*batches, left[-1])),)


def _einsum(node: GraphNode) -> Sum:
    """Count each value of the output once for each value of the indices that are summed over."""
    equation = dict(node.attributes).get("equation", "").replace(" ", "")
    left, arrow, right = equation.partition("->")
    sizes: dict[str, int] = {}
    for letters, info in zip(left.split(","), node.inputs, strict=False):
        first, _, last = letters.partition("...")
        sizes.update(zip(first, info.shape, strict=False))
        sizes.update(zip(reversed(last), reversed(info.shape), strict=False))
    if not arrow:
        right = "".join(letter for letter in sizes if left.count(letter) == 1)
    summed = tuple(size for letter, size in sizes.items() if letter not in right)
    return ((_output(node), summed or (1,)),) if len(node.inputs) > 1 else ()


def _scaled_dot_product(node: GraphNode) -> Sum:
    if len(node.inputs) < 3:
        return ()
    query, key, value = (info.shape for info in node.inputs[:3])
    rows = _lean(query[:-1])
    return ((rows, (key[-2], query[-1])), (rows, (key[-2], value[-1])))


def _attention(node: GraphNode) -> Sum:
    """Count the projections of query, key, value and answer, and the two products between."""
    if len(node.inputs) < 3:
        return ()
    query, key, value = (info.shape for info in node.inputs[:3])
    is_batch_first = dict(node.attributes).get("batch first") == "yes"
    width = query[-1]
    batch = 1 if len(query) == 2 else query[0 if is_batch_first else 1]
    sources = math.prod(key[:-1]) // batch
    queries = math.prod(query[:-1])
    project = ((queries,), (width, width))
    mix = ((queries, sources), (width,))
    return (
        project,
        ((sources * batch,), (key[-1], width)),
        ((sources * batch,), (value[-1], width)),
        mix,
        mix,
        project,
    )


def _recurrent(node: GraphNode) -> Sum:
    """Count at each step each weight once."""
    attributes = dict(node.attributes)
    hidden = int(attributes.get("hidden", "0"))
    gates = {"LSTM": 4, "GRU": 3}.get(node.op, 1)
    ways = 2 if attributes.get("both ways") == "yes" else 1
    steps = math.prod(node.inputs[0].shape[:-1])
    state = node.outputs[0].shape[-1] // ways  # less than `hidden` where it is projected
    widths = [node.inputs[0].shape[-1]]
    widths += [state * ways] * (int(attributes.get("layers", "1")) - 1)
    found: list[Product] = []
    for width in widths:
        found.append(((steps, ways), (gates, hidden, width + state)))
        if state != hidden:
            found.append(((steps, ways), (hidden, state)))
    return tuple(found)


def _cell(node: GraphNode) -> Sum:
    """Count one step of a recurrent layer."""
    gates = {"LSTMCell": 4, "GRUCell": 3}.get(node.op, 1)
    shape, hidden = node.inputs[0].shape, node.outputs[0].shape[-1]
    return (((math.prod(shape[:-1]),), (gates, hidden, shape[-1] + hidden)),)


_BY_OP: dict[str, Callable[[GraphNode], Sum]] = {
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot"), _matrix_product),
    **dict.fromkeys(("addmm", "baddbmm", "addbmm"), _added_product),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), _recurrent),
    **dict.fromkeys(("LSTMCell", "GRUCell", "RNNCell"), _cell),
    "einsum": _einsum,
    "scaled_dot_product_attention": _scaled_dot_product,
}
_BY_KIND: dict[OpKind, Callable[[GraphNode], Sum]] = {
    OpKind.CONVOLUTION: _convolution,
    OpKind.LINEAR: _linear,
    OpKind.ATTENTION: _attention,
}
