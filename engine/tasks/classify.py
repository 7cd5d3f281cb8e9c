"""Turn a classifier's logits into the most probable categories, smoothed over time on request."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.values import Classification, Prediction

if TYPE_CHECKING:
    from numpy.typing import NDArray


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the probabilities of (K,) logits; (K,) float64 that sum to 1."""
    shifted = np.asarray(logits, np.float64) - float(np.max(logits))
    powers = np.exp(shifted)
    return np.asarray(powers / powers.sum(), np.float64)


def classify(
    probabilities: NDArray[np.float64], categories: tuple[str, ...], top_k: int
) -> Classification:
    """Name the `top_k` most probable categories, best first.

    Parameters
    ----------
    probabilities : ndarray, (K,), float64
        Summing to 1.
    categories
        K names; a network without names gets "class 17".
    top_k
        At least 1; capped at K.
    """
    count = min(top_k, probabilities.size)
    best = np.argpartition(-probabilities, count - 1)[:count]
    best = best[np.lexsort((best, -probabilities[best]))]
    top = tuple(
        Prediction(
            int(i),
            categories[i] if i < len(categories) else f"class {i}",
            float(probabilities[i]),
        )
        for i in best
    )
    positive = probabilities[probabilities > 0]
    return Classification(top, float(-(positive * np.log2(positive)).sum()))


class Smoother:
    """Exponential average of probabilities over time.

    Parameters
    ----------
    seconds
        Time constant: the weight of what was seen `seconds` ago is 1/e. 0 = no averaging.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self._state: NDArray[np.float64] | None = None
        self._seen_at = 0.0

    def reset(self) -> None:
        """Forget what was seen."""
        self._state = None

    def update(self, probabilities: NDArray[np.float64], now: float) -> NDArray[np.float64]:
        """Take in one frame's probabilities, (K,), seen at `now` seconds; return the average."""
        if self._state is None or self.seconds <= 0 or self._state.shape != probabilities.shape:
            self._state = probabilities
        else:
            keep = math.exp(-max(0.0, now - self._seen_at) / self.seconds)
            self._state = keep * self._state + (1 - keep) * probabilities
        self._seen_at = now
        return self._state
