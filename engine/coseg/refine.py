"""From a coarse map to pixels: which belong to the object, at the picture's own size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values.coseg import Refinement

    Mask = NDArray[np.bool_]

__all__ = ["changed", "grabcut", "guided_filter", "probability", "refined", "trimap", "upsampled"]

THRESHOLD = 0.72
"""The score where object and background are as likely."""
SOFTNESS = 0.07
_SURE, _PROBABLE, _UNLIKELY = 0.9, 0.5, 0.15
_ITERATIONS = 2
_LEAST_PX = 40
_WORK_SIDE_PX = 480
_GUIDE_SHARE = 0.04
_GUIDE_EPS = 1e-3
_SEED = 0
_COMPARED = 8
"""Pixels a cell, each way, at which two trimaps are compared."""


def upsampled(soft: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Bring a map of cells to (H, W) by bilinear interpolation, centres of cells on centres."""
    return np.asarray(
        cv2.resize(soft, (size[1], size[0]), interpolation=cv2.INTER_LINEAR), np.float32
    )


def probability(
    soft: NDArray[np.float32], threshold: float = THRESHOLD, softness: float = SOFTNESS
) -> NDArray[np.float32]:
    """Return 1 / (1 + exp(-(soft - threshold) / .07)): scores as probabilities of the object."""
    return np.asarray(1 / (1 + np.exp(-(soft - np.float32(threshold)) / softness)), np.float32)


def guided_filter(
    guide: NDArray[np.float32], values: NDArray[np.float32], radius: int, eps: float
) -> NDArray[np.float32]:
    """Smooth `values` so that its edges are those of `guide`.

    He, Sun and Tang, Guided Image Filtering, ECCV 2010: in every window `values` is taken for a
    linear function of the guide's colour, and the functions that cover a pixel are averaged.

    Parameters
    ----------
    guide : ndarray, (H, W, 3), float32
        Colours in 0..1.
    values : ndarray, (H, W), float32
    radius
        Half-width of the windows, in pixels: they are 2 radius + 1 wide.
    eps
        How much a colour must vary to count as an edge: a variance.

    Returns
    -------
    ndarray, (H, W), float32
    """

    def mean(array: NDArray[np.float32]) -> NDArray[np.float32]:
        side = 2 * radius + 1
        return np.asarray(cv2.blur(array, (side, side), borderType=cv2.BORDER_REFLECT))

    mean_guide, mean_values = mean(guide), mean(values)
    both = mean(guide * values[:, :, None]) - mean_guide * mean_values[:, :, None]
    products = guide[:, :, :, None] * guide[:, :, None, :]
    flat = mean(np.ascontiguousarray(products.reshape(*values.shape, 9)))
    spread = flat.reshape(products.shape) - mean_guide[:, :, :, None] * mean_guide[:, :, None, :]
    spread += np.float32(eps) * np.eye(3, dtype=np.float32)
    slope = _solved(spread, both)
    offset = mean_values - (slope * mean_guide).sum(axis=2)
    return np.asarray((mean(slope) * guide).sum(axis=2) + mean(offset), np.float32)


def _solved(matrices: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Solve (H, W, 3, 3) symmetric x = (H, W, 3) by cofactors: many times faster than LAPACK."""
    one, two, three = (matrices[:, :, row] for row in range(3))
    columns = np.stack([np.cross(two, three), np.cross(three, one), np.cross(one, two)], axis=2)
    determinant = (one * columns[:, :, 0]).sum(axis=2)
    # The inverse has these cofactors as its columns, and is symmetric like the matrix.
    solved = (columns * right[:, :, None, :]).sum(axis=3) / determinant[:, :, None]
    return np.asarray(solved, np.float32)


def trimap(chance: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return what GrabCut begins with, of all that it is told: (H, W), in OpenCV's numbers."""
    labels = np.full(chance.shape, cv2.GC_BGD, np.uint8)
    labels[chance > _UNLIKELY] = cv2.GC_PR_BGD
    labels[chance > _PROBABLE] = cv2.GC_PR_FGD
    labels[chance > _SURE] = cv2.GC_FGD
    return labels


def changed(before: NDArray[np.float32], after: NDArray[np.float32], threshold: float) -> float:
    """Return of how much of a picture GrabCut would be told something else, in 0..1.

    Parameters
    ----------
    before, after : ndarray, (h, w), float32
        Scores of its cells.
    threshold
        The score where object and background are as likely.
    """
    if before.shape != after.shape:
        return 1.0
    size = (before.shape[0] * _COMPARED, before.shape[1] * _COMPARED)
    one, other = (trimap(probability(upsampled(soft, size), threshold)) for soft in (before, after))
    return float((one != other).mean())


def grabcut(image: NDArray[np.uint8], chance: NDArray[np.float32]) -> Mask:
    """Cut the object out by colours and edges, begun at a map of probabilities.

    Rother, Kolmogorov and Blake, GrabCut, SIGGRAPH 2004. Over .9 is sure, over .5 probable, over
    .15 probably background, the rest surely. Where too little exceeds .5, or the cut loses or
    invents the object, the map itself is cut at .5.

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8
        RGB.
    chance : ndarray, (H, W), float32

    Returns
    -------
    ndarray, (H, W), bool
    """
    plain = chance > _PROBABLE
    if np.count_nonzero(plain) < _LEAST_PX or plain.all():
        return plain
    labels = trimap(chance)
    if not (labels == cv2.GC_BGD).any() and not (labels == cv2.GC_PR_BGD).any():
        return plain
    cv2.setRNGSeed(_SEED)  # its mixtures begin with a k-means of random seeds
    try:
        cv2.grabCut(
            np.ascontiguousarray(image[:, :, ::-1]), labels, (0, 0, 1, 1),
            np.zeros((1, 65)), np.zeros((1, 65)), _ITERATIONS, cv2.GC_INIT_WITH_MASK,
        )  # fmt: skip
    except cv2.error:  # too few colours for its mixtures
        return plain
    mask = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return mask if np.count_nonzero(mask) >= _LEAST_PX else plain


def refined(
    image: NDArray[np.uint8], soft: NDArray[np.float32], how: Refinement, threshold: float
) -> Mask:
    """Return the object's pixels at the picture's own size.

    Large pictures are cut at a long side of 480 pixels and the answer is enlarged.

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8
        RGB.
    soft : ndarray, (h, w), float32
        A score for each cell, in 0..1.
    how
        "none", "guided" or "grabcut".
    threshold
        The score where object and background are as likely.
    """
    height, width = image.shape[:2]
    scale = min(1.0, _WORK_SIDE_PX / max(height, width))
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    small = image
    if size != (height, width):
        small = np.asarray(cv2.resize(image, (size[1], size[0]), interpolation=cv2.INTER_AREA))
    chance = probability(upsampled(soft, size), threshold)
    if how == "grabcut":
        mask = grabcut(small, chance)
    elif how == "guided":
        guide = np.asarray(small / np.float32(255), np.float32)
        radius = max(1, round(_GUIDE_SHARE * max(size)))
        mask = guided_filter(guide, chance, radius, _GUIDE_EPS) > _PROBABLE
    else:
        mask = chance > _PROBABLE
    if size == (height, width):
        return mask
    return upsampled(mask.astype(np.float32), (height, width)) > _PROBABLE
