"""Arrays to pictures: colour tables, resampling of the visible part, overlays."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QColor

    from gui.views.viewport import Placement

__all__ = [
    "CELLS_FROM",
    "PackedLut",
    "colour",
    "draw_overlay",
    "indexed_to_rgb",
    "is_drawn_smooth",
    "pack_colour",
    "pack_lut",
    "packed_to_qimage",
    "resample",
    "to_qimage",
]

PackedLut = np.ndarray[Any, np.dtype[np.int32]]
"""A colour table as (1, 256) int32, each 0xffRRGGBB: what QImage's RGB32 holds."""

SMALL_MAP = 32
"""Maps up to this side are always shown cell by cell, larger ones smoothly ..."""
CELLS_FROM = 4.0
"""... until a cell has this many device pixels."""
LARGE = 1 << 18
"""Pictures of more values than this are shrunk fast, smaller ones exactly."""


def is_drawn_smooth(map_size: tuple[int, ...], scale: float) -> bool:
    """Return whether a map of this height and width is interpolated at this magnification."""
    return max(map_size) > SMALL_MAP and scale < CELLS_FROM


def to_qimage(rgb: NDArray[np.uint8]) -> QImage:
    """Wrap a picture; the pixels are shared, and live as long as the image.

    Parameters
    ----------
    rgb : ndarray, (H, W, 3), uint8
        Copied only where its pixels do not lie side by side.

    Raises
    ------
    ValueError
        Another shape or type.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"picture: expected (H, W, 3) uint8, got {rgb.shape} {rgb.dtype}")
    rgb = np.ascontiguousarray(rgb)
    height, width = rgb.shape[:2]
    # QImage keeps a reference to the buffer's owner.
    return QImage(rgb.data, width, height, rgb.strides[0], QImage.Format.Format_RGB888)


def pack_lut(lut: NDArray[np.uint8]) -> PackedLut:
    """Pack a (256, 3) uint8 colour table into what `colour` uses.

    Raises
    ------
    ValueError
        Another shape or type.
    """
    if lut.shape != (256, 3) or lut.dtype != np.uint8:
        raise ValueError(f"colour table: expected (256, 3) uint8, got {lut.shape} {lut.dtype}")
    red, green, blue = lut.astype(np.uint32).T
    packed = np.uint32(0xFF000000) | (red << 16) | (green << 8) | blue
    result: PackedLut = packed.view(np.int32).reshape(1, 256)
    return result


def pack_colour(value: QColor) -> int:
    """Return a colour as the int32 that stands for it in a packed picture."""
    return int(np.array(value.rgb() | 0xFF000000, np.uint32).view(np.int32))


def colour(indices: NDArray[np.uint8], lut: PackedLut) -> NDArray[np.int32]:
    """Colour (H, W) uint8 indices: returns a packed (H, W) int32 picture."""
    # One pass of OpenCV's table look-up on 32-bit entries: six times faster than NumPy's indexing.
    import cv2  # noqa: PLC0415 - a tenth of a second that the window need not wait for

    return cv2.LUT(np.ascontiguousarray(indices), lut)  # type: ignore[return-value]  # always int32


def packed_to_qimage(packed: NDArray[np.int32]) -> QImage:
    """Wrap a packed (H, W) int32 picture; the pixels are shared."""
    packed = np.ascontiguousarray(packed)
    height, width = packed.shape
    return QImage(packed.data, width, height, packed.strides[0], QImage.Format.Format_RGB32)


def indexed_to_rgb(indices: NDArray[np.uint8], lut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colour (H, W) uint8 indices with a (256, 3) uint8 table: (H, W, 3) uint8."""
    packed = colour(indices, pack_lut(lut))
    # On a little-endian machine the bytes of 0xffRRGGBB lie as blue, green, red, 255.
    bgra = packed.astype("<i4", copy=False).view(np.uint8).reshape(*packed.shape, 4)
    return np.ascontiguousarray(bgra[..., 2::-1])


def resample(
    image: NDArray[np.uint8],
    place: Placement,
    *,
    tile: tuple[int, int] | None = None,
    is_smooth: bool = True,
) -> tuple[NDArray[np.uint8], int, int]:
    """Bring what is visible of a picture to the resolution of the view.

    Shrinking averages areas; growing takes the nearest pixel, or interpolates where `is_smooth`.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C), uint8
    place
        Where it lies.
    tile
        Height and width of tiles whose borders must stay where `place.edge` puts them.

    Returns
    -------
    part : ndarray, (h, w) or (h, w, C), uint8
    left, top : int
        Where the part begins in the view, in device pixels.
    """
    if place.scale < 1.0:
        return _shrink(image, place, tile or (1, 1))
    height, width = image.shape[:2]
    x0, x1 = max(0, place.left), min(place.view_width, place.left + place.edge(width))
    y0, y1 = max(0, place.top), min(place.view_height, place.top + place.edge(height))
    x1, y1 = max(x1, x0 + 1), max(y1, y0 + 1)
    if is_smooth and place.scale > 1.0:
        return _interpolate(image, place, (x0, y0, x1, y1)), x0, y0
    columns = _nearest(x0, x1, place.left, place.scale, width)
    rows = _nearest(y0, y1, place.top, place.scale, height)
    return image.take(columns, axis=1).take(rows, axis=0), x0, y0


def _nearest(start: int, stop: int, origin: int, scale: float, count: int) -> NDArray[np.intp]:
    centres = (np.arange(start, stop) - origin + 0.5) / scale
    return np.clip(centres.astype(np.intp), 0, count - 1)


def _interpolate(
    image: NDArray[np.uint8], place: Placement, region: tuple[int, int, int, int]
) -> NDArray[np.uint8]:
    import cv2  # noqa: PLC0415 - a tenth of a second that the window need not wait for

    x0, y0, x1, y1 = region
    inverse = 1.0 / place.scale
    # From a pixel centre of the result to one of the picture.
    matrix = np.array(
        [
            [inverse, 0.0, (x0 - place.left + 0.5) * inverse - 0.5],
            [0.0, inverse, (y0 - place.top + 0.5) * inverse - 0.5],
        ]
    )
    result = cv2.warpAffine(
        image,
        matrix,
        (x1 - x0, y1 - y0),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(result, np.uint8)


def _shrink(
    image: NDArray[np.uint8], place: Placement, tile: tuple[int, int]
) -> tuple[NDArray[np.uint8], int, int]:
    height, width = image.shape[:2]
    columns = _visible(place.left, place.view_width, place.scale, (width, tile[1]))
    rows = _visible(place.top, place.view_height, place.scale, (height, tile[0]))
    part = image[rows[0] : rows[1], columns[0] : columns[1]]
    size = (
        max(1, place.edge(columns[1]) - place.edge(columns[0])),
        max(1, place.edge(rows[1]) - place.edge(rows[0])),
    )
    left, top = place.left + place.edge(columns[0]), place.top + place.edge(rows[0])
    return _area(part, size), left, top


def _visible(origin: int, view: int, scale: float, counts: tuple[int, int]) -> tuple[int, int]:
    """Return the first and the last-but-one visible pixel, widened to whole tiles."""
    count, tile = counts
    first = math.floor(max(0.0, -origin / scale) / tile) * tile
    last = math.ceil(min(float(count), (view - origin) / scale) / tile) * tile
    return min(first, count - 1), min(max(last, first + 1), count)


def _area(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Shrink to (width, height) by averaging areas."""
    # OpenCV's exact average of fractions of pixels takes 19 ms for a 4K frame and 4 ms for an
    # atlas. Large pictures are halved as often as it goes, which is fast, and the rest, less
    # than a half, is interpolated, as with mipmaps.
    import cv2  # noqa: PLC0415 - a tenth of a second that the window need not wait for

    is_large = image.size > LARGE
    while is_large and image.shape[1] >= 2 * size[0] and image.shape[0] >= 2 * size[1]:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        even = image[: half[1] * 2, : half[0] * 2]
        image = np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), np.uint8)
    if (image.shape[1], image.shape[0]) == size:
        return image
    how = cv2.INTER_LINEAR if is_large else cv2.INTER_AREA
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)


def draw_overlay(
    painter: QPainter, target: QRectF, rgba: NDArray[np.uint8], opacity: float = 1.0
) -> None:
    """Draw a translucent picture over what is there.

    Parameters
    ----------
    painter
        Where to draw.
    target
        Where the overlay's corners go, in the painter's coordinates.
    rgba : ndarray, (h, w, 4), uint8
        Straight (not premultiplied) alpha. Small maps keep their cells, large ones are smooth.
    opacity
        In 0..1, on top of the alpha.

    Raises
    ------
    ValueError
        Another shape or type.
    """
    if rgba.ndim != 3 or rgba.shape[2] != 4 or rgba.dtype != np.uint8:
        raise ValueError(f"overlay: expected (h, w, 4) uint8, got {rgba.shape} {rgba.dtype}")
    rgba = np.ascontiguousarray(rgba)
    height, width = rgba.shape[:2]
    image = QImage(rgba.data, width, height, rgba.strides[0], QImage.Format.Format_RGBA8888)
    is_smooth = max(height, width) > SMALL_MAP
    painter.save()
    painter.setOpacity(opacity)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
    painter.drawImage(target, image, QRectF(0, 0, width, height), Qt.ImageConversionFlag.AutoColor)
    painter.restore()
