"""Fold a layer's output, of whatever shape, into channels of two-dimensional maps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.values import MapKind

if TYPE_CHECKING:
    from torch import Tensor

MAX_PREFIX_TOKENS = 8
"""Class and register tokens that may stand before the picture's own tokens."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Channels as maps.

    Attributes
    ----------
    maps : Tensor, (N, h, w)
        One map a channel.
    kind
        Where the maps came from.
    """

    maps: Tensor
    kind: MapKind


def fold(output: Tensor, input_size: tuple[int, int]) -> Folded:
    """Fold one batch entry of a layer's output.

    Parameters
    ----------
    output : Tensor, (1, ...)
        (1, C, H, W) or (1, H, W, C) maps; (1, T, D) tokens; (1, D) or (D,) vectors; anything
        with more dimensions has its leading ones taken together as channels.
    input_size
        Height and width of the network's input: it decides which two dimensions are the
        picture's, and the grid of tokens.

    Returns
    -------
    Folded
    """
    single = output[0] if output.ndim > 1 else output
    if single.ndim == 0:
        return Folded(single.reshape(1, 1, 1), MapKind.VECTOR)
    if single.ndim == 1:
        return Folded(single.reshape(-1, 1, 1), MapKind.VECTOR)
    if single.ndim == 2:
        return _fold_matrix(single, input_size)
    if single.ndim > 3:
        single = single.flatten(0, single.ndim - 3)
    if _is_channels_last(single, input_size):
        single = single.permute(2, 0, 1)
    kind = MapKind.VECTOR if single.shape[1] == single.shape[2] == 1 else MapKind.MAPS
    return Folded(single, kind)


def _fold_matrix(tokens: Tensor, input_size: tuple[int, int]) -> Folded:
    """Fold (T, D): tokens to their grid where T is one, otherwise a single map."""
    count, width = int(tokens.shape[0]), int(tokens.shape[1])
    if count == 1:
        return Folded(tokens.reshape(width, 1, 1), MapKind.VECTOR)
    grid = token_grid(count, input_size)
    if grid is None:
        return Folded(tokens.reshape(1, count, width), MapKind.MAPS)
    rows, columns = grid
    picture = tokens[count - rows * columns :]
    return Folded(picture.T.reshape(width, rows, columns), MapKind.TOKENS)


def token_grid(count: int, input_size: tuple[int, int]) -> tuple[int, int] | None:
    """Return rows and columns of a transformer's tokens, or None where they form no grid.

    Up to eight tokens before the picture's (class and register tokens) are allowed for; the
    grid must have the proportions of the input.
    """
    height, width = input_size
    for prefix in range(min(MAX_PREFIX_TOKENS, count - 1) + 1):
        cells = count - prefix
        rows = max(1, round(math.sqrt(cells * height / width)))
        columns, rest = divmod(cells, rows)
        ratio = (columns / rows) / (width / height)
        if rest == 0 and columns > 1 and rows > 1 and 0.8 < ratio < 1.25:
            return rows, columns
    return None


def _is_channels_last(maps: Tensor, input_size: tuple[int, int]) -> bool:
    """Tell (H, W, C) from (C, H, W) by the proportions of the input; the usual one wins ties."""
    first, second, third = (int(n) for n in maps.shape)
    target = math.log(input_size[1] / input_size[0])
    planar = abs(math.log(third / second) - target)
    last = abs(math.log(second / first) - target)
    return last + 0.05 < planar and last < 0.25
