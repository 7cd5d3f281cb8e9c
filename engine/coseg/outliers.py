"""Pictures that seem not to hold what the others have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.coseg.features import Features

__all__ = ["class_evidence", "likeness", "outliers"]

LEAST_PICTURES = 8
"""Of fewer, none is called the odd one."""
_LEAST_DEVIATION = 0.2
"""Of the median."""
_TINY = 1e-9


def class_evidence(features: Features, chance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the classifier says of the object alone: (K,) float32.

    Parameters
    ----------
    features
        The picture's.
    chance : ndarray, (h, w), float32
        How likely each cell belongs to the object.
    """
    height, width = features.dense.shape[1:]
    weight = cv2.resize(chance, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    total = float(weight.sum())
    if total < _TINY:
        weight, total = np.ones_like(weight), float(weight.size)
    return np.asarray(
        np.tensordot(features.dense.astype(np.float32), weight / total, axes=2), np.float32
    )


def likeness(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean cosine of each row to all others: (N,) for (N, K); 1 for a single row.

    Rows are compared after their mean over classes is taken off, since the level of all logits
    together says nothing. The cost is linear in N: the sum of all directions is the same for all.
    """
    if len(evidence) < 2:
        return np.ones(len(evidence), np.float32)
    centred = evidence - evidence.mean(axis=1, keepdims=True)
    units = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), _TINY)
    own = (units * units).sum(axis=1)
    return np.asarray((units @ units.sum(axis=0) - own) / (len(units) - 1), np.float32)


def outliers(values: NDArray[np.float32], z: float) -> NDArray[np.bool_]:
    """Return which lie more than `z` median absolute deviations below the median: (N,) bool.

    The deviation counts as at least a fifth of the median; otherwise the least typical pictures of
    a set without intruders would be called odd: of the 20 groups of the PASCAL co-segmentation set
    15 % at z = 2, with it 4 %.

    None does where `z` is 0, or of fewer than 8 pictures.
    """
    if z <= 0 or len(values) < LEAST_PICTURES:
        return np.zeros(len(values), np.bool_)
    middle = float(np.median(values))
    spread = float(np.median(np.abs(values - middle)))
    deviation = max(spread, _LEAST_DEVIATION * middle, _TINY)
    return np.asarray(values < middle - z * deviation)
