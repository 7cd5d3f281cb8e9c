"""The common object's parts, the same numbers in all pictures: co-parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.coseg.clusters import (
    SAMPLED_CELLS,
    assign,
    sampled,
    spherical_kmeans,
    unit_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.float32]

__all__ = ["Parts", "coverage", "part_pixels"]

_RESTARTS = 4
_COVERED = 0.5
_SMOOTH = 3


def coverage(mask: NDArray[np.bool_], grid: tuple[int, int]) -> NDArray[np.float32]:
    """Return which share of each cell a mask (H, W) covers: (h, w) float32 in 0..1."""
    size = (grid[1], grid[0])
    return np.asarray(cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA))


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Directions that the object's cells gather around, over all pictures of a set.

    Clusters inside the foreground, as in Amir et al., Deep ViT Features as Dense Visual
    Descriptors, 2021; the first part is the one with the most cells.

    Attributes
    ----------
    mean : ndarray, (C,), float32
        Of the object's cells: what all parts share tells none from another.
    centres : ndarray, (K, C), float32
    """

    mean: Rows
    centres: Rows

    @classmethod
    def fit(
        cls,
        rows: Sequence[Rows],
        count: int,
        rng: np.random.Generator,
        check: Callable[[], None] = lambda: None,
    ) -> Parts | None:
        """Fit to the object's cells of each picture, (n, C); None where there are none."""
        table = np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)
        if len(table) == 0:
            return None
        if len(table) > SAMPLED_CELLS:
            table = table[sampled(len(table), SAMPLED_CELLS, rng)]
        mean = table.mean(axis=0)
        table = unit_rows(table - mean)
        best, most = np.zeros((0, 0), np.float32), -np.inf
        for _ in range(_RESTARTS):
            centres = spherical_kmeans(table, count, rng, check=check)
            worth = float((table @ centres.T).max(axis=1).mean())
            if worth > most:
                best, most = centres, worth
        sizes = np.bincount(assign(table, best), minlength=len(best))
        order = np.argsort(-sizes, kind="stable")
        return cls(mean, best[order])

    def labels(self, rows: Rows, covered: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return the part of each cell of a picture, from 1; 0 where the mask covers too little.

        Parameters
        ----------
        rows : ndarray, (h * w, C), float32
        covered : ndarray, (h, w), float32
            See `coverage`.
        """
        height, width = covered.shape
        likeness = (unit_rows(rows - self.mean) @ self.centres.T).reshape(height, width, -1)
        smooth = cv2.blur(likeness, (_SMOOTH, _SMOOTH), borderType=cv2.BORDER_REFLECT)
        found = np.argmax(smooth.reshape(height, width, -1), axis=2) + 1
        return np.where(covered >= _COVERED, found, 0).astype(np.uint8)


def part_pixels(parts: NDArray[np.uint8], mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Bring parts to pixels: each of a mask takes the part of the nearest cell that has one.

    Parameters
    ----------
    parts : ndarray, (h, w), uint8
    mask : ndarray, (H, W), bool

    Returns
    -------
    ndarray, (H, W), uint8
        0 outside the mask; 0 everywhere where no cell has a part.
    """
    if not parts.any():
        return np.zeros(mask.shape, np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(
        (parts == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.zeros(int(nearest.max()) + 1, np.uint8)
    of_label[nearest[parts > 0]] = parts[parts > 0]
    filled = of_label[nearest]
    size = (mask.shape[1], mask.shape[0])
    return np.where(mask, cv2.resize(filled, size, interpolation=cv2.INTER_NEAREST), 0).astype(
        np.uint8
    )
