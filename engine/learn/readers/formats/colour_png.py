"""One picture in colours a photo, with a list of what each colour stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.learn.data import DataError, Dataset, Sample, check_size
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
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["ColourReader", "ColourTruth", "colour_list"]

_VOIDS = frozenset({"void", "ignore", "unlabelled", "unlabeled"})
_NOTHING = frozenset({"background", "_background_"})
_LINE = re.compile(
    r"""
    ^(?P<name>[^:]+?):\s*(?P<r>\d+)[\s,]+(?P<g>\d+)[\s,]+(?P<b>\d+)\s*(?::.*)?$  # grass:0,128,0::
    | ^(?P<r2>\d+)[\s,]+(?P<g2>\d+)[\s,]+(?P<b2>\d+)[\s,:]+(?P<name2>\D.*)$      # 0 128 0 grass
    | ^(?P<name3>[^\d,]+?)[\s,]+(?P<r3>\d+)[\s,]+(?P<g3>\d+)[\s,]+(?P<b3>\d+)$   # grass 0 128 0
    | ^\#(?P<hex>[0-9a-fA-F]{6})[\s,:]+(?P<name4>.+)$                            # #008000 grass
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class ColourTruth:
    """A picture in colours.

    Attributes
    ----------
    path
        The file.
    table
        The set's id of each colour, as (red * 65536 + green * 256 + blue, id).
    """

    path: Path
    table: tuple[tuple[int, int], ...]

    def read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """See `Truth`."""
        pixels = open_colours(self.path)
        check_size(pixels[..., 0], size, self.path)
        packed = pixels.astype(np.int32) @ np.array([65536, 256, 1], np.int32)
        known = np.array(sorted(self.table), np.int64)
        place = np.searchsorted(known[:, 0], packed).clip(0, len(known) - 1)
        strange = known[place, 0] != packed
        if strange.any():
            value = int(packed[strange][0])
            red, green, blue = value >> 16, value >> 8 & 255, value & 255
            raise DataError(
                f"The mask “{self.path.name}” has the colour {red},{green},{blue}, which the list "
                "of classes does not name; add it, or save the mask without blending (as PNG)."
            )
        return np.asarray(known[place, 1], np.uint8)


def open_colours(path: Path) -> NDArray[np.uint8]:
    """Read a mask in colours: (H, W, 3) uint8.

    Raises
    ------
    DataError
        It cannot be read.
    """
    pixels = open_mask(path, is_indexed_in_colour=True)
    return np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels


@register_reader
class ColourReader:
    """`images/x.jpg` with `masks/x.png`, and a list of colours (`labelmap.txt`, `classes.txt`).

    A line is "grass:0,128,0", "0 128 0 grass", "grass 0 128 0" or "#008000 grass". A colour named
    "void" or "ignore" is to be ignored; "background" is where nothing is marked.
    """

    name: ClassVar[str] = "colour"
    title: ClassVar[str] = "Pictures in colours (PNG) with a list"
    rank: ClassVar[int] = 40

    def fits(self, path: Path) -> bool:
        """See `Reader`."""
        photos, masks = photos_of(path), masks_of(path)
        listed = class_list(path, masks)
        if photos is None or masks is None or listed is None or not pairs(photos, masks):
            return False
        try:
            lines = lines_of(listed)
        except DataError:
            return False
        return bool(lines) and all(_LINE.match(line) for line in lines)

    def read(self, path: Path) -> Dataset:
        """See `Reader`."""
        photos, masks = photos_of(path), masks_of(path)
        listed = class_list(path, masks)
        if photos is None or masks is None or listed is None:
            raise DataError(
                f"“{path}” needs folders “images” and “masks” and a list of colours, labelmap.txt."
            )
        names, table = colour_list(lines_of(listed))
        every = frozenset(range(1, len(names)))
        samples = tuple(
            Sample(photo, ColourTruth(mask, table), every) for photo, mask in pairs(photos, masks)
        )
        return Dataset(path, self.name, names, samples)


def colour_list(lines: list[str]) -> tuple[tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Return the names by id, and (packed colour, id) pairs, for the lines of a list.

    Raises
    ------
    DataError
        A line is none of the forms, or a colour stands twice.
    """
    names = ["background"]
    table: dict[int, int] = {}
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            raise DataError(f"“{line}” is no colour with a name; write it as “grass:0,128,0”.")
        name, packed = _parts(found)
        if packed in table:
            raise DataError(f"The colour of “{name}” stands twice in the list; give each its own.")
        if name.casefold() in _VOIDS:
            table[packed] = VOID
        elif name.casefold() in _NOTHING:
            table[packed] = BACKGROUND
        else:
            table[packed] = len(names)
            names.append(name)
    table.setdefault(0, BACKGROUND)
    return tuple(names), tuple(sorted(table.items()))


def _parts(found: re.Match[str]) -> tuple[str, int]:
    """Return the name and the packed colour."""
    groups = {key: value for key, value in found.groupdict().items() if value is not None}
    name = next(value for key, value in groups.items() if key.startswith("name")).strip()
    if "hex" in groups:
        return name, int(groups["hex"], 16)
    red, green, blue = (int(value) for key, value in groups.items() if not key.startswith("name"))
    if max(red, green, blue) > 255:
        raise DataError(f"The colour of “{name}” has a value beyond 255; mend the list.")
    return name, red << 16 | green << 8 | blue
