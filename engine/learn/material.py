"""What an epoch reads: the crops' features and labels, and the whole photos that are held out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.learn.augment import augmented
from engine.learn.cache import CropCache, PhotoCache, affordable, prepared
from engine.sources.decode import read_picture

if TYPE_CHECKING:
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
    """Make the crops that are missing; `plan` says the photo and the number of each."""
    settings, control = how
    digests = [
        one for one, held in zip(survey.digests, survey.is_held_out, strict=True) if not held
    ]
    missing = cache.missing
    total, opened = len(cache), -1
    image, labels = np.zeros((1, 1, 3), np.uint8), np.zeros((1, 1), np.uint8)
    for begin in range(0, len(missing), _BATCH):
        rows = missing[begin : begin + _BATCH].tolist()
        control.report("Looking at the photos", total - len(missing) + begin, total)
        made = []
        for row in rows:
            place, number = plan[row]
            if place != opened:
                sample = survey.training[place]
                image = read_picture(sample.picture)
                labels = sample.truth.read(image.shape[:2])
                opened = place
            random = np.random.default_rng([settings.seed, int(digests[place], 16) % _DRAW, number])
            made.append(augmented(image, labels, settings.crop_px, random))
        marks = np.stack([marks[::_LABEL_STRIDE, ::_LABEL_STRIDE] for _, marks in made])
        cache.write(rows, frozen.crops([crop for crop, _ in made]), marks)


def _hold_out(
    survey: Survey,
    frozen: Frozen,
    settings: TrainSettings,
    photos: PhotoCache,
    control: JobControl,
) -> tuple[HeldOut, ...]:
    samples = survey.validation[:_MOST_HELD_OUT]
    found = []
    waiting = []
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
