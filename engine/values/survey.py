"""What every node of a graph answers to one frame, in a few numbers and a small picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.values.models import LayerKey

__all__ = ["NodeSummary", "SurveyRequest"]


@dataclass(frozen=True, slots=True)
class SurveyRequest:
    """Which nodes are to be summed up, now and then, while the live loop runs."""

    keys: frozenset[LayerKey]
    has_thumbnails: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class NodeSummary:
    """One node's answer to one frame.

    Attributes
    ----------
    mean
        Mean of the absolute values (of large maps, over a sample).
    zeros
        Share of values that are exactly 0, in 0..1.
    dead
        Share of channels that are 0 everywhere on this frame, in 0..1.
    strongest
        The channel with the greatest mean of absolute values.
    thumbnail : ndarray, (h, w), uint8, or None
        That channel's map, at most 32 on a side; 0..255 from its smallest value to its greatest.
    shares
        Of an addition: how much of the energy (sum of squares) comes by each of its inputs, in
        the order of its inputs, summing to 1; empty for everything else.
    """

    key: LayerKey
    mean: float
    zeros: float
    dead: float
    strongest: int
    thumbnail: NDArray[np.uint8] | None = None
    shares: tuple[float, ...] = ()
