"""YOLO segmentation: a text file of polygons a photo, and `data.yaml`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.export.masks.rings import Part, filled
from engine.learn.data import DataError, Dataset, Sample
from engine.learn.readers.places import class_list, lines_of, photos_of
from engine.learn.readers.registry import register_reader
from engine.sources.folder import list_pictures
from engine.values import Region

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["YoloReader", "YoloTruth"]


@dataclass(frozen=True, slots=True)
class YoloTruth:
    """A text file of polygons.

    Attributes
    ----------
    path
        The file.
    classes
        How many there are.
    """

    path: Path
    classes: int

    def read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """See `Truth`."""
        labels = np.zeros(size, np.uint8)
        whole = Region(0, 0, np.zeros(size, np.bool_))
        scale = np.array([size[1], size[0]], np.float64)
        for line in lines_of(self.path):
            number, ring = self._parsed(line)
            labels[filled([Part(ring * scale)], whole)] = number + 1
        return labels

    def _parsed(self, line: str) -> tuple[int, NDArray[np.float64]]:
        first, *rest = line.split()
        try:
            number, shares = int(first), np.array(rest, np.float64)
        except ValueError as error:
            raise self._bad(line) from error
        if len(shares) == 4 or len(shares) % 2 or len(shares) < 6 or not np.isfinite(shares).all():
            raise self._bad(line)
        if not 0 <= number < self.classes:
            raise DataError(
                f"“{self.path.name}” has the class {number}, which data.yaml does not name; add it."
            )
        return number, shares.reshape(-1, 2)

    def _bad(self, line: str) -> DataError:
        return DataError(
            f"“{self.path.name}” has a line that is no polygon (“{line[:24]}…”); boxes cannot be "
            "trained on."
        )


@register_reader
class YoloReader:
    """`images/x.jpg` with `labels/x.txt`, names in `data.yaml` or `classes.txt`.

    Also with `images/train` and `labels/train`, and the like. A photo without a text file is left
    out; one with an empty file has nothing of the classes.
    """

    name: ClassVar[str] = "yolo"
    title: ClassVar[str] = "YOLO segmentation"
    rank: ClassVar[int] = 15

    def fits(self, path: Path) -> bool:
        """See `Reader`."""
        labels = path / "labels"
        return labels.is_dir() and next(labels.rglob("*.txt"), None) is not None

    def read(self, path: Path) -> Dataset:
        """See `Reader`."""
        photos, labels = photos_of(path), path / "labels"
        if photos is None or not labels.is_dir():
            raise DataError(f"“{path}” has no folders “images” and “labels”; check the path.")
        names = ("background", *_names(path))
        every = frozenset(range(1, len(names)))
        samples = []
        for photo in list_pictures(photos, is_recursive=True):
            file = labels / photo.relative_to(photos).with_suffix(".txt")
            if file.is_file():
                samples.append(Sample(photo, YoloTruth(file, len(names) - 1), every))
        if not samples:
            raise DataError(f"“{path}” has no photo with a text file of its name; check both.")
        return Dataset(path, self.name, names, tuple(samples))


def _names(path: Path) -> list[str]:
    """Return the names of the classes, in order.

    Raises
    ------
    DataError
        There are none, or they are in no form that is known.
    """
    for name in ("data.yaml", "data.yml", "dataset.yaml"):
        if (path / name).is_file():
            try:
                found = _of_yaml((path / name).read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise DataError(f"“{name}” cannot be read; write “names:” as a list.") from error
            if found:
                return found
    listed = class_list(path)
    if listed is not None:
        return lines_of(listed)
    raise DataError(f"“{path}” names no classes; write them into data.yaml or classes.txt.")


def _of_yaml(text: str) -> list[str]:
    """Read `names:` of a YAML file: a list in brackets, or one name a line with "-" or a number."""
    head = re.search(r"^names:[ \t]*(.*)$", text, re.MULTILINE)
    if head is None:
        return []
    if head[1].strip().startswith("["):
        inside = re.search(r"\[(.*?)\]", text[head.start() :], re.DOTALL)
        return [_plain(it) for it in inside[1].split(",") if it.strip()] if inside else []
    found = []
    for line in text[head.end() :].lstrip("\n").splitlines():
        one = re.fullmatch(r"\s*(?:-|\d+\s*:)\s*(.+?)\s*", line)
        if one is None:
            break
        found.append(_plain(one[1]))
    return found


def _plain(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        return str(json.loads(text))
    return text.strip("'")
