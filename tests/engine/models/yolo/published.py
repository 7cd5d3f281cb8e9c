"""Weights as YOLO's authors publish them: a whole pickled network, of a tiny one of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from engine.models.yolo import v5, v7

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import Tensor

CLASSES = 3


def tiny_v5() -> v5.YOLOv5Seg:
    """Return a YOLOv5 of four channels."""
    torch.manual_seed(3)
    return v5.YOLOv5Seg(CLASSES, width=4, depths=(1, 2, 1, 1), prototypes=5).eval()


def tiny_v7() -> v7.YOLOv7Seg:
    """Return a YOLOv7 of four channels."""
    torch.manual_seed(3)
    return v7.YOLOv7Seg(CLASSES, width=4, prototypes=5).eval()


class Foreign(nn.Module):
    """Stands for the classes that the authors' code has and ours has not."""


def pickled(network: nn.Module, path: Path, anchors: Any, **more: Any) -> dict[str, Tensor]:
    """Write our network's numbers as the authors would, in half precision.

    Returns
    -------
    dict
        What was written, by published names.
    """
    state = {name: tensor.half() for name, tensor in published_state(network)}
    strides = torch.tensor([8.0, 16.0, 32.0]).view(3, 1, 1)
    number = max(int(name.split(".")[1]) for name in state)
    state[f"model.{number}.anchors"] = (torch.tensor(anchors) / strides).half()
    root = Foreign()
    for name, tensor in state.items():
        *way, last = name.split(".")
        module: nn.Module = root
        for part in way:
            if part not in module._modules:
                module.add_module(part, Foreign())
            module = module.get_submodule(part)
        module.register_buffer(last, tensor)
    for name, value in more.items():
        setattr(root, name, value)
    torch.save({"epoch": -1, "ema": None, "model": root}, path)
    return state


def published_state(network: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Yield the numbers of a network by their published names: a way back of our own."""
    layers = {path: number for number, path in type(network).published.items()}  # type: ignore[attr-defined]
    for name, tensor in network.state_dict().items():
        (path,) = [it for it in layers if name.startswith(f"{it}.")]
        module: Any = network.get_submodule(path)
        parts = ["model", layers[path]]
        for part in name.removeprefix(f"{path}.").split("."):
            back = {ours: theirs for theirs, ours in getattr(module, "published", {}).items()}
            parts.append(back.get(part, part))
            module = getattr(module, part, None)
        yield ".".join(parts), tensor
