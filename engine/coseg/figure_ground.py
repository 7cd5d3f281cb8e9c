"""One model of object and background for all pictures of a set: what the set has taught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.float32]

__all__ = ["Logistic", "refined_in_rounds"]

_RIDGE = 1e-4
_STEPS = 8
_UNDECIDED = 0.3
_ROUNDS = 3
_NEW_SHARE = 0.8
_LEAST_CURVATURE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """A logistic regression over cells.

    Attributes
    ----------
    slopes : ndarray, (C,), float32
    offset
    """

    slopes: Rows
    offset: float

    @classmethod
    def fit(
        cls,
        rows: Rows,
        targets: Rows,
        weights: Rows | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> Logistic:
        """Fit by Newton's method (iteratively reweighted least squares), with a ridge.

        Parameters
        ----------
        rows : ndarray, (N, C), float32
        targets : ndarray, (N,), float32
            How likely each belongs to the object, 0..1.
        weights : ndarray, (N,), float32, or None
            How much each counts.
        check
            Called once a step; what it raises ends the fit.
        """
        ones = np.ones((len(rows), 1), np.float32)
        table = np.concatenate([rows, ones], axis=1)
        share = np.ones(len(rows), np.float32) if weights is None else weights
        share = share / max(float(share.sum()), _LEAST_CURVATURE)
        ridge = np.full(table.shape[1], _RIDGE)
        ridge[-1] = _LEAST_CURVATURE
        found = np.zeros(table.shape[1])
        for _ in range(_STEPS):
            check()
            chance = _sigmoid(table @ found.astype(np.float32))
            slope = table.T @ (share * (chance - targets)) + ridge * found
            curve = share * np.maximum(chance * (1 - chance), _LEAST_CURVATURE)
            square = ((table * curve[:, None]).T @ table).astype(np.float64)
            square[np.diag_indices(len(square))] += ridge
            found = found - np.linalg.solve(square, slope)
        return cls(found[:-1].astype(np.float32), float(found[-1]))

    def chance(self, rows: Rows) -> Rows:
        """Return how likely cells (N, C) belong to the object: (N,) float32 in 0..1."""
        return _sigmoid(rows @ self.slopes + np.float32(self.offset))


def _sigmoid(odds: Rows) -> Rows:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))), np.float32)


def refined_in_rounds(
    rows: Sequence[Rows], chances: Sequence[Rows], check: Callable[[], None] = lambda: None
) -> Logistic:
    """Let a model learn from a first guess, and then from what it makes of it.

    In each round the cells that are decided (below .3 or above .7) teach, and of the answer four
    fifths go into the next guess; self-training as in Yarowsky, Unsupervised Word Sense
    Disambiguation, ACL 1995.

    Parameters
    ----------
    rows : sequence of ndarray, (n, C), float32
        Cells of each picture.
    chances : sequence of ndarray, (n,), float32
        The first guess.
    """
    table = np.concatenate(rows)
    guess = np.concatenate(chances)
    for turn in range(_ROUNDS):
        is_decided = np.abs(guess - 0.5) >= 0.5 - _UNDECIDED
        if not (guess[is_decided] > 0.5).any() or (guess[is_decided] > 0.5).all():
            is_decided[:] = True
        taught = (guess > 0.5).astype(np.float32)
        model = Logistic.fit(table, taught, is_decided.astype(np.float32), check)
        if turn + 1 < _ROUNDS:
            guess = _NEW_SHARE * model.chance(table) + (1 - _NEW_SHARE) * guess
    return model
