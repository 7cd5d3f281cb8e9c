"""Cells of all pictures together in clusters, so that what is salient in one speaks for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.coseg.evidence import scaled
from engine.coseg.products import product

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

__all__ = [
    "ClusterScores",
    "assign",
    "gathered",
    "sampled",
    "seeds",
    "spherical_kmeans",
    "unit_rows",
]

SAMPLED_CELLS = 6000
ROUNDS = 12
_NARROW = 1e-12


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale each row to length 1; a row of zeros stays."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, _NARROW), np.float32)


def spherical_kmeans(
    rows: NDArray[np.float32],
    count: int,
    rng: np.random.Generator,
    *,
    rounds: int = ROUNDS,
    check: Callable[[], None] = lambda: None,
) -> NDArray[np.float32]:
    """Find directions that rows of length 1 gather around.

    Dhillon and Modha, Concept Decompositions for Large Sparse Text Data using Clustering, Machine
    Learning 2001; begun as Arthur and Vassilvitskii, k-means++: The Advantages of Careful Seeding,
    SODA 2007. Rounds end early where no row changes its cluster.

    Parameters
    ----------
    rows : ndarray, (N, C), float32
    count
        How many clusters; of fewer rows, as many as there are rows.
    rng
        The same gives the same.
    rounds
        The most.
    check
        Called once a round; what it raises ends the search.

    Returns
    -------
    ndarray, (count, C), float32
        Of length 1. A cluster that lost its rows keeps its place.
    """
    return gathered(rows, seeds(rows, min(count, len(rows)), rng), rounds=rounds, check=check)


def gathered(
    rows: NDArray[np.float32],
    centres: NDArray[np.float32],
    *,
    rounds: int = ROUNDS,
    check: Callable[[], None] = lambda: None,
) -> NDArray[np.float32]:
    """Move centres to where rows gather around them: `spherical_kmeans` from given ones."""
    before = np.full(len(rows), -1)
    for _ in range(rounds):
        check()
        labels = assign(rows, centres)
        if np.array_equal(labels, before):
            break
        before = labels
        # As a product of matrices this takes a fraction of the time of adding rows up in place.
        belongs = (labels == np.arange(len(centres))[:, None]).astype(np.float32)
        used = belongs.any(axis=1)
        centres = centres.copy()
        centres[used] = unit_rows(product(belongs[used], rows))
    return centres


def seeds(rows: NDArray[np.float32], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw rows far from those drawn before: by the squared distance to the nearest."""
    chosen = [int(rng.integers(len(rows)))]
    # Between rows of length 1 the squared distance is 2 - 2 cosine.
    distance = np.maximum(0, 2 - 2 * product(rows, rows[chosen[0]])).astype(np.float64)
    for _ in range(count - 1):
        total = distance.sum()
        if total > _NARROW:
            index = int(np.searchsorted(np.cumsum(distance), rng.random() * total, side="right"))
            index = min(index, len(rows) - 1)
        else:
            index = int(rng.integers(len(rows)))
        chosen.append(index)
        distance = np.minimum(distance, np.maximum(0, 2 - 2 * product(rows, rows[index])))
    return rows[chosen].copy()


def assign(rows: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the index of the centre of greatest cosine: (N,)."""
    return np.asarray(np.argmax(product(rows, centres.T), axis=1))


def sampled(cells: int, share: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return which of a picture's cells stand for it in the set's sample, in order."""
    if cells <= share:
        return np.arange(cells)
    return np.sort(rng.choice(cells, share, replace=False))


@dataclass(slots=True)
class ClusterScores:
    """How salient each cluster is over the whole set: the mean evidence of its cells.

    Several clusterings are kept side by side, and a cell's score is the mean over them: where one
    cut lies is chance, and averages out.

    Parameters
    ----------
    centres
        Of each clustering: (k, C) float32.
    """

    centres: Sequence[NDArray[np.float32]]
    _sums: list[NDArray[np.float64]]
    _counts: list[NDArray[np.int64]]

    @classmethod
    def of(cls, centres: Sequence[NDArray[np.float32]]) -> ClusterScores:
        """Begin with no picture added."""
        return cls(
            centres,
            [np.zeros(len(one)) for one in centres],
            [np.zeros(len(one), np.int64) for one in centres],
        )

    def labels(self, rows: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return the cluster of each cell in each clustering: (clusterings, N) uint8."""
        return np.stack([assign(rows, one) for one in self.centres]).astype(np.uint8)

    def add(self, labels: NDArray[np.uint8], evidence: NDArray[np.float32]) -> None:
        """Count a picture in: `labels` as above, `evidence` (N,)."""
        for place, row in enumerate(labels):
            count = len(self._sums[place])
            self._sums[place] += np.bincount(row, weights=evidence, minlength=count)
            self._counts[place] += np.bincount(row, minlength=count)

    def scores(self) -> tuple[NDArray[np.float32], ...]:
        """Return each clustering's scores, scaled to 0..1 over its clusters: (k,) float32."""
        return tuple(
            scaled((sums / np.maximum(counts, 1)).astype(np.float32))
            for sums, counts in zip(self._sums, self._counts, strict=True)
        )

    def soft(self, labels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the score of each cell: (N,) float32 in 0..1."""
        parts = [score[row] for score, row in zip(self.scores(), labels, strict=True)]
        return np.asarray(np.mean(parts, axis=0), np.float32)
