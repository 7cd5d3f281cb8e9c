"""LR-ASPP: two layers of scores, the coarse one weighed by the picture as a whole.

Howard et al., "Searching for MobileNetV3", ICCV 2019, section 6.4: here with the maps at stride
16 and 8, and the scores of both added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import nn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

__all__ = ["LrasppDecoder"]


class LrasppDecoder(nn.Module):
    """From maps at strides 4, 8, 16, 32 to scores at stride 8.

    Parameters
    ----------
    channels
        Of the encoder's maps at these strides.
    classes
        Scores a pixel, the background's first.
    wide
        Channels between.
    """

    def __init__(self, channels: Sequence[int], classes: int, wide: int = 128) -> None:
        super().__init__()
        self.drop = nn.Dropout2d(0.2)
        self.narrow = nn.Sequential(
            nn.Conv2d(channels[3], wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.gate = nn.Sequential(nn.Conv2d(channels[3], wide, 1, bias=False), nn.Sigmoid())
        self.middle = nn.BatchNorm2d(channels[2])
        self.fine = nn.BatchNorm2d(channels[1])
        self.high = nn.Conv2d(wide, classes, 1)
        self.mid = nn.Conv2d(channels[2], classes, 1)
        self.low = nn.Conv2d(channels[1], classes, 1)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Return scores, (N, classes, h, w), at the size of `maps[1]`."""
        x = self.drop(maps[3])
        scores = _scaled(self.high(self.narrow(x) * self.gate(self.pool(x))), maps[2])
        scores = scores + self.mid(self.middle(maps[2]))
        out: Tensor = _scaled(scores, maps[1]) + self.low(self.fine(maps[1]))
        return out


def _scaled(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)
