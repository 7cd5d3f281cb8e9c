"""What a person says of a cell or two, carried to all cells of the set that look like them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.coseg.refine import SOFTNESS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.values.coseg import CosegSeed

    Rows = NDArray[np.float32]

__all__ = ["MOST_CELLS", "Steering", "seed_cells", "thinned"]

MOST_CELLS = 48
"""Of one picture, that stand for all that was said of it: a box may hold hundreds alike."""
_REACH = 0.45
"""How unlike a cell (1 - cosine) is at which a word about it counts e^-1."""
_SURE = 4.0
"""The log-odds that a cell gets of which a person spoke."""
_RIDGE = 0.1
_TAIL = 0.05


def seed_cells(
    seeds: Sequence[CosegSeed], path: Path, size: tuple[int, int], grid: tuple[int, int]
) -> NDArray[np.int8]:
    """Return what was said of each cell of a picture; what was said last holds.

    Parameters
    ----------
    seeds
        Of all pictures.
    path
        The picture's file.
    size
        Its height and width, in pixels.
    grid
        Its height and width, in cells.

    Returns
    -------
    ndarray, (h, w), int8
        1 the object, -1 not, 0 nothing.
    """
    said = np.zeros(grid, np.int8)
    for seed in seeds:
        if seed.path == path:
            rows, columns = (
                _cells(side, length, cells)
                for side, length, cells in zip((seed.rows, seed.columns), size, grid, strict=True)
            )
            said[rows, columns] = 1 if seed.is_object else -1
    return said


def _cells(side: slice, length: int, cells: int) -> slice:
    """Return the cells whose middles lie in a stretch of pixels, or the one around its middle."""
    start, stop = (min(end, length) * cells / length for end in (side.start, side.stop))
    first, last = int(np.ceil(start - 0.5)), int(np.ceil(stop - 0.5))
    if first < last:
        return slice(max(0, first), min(cells, last))
    middle = min(cells - 1, int((start + stop) / 2))
    return slice(middle, middle + 1)


def thinned(said: NDArray[np.int8]) -> NDArray[np.intp]:
    """Return up to 48 of the cells that something was said of, evenly taken, in order."""
    spoken = np.flatnonzero(said)
    if len(spoken) <= MOST_CELLS:
        return spoken
    return spoken[np.linspace(0, len(spoken) - 1, MOST_CELLS).round().astype(np.intp)]


@dataclass(frozen=True, slots=True, eq=False)
class Steering:
    """A correction of scores, known at some cells and interpolated to those that look like them.

    Kernel ridge regression on the residual (Saunders, Gammerman and Vovk, Ridge Regression
    Learning Algorithm in Dual Variables, ICML 1998): at a cell of which a person spoke the log-odds
    are to be 4 or -4, and where they are beyond that already nothing is to change, so that what is
    right holds its surroundings. The same words give the same answer, in whatever order.

    Attributes
    ----------
    cells : ndarray, (S, C), float32
        Of length 1.
    pulls : ndarray, (S,), float32
    """

    cells: Rows
    pulls: Rows

    @classmethod
    def fit(cls, cells: Rows, said: NDArray[np.int8], scores: Rows, threshold: float) -> Steering:
        """Fit to cells (S, C), what was said of each (S,) and the scores (S,) that they have."""
        odds = (scores - np.float32(threshold)) / np.float32(SOFTNESS)
        wanted = _SURE * said.astype(np.float32)
        is_right = np.where(said > 0, odds >= wanted, odds <= wanted)
        residual = np.where(is_right, 0, wanted - odds)
        kernel = _kernel(cells, cells).astype(np.float64)
        kernel[np.diag_indices(len(kernel))] += _RIDGE
        pulls = np.linalg.solve(kernel, residual.astype(np.float64))
        return cls(cells, pulls.astype(np.float32))

    def soft(self, rows: Rows, scores: Rows) -> Rows:
        """Return the scores of cells (N, C), (N,), corrected: (N,) float32 in 0..1."""
        # Without the kernel's tail: pictures that look nothing like it stay as they were, to the
        # bit, and need not be cut out again.
        near = np.maximum(0, _kernel(rows, self.cells) - _TAIL) / np.float32(1 - _TAIL)
        moved = scores + np.float32(SOFTNESS) * (near @ self.pulls)
        return np.asarray(np.clip(moved, 0, 1), np.float32)


def _kernel(rows: Rows, cells: Rows) -> Rows:
    unlike = (1 - rows @ cells.T) / np.float32(_REACH)
    return np.asarray(np.exp(-unlike * unlike), np.float32)
