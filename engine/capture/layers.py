"""List the layers of a network, with the shapes that one forward pass shows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.capture.hooks import INPUT, first_tensor
from engine.values import LayerInfo, LayerKey

if TYPE_CHECKING:
    from torch.utils.hooks import RemovableHandle


def list_layers(model: nn.Module, example: Tensor) -> tuple[LayerInfo, ...]:
    """Run `example` through the network once and describe every module.

    Parameters
    ----------
    model
        In eval mode.
    example : Tensor, (1, C, H, W)
        An input of the usual size.

    Returns
    -------
    tuple of LayerInfo
        The input first, then the modules in order of `named_modules()`. A module that was not
        called has shape None.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    calls: defaultdict[str, int] = defaultdict(int)
    handles: list[RemovableHandle] = []
    try:
        for name, module in model.named_modules():
            if name:
                handles.append(module.register_forward_hook(_recorder(name, shapes, calls)))
        with torch.inference_mode():
            model(example)
    finally:
        for handle in handles:
            handle.remove()
    size = tuple(int(n) for n in example.shape[1:])
    layers = [LayerInfo(INPUT, "Input", size, 0, is_leaf=True, detail="what the network sees")]
    layers += [
        LayerInfo(
            key=LayerKey(name),
            kind=type(module).__name__,
            shape=shapes.get(name),
            parameters=sum(p.numel() for p in module.parameters()),
            is_leaf=next(module.children(), None) is None,
            calls=max(1, calls[name]),
            detail=describe(module),
        )
        for name, module in model.named_modules()
        if name
    ]
    return tuple(layers)


def _recorder(name: str, shapes: dict[str, tuple[int, ...]], calls: defaultdict[str, int]) -> Any:
    def record(_module: nn.Module, _inputs: object, output: object) -> None:
        calls[name] += 1
        tensor = first_tensor(output)
        if tensor is not None and name not in shapes:
            shapes[name] = shape_of(tensor)

    return record


def shape_of(output: Tensor) -> tuple[int, ...]:
    """Return an output's shape without the batch; (D,) and () have none and stay a vector."""
    return tuple(int(n) for n in output.shape[1 if output.ndim > 1 else 0 :]) or (1,)


def describe(module: nn.Module) -> str:
    """Say a layer's geometry shortly: "3×3, stride 2, padding 1, depthwise"."""
    parts: list[str] = []
    kernel = getattr(module, "kernel_size", None)
    if isinstance(kernel, int | tuple):
        parts.append("×".join(str(n) for n in _pair(kernel)))
    for name, usual in (("stride", 1), ("padding", 0), ("dilation", 1)):
        value = getattr(module, name, usual)
        if isinstance(value, int | tuple) and set(pair := _pair(value)) != {usual}:
            parts.append(f"{name} {pair[0] if len(set(pair)) == 1 else '×'.join(map(str, pair))}")
    groups = getattr(module, "groups", 1)
    if isinstance(groups, int) and groups > 1:
        is_depthwise = groups == getattr(module, "in_channels", 0)
        parts.append("depthwise" if is_depthwise else f"groups {groups}")
    if isinstance(module, nn.Linear):
        parts.append(f"{module.in_features} inputs")
    if isinstance(module, nn.Dropout):
        parts.append(f"p = {module.p:g}")
    return ", ".join(parts)


def _pair(value: int | tuple[int, ...]) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value, value)
