"""What an epoch reads: the crops' features and labels, and the whole photos that are held out."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from engine.learn.augment import augmented
from engine.learn.cache import CropCache, PhotoCache, affordable, prepared
from engine.sources.decode import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.jobs import JobControl
    from engine.learn.data import Sample
    from engine.learn.dataset import Survey
    from engine.learn.frozen import Frozen
    from engine.values import TrainSettings

__all__ = ["HeldOut", "Material", "gather"]

_BATCH = 8
_LABEL_STRIDE = 2
_MOST_HELD_OUT = 500
"""More photos than this are not looked at after every epoch."""
_DRAW = 2**63


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """A validation photo at the size that the network is given.

    Attributes
    ----------
    sample
        It.
    labels : ndarray, (h, w), uint8
    """

    sample: Sample
    labels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """All that an epoch needs.

    Attributes
    ----------
    crops
        Features and labels of the training crops.
    likely, possible : ndarray, (crops, names), bool
        Of which classes a crop's pixels without a mark are; see `Dataset.likely`.
    photos
        Features of the validation photos, in the order of `held_out`.
    held_out
        Those.
    """

    crops: CropCache
    likely: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    photos: PhotoCache
    held_out: tuple[HeldOut, ...]


def gather(
    survey: Survey, frozen: Frozen, settings: TrainSettings, folder: Path, control: JobControl
) -> Material:
    """Run the frozen stages over everything that is not in the cache yet.

    Raises
    ------
    StorageFullError
        The disk has no room for it.
    EngineError
        A photo cannot be read any more, or the cache cannot be written.
    CancelledError
        `control` was cancelled; what has been made stays for the next time.
    """
    probe = frozen.crops([np.zeros((settings.crop_px, settings.crop_px, 3), np.uint8)])
    shapes = [maps.shape[1:] for maps in probe]
    label_px = settings.crop_px // _LABEL_STRIDE
    row_bytes = sum(2 * int(np.prod(shape)) for shape in shapes) + label_px**2
    folder = prepared(folder, _key(survey, frozen, settings))
    samples = survey.training
    photos = sum(one.repeats for one in samples)
    crops = affordable(photos, settings.crops, row_bytes, folder, settings.cache_gb)
    plan = [(n, k) for n, one in enumerate(samples) for k in range(crops * one.repeats)]
    cache = CropCache(folder, shapes, label_px, len(plan))
    _fill(cache, plan, survey, frozen, (settings, control))
    kept = PhotoCache(folder)
    held_out = _hold_out(survey, frozen, settings, kept, control)
    data = survey.dataset
    owner = [place for place, _ in plan]
    likely = np.array([data.likely(one) for one in samples])[owner]
    possible = np.array([data.possible(one) for one in samples])[owner]
    return Material(cache, likely, possible, kept, held_out)


def _key(survey: Survey, frozen: Frozen, settings: TrainSettings) -> str:
    """Return a checksum of all that the cache depends on."""
    told = (
        settings.backbone, frozen.cut, settings.crops, settings.crop_px, settings.long_side,
        settings.seed, survey.digests, survey.is_held_out, survey.pixels.tolist(),
        [one.repeats for one in survey.dataset.samples],
    )  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _fill(
    cache: CropCache,
    plan: list[tuple[int, int]],
    survey: Survey,
    frozen: Frozen,
    how: tuple[TrainSettings, JobControl],
) -> None:
    """Make the crops that are missing; `plan` says the photo and the number of each.

    A few photos at a time, each in a thread with one of its own in torch: small convolutions gain
    more by that than by threads within them.
    """
    settings, control = how
    digests = [
        one for one, held in zip(survey.digests, survey.is_held_out, strict=True) if not held
    ]
    rows_of: dict[int, list[int]] = {}
    for row in cache.missing.tolist():
        rows_of.setdefault(plan[row][0], []).append(row)
    training = survey.training

    def make(place: int) -> int:
        image = read_picture(training[place].picture)
        labels = training[place].truth.read(image.shape[:2])
        rows = rows_of[place]
        made = []
        for row in rows:
            seeds = [settings.seed, int(digests[place], 16) % _DRAW, plan[row][1]]
            random = np.random.default_rng(seeds)
            made.append(augmented(image, labels, settings.crop_px, random))
        marks = np.stack([marks[::_LABEL_STRIDE, ::_LABEL_STRIDE] for _, marks in made])
        cache.write(rows, frozen.crops([crop for crop, _ in made]), marks)
        return len(rows)

    done = len(cache) - sum(map(len, rows_of.values()))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with ThreadPoolExecutor(frozen.workers) as pool:
            for count in _in_turn(pool, make, list(rows_of), 2 * frozen.workers):
                done += count
                control.report("Looking at the photos", done, len(cache))
    finally:
        torch.set_num_threads(threads)


def _in_turn(
    pool: ThreadPoolExecutor, make: Callable[[int], int], places: list[int], ahead: int
) -> Iterator[int]:
    """Yield what comes of each place in order; only so many are begun ahead.

    Whoever stops to listen waits for those alone.
    """
    waiting: deque[Future[int]] = deque()
    for place in places:
        waiting.append(pool.submit(make, place))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _hold_out(
    survey: Survey,
    frozen: Frozen,
    settings: TrainSettings,
    photos: PhotoCache,
    control: JobControl,
) -> tuple[HeldOut, ...]:
    samples = survey.validation[:_MOST_HELD_OUT]
    found = []
    waiting: list[list[NDArray[np.float16]]] = []
    for place, sample in enumerate(samples):
        control.report("Looking at what is held out", place, len(samples))
        image = read_picture(sample.picture)
        labels = sample.truth.read(image.shape[:2])
        height, width = frozen.size_of(image.shape[:2], settings.long_side)
        small = cv2.resize(labels, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
        found.append(HeldOut(sample, np.asarray(small, np.uint8)))
        if place >= len(photos) + len(waiting):
            waiting.append(frozen.photo(image, settings.long_side))
        if waiting and (len(waiting) == _BATCH or place == len(samples) - 1):
            photos.append(waiting)
            waiting = []
    return tuple(found)
