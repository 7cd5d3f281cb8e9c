"""One picture of ids a photo: an indexed or grey PNG whose values are classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.learn.data import DataError, Dataset, Sample, check_labels, check_size
from engine.learn.readers.places import (
    class_list,
    lines_of,
    masks_of,
    open_mask,
    pairs,
    photos_of,
)
from engine.learn.readers.registry import register_reader
from engine.values import BACKGROUND, VOID

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["IndexReader", "IndexTruth", "numbered_names", "tables"]

_VOIDS = frozenset({"void", "ignore", "unlabelled", "unlabeled"})


@dataclass(frozen=True, slots=True)
class IndexTruth:
    """A picture of ids.

    Attributes
    ----------
    path
        The file.
    table
        The set's id for each value of the file, or 254 for what it does not know.
    """

    path: Path
    table: tuple[int, ...]

    def read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """See `Truth`."""
        pixels = open_mask(self.path)
        if pixels.ndim != 2:
            raise DataError(
                f"The mask “{self.path.name}” is in colour, not a picture of ids; give a list of "
                "colours (labelmap.txt)."
            )
        check_size(pixels, size, self.path)
        table = np.array(self.table, np.uint8)
        unknown = np.isin(pixels, np.flatnonzero(table == 254))
        if unknown.any():
            check_labels(pixels[unknown], 0, self.path)
        return table[pixels]


@register_reader
class IndexReader:
    """`images/x.jpg` with `masks/x.png`; `classes.txt` names the values, "3 grass" a line.

    Without a number lines count from 0, the background. A value named "void" or "ignore", and 255,
    are to be ignored. Where 0 is void and a list is there, every pixel is marked. Without a list
    the values themselves are the names.
    """

    name: ClassVar[str] = "index"
    title: ClassVar[str] = "Pictures of ids (PNG)"
    rank: ClassVar[int] = 90

    def fits(self, path: Path) -> bool:
        """See `Reader`."""
        photos, masks = photos_of(path), masks_of(path)
        return photos is not None and masks is not None and bool(pairs(photos, masks))

    def read(self, path: Path) -> Dataset:
        """See `Reader`."""
        photos, masks = photos_of(path), masks_of(path)
        if photos is None or masks is None:
            raise DataError(f"“{path}” has no folders “images” and “masks”; make them.")
        found = pairs(photos, masks)
        listed = class_list(path, masks)
        named = numbered_names(lines_of(listed)) if listed else _values(mask for _, mask in found)
        names, table = tables(named)
        every = frozenset(range(1, len(names)))
        samples = tuple(Sample(photo, IndexTruth(mask, table), every) for photo, mask in found)
        return Dataset(path, self.name, names, samples)


def numbered_names(lines: list[str]) -> dict[int, str]:
    """Return the names of values from lines such as "3 grass", "3: grass", or "grass"."""
    found: dict[int, str] = {}
    for place, line in enumerate(lines):
        inside = re.fullmatch(r"(\d{1,3})[\s:,;]+(.+)", line)
        number, name = (int(inside[1]), inside[2]) if inside else (place, line)
        if number > VOID or number in found:
            raise DataError(f"The list of classes has the value {number} twice or beyond 255.")
        found[number] = name.strip()
    return found


def _values(masks: Iterable[Path]) -> dict[int, str]:
    """Name values by themselves: all that stand in the masks that can be read."""
    there: set[int] = set()
    for mask in masks:
        try:
            pixels = open_mask(mask)
        except DataError:
            continue  # the survey says so of this photo
        if pixels.ndim == 2:
            there.update(np.unique(pixels).tolist())
    return {0: "background"} | {value: f"class {value}" for value in sorted(there - {0, VOID})}


def tables(named: dict[int, str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the set's names, and its id for each value of a file; 254 = no class has it."""
    table = [254] * 256
    table[BACKGROUND], table[VOID] = BACKGROUND, VOID
    names = ["background"]
    for value, name in sorted(named.items()):
        if name.casefold() in _VOIDS:
            table[value] = VOID
        elif value not in {BACKGROUND, VOID}:
            table[value] = len(names)
            names.append(name)
    return tuple(names), tuple(table)
