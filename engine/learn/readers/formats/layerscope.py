"""Masks that Layerscope has made: archives of a batch, and what a co-segmentation leaves."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from engine.export.masks.reading import read_npz
from engine.learn.data import PSEUDO, DataError, Dataset, Sample, check_size
from engine.learn.readers.formats.binary import BinaryTruth
from engine.learn.readers.places import masks_of, photos_of
from engine.learn.readers.registry import register_reader
from engine.sources.folder import list_pictures
from engine.tasks.labels import label_map
from engine.values import VOID, Instances

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LayerscopeReader", "NpzTruth"]

COMMON_OBJECT = "object"
"""What a co-segmentation's masks are of."""


@dataclass(frozen=True, slots=True)
class NpzTruth:
    """An archive of masks.

    Attributes
    ----------
    path
        The file.
    ids
        (id in the file, id in the set) of each class.
    """

    path: Path
    ids: tuple[tuple[int, int], ...]

    def read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """See `Truth`."""
        found = read_npz(self.path)
        labels = label_map(found).labels if isinstance(found, Instances) else found.labels
        table = np.zeros(1 << 16, np.uint8)
        table[VOID] = VOID
        for own, number in self.ids:
            table[own] = number
        marks = np.asarray(table[labels], np.uint8)
        check_size(marks, size, self.path)
        return marks


@register_reader
class LayerscopeReader:
    """What `layerscope coseg` has written, or archives of `layerscope segment --format npz`.

    The photos are those that `run.json` names, or for archives in `masks` those in `images`. These
    are pseudo-labels, and said to be.
    """

    name: ClassVar[str] = "layerscope"
    title: ClassVar[str] = "Masks made in Layerscope"
    rank: ClassVar[int] = 5

    def fits(self, path: Path) -> bool:
        """See `Reader`."""
        return path.is_dir() and (_run_of(path) is not None or bool(_archives(path)))

    def read(self, path: Path) -> Dataset:
        """See `Reader`."""
        run = _run_of(path)
        if run is not None:
            return _of_coseg(path, run)
        archives = _archives(path)
        if not archives:
            raise DataError(f"“{path}” holds no masks that Layerscope has written; check the path.")
        return _of_archives(path, archives)


def _run_of(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads((path / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_ours = isinstance(content, dict) and isinstance(content.get("pictures"), list)
    return content if is_ours and (path / "masks").is_dir() else None


def _of_coseg(path: Path, run: dict[str, Any]) -> Dataset:
    samples, skipped = [], []
    masks = {one.stem: one for one in (path / "masks").rglob("*.png")}
    for record in run["pictures"]:
        photo = Path(str(record.get("path", "")))
        photo = photo if photo.is_absolute() or photo.is_file() else path / photo
        mask = masks.get(photo.stem)
        if record.get("outlier") or mask is None or not photo.is_file():
            skipped.append((photo, f"“{photo.name}” has no mask, or the photo is missing."))
            continue
        samples.append(Sample(photo, BinaryTruth(((1, mask),)), frozenset({1})))
    names = ("background", COMMON_OBJECT)
    return Dataset(
        path, "layerscope", names, tuple(samples), skipped=tuple(skipped), notes=(PSEUDO,)
    )


def _archives(path: Path) -> dict[str, Path]:
    """Return the archives by the stem of their photo; only where there are photos."""
    masks = masks_of(path)
    if masks is None or photos_of(path) is None:
        return {}
    return {one.stem: one for one in sorted(masks.glob("*.npz"))}


def _of_archives(path: Path, archives: dict[str, Path]) -> Dataset:
    photos = photos_of(path)
    found = [] if photos is None else list_pictures(photos)
    own = {stem: _categories(file) for stem, file in archives.items()}
    names = sorted({name for one in own.values() for _, name in one}, key=str.casefold)
    number = {name: place for place, name in enumerate(names, 1)}
    every = frozenset(number.values())
    samples = []
    for photo in found:
        if photo.stem in archives:
            ids = tuple((one, number[name]) for one, name in own[photo.stem])
            samples.append(Sample(photo, NpzTruth(archives[photo.stem], ids), every))
    return Dataset(path, "layerscope", ("background", *names), tuple(samples), notes=(PSEUDO,))


def _categories(file: Path) -> list[tuple[int, str]]:
    """Return ids and names of an archive; none of one that cannot be read, as is said later."""
    try:
        with np.load(file, allow_pickle=False) as fields:
            ids, names = fields["category_ids"].tolist(), fields["names"].tolist()
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
        return []
    return list(zip(ids, names, strict=False))
