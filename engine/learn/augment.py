"""A photo seen otherwise: cut, scaled, mirrored, in another light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.values import VOID

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GREY", "augmented"]

GREY = 127
"""Of what lies outside the photo; to be ignored there."""
_LONG_SIDE = (208 / 256, 448 / 256)
_ASPECT = 0.15


def augmented(
    image: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    crop_px: int,
    random: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Cut a square out of a photo that has been scaled, and change its light.

    The long side becomes 0.8 to 1.75 times the crop's, evenly in the logarithm; the proportions
    change by up to 15 %; every other crop is mirrored; gain, brightness, saturation and gamma vary.

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8
        RGB.
    labels : ndarray, (H, W), uint8
    crop_px
        Height and width of the result.
    random
        Where the numbers come from.

    Returns
    -------
    ndarray, (crop_px, crop_px, 3), uint8
    ndarray, (crop_px, crop_px), uint8
        `VOID` outside the photo.
    """
    height, width = image.shape[:2]
    low, high = np.log(_LONG_SIDE)
    scale = float(np.exp(random.uniform(low, high))) * crop_px / max(height, width)
    aspect = float(np.exp(random.uniform(-_ASPECT, _ASPECT)))
    rows = max(1, round(height * scale * aspect**0.5))
    columns = max(1, round(width * scale / aspect**0.5))
    shrinks = rows < height
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    photo = np.asarray(cv2.resize(image, (columns, rows), interpolation=how), np.uint8)
    marks = cv2.resize(labels, (columns, rows), interpolation=cv2.INTER_NEAREST_EXACT)
    crop = np.full((crop_px, crop_px, 3), GREY, np.uint8)
    out = np.full((crop_px, crop_px), VOID, np.uint8)
    (y_from, y_to), (x_from, x_to) = (
        _window(rows, crop_px, random),
        _window(columns, crop_px, random),
    )
    crop[y_to, x_to] = _relit(photo[y_from, x_from], random)
    out[y_to, x_to] = marks[y_from, x_from]
    if random.random() < 0.5:
        crop, out = crop[:, ::-1], out[:, ::-1]
    return np.ascontiguousarray(crop), np.ascontiguousarray(out)


def _window(length: int, crop_px: int, random: np.random.Generator) -> tuple[slice, slice]:
    """Return what is taken of an axis of the photo, and where it goes in the crop."""
    offset = int(random.integers(0, abs(length - crop_px) + 1))
    if length >= crop_px:
        return slice(offset, offset + crop_px), slice(0, crop_px)
    return slice(0, length), slice(offset, offset + length)


def _relit(image: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    gain, shift = random.uniform(0.8, 1.25), random.uniform(-20, 20)
    saturation, gamma = random.uniform(0.6, 1.4), random.uniform(0.8, 1.25)
    values = image.astype(np.float32)
    grey = values @ np.array([0.299, 0.587, 0.114], np.float32)
    values = grey[..., None] + saturation * (values - grey[..., None])
    values = np.clip(gain * values + shift, 0, 255) / 255
    return np.asarray(np.round(255 * values**gamma), np.uint8)
