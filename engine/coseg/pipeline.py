"""The whole of it: a set of pictures in, the masks of what they have in common out.

Pictures are worked through one at a time: described, asked for their share in the set's clusters,
and cut out. Between two the work may be cancelled. What stays in memory of each is a few kilobytes,
and its mask. The set is held in hand, so that another method, or a seed, is answered at once.
"""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from engine.coseg.backbone import weights_sha256
from engine.coseg.confidence import picture_confidence, sentence, set_sentence
from engine.coseg.cutting import Cutter, ToCut
from engine.coseg.group import Group, odd_ones, steered
from engine.coseg.grouping import found_groups, given_groups
from engine.coseg.parts import coverage
from engine.coseg.pictures import DescribedSet
from engine.coseg.refine import probability
from engine.coseg.shared_classes import named
from engine.coseg.soft_maps import THRESHOLDS, SoftMaps
from engine.errors import SourceError
from engine.values.coseg import CosegFailure, CosegGroup, CosegPicture, CosegResult, FigureGround

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.jobs import JobControl
    from engine.values import PackedRegion
    from engine.values.coseg import CosegRequest, CosegSeed, CosegSettings, WhyMap

    OnPicture = Callable[[CosegPicture, NDArray[np.uint8]], None]

__all__ = ["CosegSet", "run_coseg"]

T = TypeVar("T")

_TOLERANCE = 0.005
"""Of a picture's pixels that GrabCut may be told otherwise of by a seed, and its mask stays."""


def _nothing(_picture: CosegPicture, _image: NDArray[np.uint8]) -> None:
    """Hear of a picture and do nothing."""


def run_coseg(
    request: CosegRequest, control: JobControl, on_picture: OnPicture = _nothing
) -> CosegResult:
    """Find what a set of pictures has in common.

    Parameters
    ----------
    request
        The pictures and how.
    control
        Hears of each stage, and may cancel between two pictures.
    on_picture
        Called with each picture as soon as it has its mask, and with its pixels, (H, W, 3) uint8.

    Returns
    -------
    CosegResult
        The same for the same request and files. Pictures that cannot be read are named in it.

    Raises
    ------
    SourceError
        There is no picture, or none can be read.
    ModelError
        The network is not known, or cannot be used for this.
    DeviceError
        There is no such device, or not enough memory.
    CancelledError
        `control` was cancelled.
    """
    return CosegSet(request).run(control, on_picture)


class CosegSet:
    """A set held in hand: after the first run, pictures are not described again.

    Not for two threads at once. A run that was cancelled may be begun again.

    Parameters
    ----------
    request
        The pictures and how.
    """

    def __init__(self, request: CosegRequest) -> None:
        self._request = request
        self._set = DescribedSet(request)
        self._maps: dict[tuple[int, ...], SoftMaps] = {}
        self._groups: list[Group] = []
        self._cutter = Cutter()
        self._seconds: dict[str, float] = {}

    @property
    def request(self) -> CosegRequest:
        """What the last answer was to."""
        return self._request

    def run(self, control: JobControl, on_picture: OnPicture = _nothing) -> CosegResult:
        """Work through the set; see `run_coseg`, also for what is raised."""
        return self._answered(control, on_picture)

    def _answered(
        self, control: JobControl, on_picture: OnPicture, first: Path | None = None
    ) -> CosegResult:
        """Answer; `on_picture` hears of the picture `first` before the others."""
        self._seconds = {}
        if not self._request.paths:
            raise SourceError("There are no pictures to segment; choose a folder with some.")
        if not self._set.pictures:
            self._timed("Loading the network", lambda: self._set.load(control))
            self._timed("Describing pictures", lambda: self._describe(control))
        labels, kinds = self._timed("Looking for groups", lambda: self._split(control))
        groups = [
            self._worked_out(number + 1, np.flatnonzero(labels == number), control)
            for number in range(int(labels.max()) + 1)
        ]
        self._groups = groups
        pictures, failures = self._timed(
            "Cutting out", lambda: self._cut_out(groups, control, on_picture, first)
        )
        told = tuple(self._told(group, pictures) for group in groups)
        return CosegResult(
            tuple(pictures),
            (*self._set.failures, *failures),
            self._set.title,
            set_sentence(told, kinds),
            tuple(self._seconds.items()),
            told,
        )

    def with_settings(
        self, settings: CosegSettings, control: JobControl, on_picture: OnPicture = _nothing
    ) -> CosegResult:
        """Answer the same set otherwise: another method, refinement, parts, groups ..."""
        before = self._request.settings
        self._request = dataclasses.replace(self._request, settings=settings)
        if (settings.long_side, settings.seed) != (before.long_side, before.seed):
            self._set, self._maps, self._groups = DescribedSet(self._request), {}, []
        return self.run(control, on_picture)

    def steered(
        self,
        seeds: Sequence[CosegSeed],
        control: JobControl,
        on_picture: OnPicture = _nothing,
    ) -> CosegResult:
        """Answer the same set again, as these seeds say: all of them, not only the newest.

        Without any, the answer is what it was before the first. The picture of the newest is told
        of first. A picture keeps its mask where next to nothing changes in what GrabCut is told.
        """
        self._request = dataclasses.replace(self._request, seeds=tuple(seeds))
        return self._answered(control, on_picture, seeds[-1].path if seeds else None)

    def why(self, path: Path, kind: WhyMap, control: JobControl) -> NDArray[np.generic]:
        """Return a map of reasons for a picture, as the set stood in the last answer.

        Returns
        -------
        ndarray, (h, w)
            "labels": uint8, numbers of clusters from 0. The others: float32 in 0..1.

        Raises
        ------
        SourceError
            The picture is none of those that were described.
        CancelledError
            `control` was cancelled.
        """
        group, place = self._place(path)
        one, maps = self._set.pictures[group.members[place]], self._soft_maps(group.members)
        match kind:
            case "evidence":
                return one.evidence
            case "labels":
                return maps.labels(place, control)
            case "classes":
                return maps.classes(place)
            case "model":
                rows = self._set.features(one.path, one.key).rows
                chance = group.model(self._set, control.check).chance(rows)
                return chance.reshape(one.grid)
            case _:
                return maps.of(kind, control)[place]

    def model(self, number: int = 1) -> FigureGround:
        """Return what a group of the set taught, for other pictures.

        Raises
        ------
        SourceError
            There is no such group, or none of its pictures shows the object.
        """
        group = next((one for one in self._groups if one.number == number), None)
        if group is None or group.is_odd.all():
            raise SourceError("Nothing was found that could be looked for; run the set first.")
        fitted = group.model(self._set)
        request, classes = self._request, self._named(group)
        return FigureGround(
            request.model,
            request.weights,
            weights_sha256(request.model, request.weights),
            request.settings.long_side,
            fitted.slopes,
            fitted.offset,
            classes[0][0] if classes else "",
        )

    # ------------------------------------------------------------------------------ the stages

    def _timed(self, stage: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = work()
        self._seconds[stage] = self._seconds.get(stage, 0.0) + time.perf_counter() - start
        return result

    def _describe(self, control: JobControl) -> None:
        try:
            self._set.describe(control)
        except BaseException:
            self._set.pictures = []  # a part of the set is not the set
            raise
        if not self._set.pictures:
            raise SourceError("None of the pictures can be read; choose others.")

    def _split(self, control: JobControl) -> tuple[NDArray[np.intp], int]:
        """Return the group of each picture, from 0, and how many kinds of object there seem to be.

        Where one group was asked for, the second number may be greater than the groups.
        """
        settings = self._request.settings
        rng = np.random.default_rng(settings.seed)
        rows = np.stack([one.traits for one in self._set.pictures])
        rows = rows - rows.mean(axis=1, keepdims=True)
        if settings.groups > 1:
            labels = given_groups(rows, settings.groups, rng, control.check)
            return labels, int(labels.max()) + 1
        labels = found_groups(rows, rng, control.check)
        kinds = int(labels.max()) + 1
        return (labels if settings.groups == 0 else np.zeros_like(labels)), kinds

    def _soft_maps(self, members: tuple[int, ...]) -> SoftMaps:
        if members not in self._maps:
            self._maps[members] = SoftMaps(self._set, members)
        return self._maps[members]

    def _worked_out(self, number: int, members: NDArray[np.intp], control: JobControl) -> Group:
        settings = self._request.settings
        own = tuple(int(index) for index in members)
        maps, threshold = self._soft_maps(own), THRESHOLDS[settings.method]
        softs, said = self._timed(
            "Comparing pictures", lambda: steered(self._set, maps, self._request, control)
        )
        chances = [probability(soft, threshold) for soft in softs]
        traits, is_odd = self._timed(
            "Looking for outliers",
            lambda: odd_ones(self._set, own, chances, settings.outlier_z, control),
        )
        is_odd &= ~np.array([bool((cells > 0).any()) for cells in said])
        group = Group(number, own, softs, said, threshold, traits, is_odd)
        if settings.parts:
            group.parts = self._timed(
                "Looking for parts", lambda: group.fit_parts(self._set, settings.parts, control)
            )
        return group

    def _cut_out(
        self,
        groups: Sequence[Group],
        control: JobControl,
        on_picture: OnPicture,
        first: Path | None,
    ) -> tuple[list[CosegPicture], list[CosegFailure]]:
        """Cut all pictures out; return them in the order of the request, whatever their groups."""
        places = _by_index(groups)
        places.sort(key=lambda each: self._set.pictures[each[0]].path != first)
        how = self._request.settings.refinement
        tolerance = _TOLERANCE if self._request.seeds else 0.0
        wanted = [
            ToCut(
                self._set.pictures[index].path,
                None if group.is_odd[place] else group.softs[place],
                group.threshold,
                how,
                tolerance,
            )
            for index, group, place in places
        ]
        pictures: dict[int, CosegPicture] = {}
        failures = []
        stage, total = "Cutting out", len(wanted)
        for at, cut in self._cutter.cut(wanted, lambda at: control.report(stage, at, total)):
            index, group, place = places[at]
            if cut.trouble:
                failures.append(CosegFailure(wanted[at].path, cut.trouble))
                continue
            pictures[index] = self._picture(index, group, place, cut.packed)
            on_picture(pictures[index], cut.image)
        return [pictures[index] for index in sorted(pictures)], failures

    def _picture(self, index: int, group: Group, place: int, packed: PackedRegion) -> CosegPicture:
        one = self._set.pictures[index]
        like, is_odd = float(group.traits[place]), bool(group.is_odd[place])
        share = packed.area / (one.size[0] * one.size[1])
        confidence = 0.0 if is_odd else picture_confidence(group.chance(place), like, share)
        parts = None
        if group.parts is not None:
            covered = coverage(packed.region.full(one.size), one.grid)
            parts = group.parts.labels(self._set.features(one.path, one.key).rows, covered)
        elif self._request.settings.parts:
            parts = np.zeros(one.grid, np.uint8)
        return CosegPicture(
            one.path, one.size, packed, group.softs[place], confidence, like, is_odd,
            group.said[place], group.number, parts, len(self._groups),
        )  # fmt: skip

    def _told(self, group: Group, pictures: Sequence[CosegPicture]) -> CosegGroup:
        own = [one for one in pictures if one.group == group.number]
        return CosegGroup(group.number, len(own), self._named(group), sentence(own))

    def _named(self, group: Group) -> tuple[tuple[str, float], ...]:
        categories = self._set.backbone.loaded.spec.categories()
        return named(self._soft_maps(group.members).shares, categories)

    def _place(self, path: Path) -> tuple[Group, int]:
        for group in self._groups:
            for place, index in enumerate(group.members):
                if self._set.pictures[index].path == path:
                    return group, place
        raise SourceError(f"“{path.name}” is not among the pictures that could be described.")


def _by_index(groups: Sequence[Group]) -> list[tuple[int, Group, int]]:
    found = [(index, one, place) for one in groups for place, index in enumerate(one.members)]
    return sorted(found, key=lambda each: each[0])
