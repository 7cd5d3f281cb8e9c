"""Compose all channels of a layer into one uint8 picture, on the device.

A thousand small images cost a thousand draw calls; one picture costs one. Normalising, ordering
and tiling happen where the values are, and one byte a value is left for the viewer.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.capture.statistics import Measured
from engine.values import AtlasStyle, ScaleMode

ZERO_BYTE = 128
"""Where 0 lies in the atlas of signed values."""


@dataclass(slots=True)
class Atlas:
    """An atlas on the device.

    Attributes
    ----------
    picture : Tensor, (rows * h, columns * w), uint8
    columns
        Tiles in a row.
    low, high : Tensor, (N,), float32
        Values drawn as 0 and as 255.
    """

    picture: Tensor
    columns: int
    low: Tensor
    high: Tensor


def choose_columns(count: int, height: int, width: int, aspect: float) -> int:
    """Return the number of columns that makes the tiles as large as the place allows.

    Parameters
    ----------
    count
        Number of tiles, at least 1.
    height, width
        Of one tile.
    aspect
        Width over height of the place.
    """
    columns = math.sqrt(count * aspect * height / width)
    rows = count / columns
    near = {math.floor(columns), math.ceil(columns)}
    near |= {-(-count // max(1, n)) for n in (math.floor(rows), math.ceil(rows))}
    candidates = sorted({max(1, min(count, n)) for n in near})

    def scale(columns: int) -> float:
        rows = -(-count // columns)
        return min(aspect / (columns * width), 1.0 / (rows * height))

    best = max(candidates, key=scale)
    filled = -(-count // best)
    return -(-count // filled)  # the same number of rows with no column left empty


def value_range(measured: Measured, style: AtlasStyle, *, is_signed: bool) -> tuple[Tensor, Tensor]:
    """Return the values drawn as 0 and 255 for each channel, two (N,) tensors.

    Signed values are scaled symmetrically, so that 0 is always the middle of the colour map.
    """
    low, high = measured.minimum, measured.maximum
    if style.scale is ScaleMode.FIXED:
        low = torch.full_like(low, style.fixed_low)
        high = torch.full_like(high, style.fixed_high)
    elif style.scale is ScaleMode.LAYER:
        low, high = low.min().expand_as(low), high.max().expand_as(high)
    if is_signed:
        high = torch.maximum(low.abs(), high.abs())
        low = -high
    return low, high


def quantise(maps: Tensor, low: Tensor, high: Tensor, *, gamma: float, is_signed: bool) -> Tensor:
    """Map (N, h, w) float32 values to bytes: `low` to 0, `high` to 255.

    A channel whose range is empty becomes all 0 (unsigned) or all 128 (signed). `gamma` is an
    exponent on the magnitude: below 1 it lifts weak responses.
    """
    span = high - low
    scale = torch.where(span > 0, 1.0 / span.clamp_min(torch.finfo(span.dtype).tiny), 0.0)
    scale, low = scale[:, None, None], low[:, None, None]
    steps = 255 if gamma == 1.0 else _FINE
    if is_signed:  # the range is symmetric: 0 comes to lie on the byte of zero
        linear = torch.mul(maps, scale * (steps + 1)).add_((steps + 1) // 2)
    else:
        linear = torch.addcmul(0.5 - low * scale * steps, maps, scale * steps)
    linear.clamp_(0, steps)
    if gamma == 1.0:
        return linear.to(torch.uint8)
    table = _gamma_table(gamma, is_signed=is_signed).to(maps.device)
    return table.index_select(0, linear.to(torch.int32).flatten()).view(maps.shape)


_FINE = 2**16 - 1


@functools.lru_cache(maxsize=16)
def _gamma_table(gamma: float, *, is_signed: bool) -> Tensor:
    """Return the bytes of 2^16 linear steps; a table is five times as fast as powers."""
    steps = torch.arange(_FINE + 1, dtype=torch.float64)
    if is_signed:
        unit = (steps - (_FINE + 1) / 2) / ((_FINE + 1) / 2)
        lifted = unit.sign() * unit.abs() ** gamma
        return (lifted * 128 + ZERO_BYTE).clamp_(0, 255).to(torch.uint8)
    return ((steps / _FINE) ** gamma * 255 + 0.5).to(torch.uint8)


def tile(planes: Tensor, columns: int, blank: int) -> Tensor:
    """Lay (N, h, w) uint8 planes out row by row, `columns` to a row."""
    count, height, width = planes.shape
    rows = -(-count // columns)
    if rows * columns != count:
        padding = planes.new_full((rows * columns - count, height, width), blank)
        planes = torch.cat((planes, padding))
    grid = planes.view(rows, columns, height, width)
    return grid.permute(0, 2, 1, 3).reshape(rows * height, columns * width)


def compose(
    maps: Tensor, measured: Measured, style: AtlasStyle, order: Tensor | None, *, is_signed: bool
) -> Atlas:
    """Compose the atlas of (N, h, w) float32 maps.

    Parameters
    ----------
    maps
        Finite values.
    measured
        Their numbers (`statistics.measure`).
    style
        Scale, gamma and the proportions of the place.
    order : Tensor, (N,), int64, or None
        Which channel stands at each place; None = by index.
    is_signed
        Whether the values have a sign worth seeing.
    """
    count, height, width = (int(n) for n in maps.shape)
    low, high = value_range(measured, style, is_signed=is_signed)
    planes = quantise(maps, low, high, gamma=style.gamma, is_signed=is_signed)
    if order is not None:
        planes = planes[order]
    columns = choose_columns(count, height, width, style.aspect)
    blank = ZERO_BYTE if is_signed else 0
    return Atlas(tile(planes, columns, blank), columns, low, high)
