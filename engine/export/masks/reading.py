"""Read back what the formats wrote: for corrections, and to measure against."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.errors import ExportError
from engine.export.masks.rings import Part, filled
from engine.export.masks.rle import from_text, region_of
from engine.overlay.palette import voc_number
from engine.values import BACKGROUND, VOID, Box, Category, Instance, Instances, LabelMap, Region

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.values import Segmentation

__all__ = ["read_coco", "read_labelmap", "read_labels", "read_npz", "read_voc", "region_of_coco"]

_UNREADABLE = (
    OSError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError,
    zipfile.BadZipFile,
)  # fmt: skip


def read_npz(path: Path) -> Segmentation:
    """Read what the format "npz" wrote; exactly what was written.

    Raises
    ------
    ExportError
        The file cannot be read, or it holds something else.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            fields = dict(file.items())
        return _of_fields(fields)
    except _UNREADABLE as error:
        raise ExportError(f"“{path}” holds no masks that Layerscope has written.") from error


def read_voc(folder: Path, stem: str) -> Segmentation:
    """Read a picture that the format "voc" wrote.

    Parameters
    ----------
    folder
        The export's folder, with `labelmap.txt`.
    stem
        The picture's path below `SegmentationClass`, without its suffix.

    Returns
    -------
    Segmentation
        Objects where there is a picture in `SegmentationObject`, otherwise a label map. What lay
        below another object is lost in the format; scores are all 1.

    Raises
    ------
    ExportError
        A file is missing or cannot be read.
    """
    categories = read_labelmap(folder / "labelmap.txt")
    labels = read_labels(folder / "SegmentationClass" / f"{stem}.png")
    objects_path = folder / "SegmentationObject" / f"{stem}.png"
    if not objects_path.exists():
        return LabelMap(labels, categories)
    objects = read_labels(objects_path)
    void = VOID if objects.dtype == np.uint8 else 65535
    items = []
    for number in np.unique(objects).tolist():
        if number not in (BACKGROUND, void):
            region = Region.of(objects == number)
            category = int(np.bincount(labels[objects == number]).argmax())
            items.append(Instance(category, 1.0, region.box, region))
    return Instances(labels.shape, categories, tuple(items))


def read_labels(path: Path) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Read a picture of ids: (H, W), uint8 from an indexed or grey PNG, uint16 from one of 16 bits.

    Raises
    ------
    ExportError
        It is no such picture.
    """
    try:
        with Image.open(path) as file:
            file.load()
            pixels = np.asarray(file)
            is_labels = file.mode in {"P", "L", "1"} or file.mode.startswith("I")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ExportError(f"“{path}” cannot be read as a picture.") from error
    if not is_labels or pixels.ndim != 2:
        raise ExportError(f"“{path}” is a picture in colour, not one of labels.")
    if pixels.dtype in (np.uint8, np.bool_):
        return pixels.astype(np.uint8)
    if int(pixels.min(initial=0)) < 0 or int(pixels.max(initial=0)) > 65535:
        raise ExportError(f"“{path}” has labels beyond 16 bits.")
    return pixels.astype(np.uint16)


def read_coco(path: Path) -> Iterator[tuple[str, Instances]]:
    """Read annotations in COCO's form, ours or others', a picture at a time.

    Polygons are filled by the centres of pixels. Where there is no score it is 1.

    Yields
    ------
    tuple of str and Instances
        The picture's `file_name`, and its objects, the most certain first.

    Raises
    ------
    ExportError
        The file is not in COCO's form.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        named = sorted(content["categories"], key=lambda entry: entry["id"])
        categories = tuple(Category(entry["id"], entry["name"]) for entry in named)
        grouped: dict[int, list[dict[str, Any]]] = {}
        for annotation in content["annotations"]:
            grouped.setdefault(annotation["image_id"], []).append(annotation)
        for image in content["images"]:
            size = (int(image["height"]), int(image["width"]))
            items = [_instance(entry, size) for entry in grouped.get(image["id"], ())]
            items.sort(key=lambda item: -item.score)
            yield image["file_name"], Instances(size, categories, tuple(items))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExportError(f"“{path}” cannot be read as annotations in COCO's form.") from error


# ------------------------------------------------------------------------------------- private


def _of_fields(fields: dict[str, NDArray[Any]]) -> Segmentation:
    names = zip(fields["category_ids"].tolist(), fields["names"].tolist(), strict=True)
    categories = tuple(Category(number, name) for number, name in names)
    if "masks" not in fields:
        return LabelMap(
            fields["label"], categories, fields.get("confidence"), str(fields.get("note", ""))
        )
    height, width = fields["size"].tolist()
    items = []
    for place, packed in enumerate(fields["masks"]):
        mask = np.unpackbits(packed, axis=1, count=width).view(np.bool_)
        items.append(
            Instance(
                int(fields["class_ids"][place]),
                float(fields["scores"][place]),
                Box(*fields["boxes"][place].tolist()),
                Region.of(mask),
                int(fields["tracks"][place]),
            )
        )
    return Instances((height, width), categories, tuple(items))


def read_labelmap(path: Path) -> tuple[Category, ...]:
    """Read `labelmap.txt`: the names of categories, whose colours tell their ids.

    Raises
    ------
    ExportError
        It cannot be read.
    """
    found = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                name, colour, *_ = line.split(":")
                red, green, blue = map(int, colour.split(","))
                number = voc_number((red, green, blue))
                if number not in (BACKGROUND, VOID):
                    found.append(Category(number, name))
    except (OSError, ValueError) as error:
        raise ExportError(f"“{path}” cannot be read; it should name the categories.") from error
    return tuple(sorted(found, key=lambda category: category.id))


def _instance(entry: dict[str, Any], size: tuple[int, int]) -> Instance:
    region = region_of_coco(entry["segmentation"], size)
    x, y, width, height = map(float, entry["bbox"])
    box = Box(x, y, x + width, y + height)
    return Instance(int(entry["category_id"]), float(entry.get("score", 1.0)), box, region)


def region_of_coco(mask: Any, size: tuple[int, int]) -> Region:
    """Return the pixels of a mask as COCO writes it: rings, or run lengths, packed or not.

    Parameters
    ----------
    mask
        What stands at "segmentation".
    size
        Height and width of the picture.

    Raises
    ------
    ValueError, KeyError, TypeError, IndexError
        It is no such mask.
    """
    if isinstance(mask, dict):
        counts = mask["counts"]
        runs = from_text(counts) if isinstance(counts, str) else np.array(counts, np.int64)
        return region_of(runs, size)
    whole = Region(0, 0, np.zeros(size, np.bool_))
    out = whole.pixels.copy()
    for ring in mask:
        vertices = np.array(ring, np.float64).reshape(-1, 2)
        if len(vertices) >= 3:
            out |= filled([Part(vertices)], whole)
    return Region.of(out)
