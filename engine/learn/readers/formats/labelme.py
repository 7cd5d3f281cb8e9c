"""labelme: one JSON of polygons a photo."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from engine.export.masks.rings import Part, filled
from engine.learn.data import DataError, Dataset, Sample
from engine.learn.readers.registry import register_reader
from engine.sources.names import is_picture
from engine.values import VOID, Region

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["LabelmeReader", "RingTruth"]

_VOIDS = frozenset({"void", "ignore", "__ignore__", "unlabelled"})
_NOTHING = frozenset({"background", "_background_"})


@dataclass(frozen=True, slots=True, eq=False)
class RingTruth:
    """Polygons of a photo.

    Attributes
    ----------
    name
        Of the photo, for sentences.
    size
        Height and width that its file says, or None.
    rings
        (id, (n, 2) float64 vertices in pixels) of each; the later lie on top.
    """

    name: str
    size: tuple[int, int] | None
    rings: tuple[tuple[int, NDArray[np.float64]], ...]

    def read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """See `Truth`."""
        if self.size is not None and size != self.size:
            raise DataError(
                f"“{self.name}” has {size[1]} x {size[0]} pixels, and {self.size[1]} x "
                f"{self.size[0]} in its JSON; make them the same."
            )
        labels = np.zeros(size, np.uint8)
        whole = Region(0, 0, np.zeros(size, np.bool_))
        for number, ring in self.rings:
            labels[filled([Part(ring)], whole)] = number
        return labels


@register_reader
class LabelmeReader:
    """`x.json` with a list `shapes`, and the photo at its `imagePath`.

    All labels of the set are marked in all its photos. "void" and "ignore" are to be ignored.
    Shapes of other kinds than polygon, rectangle and circle are passed over.
    """

    name: ClassVar[str] = "labelme"
    title: ClassVar[str] = "labelme JSON"
    rank: ClassVar[int] = 30

    def fits(self, path: Path) -> bool:
        """See `Reader`."""
        first = next(_files(path), None)
        if first is None:
            return False
        try:
            content = json.loads(first.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(content, dict) and "shapes" in content and "imagePath" in content

    def read(self, path: Path) -> Dataset:
        """See `Reader`."""
        read, skipped = [], []
        for file in _files(path):
            try:
                read.append((file, *_parsed(file)))
            except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
                skipped.append((file, f"“{file.name}” cannot be read as labelme's JSON."))
        labels = {label for *_, shapes in read for label, _ in shapes}
        classes = sorted(
            (it for it in labels if it.casefold() not in _VOIDS | _NOTHING), key=str.casefold
        )
        number = {name: place for place, name in enumerate(classes, 1)}
        number |= {it: VOID for it in labels if it.casefold() in _VOIDS}
        number |= {it: 0 for it in labels if it.casefold() in _NOTHING}
        every = frozenset(range(1, len(classes) + 1))
        samples = []
        for file, named, size, shapes in read:
            photo = _photo(file, named)
            if photo is None:
                skipped.append((file, f"The photo of “{file.name}” is missing: “{named}”."))
                continue
            rings = tuple((number[label], ring) for label, ring in shapes)
            samples.append(Sample(photo, RingTruth(photo.name, size, rings), every))
        names = ("background", *classes)
        return Dataset(path, self.name, names, tuple(samples), skipped=tuple(skipped))


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield from [path] if path.suffix.lower() == ".json" else []
        return
    for folder in (path, path / "labels", path / "annotations", path / "masks"):
        found = sorted(folder.glob("*.json")) if folder.is_dir() else []
        if found:
            yield from (one for one in found if one.name not in {"export.json", "run.json"})
            return


def _parsed(
    file: Path,
) -> tuple[str, tuple[int, int] | None, list[tuple[str, NDArray[np.float64]]]]:
    """Return the photo's name, its size and the rings of a file."""
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    height, width = content.get("imageHeight"), content.get("imageWidth")
    size = (int(height), int(width)) if height and width else None
    shapes = []
    for shape in content["shapes"]:
        ring = _ring(str(shape.get("shape_type") or "polygon"), np.array(shape["points"], float))
        if ring is not None:
            shapes.append((str(shape["label"]), ring))
    return str(content["imagePath"]), size, shapes


def _ring(kind: str, points: NDArray[np.float64]) -> NDArray[np.float64] | None:
    if kind == "polygon" and len(points) >= 3:
        return points.reshape(-1, 2)
    if kind == "rectangle":
        (left, top), (right, bottom) = points[0], points[1]
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)
    if kind == "circle":
        radius = float(np.hypot(*(points[1] - points[0])))
        angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        return np.asarray(points[0] + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    return None


def _photo(file: Path, named: str) -> Path | None:
    name = named.replace("\\", "/")
    bare = name.rpartition("/")[2]
    places = [file.parent / name, file.parent / bare]
    places += [file.parent.parent / folder / bare for folder in ("images", "photos", "")]
    return next((it for it in places if is_picture(it.name) and it.is_file()), None)
