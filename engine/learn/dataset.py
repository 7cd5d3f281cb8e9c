"""A set looked through: what is in it, what cannot be used, and who is held out."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.checksums import file_hash
from engine.errors import EngineError
from engine.jobs import JobControl
from engine.learn import readers
from engine.learn.augment import augmented
from engine.learn.data import CERTAIN, DataError, Dataset, Sample
from engine.learn.digest import fingerprint, same_pictures
from engine.learn.split import held_out
from engine.sources.decode import read_picture
from engine.values import BACKGROUND, VOID, ClassCount, DataSummary, PreviewTile, TrainSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Survey", "look_through", "preview", "read_dataset"]

_FEWEST = 4
_HARDLY = 100
_WORKERS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A set whose every photo and mask has been read once.

    Attributes
    ----------
    dataset
        Without the photos that cannot be used.
    digests
        Checksum of each photo's file.
    is_held_out
        Of each photo.
    pixels : ndarray, (photos, names), int64
        Of each class in each photo.
    ignored
        Share of all pixels that are to be ignored.
    notes
        Sentences on what is odd.
    """

    dataset: Dataset
    digests: tuple[str, ...]
    is_held_out: tuple[bool, ...]
    pixels: NDArray[np.int64]
    ignored: float
    notes: tuple[str, ...] = ()

    @property
    def training(self) -> tuple[Sample, ...]:
        """The photos that are learnt from."""
        return self._side(held=False)

    @property
    def validation(self) -> tuple[Sample, ...]:
        """The photos that are held out."""
        return self._side(held=True)

    def frequencies(self) -> NDArray[np.float64]:
        """Return each class' share of the marked pixels of the training photos: (names,)."""
        rows = self.pixels[~np.array(self.is_held_out)]
        return np.asarray(rows.sum(axis=0) / max(1, int(rows.sum())), np.float64)

    def summary(self) -> DataSummary:
        """Return what a window shows of it."""
        data = self.dataset
        held = np.array(self.is_held_out)
        there = self.pixels > 0
        classes = tuple(
            ClassCount(
                number,
                name,
                int(there[:, number].sum()),
                int(self.pixels[:, number].sum()),
                int(there[~held, number].sum()),
                int(there[held, number].sum()),
            )
            for number, name in enumerate(data.names)
        )
        return DataSummary(
            path=data.path,
            format=data.format,
            classes=classes,
            photos=tuple(one.picture for one in data.samples),
            training=tuple(one.picture for one in self.training),
            validation=tuple(one.picture for one in self.validation),
            is_partial=data.is_partial,
            ignored=self.ignored,
            skipped=data.skipped,
            notes=self.notes,
        )

    def _side(self, *, held: bool) -> tuple[Sample, ...]:
        marks = zip(self.dataset.samples, self.is_held_out, strict=True)
        return tuple(sample for sample, is_held in marks if is_held is held)


def read_dataset(
    path: Path,
    format: str = "auto",  # noqa: A002 - what it is
    settings: TrainSettings | None = None,
    control: JobControl | None = None,
) -> DataSummary:
    """Read photos and masks, look each through, and tell what there is; nothing is written.

    Parameters
    ----------
    path
        A folder, or the file that tells of the photos.
    format
        Name of the masks' format (`engine.learn.readers.names`); "auto" = found out.
    settings
        Their `validation` and `seed` decide the split.
    control
        Hears "Reading the photos" with how many, and may cancel.

    Raises
    ------
    DataError
        There is nothing that can be learnt from; the sentence says why.
    CancelledError
        `control` was cancelled.
    """
    dataset = readers.read(path, format)
    return look_through(dataset, settings or TrainSettings(), control or JobControl()).summary()


def look_through(dataset: Dataset, settings: TrainSettings, control: JobControl) -> Survey:
    """Read every photo and mask once, leave out what cannot be used, and split the rest.

    Raises
    ------
    DataError
        Too few photos are left, or nothing is marked in them.
    CancelledError
        `control` was cancelled.
    """
    looks: list[_Look | str] = []
    samples = dataset.samples
    with ThreadPoolExecutor(_WORKERS) as pool:
        try:
            for look in pool.map(lambda one: _look(one, len(dataset.names)), samples):
                control.report("Reading the photos", len(looks), len(samples))
                looks.append(look)
        except EngineError:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    kept = [(s, it) for s, it in zip(samples, looks, strict=True) if isinstance(it, _Look)]
    bad = [(s.picture, it) for s, it in zip(samples, looks, strict=True) if isinstance(it, str)]
    skipped = (*dataset.skipped, *bad)
    if len(kept) < _FEWEST:
        raise DataError(_too_few(dataset, len(kept), skipped))
    used = dataclasses.replace(
        dataset, samples=tuple(sample for sample, _ in kept), skipped=skipped
    )
    digests = tuple(look.digest for _, look in kept)
    groups = same_pictures([look.print for _, look in kept])
    pixels = np.stack([look.pixels for _, look in kept])
    held = held_out(digests, groups, pixels[:, 1:] > 0, settings.validation, settings.seed)
    if not pixels[:, 1:].any():
        raise DataError(
            f"No mask in “{dataset.path}” marks a pixel, so there is nothing to learn; check that "
            "they are the right ones."
        )
    if all(held) or not any(held):
        raise DataError(
            f"All photos in “{dataset.path}” are the same picture, so none can be held out; add "
            "others."
        )
    void = sum(look.void for _, look in kept)
    survey = Survey(used, digests, tuple(held), pixels, void / max(1, void + int(pixels.sum())))
    return dataclasses.replace(survey, notes=(*dataset.notes, *_notes(survey, groups)))


def preview(
    path: Path,
    count: int = 12,
    settings: TrainSettings | None = None,
    *,
    format: str = "auto",  # noqa: A002 - what it is
    seed: int = 0,
) -> tuple[PreviewTile, ...]:
    """Show what the network sees: crops of training photos, augmented.

    Parameters
    ----------
    path, format
        As in `read_dataset`; each photo here is read anew.
    count
        How many crops, each of another photo as far as there are.
    settings
        Size of the crops.
    seed
        Another one gives other crops.

    Raises
    ------
    DataError
        No photo can be used.
    """
    settings = settings or TrainSettings()
    dataset = readers.read(path, format)
    random = np.random.default_rng(seed)
    tiles: list[PreviewTile] = []
    for place in random.permutation(len(dataset.samples)).tolist():
        sample = dataset.samples[place]
        try:
            image = read_picture(sample.picture)
            labels = sample.truth.read(image.shape[:2])
        except EngineError:
            continue
        crop, marks = augmented(image, labels, settings.crop_px, random)
        tiles.append(PreviewTile(sample.picture, crop, marks))
        if len(tiles) == count:
            break
    if not tiles:
        raise DataError(f"No photo in “{path}” can be used; check that masks belong to them.")
    return tuple(tiles)


# ------------------------------------------------------------------------------------ one photo


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    digest: str
    print: NDArray[np.uint8]
    pixels: NDArray[np.int64]
    void: int


def _look(sample: Sample, names: int) -> _Look | str:
    """Read a photo and its mask; return the sentence where that is not possible."""
    try:
        image = read_picture(sample.picture)
        labels = sample.truth.read(image.shape[:2])
        digest = file_hash(sample.picture)
    except EngineError as error:
        return error.message
    except OSError:
        return f"The photo “{sample.picture.name}” cannot be read; check its rights."
    counts = np.bincount(labels.ravel(), minlength=256).astype(np.int64)
    counts[BACKGROUND] += counts[CERTAIN]
    return _Look(digest, fingerprint(image), counts[:names], int(counts[VOID]))


def _too_few(dataset: Dataset, count: int, skipped: tuple[tuple[Path, str], ...]) -> str:
    why = f" The first that is left out: {skipped[0][1]}" if skipped else ""
    return (
        f"“{dataset.path}” has {count} photos with masks that can be used, and {_FEWEST} are the "
        f"fewest; add more.{why}"
    )


def _notes(survey: Survey, groups: list[int]) -> list[str]:
    notes = []
    names = survey.dataset.names
    held = np.array(survey.is_held_out)
    twins = sum(group != place for place, group in enumerate(groups))
    if twins:
        notes.append(
            f"{twins} photos are the same picture as another; they stand on the same side of the "
            "split."
        )
    nowhere: list[str] = []
    for number, name in enumerate(names[1:], 1):
        rows = survey.pixels[:, number]
        total, photos = int(rows.sum()), int((rows > 0).sum())
        if not total:
            nowhere.append(f"“{name}”")
        elif total < _HARDLY:
            notes.append(
                f"“{name}” has {total} {'pixel' if total == 1 else 'pixels'} in all, too few to be "
                "learnt; mark more of it or leave it out."
            )
        elif not rows[~held].any():
            notes.append(f"“{name}” stands only in photos that are held out; mark it in more.")
        elif photos > 1 and not rows[held].any():
            notes.append(f"“{name}” is in no photo that is held out, so it is not measured.")
    if len(nowhere) == 1:
        notes.append(f"{nowhere[0]} is marked nowhere, so it cannot be learnt.")
    elif nowhere:
        many = f"{len(nowhere)} classes are marked nowhere, so they cannot be learnt"
        notes.append(f"{many}: {', '.join(nowhere)}.")
    return notes
