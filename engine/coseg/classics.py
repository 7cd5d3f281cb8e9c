"""Two methods from the literature, each with a map of reasons for every picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Rows = NDArray[np.float32]

__all__ = ["DescriptorTransform", "Factorization", "is_inside", "nmf"]

_FACTORS = 3
_FIT_ROUNDS = 120
_APPLY_ROUNDS = 40
_TINY = 1e-9
_BORDER_RATIO = 0.75
_LEAST_OTHER = 0.15
_SHARE_OF_FULL = 99
_SLOPE = 1.5


def is_inside(grid: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which cells are none of the outermost: (h * w,) bool."""
    inside = np.zeros(grid, np.bool_)
    inside[1:-1, 1:-1] = True
    return inside.ravel()


def nmf(
    rows: Rows,
    count: int,
    rng: np.random.Generator,
    *,
    rounds: int = _FIT_ROUNDS,
    check: Callable[[], None] = lambda: None,
) -> tuple[Rows, Rows]:
    """Write non-negative rows as non-negative sums of a few parts, by multiplicative updates.

    Lee and Seung, Algorithms for Non-negative Matrix Factorization, NIPS 2000: the squared error
    falls in every round.

    Parameters
    ----------
    rows : ndarray, (N, C), float32
        None below 0.
    count
        Of parts.
    rng
        The same gives the same.

    Returns
    -------
    ndarray, (N, count), float32
        How much of each part is in a row.
    ndarray, (count, C), float32
        The parts.
    """
    scale = np.sqrt(max(float(rows.mean()), _TINY) / count)
    amounts = (scale * rng.random((len(rows), count))).astype(np.float32)
    parts = (scale * rng.random((count, rows.shape[1]))).astype(np.float32)
    for _ in range(rounds):
        check()
        amounts *= (rows @ parts.T) / (amounts @ (parts @ parts.T) + _TINY)
        parts *= (amounts.T @ rows) / ((amounts.T @ amounts) @ parts + _TINY)
    return amounts, parts


def _amounts(rows: Rows, parts: Rows) -> Rows:
    """Return how much of given parts is in each row."""
    products, gram = rows @ parts.T, parts @ parts.T
    amounts = np.full((len(rows), len(parts)), 0.5, np.float32)
    for _ in range(_APPLY_ROUNDS):
        amounts *= products / (amounts @ gram + _TINY)
    return amounts


def _split(values: Rows, where: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Return the means over the border and over the inside."""
    if where.all() or not where.any():
        return values.mean(axis=0), values.mean(axis=0)
    return values[~where].mean(axis=0), values[where].mean(axis=0)


@dataclass(frozen=True, slots=True, eq=False)
class Factorization:
    """Deep Feature Factorization: Collins, Achanta and Suesstrunk, ECCV 2018.

    Each channel is shifted by its least value, since the maps of linear bottlenecks go below 0.
    The method does not say which part is the object; here those are that lie less on the pictures'
    border: their mean there is below .75 of that inside.

    Attributes
    ----------
    shift, parts, full
        What is subtracted, the parts, and the amount of each that counts as 1.
    is_object : ndarray, (parts,), bool
    """

    shift: Rows
    parts: Rows
    full: Rows
    is_object: NDArray[np.bool_]

    @classmethod
    def fit(
        cls,
        rows: Rows,
        inside: NDArray[np.bool_],
        rng: np.random.Generator,
        check: Callable[[], None] = lambda: None,
    ) -> Factorization:
        """Fit to cells (N, C) of the set; `inside` (N,) says which are not of a border."""
        shift = rows.min(axis=0)
        amounts, parts = nmf(rows - shift, _FACTORS, rng, check=check)
        full = np.maximum(np.percentile(amounts, _SHARE_OF_FULL, axis=0), _TINY)
        border, middle = _split(amounts, inside)
        is_object = border < _BORDER_RATIO * middle
        if not is_object.any():
            is_object[int(np.argmin(border / np.maximum(middle, _TINY)))] = True
        return cls(shift, parts, full.astype(np.float32), is_object)

    def soft(self, rows: Rows) -> Rows:
        """Return the score of each cell, (N,) in 0..1; .5 where object and rest are even."""
        amounts = _amounts(np.maximum(rows - self.shift, 0), self.parts) / self.full
        rest = amounts[:, ~self.is_object].max(axis=1, initial=_LEAST_OTHER)
        seed = np.clip(amounts[:, self.is_object].max(axis=1), 0, 1) - np.clip(rest, 0, 1)
        return np.asarray((1 + seed) / 2, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class DescriptorTransform:
    """Deep Descriptor Transforming: Wei et al., Unsupervised Object Discovery, IJCAI 2017.

    What varies most over the cells of all pictures tells the object from the rest: the first
    principal component, its sign so that the border comes out lower than the inside.

    Attributes
    ----------
    mean, direction : ndarray, (C,)
    deviation
        Of the projections.
    """

    mean: Rows
    direction: Rows
    deviation: float

    @classmethod
    def fit(cls, rows: Rows, inside: NDArray[np.bool_]) -> DescriptorTransform:
        """Fit to cells (N, C) of the set; `inside` (N,) says which are not of a border."""
        mean = rows.mean(axis=0)
        centred = rows - mean
        _, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
        direction = vectors[:, -1].astype(np.float32)
        projected = centred @ direction
        border, middle = _split(projected[:, None], inside)
        if border[0] > middle[0]:
            direction = -direction
        return cls(mean, direction, max(float(projected.std()), _TINY))

    def soft(self, rows: Rows) -> Rows:
        """Return the score of each cell, (N,) in 0..1; .5 where the projection is 0."""
        projected = (rows - self.mean) @ self.direction
        return np.asarray(1 / (1 + np.exp(-_SLOPE * projected / self.deviation)), np.float32)
