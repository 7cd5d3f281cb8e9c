"""Where photos and masks lie, and what belongs to what."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.learn.data import DataError
from engine.sources.folder import list_pictures
from engine.sources.names import is_picture

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = [
    "class_list",
    "exported_photos",
    "lines_of",
    "masks_of",
    "open_mask",
    "pairs",
    "photos_of",
    "subfolders",
]

_PHOTOS = ("images", "jpegimages", "photos", "pictures", "imgs", "image", "img")
_MASKS = ("masks", "labels", "segmentationclass", "mask", "annotations", "truth", "gt", "label")
_LISTS = ("classes.txt", "labels.txt", "class_names.txt", "labelmap.txt")
_COMMENT = re.compile(r"#(?![0-9a-fA-F]{6}\b)")
"""Not a colour as the web writes it."""
_MASK_SUFFIXES = frozenset({".png", ".bmp", ".tif", ".tiff", ".gif", ".jpg", ".jpeg"})


def photos_of(top: Path) -> Path | None:
    """Return the folder of photos in a set's folder, or None."""
    return _folder(top, _PHOTOS)


def masks_of(top: Path) -> Path | None:
    """Return the folder of masks in a set's folder, or None."""
    return _folder(top, _MASKS)


def _folder(top: Path, names: tuple[str, ...]) -> Path | None:
    if not top.is_dir():
        return None
    there = {one.name.casefold(): one for one in top.iterdir() if one.is_dir()}
    return next((there[name] for name in names if name in there), None)


def subfolders(folder: Path) -> tuple[Path, ...]:
    """Return the folders in a folder, hidden ones left out, in order of name."""
    found = (one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
    return tuple(sorted(found, key=lambda one: one.name))


def pairs(photos: Path, masks: Path) -> tuple[tuple[Path, Path], ...]:
    """Return each photo of a folder with its mask: "x.png", "x.jpg.png" or "x_mask.png"."""
    by_stem: dict[str, Path] = {}
    for one in sorted(masks.iterdir()) if masks.is_dir() else ():
        if one.suffix.lower() in _MASK_SUFFIXES and not one.name.startswith("."):
            by_stem.setdefault(one.stem, one)
    found = []
    for photo in list_pictures(photos):
        names = (photo.stem, photo.name, f"{photo.stem}_mask", f"{photo.stem}_label")
        mask = next((by_stem[name] for name in names if name in by_stem), None)
        if mask is not None:
            found.append((photo, mask))
    return tuple(found)


def exported_photos(top: Path) -> dict[str, Path]:
    """Return the photos of masks that Layerscope has exported, where these are no copies of them.

    By the name of the picture, and by that of its files, without suffix. Nothing of a folder that
    is no export, or whose photos are gone.
    """
    try:
        records = json.loads((top / "export.json").read_text(encoding="utf-8"))["pictures"]
        photos = [(record, Path(record["source"])) for record in records if "source" in record]
        found: dict[str, Path] = {}
        for record, photo in photos:
            if is_picture(photo) and photo.is_file():
                name = str(PurePosixPath(record["picture"]).with_suffix(""))
                found[name] = found[str(record.get("named", name))] = photo
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found


def open_mask(path: Path, *, is_indexed_in_colour: bool = False) -> NDArray[np.uint8]:
    """Read a mask: (H, W) uint8 ids of an indexed picture, (H, W) grey, or (H, W, 3) RGB.

    With `is_indexed_in_colour` the colours of an indexed picture are read and not its ids. Grey
    that is written as RGB or RGBA comes as grey. Values of 16 bits are refused beyond 255.

    Raises
    ------
    DataError
        It cannot be read.
    """
    try:
        with Image.open(path) as file:
            file.load()
            if file.mode in {"RGBA", "LA", "PA"} or (file.mode == "P" and is_indexed_in_colour):
                pixels = np.asarray(file.convert("RGB"))
            elif file.mode in {"P", "L", "1", "RGB"} or file.mode.startswith("I"):
                pixels = np.asarray(file)
            else:
                pixels = np.asarray(file.convert("RGB"))
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError,
            Image.DecompressionBombError) as error:  # fmt: skip
        raise DataError(
            f"The mask “{path.name}” cannot be read as a picture; save it again as PNG."
        ) from error
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * np.uint8(255)
    if pixels.dtype != np.uint8:
        if int(pixels.max(initial=0)) > 255 or int(pixels.min(initial=0)) < 0:
            raise DataError(f"The mask “{path.name}” has labels beyond 255; use fewer classes.")
        pixels = pixels.astype(np.uint8)
    if pixels.ndim == 3 and (pixels == pixels[:, :, :1]).all():
        return np.ascontiguousarray(pixels[:, :, 0])
    return pixels


def class_list(top: Path, *folders: Path | None) -> Path | None:
    """Return the file that names the classes of a set, or None."""
    places: Iterable[Path] = (one for one in (top, *folders) if one is not None)
    found = (place / name for place in places for name in _LISTS)
    return next((path for path in found if path.is_file()), None)


def lines_of(path: Path) -> list[str]:
    """Return the lines of a list, without empty ones and comments.

    Raises
    ------
    DataError
        It cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"“{path.name}” cannot be read as a list of classes.") from error
    return [line.strip() for line in lines if line.strip() and not _COMMENT.match(line)]
