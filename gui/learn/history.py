"""All that a training has told so far: its epochs, and the validation photos after each."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.values import GalleryPicture

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.values import EpochReport

__all__ = ["TrainHistory"]


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A photo with its truth: the same after each epoch."""

    path: Path
    image: NDArray[np.uint8]
    truth: NDArray[np.uint8]


class TrainHistory:
    """Grows with each epoch.

    Label maps are kept compressed, to a fiftieth or so: of a hundred epochs all can be kept.

    Attributes
    ----------
    reports
        The epochs, in order.
    """

    def __init__(self) -> None:
        self.reports: list[EpochReport] = []
        self._photos: dict[Path, _Shown] = {}
        self._found: dict[int, dict[Path, bytes]] = {}

    @property
    def best(self) -> EpochReport | None:
        """The epoch whose weights are kept."""
        return next((one for one in reversed(self.reports) if one.is_best), None)

    @property
    def shown_epochs(self) -> tuple[int, ...]:
        """Epochs after which photos were labelled, in order; 0 = before the first."""
        return tuple(sorted(self._found))

    def add_report(self, report: EpochReport) -> None:
        """Take in what came of an epoch; told again, it takes the place of what stood there."""
        kept = [one for one in self.reports if one.epoch < report.epoch]
        self.reports = [*kept, report]

    def add_gallery(self, pictures: tuple[GalleryPicture, ...]) -> None:
        """Take in the validation photos as they are labelled after the epoch that was told last."""
        epoch = self.reports[-1].epoch if self.reports else 0
        for one in pictures:
            self._photos.setdefault(one.path, _Shown(one.path, one.image, one.truth))
        self._found[epoch] = {
            one.path: zlib.compress(np.ascontiguousarray(one.found).tobytes(), 1)
            for one in pictures
        }

    def report(self, epoch: int) -> EpochReport | None:
        """Return what came of an epoch, or None where it was not told."""
        return next((one for one in self.reports if one.epoch == epoch), None)

    def gallery(self, epoch: int) -> tuple[GalleryPicture, ...]:
        """Return the photos as they were labelled after an epoch, or the last one before it."""
        known = [one for one in self.shown_epochs if one <= epoch]
        if not known:
            return ()
        found = self._found[known[-1]]
        return tuple(
            GalleryPicture(
                one.path,
                one.image,
                one.truth,
                np.frombuffer(zlib.decompress(found[one.path]), np.uint8).reshape(one.truth.shape),
            )
            for one in self._photos.values()
            if one.path in found
        )
