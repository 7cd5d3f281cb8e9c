"""Black and white masks of a class each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.checksums import file_hash
from engine.learn.data import DataError, Dataset, Sample, check_size
from engine.learn.readers.places import masks_of, open_mask, pairs, photos_of, subfolders
from engine.learn.readers.registry import register_reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["BinaryReader", "BinaryTruth"]

_MIDDLE = 128
_LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class BinaryTruth:
    """The masks of a photo.

    Attributes
    ----------
    layers
        (id, mask) of each class that is marked; where masks overlap, the later counts.
    """

    layers: tuple[tuple[int, Path], ...]

    def read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """See `Truth`."""
        labels = np.zeros(size, np.uint8)
        for number, path in self.layers:
            mask = open_mask(path)
            if mask.ndim == 3:
                raise DataError(f"The mask “{path.name}” is in colour, not black and white.")
            check_size(mask, size, path)
            labels[mask >= _MIDDLE] = number
        return labels


@register_reader
class BinaryReader:
    """What belongs is white; in three layouts.

    - `images/x.jpg` with `masks/x.png`: one class, named after the folder of the set;
    - `images/x.jpg` with `masks/<class>/x.png`: a photo is marked for the classes that it has a
      mask of;
    - `images/<class>/x.jpg` with `masks/<class>/x.png`: a photo is marked for its own class alone;
      one that stands in two folders, the same file, is one photo, marked for both.
    """

    name: ClassVar[str] = "binary"
    title: ClassVar[str] = "Black and white masks (PNG)"
    rank: ClassVar[int] = 50

    def fits(self, path: Path) -> bool:
        """See `Reader`."""
        masks = [mask for _, _, mask in islice(_marked(path), _LOOKED_AT)]
        return bool(masks) and all(_is_binary(mask) for mask in masks)

    def read(self, path: Path) -> Dataset:
        """See `Reader`."""
        found = list(_marked(path))
        classes = sorted({name for name, _, _ in found}, key=str.casefold)
        if not classes:
            raise DataError(f"“{path}” has no photo with a mask of the same name; check both.")
        number = {name: place for place, name in enumerate(classes, 1)}
        grouped: dict[str, list[tuple[int, Path, Path]]] = {}
        for name, photo, mask in found:
            grouped.setdefault(_hash(photo), []).append((number[name], photo, mask))
        samples = []
        for marks in grouped.values():
            layers = tuple(sorted((one, mask) for one, _, mask in marks))
            annotated = frozenset(one for one, _, _ in marks)
            samples.append(Sample(marks[0][1], BinaryTruth(layers), annotated))
        return Dataset(path, self.name, ("background", *classes), tuple(samples))


def _marked(top: Path) -> Iterator[tuple[str, Path, Path]]:
    """Yield class, photo and mask, whichever layout it is."""
    photos, masks = photos_of(top), masks_of(top)
    if photos is None or masks is None:
        return
    folders = subfolders(masks)
    if not folders:
        yield from ((top.resolve().name, *pair) for pair in pairs(photos, masks))
    for folder in folders:
        own = photos / folder.name
        yield from ((folder.name, *pair) for pair in pairs(own if own.is_dir() else photos, folder))


def _is_binary(mask: Path) -> bool:
    try:
        pixels = open_mask(mask)
    except DataError:
        return True  # nothing is known of it; the survey says so of this photo
    return pixels.ndim == 2 and bool(np.isin(pixels, (0, 255)).all())


def _hash(photo: Path) -> str:
    try:
        return file_hash(photo)
    except OSError:
        return str(photo)  # the survey says so
