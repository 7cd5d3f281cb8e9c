"""What each operation of a network costs, counted from its graph alone: no weights are needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.graph.formulas import formulas_of
from engine.graph.macs import products_of, total
from engine.graph.receptive_field import receptive_fields
from engine.values import LayerCost, NetworkCost, OpKind

if TYPE_CHECKING:
    from engine.values import GraphNode, NetworkGraph, ReceptiveField, TensorInfo

__all__ = ["bytes_of", "cost"]

_BYTES = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "complex128": 16, "complex64": 8,
    "complex32": 4, "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1, "uint16": 2,
    "uint32": 4, "uint64": 8, "bool": 1, "quint8": 1, "qint8": 1, "qint32": 4,
}  # fmt: skip
_KIB = 1024


def cost(graph: NetworkGraph) -> NetworkCost:
    """Count what every operation of a graph costs.

    Multiply-adds are counted for convolutions, linear layers, matrix products, attention and
    recurrent layers (`engine.graph.macs`); the rest counts as 0. Memory is that of the outputs,
    each as if it were kept, be it written in place or a view. Inputs and outputs of the network
    have no rows. A module that fires twice has two rows with the same parameters, which count
    once in the sum; the sum also has parameters that no row shows, of modules that this pass did
    not reach (heads that only training uses).

    Parameters
    ----------
    graph
        As traced, on the meta device or any other.
    """
    fields = receptive_fields(graph)
    ends = (OpKind.INPUT, OpKind.OUTPUT)
    layers = tuple(_layer(n, fields.get(n.id)) for n in graph.nodes if n.kind not in ends)
    first = graph.input_shapes[0] if graph.input_shapes else ()
    is_batched = len(first) > 3 or len(first) == 2
    return NetworkCost(
        model=graph.model,
        batch=first[0] if is_batched else 1,
        input_shape=first[1:] if is_batched else first,
        layers=layers,
        parameters=graph.parameters,
        macs=sum(layer.macs for layer in layers),
        memory_kib=sum(layer.memory_kib for layer in layers),
    )


def bytes_of(info: TensorInfo) -> int:
    """Return the size of one value of a tensor in bytes."""
    return _BYTES.get(info.dtype, 4)


def _layer(node: GraphNode, field: ReceptiveField | None) -> LayerCost:
    macs = products_of(node)
    return LayerCost(
        node=node.id,
        key=node.key,
        op=node.op,
        kind=node.kind,
        output_shape=node.outputs[0].shape,
        elements=sum(math.prod(output.shape) for output in node.outputs),
        memory_kib=sum(math.prod(out.shape) * bytes_of(out) for out in node.outputs) / _KIB,
        weight_shape=node.weight_shape,
        parameters=node.parameters,
        macs=total(macs),
        receptive_field=field,
        formulas=formulas_of(node, macs, bytes_of(node.outputs[0])),
    )
