"""Coarse maps at the resolution of the picture they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor

    from engine.values import Box

__all__ = ["Window", "resample"]


@dataclass(frozen=True, slots=True)
class Window:
    """Whole pixels of a picture: a rectangle, right and bottom open."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def inside(cls, box: Box, size: tuple[int, int]) -> Window:
        """Return the pixels of a picture of (H, W) whose centres lie in a box."""
        height, width = size
        left, right = (min(max(round(edge), 0), width) for edge in (box.left, box.right))
        top, bottom = (min(max(round(edge), 0), height) for edge in (box.top, box.bottom))
        return cls(left, top, right, bottom)

    @property
    def is_empty(self) -> bool:
        """Whether it has no pixels."""
        return self.right <= self.left or self.bottom <= self.top


def resample(maps: Tensor, extent: Box, window: Window) -> Tensor:
    """Return maps at the picture's resolution, in a window of the picture; bilinear.

    Samples lie at the centres of pixels and beyond the outermost centres the values go on, as in
    `torch.nn.functional.interpolate(align_corners=False)`. Only what the window needs is made.

    Parameters
    ----------
    maps : Tensor, (N, h, w), float32
    extent
        The part of the picture that the maps cover, in picture pixels.
    window
        Which pixels are wanted; not empty.

    Returns
    -------
    Tensor, (N, window's height, window's width), float32
    """
    count_y, count_x = maps.shape[1:]
    top = _places(window.top, window.bottom, extent.top, extent.height / count_y, count_y)
    left = _places(window.left, window.right, extent.left, extent.width / count_x, count_x)
    rows = _between(maps, top.to(maps.device), 1)
    return _between(rows, left.to(maps.device), 2)


def _places(first: int, last: int, origin: float, step: float, count: int) -> Tensor:
    """Return where the centres of pixels lie among the samples of one axis; float64."""
    centres = torch.arange(first, last, dtype=torch.float64) + 0.5
    return ((centres - origin) / step - 0.5).clamp_(0, count - 1)


def _between(maps: Tensor, places: Tensor, dim: int) -> Tensor:
    """Sample along one axis between neighbours."""
    before = places.long()
    after = (before + 1).clamp_(max=maps.shape[dim] - 1)
    share = (places - before).to(maps.dtype)
    if dim == 1:
        share = share.unsqueeze(1)
    return torch.lerp(maps.index_select(dim, before), maps.index_select(dim, after), share)
