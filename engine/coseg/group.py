"""Pictures that show the same object, worked out together: scores, odd ones, parts, the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.coseg import refine
from engine.coseg.figure_ground import Logistic
from engine.coseg.outliers import class_evidence, likeness, outliers
from engine.coseg.parts import Parts
from engine.coseg.soft_maps import THRESHOLDS
from engine.coseg.steering import Steering, seed_cells, thinned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from engine.coseg.pictures import DescribedSet
    from engine.coseg.soft_maps import SoftMaps
    from engine.jobs import JobControl
    from engine.values.coseg import CosegRequest

    Maps = list[NDArray[np.float32]]

__all__ = ["Group", "odd_ones", "steered"]

_SURE = 0.5
_FAR = 4 * refine.SOFTNESS


@dataclass(slots=True, eq=False)
class Group:
    """What was worked out of some pictures of a set; lists are in the order of `members`.

    Attributes
    ----------
    number
        From 1.
    members
        Which pictures of the set.
    softs
        The score of each cell, (h, w) float32 in 0..1, as seeds have it.
    said
        What a person said of each cell, (h, w) int8.
    threshold
        The score where object and background are as likely.
    traits : ndarray, (N,), float32
        How like the others each is.
    is_odd : ndarray, (N,), bool
        Which seem not to hold the object.
    parts
        The object's parts, or None.
    """

    number: int
    members: tuple[int, ...]
    softs: Maps
    said: list[NDArray[np.int8]]
    threshold: float
    traits: NDArray[np.float32]
    is_odd: NDArray[np.bool_]
    parts: Parts | None = None

    def chance(self, place: int) -> NDArray[np.float32]:
        """Return how likely each cell of a member belongs to the object: (h, w) in 0..1."""
        return refine.probability(self.softs[place], self.threshold)

    def fit_parts(self, described: DescribedSet, count: int, control: JobControl) -> Parts | None:
        """Find the object's parts over all members."""
        rows = []
        for place, index in enumerate(self.members):
            if not self.is_odd[place]:
                view = described.pictures[index].views[0]
                is_object = self.chance(place).ravel()[view.chosen] > _SURE
                rows.append(view.rows[is_object].astype(np.float32))
        rng = np.random.default_rng(described.request.settings.seed)
        return Parts.fit(rows, count, rng, control.check)

    def model(self, described: DescribedSet, check: Callable[[], None] = lambda: None) -> Logistic:
        """Fit what the members taught, as a model of single cells."""
        rows, taught = [], []
        for place, index in enumerate(self.members):
            if not self.is_odd[place]:
                view = described.pictures[index].views[0]
                rows.append(view.rows.astype(np.float32))
                taught.append(self.chance(place).ravel()[view.chosen])
        return Logistic.fit(np.concatenate(rows), np.concatenate(taught), check=check)


def steered(
    described: DescribedSet, maps: SoftMaps, request: CosegRequest, control: JobControl
) -> tuple[Maps, list[NDArray[np.int8]]]:
    """Return the members' scores as the seeds have them, and what was said of each cell."""
    method = request.settings.method
    softs, threshold = maps.of(method, control), THRESHOLDS[method]
    pictures = [described.pictures[index] for index in maps.members]
    said = [seed_cells(request.seeds, one.path, one.size, one.grid) for one in pictures]
    spoken = [place for place, cells in enumerate(said) if cells.any()]
    if not spoken:
        return softs, said
    rows, words, scores = [], [], []
    for place in spoken:
        one, chosen = pictures[place], thinned(said[place])
        rows.append(described.features(one.path, one.key).rows[chosen])
        words.append(said[place].ravel()[chosen])
        scores.append(softs[place].ravel()[chosen])
    steering = Steering.fit(
        np.concatenate(rows), np.concatenate(words), np.concatenate(scores), threshold
    )
    moved = []
    for place, _, features in described.each("Comparing pictures", maps.members, control):
        soft = steering.soft(features.rows, softs[place].ravel()).reshape(features.grid)
        moved.append(_as_said(soft, said[place], threshold))
    return moved, said


def _as_said(
    soft: NDArray[np.float32], said: NDArray[np.int8], threshold: float
) -> NDArray[np.float32]:
    """Where a person spoke there is no doubt, whatever the neighbours are like."""
    high, low = min(1.0, threshold + _FAR), max(0.0, threshold - _FAR)
    soft = np.where(said > 0, np.maximum(soft, np.float32(high)), soft)
    return np.asarray(np.where(said < 0, np.minimum(soft, np.float32(low)), soft), np.float32)


def odd_ones(
    described: DescribedSet,
    members: Sequence[int],
    chances: Sequence[NDArray[np.float32]],
    z: float,
    control: JobControl,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return how like the others each member is, and which seem not to hold the object."""
    found = [
        class_evidence(features, chances[place])
        for place, _, features in described.each("Looking for outliers", members, control)
    ]
    traits = likeness(np.stack(found))
    return traits, outliers(traits, z)
