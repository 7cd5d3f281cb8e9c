"""How good masks are: J and P per picture, per group, and over groups.

J is the intersection over union (Jaccard) of the object's pixels, P the share of pixels that are
labelled right (precision, as co-segmentation papers call it). Both are averaged over the pictures
of a group and then over groups. P alone says little: a mask of nothing has most pixels right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

__all__ = [
    "GroupScores",
    "PictureScores",
    "centre_box",
    "groups_of",
    "mean_of",
    "read_mask",
    "rectangle_grabcut",
    "scores_of",
    "table",
    "truth_of",
]

_MIDDLE = 128
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class PictureScores:
    """Of one picture, each in 0..1."""

    name: str
    jaccard: float
    precision: float


@dataclass(frozen=True, slots=True)
class GroupScores:
    """The means over the pictures of a group, or over groups, each in 0..1."""

    name: str
    pictures: int
    jaccard: float
    precision: float


def scores_of(name: str, mask: Mask, truth: Mask) -> PictureScores:
    """Compare a mask, (H, W) bool, with the true one; two empty masks agree: J = 1.

    Raises
    ------
    SourceError
        The sizes differ.
    """
    if mask.shape != truth.shape:
        raise SourceError(
            f"The true mask of “{name}” has {truth.shape[1]} x {truth.shape[0]} pixels and the "
            f"picture {mask.shape[1]} x {mask.shape[0]}; make them the same."
        )
    union = int(np.count_nonzero(mask | truth))
    both = int(np.count_nonzero(mask & truth))
    jaccard = both / union if union else 1.0
    return PictureScores(name, jaccard, float(np.mean(mask == truth)))


def mean_of(name: str, scores: Sequence[PictureScores] | Sequence[GroupScores]) -> GroupScores:
    """Return the plain mean of pictures, or of groups; raise `ValueError` where there are none."""
    if not scores:
        raise ValueError(f"{name}: expected scores, got none")
    count = sum(one.pictures if isinstance(one, GroupScores) else 1 for one in scores)
    return GroupScores(
        name,
        count,
        float(np.mean([one.jaccard for one in scores])),
        float(np.mean([one.precision for one in scores])),
    )


def read_mask(path: Path) -> Mask:
    """Read a true mask of any kind of picture, (H, W) bool: what is 128 or more in grey belongs.

    Raises
    ------
    SourceError
        It cannot be read.
    """
    try:
        with Image.open(path) as file:
            grey = np.asarray(file.convert("L"))
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise SourceError(f"The mask “{path}” cannot be read; replace it.") from error
    return grey >= _MIDDLE


def truth_of(picture: Path, masks: Path) -> Path | None:
    """Return the true mask of a picture, `<stem>.png` in a folder, or None."""
    path = masks / f"{picture.stem}.png"
    return path if path.is_file() else None


def groups_of(root: Path) -> tuple[tuple[str, Path, Path], ...]:
    """Find the groups of a benchmark: `images/<Group>` with `masks/<Group>` beside.

    Returns
    -------
    tuple of (name, pictures, masks)

    Raises
    ------
    SourceError
        There is no group.
    """
    images, masks = root / "images", root / "masks"
    names = sorted(path.name for path in images.iterdir()) if images.is_dir() else []
    found = [(name, images / name, masks / name) for name in names if (masks / name).is_dir()]
    if not found:
        raise SourceError(
            f"“{root}” holds no groups; it needs images/<Group> and masks/<Group> for each."
        )
    return tuple(found)


def centre_box(size: tuple[int, int]) -> Mask:
    """Return the box of half the picture's width and height in its middle: (H, W) bool."""
    height, width = size
    mask = np.zeros(size, np.bool_)
    mask[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    return mask


def rectangle_grabcut(image: NDArray[np.uint8]) -> Mask:
    """Cut out what lies in a rectangle a tenth inside the border: what any program can do.

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8
        RGB.
    """
    height, width = image.shape[:2]
    rectangle = (width // 10, height // 10, width - 2 * (width // 10), height - 2 * (height // 10))
    labels = np.zeros((height, width), np.uint8)
    cv2.setRNGSeed(0)
    try:
        cv2.grabCut(
            np.ascontiguousarray(image[:, :, ::-1]), labels, rectangle,
            np.zeros((1, 65)), np.zeros((1, 65)), _ROUNDS, cv2.GC_INIT_WITH_RECT,
        )  # fmt: skip
    except cv2.error:
        return centre_box((height, width))
    return np.asarray((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))


def table(groups: Iterable[GroupScores]) -> list[str]:
    """Return the lines of a table, per cent, with the mean over groups last."""
    rows = list(groups)
    rows.append(mean_of("mean over groups", rows))
    width = max(len(row.name) for row in rows)
    head = f"{'':<{width}} {'pictures':>8} {'J':>6} {'P':>6}"
    return [head] + [
        f"{row.name:<{width}} {row.pictures:>8} {100 * row.jaccard:6.1f} {100 * row.precision:6.1f}"
        for row in rows
    ]
