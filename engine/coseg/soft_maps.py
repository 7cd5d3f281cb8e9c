"""The score of each cell of a set's pictures, by each of the methods."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from engine.coseg import refine
from engine.coseg.classics import DescriptorTransform, Factorization
from engine.coseg.clusters import SAMPLED_CELLS, ClusterScores, gathered, sampled, seeds
from engine.coseg.figure_ground import refined_in_rounds
from engine.coseg.pictures import SCALES
from engine.coseg.shared_classes import class_map, class_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.coseg.pictures import DescribedSet
    from engine.jobs import JobControl
    from engine.values.coseg import CosegMethod

    Maps = list[NDArray[np.float32]]

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
_BEST, _USUAL_BEST, _LEVEL_SHARE = 98, 0.93, 0.25
_START: tuple[tuple[CosegMethod, float], ...] = (("clusters", 8.0), ("dff", 1.0), ("ddt", 1.0))
"""What the figure/ground model starts from, and how much each counts; the classes count 1."""


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
        self.members = tuple(members)
        self._set = described
        self._made: dict[CosegMethod, Maps] = {}
        self._labels: list[NDArray[np.uint8]] = []
        own = [described.pictures[index] for index in members]
        self.shares = class_shares(np.stack([one.logits for one in own]))

    def of(self, method: CosegMethod, control: JobControl) -> Maps:
        """Return a score for each cell of each member: (h, w) float32 in 0..1."""
        if method not in self._made:
            self._made[method] = self._make(method, control)
        return self._made[method]

    def labels(self, place: int, control: JobControl) -> NDArray[np.uint8]:
        """Return the cluster of each cell of a member, (h, w) uint8, the same in all pictures."""
        self.of("clusters", control)
        grid = self._set.pictures[self.members[place]].grid
        return self._labels[place].reshape(grid)

    def classes(self, place: int) -> NDArray[np.float32]:
        """Return where a member speaks for the classes that all share: (h, w) float32 in 0..1."""
        one = self._set.pictures[self.members[place]]
        return class_map(self._set.features(one.path, one.key), self.shares)

    def sample(
        self, rng: np.random.Generator, scale: int = 0
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return up to 6,000 cells of the members, (N, C), and which are not of a border, (N,)."""
        views = [self._set.pictures[index].views[scale] for index in self.members]
        rows = np.concatenate([one.rows for one in views])
        inside = np.concatenate([one.inside for one in views])
        if len(rows) > SAMPLED_CELLS:
            chosen = sampled(len(rows), SAMPLED_CELLS, rng)
            rows, inside = rows[chosen], inside[chosen]
        return rows.astype(np.float32), inside

    def _make(self, method: CosegMethod, control: JobControl) -> Maps:
        rng = np.random.default_rng(self._set.request.settings.seed)
        scorer: _Scorer
        match method:
            case "clusters":
                return self._over_scales(rng, control)
            case "evidence":
                return self._in_rounds(control)
            case "dff":
                rows, inside = self.sample(rng)
                scorer = Factorization.fit(rows, inside, rng, control.check)
            case _:
                rows, inside = self.sample(rng)
                scorer = DescriptorTransform.fit(rows, inside)
        return [
            scorer.soft(features.rows).reshape(features.grid)
            for _, _, features in self._set.each(_STAGE, self.members, control)
        ]

    def _over_scales(self, rng: np.random.Generator, control: JobControl) -> Maps:
        """Average the clusters' scores over the scales, on the grid of the first."""
        every = [self._clusters(scale, rng, control) for scale in range(len(SCALES))]
        return [_levelled(_mean(maps)) for maps in zip(*every, strict=True)]

    def _clusters(self, scale: int, rng: np.random.Generator, control: JobControl) -> Maps:
        rows, _ = self.sample(rng, scale)
        starts = [seeds(rows, min(count, len(rows)), rng) for count in CLUSTER_COUNTS]
        gather = functools.partial(gathered, rows, check=control.check)
        with self._set.backbone.side_by_side(gather, starts) as found:
            centres = [result() for result in found]
        scores = ClusterScores.of(centres)
        labels = []
        for _, one, features in self._set.each(_STAGE, self.members, control, scale):
            labels.append(scores.labels(features.rows))
            scores.add(labels[-1], one.views[scale].evidence.ravel())
        if scale == 0:
            self._labels = [own[DRAWN_CLUSTERS] for own in labels]
        return [
            scores.soft(own).reshape(self._set.pictures[index].views[scale].grid)
            for own, index in zip(labels, self.members, strict=True)
        ]

    def _in_rounds(self, control: JobControl) -> Maps:
        """Let a figure/ground model of the set learn from the other methods and the classes.

        The answer is the mean of its own and the clusters': each knows what the other does not.
        """
        total = 1.0 + sum(weight for _, weight in _START)
        starts = [self.classes(place) / total for place in range(len(self.members))]
        for method, weight in _START:
            for place, soft in enumerate(self.of(method, control)):
                chance = refine.probability(soft, THRESHOLDS[method])
                starts[place] = starts[place] + np.float32(weight / total) * chance
        views = [self._set.pictures[index].views[0] for index in self.members]
        model = refined_in_rounds(
            [one.rows.astype(np.float32) for one in views],
            [start.ravel()[one.chosen] for start, one in zip(starts, views, strict=True)],
            control.check,
        )
        clusters = self.of("clusters", control)
        return [
            np.float32(0.5)
            * (model.chance(features.rows).reshape(features.grid) + refine.probability(soft))
            for (_, _, features), soft in zip(
                self._set.each(_STAGE, self.members, control), clusters, strict=True
            )
        ]


def _levelled(soft: NDArray[np.float32]) -> NDArray[np.float32]:
    """Move a picture's scores a quarter of the way to where its best cells have those of others.

    One threshold holds for the whole set; this is a little of one for each picture.
    """
    missing = np.float32(_USUAL_BEST - np.percentile(soft, _BEST))
    return np.asarray(np.clip(soft + np.float32(_LEVEL_SHARE) * missing, 0, 1), np.float32)


def _mean(maps: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the mean of maps of a picture, on the grid of the first."""
    height, width = maps[0].shape
    same = [cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR) for one in maps]
    return np.asarray(np.mean(same, axis=0), np.float32)
