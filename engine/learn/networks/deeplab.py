"""DeepLabV3's head: the same maps seen at several rates side by side.

Chen et al., "Rethinking Atrous Convolution for Semantic Image Segmentation", 2017. The backbone's
strides are left as they are, so the rates, 2, 4 and 6 at stride 16, are a third of the paper's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

__all__ = ["DeeplabDecoder"]

_RATES = (2, 4, 6)


class DeeplabDecoder(nn.Module):
    """From maps at strides 4, 8, 16, 32 to scores at stride 16.

    Parameters
    ----------
    channels
        Of the encoder's maps at these strides.
    classes
        Scores a pixel, the background's first.
    wide
        Channels of each branch.
    """

    def __init__(self, channels: Sequence[int], classes: int, wide: int = 96) -> None:
        super().__init__()
        self.drop = nn.Dropout2d(0.2)
        self.coarse = _convolved(channels[3], wide, 1)
        self.middle = nn.BatchNorm2d(channels[2])
        inside = channels[2] + wide
        self.branches = nn.ModuleList(
            [_convolved(inside, wide, 1), *(_convolved(inside, wide, 3, rate) for rate in _RATES)]
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.whole = nn.Sequential(nn.Conv2d(inside, wide, 1), nn.ReLU())
        self.project = _convolved(wide * (len(_RATES) + 2), wide, 1)
        self.scores = nn.Conv2d(wide, classes, 1)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Return scores, (N, classes, h, w), at the size of `maps[2]`."""
        size = maps[2].shape[2:]
        coarse = self.coarse(self.drop(maps[3]))
        coarse = F.interpolate(coarse, size=size, mode="bilinear", align_corners=False)
        x = torch.cat([self.middle(maps[2]), coarse], dim=1)
        whole = self.whole(self.pool(x)).expand(-1, -1, *size)
        seen = torch.cat([*(branch(x) for branch in self.branches), whole], dim=1)
        scores: Tensor = self.scores(self.project(seen))
        return scores


def _convolved(before: int, after: int, kernel: int, rate: int = 1) -> nn.Sequential:
    padding = rate * (kernel // 2)
    return nn.Sequential(
        nn.Conv2d(before, after, kernel, padding=padding, dilation=rate, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )
