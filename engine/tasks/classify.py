"""Turn a classifier's logits into the most probable categories, smoothed over time on request."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from engine.values import Classification, Prediction

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import Frame


def has_answer(logits: NDArray[np.float32]) -> bool:
    """Say whether (K,) logits have probabilities at all.

    They have none where one is NaN or +infinite (half precision overflows to it), or where every
    one is -infinite; a single -infinity is a category that was ruled out.
    """
    return bool(logits.size and np.isfinite(np.max(logits)))


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the probabilities of (K,) logits that have any; (K,) float64 that sum to 1."""
    shifted = np.asarray(logits, np.float64) - float(np.max(logits))
    powers = np.exp(shifted)
    return np.asarray(powers / powers.sum(), np.float64)


def classify(
    probabilities: NDArray[np.float64], categories: tuple[str, ...], top_k: int
) -> Classification:
    """Name the `top_k` most probable categories, best first; of equals, the first stands first.

    Parameters
    ----------
    probabilities : ndarray, (K,), float64
        Summing to 1.
    categories
        K names; a network without names gets "class 17".
    top_k
        At least 1; capped at K.
    """
    # A stable sort, and no partition: that leaves it open which of equals are among the first.
    best = np.argsort(-probabilities, kind="stable")[:top_k]
    top = tuple(
        Prediction(
            int(i),
            categories[i] if i < len(categories) else f"class {i}",
            float(probabilities[i]),
        )
        for i in best
    )
    positive = probabilities[probabilities > 0]
    return Classification(top, max(0.0, float(-(positive * np.log2(positive)).sum())))


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
        """Take in one frame's probabilities, (K,), seen at `now` seconds; return the average.

        The same frame taken in again, at the same time, changes nothing.
        """
        if self._state is None or self.seconds <= 0 or self._state.shape != probabilities.shape:
            self._state = probabilities
        else:
            keep = math.exp(-max(0.0, now - self._seen_at) / self.seconds)
            self._state = keep * self._state + (1 - keep) * probabilities
        self._seen_at = now
        return self._state


class Classifier:
    """Names the categories of frame after frame."""

    def __init__(self) -> None:
        self._top_k = 5
        self._smoother = Smoother()
        self._picture = ""

    def configure(self, top_k: int, smoothing_s: float) -> None:
        """Choose how many categories are named and how long answers are averaged (seconds)."""
        self._top_k = max(1, top_k)
        self._smoother.seconds = max(0.0, smoothing_s)

    def reset(self) -> None:
        """Forget the answers so far."""
        self._smoother.reset()

    def answer(
        self, logits: NDArray[np.float32], categories: tuple[str, ...], frame: Frame
    ) -> Classification | None:
        """Return the answer to a frame, or None where the logits have none.

        Parameters
        ----------
        logits : ndarray, (K,), float32
            What the network gave.
        categories
            K names, or none.
        frame
            Which frame it is: another picture is not averaged with the one before, which would
            stay in the answer to a still picture for good.
        """
        if not has_answer(logits):
            return None
        if frame.name != self._picture:
            self._picture = frame.name
            self._smoother.reset()
        smooth = self._smoother.update(softmax(logits), frame.captured_at)
        return classify(smooth, categories, self._top_k)
