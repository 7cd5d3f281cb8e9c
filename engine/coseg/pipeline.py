"""The whole of it: a set of pictures in, the masks of what they have in common out.

Pictures are worked through one at a time: described, asked for their share in the set's clusters,
and cut out. Between two the work may be cancelled. What stays in memory of each is a few kilobytes,
and its mask. The set is held in hand, so that another method, or a seed, is answered at once.
"""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from engine.coseg import refine
from engine.coseg.confidence import picture_confidence, sentence
from engine.coseg.outliers import class_evidence, likeness, outliers
from engine.coseg.pictures import DescribedSet
from engine.coseg.soft_maps import THRESHOLDS, SoftMaps
from engine.errors import SourceError
from engine.sources.decode import read_picture
from engine.values import Region
from engine.values.coseg import CosegGroup, CosegPicture, CosegResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.jobs import JobControl
    from engine.values.coseg import (
        CosegMethod,
        CosegRequest,
        CosegSeed,
        CosegSettings,
        FigureGround,
        WhyMap,
    )

    OnPicture = Callable[[CosegPicture, NDArray[np.uint8]], None]

__all__ = ["CosegSet", "run_coseg"]

T = TypeVar("T")


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
        self._maps: SoftMaps | None = None
        self._seconds: dict[str, float] = {}

    @property
    def request(self) -> CosegRequest:
        """What the last answer was to."""
        return self._request

    def run(self, control: JobControl, on_picture: OnPicture = _nothing) -> CosegResult:
        """Work through the set; see `run_coseg`, also for what is raised."""
        self._seconds = {}
        if not self._request.paths:
            raise SourceError("There are no pictures to segment; choose a folder with some.")
        if not self._set.pictures:
            self._timed("Loading the network", lambda: self._set.load(control))
            self._timed("Describing pictures", lambda: self._describe(control))
        maps = self._soft_maps()
        method = self._request.settings.method
        softs = self._timed("Comparing pictures", lambda: maps.of(method, control))
        traits = self._timed("Looking for outliers", lambda: self._likeness(softs, control))
        pictures = self._timed(
            "Cutting out", lambda: self._cut_out(softs, traits, control, on_picture)
        )
        note = sentence(pictures)
        return CosegResult(
            tuple(pictures),
            tuple(self._set.failures),
            self._set.title,
            note,
            tuple(self._seconds.items()),
            (CosegGroup(1, len(pictures), note=note),),
        )

    def with_settings(
        self, settings: CosegSettings, control: JobControl, on_picture: OnPicture = _nothing
    ) -> CosegResult:
        """Answer the same set otherwise: another method, refinement, parts, groups ..."""
        before = self._request
        self._request = dataclasses.replace(before, settings=settings)
        if (settings.long_side, settings.seed) != (before.settings.long_side, before.settings.seed):
            self._set, self._maps = DescribedSet(self._request), None
        return self.run(control, on_picture)

    def steered(
        self,
        seeds: Sequence[CosegSeed],
        control: JobControl,
        on_picture: OnPicture = _nothing,
    ) -> CosegResult:
        """Answer the same set again, as these seeds say: all of them, not only the newest."""
        self._request = dataclasses.replace(self._request, seeds=tuple(seeds))
        return self.run(control, on_picture)

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
        index = next((i for i, one in enumerate(self._set.pictures) if one.path == path), None)
        if index is None:
            raise SourceError(f"“{path.name}” is not among the pictures that could be described.")
        if kind == "evidence":
            return self._set.pictures[index].evidence
        if kind == "labels":
            return self._soft_maps().labels(index, control)
        return self._soft_maps().of(cast("CosegMethod", kind), control)[index]

    def model(self) -> FigureGround:
        """Return what the set taught, for other pictures."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------ the stages

    def _timed(self, stage: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = work()
        self._seconds[stage] = time.perf_counter() - start
        return result

    def _describe(self, control: JobControl) -> None:
        try:
            self._set.describe(control)
        except BaseException:
            self._set.pictures = []  # a part of the set is not the set
            raise
        if not self._set.pictures:
            raise SourceError("None of the pictures can be read; choose others.")

    def _soft_maps(self) -> SoftMaps:
        if self._maps is None:
            self._maps = SoftMaps(self._set, range(len(self._set.pictures)))
        return self._maps

    def _likeness(
        self, softs: Sequence[NDArray[np.float32]], control: JobControl
    ) -> NDArray[np.float32]:
        threshold = THRESHOLDS[self._request.settings.method]
        members = range(len(self._set.pictures))
        found = [
            class_evidence(features, refine.probability(softs[place], threshold))
            for place, _, features in self._set.each("Looking for outliers", members, control)
        ]
        return likeness(np.stack(found))

    def _cut_out(
        self,
        softs: Sequence[NDArray[np.float32]],
        traits: NDArray[np.float32],
        control: JobControl,
        on_picture: OnPicture,
    ) -> list[CosegPicture]:
        settings = self._request.settings
        odd = outliers(traits, settings.outlier_z)
        pictures = []
        for index, one in enumerate(self._set.pictures):
            control.report("Cutting out", index, len(softs))
            image = read_picture(one.path)
            height, width = image.shape[:2]
            threshold = THRESHOLDS[settings.method]
            mask = np.zeros((height, width), np.bool_)
            if not odd[index]:
                mask = refine.refined(image, softs[index], settings.refinement, threshold)
            chance = refine.probability(softs[index], threshold)
            like = float(traits[index])
            confidence = 0.0 if odd[index] else picture_confidence(chance, like, float(mask.mean()))
            picture = CosegPicture(
                one.path, (height, width), Region.of(mask), softs[index], confidence, like,
                bool(odd[index]), np.zeros(one.grid, np.int8),
            )  # fmt: skip
            pictures.append(picture)
            on_picture(picture, image)
        return pictures
