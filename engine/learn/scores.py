"""How good label maps are against partly labelled truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.learn.data import CERTAIN
from engine.values import BACKGROUND, VOID

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Confusion"]


@dataclass(slots=True, eq=False)
class Confusion:
    """Counts pixels by what they are and what they were taken for.

    Parameters
    ----------
    names
        Of the classes by id, the background's first.
    """

    names: tuple[str, ...]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, names: tuple[str, ...]) -> Confusion:
        """Begin with nothing."""
        return cls(names, np.zeros((len(names), len(names)), np.int64))

    def add(
        self,
        truth: NDArray[np.uint8],
        found: NDArray[np.uint8],
        likely: NDArray[np.bool_],
        possible: NDArray[np.bool_],
    ) -> None:
        """Count a photo, (h, w) ids each.

        On a pixel without a mark a likely class is right, and counts as background; one that is
        possible but not likely counts nowhere, since nobody knows; any other is wrong.

        Parameters
        ----------
        likely, possible : ndarray, (names,), bool
            See `Dataset.likely`.
        """
        size = len(self.names)
        is_open = truth == BACKGROUND
        answer = np.where(is_open & likely[found], BACKGROUND, found)
        unknown = is_open & ~likely[found] & possible[found]
        judged = (truth != VOID) & ~unknown
        real = np.where(truth == CERTAIN, BACKGROUND, truth)
        places = real[judged].astype(np.int64) * size + answer[judged]
        self.counts += np.bincount(places, minlength=size * size).reshape(size, size)

    def iou(self) -> tuple[tuple[str, float], ...]:
        """Return (name, IoU) of each class that the truth has."""
        right = np.diag(self.counts)
        union = self.counts.sum(axis=0) + self.counts.sum(axis=1) - right
        there = np.flatnonzero(self.counts.sum(axis=1))
        return tuple((self.names[k], float(right[k] / union[k])) for k in there.tolist())

    @property
    def mean_iou(self) -> float:
        """The mean of `iou`; 0 where there is nothing."""
        values = [value for _, value in self.iou()]
        return float(np.mean(values)) if values else 0.0

    @property
    def accuracy(self) -> float:
        """The share of pixels that are right."""
        return float(np.diag(self.counts).sum() / max(1, int(self.counts.sum())))
