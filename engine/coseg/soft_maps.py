"""The score of each cell of a set's pictures, by each of the methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from engine.coseg import refine
from engine.coseg.classics import DescriptorTransform, Factorization
from engine.coseg.clusters import SAMPLED_CELLS, ClusterScores, sampled, spherical_kmeans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.coseg.pictures import DescribedSet
    from engine.jobs import JobControl
    from engine.values.coseg import CosegMethod

__all__ = ["CLUSTER_COUNTS", "THRESHOLDS", "SoftMaps"]

CLUSTER_COUNTS = (12, 16, 20, 25, 30, 40)
DRAWN_CLUSTERS = 1
"""Which of these clusterings is drawn, one colour a cluster."""
THRESHOLDS: dict[CosegMethod, float] = {
    "clusters": refine.THRESHOLD,
    "dff": 0.5,
    "ddt": 0.5,
    "evidence": 0.5,
}
"""The score where object and background are as likely, by method."""
_STAGE = "Comparing pictures"


class _Scorer(Protocol):
    def soft(self, rows: NDArray[np.float32], /) -> NDArray[np.float32]:
        """Return a score for each cell, (N,) in 0..1."""


class SoftMaps:
    """Soft maps of some pictures of a set, each method's made once.

    Parameters
    ----------
    described
        The set.
    members
        Which of its pictures belong together.
    """

    def __init__(self, described: DescribedSet, members: Sequence[int]) -> None:
        self._set = described
        self._members = members
        self._made: dict[CosegMethod, list[NDArray[np.float32]]] = {}
        self._labels: list[NDArray[np.uint8]] = []

    def of(self, method: CosegMethod, control: JobControl) -> list[NDArray[np.float32]]:
        """Return a score for each cell of each member: (h, w) float32 in 0..1."""
        if method not in self._made:
            self._made[method] = self._make(method, control)
        return self._made[method]

    def labels(self, place: int, control: JobControl) -> NDArray[np.uint8]:
        """Return the cluster of each cell of a member, (h, w) uint8, the same in all pictures."""
        self.of("clusters", control)
        grid = self._set.pictures[self._members[place]].grid
        return self._labels[place][DRAWN_CLUSTERS].reshape(grid)

    def _make(self, method: CosegMethod, control: JobControl) -> list[NDArray[np.float32]]:
        rng = np.random.default_rng(self._set.request.settings.seed)
        own = [self._set.pictures[index] for index in self._members]
        rows = np.concatenate([one.rows for one in own]).astype(np.float32)
        inside = np.concatenate([one.inside for one in own])
        if len(rows) > SAMPLED_CELLS:
            chosen = sampled(len(rows), SAMPLED_CELLS, rng)
            rows, inside = rows[chosen], inside[chosen]
        scorer: _Scorer
        match method:
            case "dff":
                scorer = Factorization.fit(rows, inside, rng, control.check)
            case "ddt":
                scorer = DescriptorTransform.fit(rows, inside)
            case _:
                return self._clusters(rows, rng, control)
        return [
            scorer.soft(features.rows).reshape(features.grid)
            for _, _, features in self._set.each(_STAGE, self._members, control)
        ]

    def _clusters(
        self, rows: NDArray[np.float32], rng: np.random.Generator, control: JobControl
    ) -> list[NDArray[np.float32]]:
        centres = [
            spherical_kmeans(rows, count, rng, check=control.check) for count in CLUSTER_COUNTS
        ]
        scores = ClusterScores.of(centres)
        labels = []
        for _, one, features in self._set.each(_STAGE, self._members, control):
            labels.append(scores.labels(features.rows))
            scores.add(labels[-1], one.evidence.ravel())
        self._labels = labels
        return [
            scores.soft(own).reshape(self._set.pictures[index].grid)
            for own, index in zip(labels, self._members, strict=True)
        ]
