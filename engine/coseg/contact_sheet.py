"""All pictures of a set small on pages, what was found drawn over: to be looked over at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw

from engine.export.atomic import atomic_path, check_target
from engine.export.drawing import font, plain, shorten
from engine.export.masks.pixels import save_png
from engine.overlay.palette import colour_of
from engine.values import OverlayStyle

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.values import CosegPicture

__all__ = ["ContactSheet", "thumbnail"]

COLUMNS, ROWS = 6, 8
_WIDTH, _HEIGHT = 240, 180
_CAPTION, _GAP, _TEXT = 20, 12, 13
_PAPER, _INK, _FAINT = (250, 250, 250), (30, 30, 34), (140, 140, 146)
_FILL = 0.45


def thumbnail(
    image: NDArray[np.uint8], mask: NDArray[np.bool_], colour: tuple[int, int, int]
) -> NDArray[np.uint8]:
    """Return a picture at most 240 x 180 pixels large, with what a mask covers coloured.

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8
    mask : ndarray, (H, W), bool
    colour
        RGB.
    """
    height, width = mask.shape
    scale = min(_WIDTH / width, _HEIGHT / height, 1.0)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)[:, :, None]
    mixed = small + _FILL * share * (np.array(colour, np.float32) - small)
    return np.asarray(mixed.round(), np.uint8)


class ContactSheet:
    """`contact_sheet.png`, and `contact_sheet_2.png` and so on where a page does not hold all.

    Parameters
    ----------
    folder
        Where the pages go.
    overwrite
        Whether pages that are there may be replaced.

    Raises
    ------
    ExportError
        A page is there that may not be replaced, or the folder cannot be written to.
    """

    def __init__(self, folder: Path, *, overwrite: bool = False) -> None:
        self._folder, self._overwrite = folder, overwrite
        self._pages = 0
        self._count = 0
        check_target(self._path, overwrite=overwrite)
        self._page = _empty()

    @property
    def _path(self) -> Path:
        number = f"_{self._pages + 1}" if self._pages else ""
        return self._folder / f"contact_sheet{number}.png"

    def add(self, picture: CosegPicture, image: NDArray[np.uint8]) -> None:
        """Put a picture, (H, W, 3) uint8 RGB, in the next place; a full page is written."""
        row, column = divmod(self._count, COLUMNS)
        left = _GAP + column * (_WIDTH + _GAP)
        top = _GAP + row * (_HEIGHT + _CAPTION + _GAP)
        mask = picture.region.full(picture.size)
        small = Image.fromarray(thumbnail(image, mask, colour_of(picture.group, OverlayStyle())))
        self._page.paste(small, (left + (_WIDTH - small.width) // 2, top + _HEIGHT - small.height))
        draw = ImageDraw.Draw(self._page)
        name = shorten(plain(picture.path.name), _TEXT, _WIDTH - 60)
        place = (left, top + _HEIGHT + 3)
        draw.text(place, name, fill=_INK, font=font(_TEXT))
        told = "no object" if picture.is_outlier else f"{picture.confidence:.0%}"
        draw.text((left + _WIDTH, place[1]), told, fill=_FAINT, font=font(_TEXT), anchor="ra")
        self._count += 1
        if self._count == COLUMNS * ROWS:
            self._write()

    def finish(self) -> None:
        """Write the last page, cut to what it holds."""
        if self._count:
            self._write()

    def _write(self) -> None:
        rows = -(-self._count // COLUMNS)
        columns = min(COLUMNS, self._count) if not self._pages else COLUMNS
        width = _GAP + columns * (_WIDTH + _GAP)
        height = _GAP + rows * (_HEIGHT + _CAPTION + _GAP)
        page = np.asarray(self._page.crop((0, 0, width, height)))
        with atomic_path(self._path, overwrite=self._overwrite) as part:
            save_png(part, page)
        self._pages += 1
        self._count = 0
        self._page = _empty()


def _empty() -> Image.Image:
    width = _GAP + COLUMNS * (_WIDTH + _GAP)
    height = _GAP + ROWS * (_HEIGHT + _CAPTION + _GAP)
    return Image.new("RGB", (width, height), _PAPER)
