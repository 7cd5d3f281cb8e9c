"""Cut pictures out on all cores, in order: OpenCV lets go of the interpreter while it works."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.coseg import refine
from engine.coseg.side_by_side import side_by_side
from engine.errors import SourceError
from engine.sources.decode import read_picture
from engine.values import PackedRegion, Region

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.values.coseg import Refinement

__all__ = ["Cut", "Cutter", "ToCut"]

_MOST_THREADS = 8
_KEPT = 3
"""Masks of each picture: undoing a seed is then at once."""


@dataclass(frozen=True, slots=True, eq=False)
class ToCut:
    """A picture that is to be cut out.

    Attributes
    ----------
    path
        Its file.
    soft : ndarray, (h, w), float32, or None
        The score of each cell; None = the mask stays empty.
    threshold
        The score where object and background are as likely.
    how
        The refinement.
    tolerance
        Where GrabCut would be told something else of no more than this share of the picture, the
        mask may stay that it had.
    """

    path: Path
    soft: NDArray[np.float32] | None
    threshold: float
    how: Refinement
    tolerance: float = 0.0

    def is_same(self, other: ToCut) -> bool:
        """Whether another has the same mask."""
        if (self.threshold, self.how) != (other.threshold, other.how):
            return False
        if self.soft is None or other.soft is None:
            return self.soft is other.soft
        return np.array_equal(self.soft, other.soft)

    def is_near(self, other: ToCut) -> bool:
        """Whether the mask of another will do."""
        if self.how != "grabcut" or (self.threshold, self.how) != (other.threshold, other.how):
            return False
        if self.soft is None or other.soft is None or self.tolerance <= 0:
            return False
        return refine.changed(other.soft, self.soft, self.threshold) <= self.tolerance


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A picture that is cut out.

    Attributes
    ----------
    image : ndarray, (H, W, 3), uint8
        RGB.
    packed
        Its mask.
    trouble
        Why it could not be read again, or empty; then `image` has no pixels.
    """

    image: NDArray[np.uint8]
    packed: PackedRegion
    trouble: str = ""


_NOTHING = PackedRegion.of(Region(0, 0, np.zeros((0, 0), np.bool_)))


@dataclass(slots=True)
class Cutter:
    """Cuts pictures out, and remembers the last masks of each: it is asked again with each seed."""

    _last: dict[Path, tuple[tuple[ToCut, PackedRegion], ...]] = field(default_factory=dict)

    def cut(
        self, pictures: Sequence[ToCut], check: Callable[[int], None]
    ) -> Iterator[tuple[int, Cut]]:
        """Yield each picture's place and what was cut out, in order.

        The answer does not depend on the number of threads: the generator that GrabCut draws from
        belongs to the thread and is set anew for each picture.

        Parameters
        ----------
        pictures
            What is to be done.
        check
            Called with the place of each before it is yielded; what it raises ends the work, and
            pictures that were begun are let go.
        """
        threads = min(_MOST_THREADS, os.cpu_count() or 1)
        with contextlib.closing(side_by_side(self._one, pictures, threads)) as cuts:
            for place, result in enumerate(cuts):
                check(place)
                yield place, result()

    def _one(self, picture: ToCut) -> Cut:
        try:
            image = read_picture(picture.path)
        except SourceError as error:  # it went away since it was described
            return Cut(np.zeros((0, 0, 3), np.uint8), _NOTHING, error.message)
        last = self._last.get(picture.path, ())
        found = next((each for each in last if picture.is_same(each[0])), None)
        if found is None and last and picture.is_near(last[0][0]):
            found = last[0]
        if found is None:
            packed = _NOTHING
            if picture.soft is not None:
                mask = refine.refined(image, picture.soft, picture.how, picture.threshold)
                packed = PackedRegion.of(Region.of(mask))
            found = (picture, packed)
        others = [each for each in last if each is not found]
        self._last[picture.path] = (found, *others[: _KEPT - 1])
        return Cut(image, found[1])
