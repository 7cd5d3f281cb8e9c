"""The blocks that YOLO networks are built from, written from the papers.

`published` of a class says which of its children go by another name in the published weights.

References
----------
C.-Y. Wang et al., CSPNet: A New Backbone that can Enhance Learning Capability of CNN, CVPRW 2020
K. He et al., Spatial Pyramid Pooling in Deep Convolutional Networks, ECCV 2014
C.-Y. Wang et al., Designing Network Design Strategies Through Gradient Path Analysis, 2022 (ELAN)
D. Bolya et al., YOLACT: Real-time Instance Segmentation, ICCV 2019 (prototypes)
C.-Y. Wang et al., You Only Learn One Representation, 2021 (implicit knowledge)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "C3",
    "ELAN",
    "SPPCSPC",
    "SPPF",
    "Bottleneck",
    "Concat",
    "ConvBlock",
    "ImplicitAdd",
    "PooledDown",
    "Prototypes",
]

BN_EPSILON = 1e-3
"""What the published weights were trained with; PyTorch's own is a hundredth of it."""


class Concat(nn.Module):
    """Put maps of one size behind each other, channel after channel."""

    def forward(self, *maps: Tensor) -> Tensor:
        """Return (B, C1 + C2 + ..., H, W)."""
        return torch.cat(maps, dim=1)


class ConvBlock(nn.Module):
    """Convolution without bias, batch norm, SiLU."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 1,
        stride: int = 1,
        padding: int | None = None,
    ) -> None:
        super().__init__()
        around = kernel // 2 if padding is None else padding
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, around, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=BN_EPSILON, momentum=0.03)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, H / stride, W / stride)."""
        activation: Tensor = self.act(self.bn(self.conv(x)))
        return activation


class Bottleneck(nn.Module):
    """1x1, then 3x3, on request around a shortcut."""

    published: ClassVar[dict[str, str]] = {"cv1": "reduce", "cv2": "expand"}

    def __init__(self, channels: int, *, has_shortcut: bool) -> None:
        super().__init__()
        self.reduce = ConvBlock(channels, channels)
        self.expand = ConvBlock(channels, channels, 3)
        self.has_shortcut = has_shortcut

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of the input's shape."""
        expanded: Tensor = self.expand(self.reduce(x))
        return x + expanded if self.has_shortcut else expanded


class C3(nn.Module):
    """Cross-stage partial block: half of the channels go through bottlenecks, half pass by."""

    published: ClassVar[dict[str, str]] = {
        "cv1": "main",
        "cv2": "bypass",
        "cv3": "merge",
        "m": "bottlenecks",
    }

    def __init__(
        self, inputs: int, outputs: int, depth: int = 1, *, has_shortcut: bool = True
    ) -> None:
        super().__init__()
        half = outputs // 2
        self.main = ConvBlock(inputs, half)
        self.bypass = ConvBlock(inputs, half)
        self.bottlenecks = nn.Sequential(
            *(Bottleneck(half, has_shortcut=has_shortcut) for _ in range(depth))
        )
        self.concat = Concat()
        self.merge = ConvBlock(2 * half, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, H, W)."""
        merged: Tensor = self.merge(self.concat(self.bottlenecks(self.main(x)), self.bypass(x)))
        return merged


class SPPF(nn.Module):
    """Spatial pyramid pooling: one pool three times over sees 5, 9 and 13 pixels."""

    published: ClassVar[dict[str, str]] = {"cv1": "reduce", "cv2": "merge", "m": "pool"}

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        half = inputs // 2
        self.reduce = ConvBlock(inputs, half)
        self.pool = nn.MaxPool2d(5, stride=1, padding=2)
        self.concat = Concat()
        self.merge = ConvBlock(4 * half, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, H, W)."""
        scales = [self.reduce(x)]
        for _ in range(3):
            scales.append(self.pool(scales[-1]))
        merged: Tensor = self.merge(self.concat(*scales))
        return merged


class SPPCSPC(nn.Module):
    """Spatial pyramid pooling in a cross-stage partial block."""

    published: ClassVar[dict[str, str]] = {
        "cv1": "main1",
        "cv2": "bypass",
        "cv3": "main2",
        "cv4": "main3",
        "cv5": "pooled1",
        "cv6": "pooled2",
        "cv7": "merge",
        "m": "pools",
    }

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.main1 = ConvBlock(inputs, outputs)
        self.main2 = ConvBlock(outputs, outputs, 3)
        self.main3 = ConvBlock(outputs, outputs)
        self.pools = nn.ModuleList(
            nn.MaxPool2d(size, stride=1, padding=size // 2) for size in (5, 9, 13)
        )
        self.concat = Concat()
        self.pooled1 = ConvBlock(4 * outputs, outputs)
        self.pooled2 = ConvBlock(outputs, outputs, 3)
        self.bypass = ConvBlock(inputs, outputs)
        self.merge = ConvBlock(2 * outputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, H, W)."""
        main = self.main3(self.main2(self.main1(x)))
        scales = self.concat(main, *(pool(main) for pool in self.pools))
        pooled = self.pooled2(self.pooled1(scales))
        merged: Tensor = self.merge(self.concat(pooled, self.bypass(x)))
        return merged


class ELAN(nn.Module):
    """Efficient layer aggregation: a chain of 3x3, of which every so many links are gathered.

    Parameters
    ----------
    inputs, outputs
        Channels.
    split
        Channels of the two 1x1 at the beginning.
    width
        Channels of each of the four links.
    every
        2 = every second link is gathered (backbone), 1 = every one (neck).
    """

    def __init__(self, inputs: int, split: int, width: int, outputs: int, every: int) -> None:
        super().__init__()
        self.bypass = ConvBlock(inputs, split)
        self.main = ConvBlock(inputs, split)
        self.chain = nn.ModuleList(
            ConvBlock(split if link == 0 else width, width, 3) for link in range(4)
        )
        self.concat = Concat()
        self.merge = ConvBlock(2 * split + len(self.chain) // every * width, outputs)
        self.every = every

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, outputs, H, W)."""
        bypassed = self.bypass(x)
        link = self.main(x)
        gathered = [bypassed, link]
        for number, layer in enumerate(self.chain, start=1):
            link = layer(link)
            if number % self.every == 0:
                gathered.append(link)
        merged: Tensor = self.merge(self.concat(*reversed(gathered)))
        return merged


class PooledDown(nn.Module):
    """Halve the maps twice, by pooling and by a stride, and keep both, with others if given."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.pool = nn.MaxPool2d(2)
        self.pooled = ConvBlock(inputs, width)
        self.reduce = ConvBlock(inputs, width)
        self.strided = ConvBlock(width, width, 3, 2)
        self.concat = Concat()

    def forward(self, x: Tensor, *others: Tensor) -> Tensor:
        """Return (B, 2 width + those of the others, H / 2, W / 2)."""
        pooled = self.pooled(self.pool(x))
        both: Tensor = self.concat(self.strided(self.reduce(x)), pooled, *others)
        return both


class Prototypes(nn.Module):
    """The masks that each object's mask is a weighted sum of, at twice the input's resolution."""

    published: ClassVar[dict[str, str]] = {"cv1": "smooth", "cv2": "refine", "cv3": "project"}

    def __init__(self, inputs: int, width: int, count: int) -> None:
        super().__init__()
        self.smooth = ConvBlock(inputs, width, 3)
        self.upsample = nn.Upsample(scale_factor=2.0, mode="nearest")
        self.refine = ConvBlock(width, width, 3)
        self.project = ConvBlock(width, count)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, count, 2 H, 2 W)."""
        prototypes: Tensor = self.project(self.refine(self.upsample(self.smooth(x))))
        return prototypes


class ImplicitAdd(nn.Module):
    """A learnt number for each channel, added whatever the picture is."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.implicit = nn.Parameter(torch.empty(1, channels, 1, 1).normal_(std=0.02))

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of the input's shape."""
        return x + self.implicit
