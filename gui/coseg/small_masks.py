"""Masks as small pictures for a grid: which cells belong to what, and how that is coloured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import CosegPicture, Region
    from gui.coseg.collection import Entry
    from gui.coseg.look import CosegLook

__all__ = ["parts_of", "small_labels", "small_overlay"]

_LINE_PX = 128
"""From so many pixels on the outline is two pixels wide."""
_HALF = 128


def small_labels(entry: Entry, size: tuple[int, int], *, has_parts: bool) -> NDArray[np.uint8]:
    """Return what each pixel of a small picture belongs to.

    Parameters
    ----------
    entry
        With a mask.
    size
        Height and width of the small picture.
    has_parts
        Whether parts are told apart.

    Returns
    -------
    ndarray, `size`, uint8
        0 = not the object; otherwise the number of the part, or that of the picture's group.
    """
    labels = np.zeros(size, np.uint8)
    found, picture = entry.shown, entry.picture
    if found is None:
        return labels
    for item in found.items:
        _lay(labels, item.region, found.size)
    if picture is None:
        return labels
    if has_parts and picture.parts is not None and entry.corrected is None:
        return np.where(labels > 0, _resized(picture.parts, size), 0).astype(np.uint8)
    return labels * np.uint8(picture.group)


def small_overlay(entry: Entry, size: tuple[int, int], look: CosegLook) -> NDArray[np.uint8]:
    """Return the mask as it is laid over a small picture: (h, w, 4) uint8, straight alpha."""
    import cv2  # noqa: PLC0415 - a tenth of a second that the window need not wait for

    from engine.overlay import colour_of  # noqa: PLC0415 - brings OpenCV and Pillow

    labels = small_labels(entry, size, has_parts=look.has_parts)
    style = look.style
    colours = np.zeros((256, 3), np.uint8)
    for number in np.unique(labels[labels > 0]).tolist():
        colours[number] = colour_of(number, style)
    is_object = labels > 0
    alpha = is_object * np.uint8(round(255 * style.opacity))
    if style.contour:
        width = 2 if max(size) >= _LINE_PX else 1
        inner = cv2.erode(
            is_object.astype(np.uint8),
            np.ones((2 * width + 1, 2 * width + 1), np.uint8),
            borderType=cv2.BORDER_CONSTANT,
            borderValue=0,
        )
        alpha = np.where(is_object & (inner == 0), np.uint8(255), alpha).astype(np.uint8)
    return np.dstack((colours[labels], alpha))


def parts_of(picture: CosegPicture) -> NDArray[np.uint8] | None:
    """Return the part of each pixel of the mask, (H, W) uint8 with 0 beside it; None = no parts."""
    if picture.parts is None:
        return None
    labels = np.zeros(picture.size, np.uint8)
    region = picture.region
    whole = _resized(picture.parts, picture.size)
    place = region.rows, region.columns
    labels[place] = np.where(region.pixels, whole[place], 0)
    return labels


def _resized(cells: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return what lies at each pixel: the nearest cell that has a part, where its own has none."""
    import cv2  # noqa: PLC0415

    known = cells > 0
    if known.any() and not known.all():
        _, nearest = cv2.distanceTransformWithLabels(
            (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        of_label = np.zeros(int(nearest.max()) + 1, np.uint8)
        of_label[nearest[known]] = cells[known]
        cells = of_label[nearest]
    height, width = size
    grown = cv2.resize(cells, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(grown, np.uint8)


def _lay(labels: NDArray[np.uint8], region: Region, size: tuple[int, int]) -> None:
    """Mark the pixels of a small picture that a region of the whole one covers by half."""
    import cv2  # noqa: PLC0415

    if not region.pixels.size:
        return
    height, width = labels.shape
    down, across = height / size[0], width / size[1]
    top, left = int(region.top * down), int(region.left * across)
    bottom = min(height, max(top + 1, round(region.rows.stop * down)))
    right = min(width, max(left + 1, round(region.columns.stop * across)))
    if bottom <= top or right <= left:
        return
    small = cv2.resize(
        region.pixels.astype(np.uint8) * 255, (right - left, bottom - top),
        interpolation=cv2.INTER_AREA,
    )  # fmt: skip
    part = labels[top:bottom, left:right]
    part[np.asarray(small) >= _HALF] = 1
