"""A convolution that pads itself as TensorFlow does, without the padded copy of its input.

With a stride of 2 and sides that are even, TensorFlow's "same" pads one pixel less at the top and
left than at the bottom and right. A kernel with a row and a column of zeros before it, padded alike
on all sides, answers the same, and needs no copy of the map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
from torch import nn

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["SamePadded", "evenly_padded", "pads_itself"]

_NAME = "Conv2dSame"
_STRIDE = (2, 2)


def pads_itself(layer: nn.Module) -> bool:
    """Whether a layer is timm's `Conv2dSame`, of a kind that `evenly_padded` knows.

    It is known by its name, so that timm need not be imported to see that there is none.
    """
    return (
        type(layer).__name__ == _NAME
        and isinstance(layer, nn.Conv2d)
        and layer.stride == _STRIDE
        and layer.dilation == (1, 1)
        and all(side % 2 == 1 and side > 1 for side in layer.kernel_size)
    )


def evenly_padded(conv: nn.Conv2d) -> nn.Conv2d:
    """Return a convolution that answers on even sides as one that pads itself."""
    height, width = conv.kernel_size
    same: nn.Conv2d = nn.utils.skip_init(  # type: ignore[no-untyped-call]  # torch
        nn.Conv2d, conv.in_channels, conv.out_channels, (height + 1, width + 1), stride=_STRIDE,
        padding=((height - 1) // 2, (width - 1) // 2), groups=conv.groups, bias=False,
    )  # fmt: skip
    weight = torch.nn.functional.pad(conv.weight.detach(), (1, 0, 1, 0))
    same.weight = nn.Parameter(
        weight.contiguous(memory_format=torch.channels_last), requires_grad=False
    )
    same.bias = conv.bias
    return same.eval()


class SamePadded(nn.Module):
    """Answers as a convolution that pads itself, and the activation behind it.

    Parameters
    ----------
    even
        What answers where both sides are even, the activation in it.
    conv, activation
        What answers where one is odd.
    """

    def __init__(self, even: nn.Module, conv: nn.Module, activation: nn.Module | None) -> None:
        super().__init__()
        self._even = even
        self._odd = nn.Sequential(conv, nn.Identity() if activation is None else activation)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, channels, ceil(H / 2), ceil(W / 2))."""
        is_even = x.shape[-2] % 2 == 0 and x.shape[-1] % 2 == 0
        return cast("Tensor", self._even(x) if is_even else self._odd(x))
