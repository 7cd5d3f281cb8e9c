"""How fast is learnt: one cycle."""

from __future__ import annotations

import math

__all__ = ["one_cycle"]

_WARM_UP = 0.15
_START, _END = 1 / 25, 1e-3


def one_cycle(step: int, steps: int, peak: float) -> float:
    """Return the learning rate of a step: up along a cosine over 15 % of them, then down.

    Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning
    Rates", 2018. A function of the step alone, so that a training that goes on is at the same rate.

    Parameters
    ----------
    step
        From 0 to `steps` - 1.
    steps
        Of the whole training.
    peak
        The largest rate; it begins at 1/25 of it and ends at 1/1000.
    """
    top = max(1.0, _WARM_UP * steps)
    if step < top:
        return peak * _between(_START, 1.0, step / top)
    return peak * _between(1.0, _END, (step - top) / max(1.0, steps - 1 - top))


def _between(begin: float, end: float, share: float) -> float:
    return begin + (end - begin) * (1 - math.cos(math.pi * min(1.0, share))) / 2
