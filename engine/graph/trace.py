"""Trace a network: run it once and note every operation and what flows between them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import torch

from engine.graph.blocks import boxes_of
from engine.graph.by_name import nested_by_name
from engine.graph.recorder import Recorder
from engine.graph.scopes import observing
from engine.graph.tensors import mapped, tensors_in
from engine.values import NetworkGraph

if TYPE_CHECKING:
    from torch import Tensor, nn

__all__ = ["trace"]


def trace(module: nn.Module, inputs: Tensor | tuple[Any, ...], *, name: str = "") -> NetworkGraph:
    """Run a network once and return its graph.

    Every torch function that gives or writes a tensor is a node. A layer of torch.nn, or of a
    class derived from one, is one node whatever it does inside; so is `nn.MultiheadAttention`.
    A module of someone's own that has no children is a node of its own name where it does one
    operation or none, and otherwise a box with its operations. Parameters, buffers and constants
    are no nodes; a tensor that the network makes itself (`torch.zeros`) is one, if it leads
    anywhere. What has no connection with an input or output is left out.

    The network runs as it is, in training or evaluation mode, on the device it is on (which may
    be "meta": then nothing is computed), without gradients and on copies of `inputs`.

    Parameters
    ----------
    module
        Any eager network; its control flow may depend on the data.
    inputs
        A tensor, or the tuple of its positional arguments (tensors, lists and dicts of them).
    name
        What the graph is called; otherwise the class of the network.

    Returns
    -------
    NetworkGraph

    Raises
    ------
    Exception
        Whatever the network raises; no hook and no mode is left then.
    """
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    # Not in inference mode: its tensors do not count how often they were written to.
    with torch.inference_mode(mode=False), torch.no_grad():
        copies = mapped(given, lambda tensor: tensor.detach().clone())
        recorder = Recorder()
        recorder.begin(copies)
        start = time.perf_counter()
        with observing(module, recorder, sees_compiled=True):
            output = module(*_as_tuple(copies))
        recorder.end(output)
        nodes, edges = recorder.finish()
    calls, nodes = nested_by_name(module, recorder.boxes, nodes, edges)
    return NetworkGraph(
        model=name or type(module).__name__,
        nodes=nodes,
        edges=edges,
        boxes=boxes_of(calls, nodes, edges),
        input_shapes=tuple(tuple(int(n) for n in t.shape) for t in tensors_in(copies)),
        trace_ms=(time.perf_counter() - start) * 1e3,
        parameters=sum(parameter.numel() for parameter in module.parameters()),
    )


def _as_tuple(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
