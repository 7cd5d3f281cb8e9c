"""The graph of a network by name, without weights and, where that is possible, without memory.

One in a person's own file has its weights with it, and is traced as it was opened.

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
from engine.models.user.naming import ModelFile

if TYPE_CHECKING:
    from torch import nn

    from engine.models.spec import ModelSpec
    from engine.models.user.options import OpenOptions
    from engine.values import NetworkGraph

__all__ = ["attempt", "batched", "built", "structure"]

_DOES_NOT_WORK_THERE = (NotImplementedError, RuntimeError, TypeError, ValueError)
"""What torch raises where a network asks a tensor without values for one."""


def structure(
    name: str,
    input_shape: tuple[int, ...] | None = None,
    options: OpenOptions | None = None,
) -> NetworkGraph:
    """Return the graph of a network of the registry, or of one in a person's own file.

    Parameters
    ----------
    name
        As in `layerscope models`, or the path of a model file.
    input_shape
        (C, H, W) or (N, C, H, W); None = one picture of the network's usual size.
    options
        What is to be known of the file.

    Raises
    ------
    ModelError
        There is no such network, or it takes no input of that shape.
    NeedsConsentError
        The file would run code, to which nobody has agreed yet.
    """
    if isinstance(registry.resolve(name), ModelFile):
        spec, module = built(name, options)
        return attempt(spec, module, batched(input_shape or (3, *spec.preprocessing.input_size)))
    spec = registry.spec(name)
    shape = batched(input_shape or (3, *spec.preprocessing.input_size))
    try:
        example = torch.empty(shape, device="meta")
        return trace(_build_on_meta(spec), example, name=spec.name)
    except _DOES_NOT_WORK_THERE:
        # The shape or the device is to blame: with values the network says which.
        return attempt(spec, _build(spec), shape)


def built(name: str, options: OpenOptions | None = None) -> tuple[ModelSpec, nn.Module]:
    """Return a network on the CPU: of the registry with random weights, or of a file with its own.

    It raises what `structure` does.
    """
    if not isinstance(registry.resolve(name), ModelFile):
        spec = registry.spec(name)
        return spec, _build(spec)
    from engine.models.user.opening import open_model  # noqa: PLC0415 - for files alone

    opened = open_model(name, options)
    return opened.spec, opened.module


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


def _build(spec: ModelSpec) -> nn.Module:
    """Build a network with random weights, ready to run."""
    with warnings.catch_warnings():  # what a library says to programmers
        warnings.simplefilter("ignore")
        return spec.build().eval().requires_grad_(requires_grad=False)


def _build_on_meta(spec: ModelSpec) -> nn.Module:
    try:
        with torch.device("meta"):
            return _build(spec)
    except _DOES_NOT_WORK_THERE:
        return _build(spec).to("meta")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(". ")
