"""Fully convolutional networks: scores of the coarsest maps, and of finer ones added to them.

Long, Shelhamer and Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015:
FCN-32s scales the scores at stride 32 up in one go; FCN-16s first adds the scores at stride 16,
FCN-8s those at stride 8 too. All upsampling is by transposed convolutions that begin bilinear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from engine.learn.networks.upsample import transposed_convolution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

__all__ = ["FcnDecoder"]


class FcnDecoder(nn.Module):
    """From maps at strides 4, 8, 16, 32 to scores at the size of the input.

    Parameters
    ----------
    channels
        Of the encoder's maps at these strides.
    classes
        Scores a pixel, the background's first.
    finest
        The finest stride that is scored: 32, 16 or 8.
    """

    def __init__(self, channels: Sequence[int], classes: int, finest: int) -> None:
        super().__init__()
        self.finest = finest
        self.drop = nn.Dropout2d(0.2)
        self.score32 = nn.Conv2d(channels[3], classes, 1)
        self.score16 = _scored(channels[2], classes) if finest <= 16 else None
        self.up16 = transposed_convolution(classes, 2) if finest <= 16 else None
        self.score8 = _scored(channels[1], classes) if finest <= 8 else None
        self.up8 = transposed_convolution(classes, 2) if finest <= 8 else None
        self.up = transposed_convolution(classes, finest)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Return scores, (N, classes, H, W)."""
        scores = self.score32(self.drop(maps[3]))
        if self.score16 is not None and self.up16 is not None:
            scores = _added(self.up16(scores), self.score16(maps[2]))
        if self.score8 is not None and self.up8 is not None:
            scores = _added(self.up8(scores), self.score8(maps[1]))
        out: Tensor = self.up(scores)
        return out


def _scored(channels: int, classes: int) -> nn.Sequential:
    """Make a 1 x 1 convolution that begins at zero: the network starts as the coarser one did."""
    score = nn.Conv2d(channels, classes, 1)
    nn.init.zeros_(score.weight)
    nn.init.zeros_(score.bias)  # type: ignore[arg-type]  # it has one
    return nn.Sequential(nn.BatchNorm2d(channels), score)


def _added(coarse: Tensor, fine: Tensor) -> Tensor:
    height, width = fine.shape[2:]
    return coarse[:, :, :height, :width] + fine
