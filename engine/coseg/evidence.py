"""What is salient in one picture, before the set is asked: three cues, each a function of cells.

Every cue gives one number a cell, (h, w) float32, in 0..1 unless it says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.coseg.products import product

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.coseg.features import Features

__all__ = ["border_dissimilarity", "centre_prior", "evidence", "scaled", "strength"]

_MOST_SIMILAR = 5
_CENTRE_VARIANCE = 0.18
_CENTRE_WEIGHT = 0.5
_NARROW = 1e-9


def scaled(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring values to 0..1, the least to 0 and the greatest to 1; 0 where all are the same."""
    low, high = float(values.min()), float(values.max())
    if high - low < _NARROW:
        return np.zeros_like(values)
    return (values - np.float32(low)) / np.float32(high - low)


def strength(features: Features) -> NDArray[np.float32]:
    """Return how strongly the coarse layer answers at each cell, scaled.

    The sum over channels of a classifier's last maps lights up on objects: Wei et al., Selective
    Convolutional Descriptor Aggregation for Fine-Grained Image Retrieval, TIP 2017; here the
    length of the description and not its sum.
    """
    return scaled(features.strength)


def border_dissimilarity(features: Features) -> NDArray[np.float32]:
    """Return how unlike the picture's own border each cell is, scaled.

    One minus the mean cosine to the five most similar cells of the border, which is taken for
    background: Wei et al., Geodesic Saliency Using Background Priors, ECCV 2012; Zhu et al.,
    Saliency Optimization from Robust Background Detection, CVPR 2014. Of these five one is the
    cell itself where it lies on the border.
    """
    height, width = features.grid
    rows = features.rows
    is_border = np.zeros((height, width), np.bool_)
    is_border[[0, -1]] = True
    is_border[:, [0, -1]] = True
    cosine = product(rows, rows[is_border.ravel()].T)
    count = min(_MOST_SIMILAR, cosine.shape[1])
    nearest = np.partition(cosine, cosine.shape[1] - count, axis=1)[:, -count:]
    return scaled(1 - nearest.mean(axis=1).reshape(height, width))


def centre_prior(grid: tuple[int, int]) -> NDArray[np.float32]:
    """Return how near each cell is to the middle: exp(-(dy^2 + dx^2) / .18), sides from -.5 to .5.

    People put what they photograph in the middle: Judd et al., Learning to Predict Where Humans
    Look, ICCV 2009.
    """
    down, across = (((np.arange(side) + 0.5) / side - 0.5).astype(np.float32) for side in grid)
    squares = down[:, None] ** 2 + across[None, :] ** 2
    return np.asarray(np.exp(-squares / _CENTRE_VARIANCE), np.float32)


def evidence(features: Features) -> NDArray[np.float32]:
    """Return the three cues together, scaled: strength + unlikeness to the border + centre / 2."""
    centre = np.float32(_CENTRE_WEIGHT) * centre_prior(features.grid)
    return scaled(strength(features) + border_dissimilarity(features) + centre)
