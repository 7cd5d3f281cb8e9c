"""A 3 x 3 convolution of an enlarged map, worked out on the map before it was enlarged.

Nearest-neighbour upsampling by two shows each value four times, so that of the nine values that a
3 x 3 kernel reads only four differ. Which four depends on whether the row and the column are even
or odd: four kernels of 2 x 2, one for each phase, give the same answer with 4/9 of the
multiplications (polyphase decomposition; cf. Shi et al., "Real-Time Single Image and Video
Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network", CVPR 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Interleaved", "phases_of", "raises"]


def raises(upsample: nn.Module, conv: nn.Conv2d) -> bool:
    """Tell whether a convolution of what an upsampling gives has phases."""
    return (
        isinstance(upsample, nn.Upsample)
        and (upsample.mode, upsample.size, upsample.scale_factor) == ("nearest", None, 2.0)
        and (conv.kernel_size, conv.stride, conv.padding) == ((3, 3), (1, 1), (1, 1))
        and (conv.dilation, conv.groups, conv.padding_mode) == ((1, 1), 1, "zeros")
    )


def phases_of(conv: nn.Conv2d) -> nn.Conv2d:
    """Return the 2 x 2 convolution of all four phases, for the map that is not enlarged.

    Its outputs are those of even rows and columns, even rows and odd columns, and so on; padded
    by one all round, it gives a row and a column more than each phase has.
    """
    kernels = torch.cat([part for half in _halves(conv.weight, 2) for part in _halves(half, 3)])
    has_bias = conv.bias is not None
    made = nn.Conv2d(conv.in_channels, len(kernels), 2, padding=1, bias=has_bias)
    kernels = kernels.contiguous(memory_format=torch.channels_last)
    made.weight = nn.Parameter(kernels, requires_grad=False)
    if conv.bias is not None:
        made.bias = nn.Parameter(conv.bias.repeat(4), requires_grad=False)
    return made.eval()


def _halves(weight: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """Return the kernels of even and of odd places: values that are shown twice weigh as both."""
    before, middle, after = weight.unbind(dim)
    even = torch.stack((before, middle + after), dim)
    odd = torch.stack((before + middle, after), dim)
    return even, odd


class Interleaved(nn.Module):
    """A convolution with phases, and what puts them together.

    Parameters
    ----------
    phases
        What `phases_of` gave, or what does the same.
    """

    def __init__(self, phases: nn.Module) -> None:
        super().__init__()
        self.phases = phases

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, channels, 2 H, 2 W) of (B, C, H, W)."""
        height, width = x.shape[2:]
        parts = self.phases(x).chunk(4, dim=1)
        size = (x.shape[0], parts[0].shape[1], 2 * height, 2 * width)
        whole = torch.empty(size, dtype=x.dtype, device=x.device, memory_format=torch.channels_last)
        for number, part in enumerate(parts):
            down, across = divmod(number, 2)
            whole[:, :, down::2, across::2] = part[
                :, :, down : down + height, across : across + width
            ]
        return whole
