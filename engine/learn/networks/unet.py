"""U-Net's decoder: up step by step, at each step beside what the encoder saw at that size.

Ronneberger, Fischer and Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation",
MICCAI 2015. Here one convolution a step instead of two, since the encoder is a trained classifier;
and the coarsest maps are weighed by the picture as a whole, as LR-ASPP does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from engine.learn.networks.upsample import Upsample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.values import SkipSwitches, Upsampling

__all__ = ["UNetDecoder"]

_WIDTHS = (128, 128, 64, 32)


class UNetDecoder(nn.Module):
    """From maps at strides 4, 8, 16, 32 to scores at stride 4.

    Parameters
    ----------
    channels
        Of the encoder's maps at these strides.
    classes
        Scores a pixel, the background's first.
    upsampling
        How each step is made.
    widths
        Channels at strides 32, 16, 8 and 4.
    """

    def __init__(
        self,
        channels: Sequence[int],
        classes: int,
        upsampling: Upsampling = "bilinear",
        widths: Sequence[int] = _WIDTHS,
    ) -> None:
        super().__init__()
        self.bridge = Bridge(channels[3], widths[0])
        before = widths[0]
        for stride, wide, skip in zip((16, 8, 4), widths[1:], channels[2::-1], strict=True):
            self.add_module(f"up{stride}", Step(before, skip, wide, upsampling))
            before = wide
        self.drop = nn.Dropout2d(0.1)
        self.scores = nn.Conv2d(before, classes, 1)
        self._upsampling: Upsampling = upsampling

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps upwards, the coarsest first."""
        return tuple(child for child in self.children() if isinstance(child, Step))

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Return scores, (N, classes, h, w), at the size of `maps[0]`."""
        x = self.bridge(maps[3])
        for step, skip in zip(self.steps, (maps[2], maps[1], maps[0]), strict=True):
            x = step(x, skip)
        scores: Tensor = self.scores(self.drop(x))
        return scores

    def switch(self, switches: SkipSwitches) -> None:
        """Turn skips on and off, and choose how it is upsampled, from the next pass on."""
        for place, step in enumerate(self.steps):
            step.has_skip = place >= len(switches.skips) or switches.skips[place]
            step.up.switch(switches.upsampling or self._upsampling)


class Bridge(nn.Module):
    """The coarsest maps made narrow, each channel weighed by the picture as a whole."""

    def __init__(self, channels: int, wide: int) -> None:
        super().__init__()
        self.drop = nn.Dropout2d(0.2)
        self.narrow = nn.Sequential(
            nn.Conv2d(channels, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.gate = nn.Sequential(nn.Conv2d(channels, wide, 1), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, wide, h, w) for (N, channels, h, w)."""
        x = self.drop(x)
        weighed: Tensor = self.narrow(x) * self.gate(self.pool(x))
        return weighed


class Step(nn.Module):
    """Twice the size, then one convolution over it and the encoder's maps of that size."""

    def __init__(self, before: int, skip: int, wide: int, upsampling: Upsampling) -> None:
        super().__init__()
        self.has_skip = True
        self.up = Upsample(before, upsampling)
        self.skip = nn.BatchNorm2d(skip)  # the encoder's maps are of any scale
        self.conv = nn.Sequential(
            nn.Conv2d(before + skip, wide, 3, padding=1, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU(),
        )

    def forward(self, x: Tensor, maps: Tensor) -> Tensor:
        """Return (N, wide, 2h, 2w) for (N, before, h, w) and (N, skip, 2h, 2w)."""
        beside = self.skip(maps)
        if not self.has_skip:
            beside = torch.zeros_like(beside)
        out: Tensor = self.conv(torch.cat([_fitted(self.up(x), beside), beside], dim=1))
        return out


def _fitted(x: Tensor, beside: Tensor) -> Tensor:
    """Cut what became a pixel too large where the size was no multiple of the stride."""
    height, width = beside.shape[2:]
    if x.shape[2:] == beside.shape[2:]:
        return x  # the usual case: no operation that the graph would show
    return x[:, :, :height, :width]
