"""The graph of a network by name, without weights and, where that is possible, without memory.

On torch's meta device a network has shapes and no values, so that even the largest is traced in a
second or two. Networks that compute with values while they are built or run do not work there;
they are built with random weights on the CPU instead.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import torch

from engine.device import out_of_memory_sentence
from engine.errors import DeviceError, ModelError
from engine.graph.trace import trace
from engine.models import registry

if TYPE_CHECKING:
    from torch import nn

    from engine.models.spec import ModelSpec
    from engine.values import NetworkGraph

__all__ = ["attempt", "batched", "build", "structure"]

_DOES_NOT_WORK_THERE = (NotImplementedError, RuntimeError, TypeError, ValueError)
"""What torch raises where a network asks a tensor without values for one."""


def structure(name: str, input_shape: tuple[int, ...] | None = None) -> NetworkGraph:
    """Return the graph of a network of the registry.

    Parameters
    ----------
    name
        As in `layerscope models`.
    input_shape
        (C, H, W) or (N, C, H, W); None = one picture of the network's usual size.

    Raises
    ------
    ModelError
        There is no such network, or it takes no input of that shape.
    """
    spec = registry.spec(name)
    shape = batched(input_shape or (3, *spec.preprocessing.input_size))
    try:
        example = torch.empty(shape, device="meta")
        return trace(_build_on_meta(spec), example, name=spec.name)
    except _DOES_NOT_WORK_THERE:
        # The shape or the device is to blame: with values the network says which.
        return attempt(spec, build(spec), shape)


def batched(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape with its batch: of one, unless there is one."""
    return (1, *shape) if len(shape) == 3 else shape


def attempt(spec: ModelSpec, module: nn.Module, shape: tuple[int, ...]) -> NetworkGraph:
    """Trace a network where it is, on an input of this shape.

    Raises
    ------
    ModelError
        It does not run on such an input.
    DeviceError
        There is not enough memory.
    """
    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    try:
        example = torch.zeros(shape, device=device)
        return trace(module, example, name=spec.name)
    except Exception as error:
        sentence = out_of_memory_sentence(error, device)
        if sentence is not None:
            raise DeviceError(sentence) from error
        usual = "x".join(map(str, (3, *spec.preprocessing.input_size)))
        asked = "x".join(map(str, shape[1:]))
        raise ModelError(
            f"{spec.title} takes no input of {asked} ({_first_line(error)}); its usual one is "
            f"{usual}."
        ) from error


def build(spec: ModelSpec) -> nn.Module:
    """Build a network with random weights, ready to run."""
    with warnings.catch_warnings():  # what a library says to programmers
        warnings.simplefilter("ignore")
        return spec.build().eval().requires_grad_(requires_grad=False)


def _build_on_meta(spec: ModelSpec) -> nn.Module:
    try:
        with torch.device("meta"):
            return build(spec)
    except _DOES_NOT_WORK_THERE:
        return build(spec).to("meta")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
