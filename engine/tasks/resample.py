"""Coarse maps at the resolution of the picture they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from engine.values import Box

__all__ = ["Window", "above", "resample"]

_MOST_DIFFERENT = 1 / 16
"""From this share on, looking at every pixel is faster than picking out those that matter."""


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
    down = _places(window.top, window.bottom, extent.top, extent.height / count_y, count_y)
    first, last = int(down[0]), min(int(down[-1]) + 2, count_y)
    maps, down = maps[:, first:last], down - first
    if window.left == extent.left and window.right == extent.right:
        # torch's own kernel is many times faster, but knows no window.
        rows = _between(maps, down, 1)
        size = (rows.shape[1], window.right - window.left)
        return F.interpolate(rows[None], size=size, mode="bilinear", align_corners=False)[0]
    across = _places(window.left, window.right, extent.left, extent.width / count_x, count_x)
    # Across first: gathering columns is slow, and there are fewer rows yet.
    return _between(_between(maps, across, 2), down, 1)


def above(coarse: Tensor, extent: Box, window: Window, threshold: float) -> NDArray[np.bool_]:
    """Return where a map, brought to the picture's resolution as `resample` does, is above a value.

    The map itself is never made. Between two rows of the coarse map that are both above, or both
    not, all is as they are; only where they differ is each pixel looked at.

    Parameters
    ----------
    coarse : Tensor, (h, w), float32
        On the CPU.
    extent, window
        As in `resample`.
    threshold
        The value.

    Returns
    -------
    ndarray, (window's height, window's width), bool
    """
    count_y, count_x = coarse.shape
    across = _places(window.left, window.right, extent.left, extent.width / count_x, count_x)
    down = _places(window.top, window.bottom, extent.top, extent.height / count_y, count_y).numpy()
    before = down.astype(np.intp)
    shares = (down - before).astype(np.float32)
    first, last = int(before[0]), min(int(before[-1]) + 2, count_y)
    # Columns lie behind each other, since gathering rows is many times faster.
    columns = _between(coarse[None, first:last].mT.contiguous(), across, 1)[0].numpy()
    is_above = np.ascontiguousarray((columns > threshold).T)
    before -= first
    after = np.minimum(before + 1, last - first - 1)
    starts = np.flatnonzero(np.diff(before, prepend=-1))
    bands = _Bands(before[starts], after[starts], starts, np.diff(starts, append=len(before)))
    # Counted on one axis, which is faster than on two.
    differs = np.flatnonzero(is_above.take(bands.row, axis=0) != is_above.take(bands.below, axis=0))
    if len(differs) > _MOST_DIFFERENT * is_above.size:
        return _everywhere(columns, bands, shares, threshold)
    made = is_above.take(before, axis=0)  # a fifth of the time of indexing
    band, x = np.divmod(differs, is_above.shape[1])
    _where_they_differ(made, columns, (bands.at(band), x), shares, threshold)
    return made


@dataclass(frozen=True, slots=True)
class _Bands:
    """Rows of pixels that lie between the same two rows of a coarse map: (n,) each, int64."""

    row: NDArray[np.intp]
    below: NDArray[np.intp]
    start: NDArray[np.intp]
    count: NDArray[np.intp]

    def at(self, places: NDArray[np.intp]) -> _Bands:
        """Return some of them, in any order."""
        return _Bands(*(getattr(self, name)[places] for name in self.__slots__))


def _where_they_differ(
    made: NDArray[np.bool_],
    columns: NDArray[np.float32],
    places: tuple[_Bands, NDArray[np.intp]],
    shares: NDArray[np.float32],
    threshold: float,
) -> None:
    """Settle the pixels of some columns of some bands, a row of every band at a time."""
    bands, x = places
    row, y, left = columns[x, bands.row], bands.start, bands.count
    difference, rest = columns[x, bands.below] - row, threshold - row
    for step in range(int(left.max(initial=0))):
        stays = left > step
        if not stays.all():
            y, left, x, difference, rest = (
                values[stays] for values in (y, left, x, difference, rest)
            )
        made[y + step, x] = shares[y + step] * difference > rest


def _everywhere(
    columns: NDArray[np.float32], bands: _Bands, shares: NDArray[np.float32], threshold: float
) -> NDArray[np.bool_]:
    """Look at every pixel: between two rows each is `row + share * (below - row)`."""
    rows = np.ascontiguousarray(columns.T)
    made = np.empty((len(shares), rows.shape[1]), np.bool_)
    for at, beneath, start, count in zip(
        bands.row, bands.below, bands.start, bands.count, strict=True
    ):
        part, row = slice(start, start + count), rows[at]
        np.greater(shares[part, None] * (rows[beneath] - row), threshold - row, out=made[part])
    return made


def _places(first: int, last: int, origin: float, step: float, count: int) -> Tensor:
    """Return where the centres of pixels lie among the samples of one axis; float64."""
    centres = torch.arange(first, last, dtype=torch.float64) + 0.5
    return ((centres - origin) / step - 0.5).clamp_(0, count - 1)


def _between(maps: Tensor, places: Tensor, dim: int) -> Tensor:
    """Sample along one axis between neighbours."""
    before = places.long()
    share = (places - before).to(maps.dtype).to(maps.device)  # not every device knows float64
    before = before.to(maps.device)
    after = (before + 1).clamp_(max=maps.shape[dim] - 1)
    if dim == 1:
        share = share.unsqueeze(1)
    return torch.lerp(maps.index_select(dim, before), maps.index_select(dim, after), share)
