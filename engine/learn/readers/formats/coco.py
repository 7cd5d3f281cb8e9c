"""Objects in COCO's form: one JSON for all photos."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from engine.errors import ExportError
from engine.export.masks.reading import region_of_coco
from engine.learn.data import PSEUDO, DataError, Dataset, Sample
from engine.learn.readers.places import exported_photos, photos_of
from engine.learn.readers.registry import register_reader
from engine.values import VOID

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CocoReader", "CocoTruth"]

_START = 4096


@dataclass(frozen=True, slots=True)
class CocoTruth:
    """The objects of a photo.

    Attributes
    ----------
    name
        Of the photo.
    size
        Height and width that the file says.
    objects
        (id, mask as it stands in the file) of each, the largest first, so that small ones lie on
        top. The id `VOID` is a crowd: to be ignored, where nothing else is marked.
    """

    name: str
    size: tuple[int, int]
    objects: tuple[tuple[int, Any], ...]

    def read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """See `Truth`."""
        if size != self.size:
            raise DataError(
                f"“{self.name}” has {size[1]} x {size[0]} pixels, and {self.size[1]} x "
                f"{self.size[0]} in the annotations; make them the same."
            )
        labels = np.zeros(size, np.uint8)
        for number, mask in self.objects:
            try:
                region = region_of_coco(mask, size)
            except (ValueError, KeyError, TypeError, IndexError, ExportError) as error:
                raise DataError(
                    f"A mask of “{self.name}” cannot be read in the annotations; mend or remove it."
                ) from error
            part = labels[region.rows, region.columns]
            belongs = region.pixels & (part == 0) if number == VOID else region.pixels
            part[belongs] = number
        return labels


@register_reader
class CocoReader:
    """`annotations.json` (any JSON with images, annotations and categories), photos beside it.

    All its categories are marked in all its photos.
    """

    name: ClassVar[str] = "coco"
    title: ClassVar[str] = "COCO JSON"
    rank: ClassVar[int] = 20

    def fits(self, path: Path) -> bool:
        """See `Reader`."""
        return _json_of(path) is not None

    def read(self, path: Path) -> Dataset:
        """See `Reader`."""
        file = _json_of(path)
        if file is None:
            raise DataError(f"“{path}” has no annotations in COCO's form; check the path.")
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            categories = sorted(content["categories"], key=lambda entry: int(entry["id"]))
            number = {int(entry["id"]): n for n, entry in enumerate(categories, 1)}
            names = ("background", *(str(entry["name"]) for entry in categories))
            objects = _objects(content["annotations"], number)
            every = frozenset(number.values())
            samples, skipped = [], []
            exported = exported_photos(file.parent)
            for image in content["images"]:
                name = str(image["file_name"])
                stem = str(PurePosixPath(name).with_suffix(""))
                photo = _photo(file.parent, name) or exported.get(stem)
                if photo is None:
                    skipped.append((file.parent / name, f"The photo “{name}” is missing."))
                    continue
                size = (int(image["height"]), int(image["width"]))
                truth = CocoTruth(photo.name, size, objects.get(image["id"], ()))
                samples.append(Sample(photo, truth, every))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"“{file.name}” cannot be read as annotations in COCO's form."
            ) from error
        notes = (PSEUDO,) if exported else ()
        return Dataset(path, self.name, names, tuple(samples), skipped=tuple(skipped), notes=notes)


def _json_of(path: Path) -> Path | None:
    candidates = [path] if path.is_file() else sorted(path.glob("*.json"))
    if path.is_dir() and (path / "annotations").is_dir():
        candidates += sorted((path / "annotations").glob("*.json"))
    return next((one for one in candidates if _looks_like_coco(one)), None)


def _looks_like_coco(path: Path) -> bool:
    """Tell from the first bytes, or, where they do not say, from the whole."""
    try:
        with path.open("rb") as file:
            start = file.read(_START)
            if path.suffix.lower() != ".json" or b"{" not in start:
                return False
            text = start + file.read()
    except OSError:
        return False
    return all(f'"{key}"'.encode() in text for key in ("images", "annotations", "categories"))


def _objects(
    annotations: list[dict[str, Any]], number: dict[int, int]
) -> dict[int, tuple[tuple[int, Any], ...]]:
    found: dict[int, list[tuple[float, int, Any]]] = {}
    for entry in annotations:
        if not entry.get("segmentation"):
            continue
        one = VOID if entry.get("iscrowd") else number[int(entry["category_id"])]
        area = float(entry.get("area") or 0.0)
        found.setdefault(entry["image_id"], []).append((area, one, entry["segmentation"]))
    return {
        image: tuple((one, mask) for _, one, mask in sorted(marks, key=lambda it: -it[0]))
        for image, marks in found.items()
    }


def _photo(folder: Path, name: str) -> Path | None:
    tops = (folder, photos_of(folder), folder.parent, photos_of(folder.parent))
    places = [top / part for top in tops if top is not None for part in (name, Path(name).name)]
    return next((place for place in places if place.is_file()), None)
