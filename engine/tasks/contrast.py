"""Which channels of a layer carry an object: how its cells stand out from the rest of a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import Box, Region

__all__ = ["ChannelContrast", "cell_shares", "channel_contrast"]

MOST = 1000.0
"""A channel that is the mask itself has no spread; its contrast ends here."""


@dataclass(frozen=True, slots=True, eq=False)
class ChannelContrast:
    """How each channel tells an object from the rest; every array is (C,) float32.

    Attributes
    ----------
    contrast
        Mean inside minus mean outside, over the pooled standard deviation (Cohen's d): 0 where
        the object makes no difference, negative where the channel is weaker on it.
    inside, outside
        The means.
    """

    contrast: NDArray[np.float32]
    inside: NDArray[np.float32]
    outside: NDArray[np.float32]

    def ranked(self, count: int) -> NDArray[np.intp]:
        """Return the `count` channels with the strongest contrast of either sign, best first."""
        order = np.argsort(-np.abs(self.contrast), kind="stable")
        return order[:count]


def cell_shares(region: Region, input_box: Box, map_size: tuple[int, int]) -> NDArray[np.float32]:
    """Return how much of each cell of a map a region covers.

    Parameters
    ----------
    region
        In the picture.
    input_box
        The part of the picture that the network saw, which the map covers.
    map_size
        Height and width of the map.

    Returns
    -------
    ndarray, (h, w), float32
        Shares of the cells' areas, in 0..1.
    """
    left, top = region.left, region.top
    height, width = region.pixels.shape
    rows = _overlaps(input_box.top, input_box.bottom, map_size[0], top, height)
    columns = _overlaps(input_box.left, input_box.right, map_size[1], left, width)
    return (rows @ region.pixels.astype(np.float32)) @ columns.T


def channel_contrast(
    values: NDArray[np.float32], region: Region, input_box: Box, picture: tuple[int, int]
) -> ChannelContrast | None:
    """Compare the cells on an object with those on the rest of the picture, for each channel.

    A cell that the object covers in part counts in part on both sides. Cells beyond the picture,
    where the input was padded, count on neither.

    Parameters
    ----------
    values : ndarray, (C, h, w), float32
        The layer's maps.
    region
        The object, in the picture.
    input_box
        The part of the picture that the network saw.
    picture
        Height and width of the picture, in pixels.

    Returns
    -------
    ChannelContrast or None
        None where the map shows nothing of the object, or nothing else: there is no contrast.

    References
    ----------
    Cohen, "Statistical Power Analysis for the Behavioral Sciences", 1988: the effect size d with
    the pooled standard deviation, here with the cells' areas as weights.
    """
    size = (int(values.shape[1]), int(values.shape[2]))
    inside = cell_shares(region, input_box, size)
    outside = np.maximum(_picture_shares(input_box, size, picture) - inside, 0.0)
    weights = np.stack((inside.ravel(), outside.ravel()), axis=1)
    totals = weights.sum(axis=0)
    if min(totals) <= 1e-6 * weights.size:
        return None
    flat = values.reshape(len(values), -1)
    flat = np.where(np.isfinite(flat), flat, np.float32(0))
    # About the mean of each channel: squares of large values would lose the small differences.
    middle = flat.mean(axis=1, keepdims=True)
    centred = flat - middle
    means = centred @ (weights / totals)
    squares = (centred**2) @ weights
    spread = np.maximum(squares - totals * means**2, 0.0).sum(axis=1) / totals.sum()
    difference = means[:, 0] - means[:, 1]
    least = np.abs(difference) / MOST
    divisor = np.maximum(np.sqrt(spread), least)
    contrast = np.divide(difference, divisor, out=np.zeros_like(difference), where=divisor > 0)
    means = means + middle
    return ChannelContrast(*(x.astype(np.float32) for x in (contrast, means[:, 0], means[:, 1])))


def _picture_shares(
    input_box: Box, map_size: tuple[int, int], picture: tuple[int, int]
) -> NDArray[np.float32]:
    """Return how much of each cell lies on the picture, (h, w) float32 in 0..1."""
    rows = _overlaps(input_box.top, input_box.bottom, map_size[0], 0, picture[0])
    columns = _overlaps(input_box.left, input_box.right, map_size[1], 0, picture[1])
    shares: NDArray[np.float32] = np.outer(rows.sum(axis=1), columns.sum(axis=1))
    return shares


def _overlaps(
    start: float, stop: float, cells: int, first: int, pixels: int
) -> NDArray[np.float32]:
    """Return which share of each cell each pixel covers: (cells, pixels), along one axis."""
    edges = np.linspace(start, stop, cells + 1)
    borders = np.arange(first, first + pixels + 1, dtype=np.float64)
    low = np.maximum(edges[:-1, None], borders[None, :-1])
    high = np.minimum(edges[1:, None], borders[None, 1:])
    shares: NDArray[np.float32] = np.maximum(high - low, 0.0) / ((stop - start) / cells)
    return shares.astype(np.float32)
