"""From a coarse map to one of twice the size or more: nearest, bilinear, or learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import torch
import torch.nn.functional as F
from torch import nn

from engine.values import Upsampling

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Upsample", "bilinear_kernel", "transposed_convolution"]


def bilinear_kernel(factor: int) -> Tensor:
    """Return the kernel with which a transposed convolution interpolates bilinearly.

    Long et al., "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015.

    Returns
    -------
    Tensor, (2 * factor, 2 * factor), float32
        For stride `factor` and padding `factor // 2`, of an even factor.
    """
    size = 2 * factor
    ramp = 1 - (torch.arange(size) - (size - 1) / 2).abs() / factor
    return ramp[:, None] * ramp[None, :]


def transposed_convolution(channels: int, factor: int) -> nn.ConvTranspose2d:
    """Make a transposed convolution, channel by channel, that begins as bilinear interpolation.

    Long et al., 2015; each class is scaled up by itself, as there.
    """
    layer = nn.ConvTranspose2d(
        channels, channels, 2 * factor, factor, factor // 2, groups=channels, bias=False
    )
    with torch.no_grad():
        layer.weight.copy_(bilinear_kernel(factor).expand(channels, 1, -1, -1))
    return layer


class Upsample(nn.Module):
    """Twice the height and width, in a way that can be switched while the network runs.

    A kernel of 3 with a stride of 2 covers the pixels of the result unevenly: what is drawn with
    it shows a checkerboard (Odena et al., "Deconvolution and Checkerboard Artifacts", Distill,
    2016). So "transposed" has a kernel of 4 where it is trained, and shows the uneven kernel of 3
    where a network that was trained otherwise is switched to it.

    Parameters
    ----------
    channels
        Of the maps.
    kind
        As it is trained.
    """

    def __init__(self, channels: int, kind: Upsampling) -> None:
        super().__init__()
        self.kind: Upsampling = kind
        self.up = transposed_convolution(channels, 2) if kind == "transposed" else None

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, 2h, 2w) for (N, C, h, w)."""
        if self.kind == "nearest":
            return F.interpolate(x, scale_factor=2.0, mode="nearest")
        if self.kind == "bilinear":
            return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        return self._uneven(x) if self.up is None else self.up(x)

    def switch(self, kind: Upsampling) -> None:
        """Upsample in another way from now on."""
        if kind not in get_args(Upsampling):
            raise ValueError(f"kind: expected one of {get_args(Upsampling)}, got {kind!r}")
        self.kind = kind

    def _uneven(self, x: Tensor) -> Tensor:
        channels = x.shape[1]
        kernel = torch.full((channels, 1, 3, 3), 4 / 9, dtype=x.dtype, device=x.device)
        return F.conv_transpose2d(x, kernel, None, 2, 1, 1, channels)
