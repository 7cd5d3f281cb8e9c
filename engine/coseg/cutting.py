"""Cut pictures out on all cores, in order: OpenCV lets go of the interpreter while it works."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.coseg import refine
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
_AHEAD = 2
"""Pictures a thread that may wait with their pixels in memory."""


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
    """

    path: Path
    soft: NDArray[np.float32] | None
    threshold: float
    how: Refinement

    @property
    def key(self) -> bytes:
        """What the mask depends on, besides the file."""
        soft = b"" if self.soft is None else self.soft.tobytes()
        facts = f"{self.how} {self.threshold!r}".encode()
        return hashlib.blake2b(soft + facts, digest_size=16).digest()


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
    """Cuts pictures out, and remembers the last mask of each: it is asked again with each seed."""

    _last: dict[Path, tuple[bytes, PackedRegion]] = field(default_factory=dict)

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
        pool = ThreadPoolExecutor(threads, "layerscope-cut")
        waiting: deque[tuple[int, Future[Cut]]] = deque()
        left = iter(enumerate(pictures))
        try:
            for place, picture in left:
                waiting.append((place, pool.submit(self._one, picture)))
                if len(waiting) > _AHEAD * threads:
                    yield self._next(waiting, check)
            while waiting:
                yield self._next(waiting, check)
        finally:
            pool.shutdown(cancel_futures=True)

    @staticmethod
    def _next(
        waiting: deque[tuple[int, Future[Cut]]], check: Callable[[int], None]
    ) -> tuple[int, Cut]:
        place, future = waiting.popleft()
        check(place)
        return place, future.result()

    def _one(self, picture: ToCut) -> Cut:
        try:
            image = read_picture(picture.path)
        except SourceError as error:  # it went away since it was described
            return Cut(np.zeros((0, 0, 3), np.uint8), _NOTHING, error.message)
        key, last = picture.key, self._last.get(picture.path)
        if last is not None and last[0] == key:
            return Cut(image, last[1])
        packed = _NOTHING
        if picture.soft is not None:
            mask = refine.refined(image, picture.soft, picture.how, picture.threshold)
            packed = PackedRegion.of(Region.of(mask))
        self._last[picture.path] = (key, packed)
        return Cut(image, packed)
