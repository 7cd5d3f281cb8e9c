"""What torchlens makes of a few networks, told by a process of its own.

torchlens replaces the functions of torch for good, which would show in every other test.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Any

import torch
from torch import Tensor, nn
from torchvision import models


class Stage(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.relu(self.conv(x)))


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([Stage(3, 4), Stage(4, 8)])
        self.pool = nn.MaxPool2d(2)
        self.middle = Stage(8, 16)
        self.up = nn.ModuleList([nn.ConvTranspose2d(16, 8, 2, 2), nn.ConvTranspose2d(8, 4, 2, 2)])
        self.join = nn.ModuleList([Stage(16, 8), Stage(8, 4)])
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        kept = []
        for stage in self.down:
            x = stage(x)
            kept.append(x)
            x = self.pool(x)
        x = self.middle(x)
        for up, join in zip(self.up, self.join, strict=True):
            x = join(torch.cat([kept.pop(), up(x)], dim=1))
        scores = self.head(x)
        first, second = scores.chunk(2, dim=1)
        return {"out": scores, "edge": first - second}


def build(name: str) -> tuple[nn.Module, Tensor]:
    """Return the same network and picture in each process."""
    make, side = networks()[name]
    torch.manual_seed(0)
    return make().eval(), torch.rand(1, 3, side, side)


def networks() -> dict[str, tuple[Any, int]]:
    return {
        "resnet18": (models.resnet18, 64),
        "densenet121": (models.densenet121, 64),
        "googlenet": (lambda: models.googlenet(init_weights=False, transform_input=True), 64),
        "inception_v3": (lambda: models.inception_v3(init_weights=False), 128),
        "unet": (UNet, 32),
        "deeplabv3": (
            lambda: models.segmentation.deeplabv3_mobilenet_v3_large(
                weights=None, weights_backbone=None
            ),
            64,
        ),
        "vit_b_16": (lambda: models.VisionTransformer(32, 8, 12, 2, 16, 32), 32),  # narrow
    }


def listing(name: str) -> list[dict[str, Any]]:
    """Return each operation that torchlens saw, in order."""
    import torchlens

    model, picture = build(name)
    return [
        {
            "label": op.label,
            "func": op.func_name,
            "call": op.func_call_id,
            "parents": list(op.parents),
            "modules": list(op.modules),
            "role": "input" if op.is_input else "output" if op.is_output else "",
            "is_buffer": bool(op.is_buffer),
        }
        for op in torchlens.trace(model, picture).layer_list
    ]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    json.dump({name: listing(name) for name in networks()}, sys.stdout)
