"""What a U-Net's ways of upsampling come to, side by side on one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.values.checks import require

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values.learn import Upsampling
    from engine.values.pictures import Frame
    from engine.values.segmentation import LabelMap

__all__ = ["UpsamplingComparison", "UpsamplingView"]


@dataclass(frozen=True, slots=True, eq=False)
class UpsamplingView:
    """One way of upsampling.

    Attributes
    ----------
    kind
        Which.
    found
        The labels, at the picture's size.
    scores : ndarray, (h, w), float32
        The logits of the class that is compared, as coarse as the network gives them.
    checkerboard
        The share of the scores' fine structure (what is left when each 2 x 2 block's
        neighbourhood is smoothed away) that only depends on whether row and column are even or
        odd, 0..1. Even coverage gives about 0.
    forward_ms
        That the pass took.
    """

    kind: Upsampling
    found: LabelMap
    scores: NDArray[np.float32]
    checkerboard: float
    forward_ms: float

    def __post_init__(self) -> None:
        require(self.scores, 2, np.float32, "UpsamplingView.scores")


@dataclass(frozen=True, slots=True, eq=False)
class UpsamplingComparison:
    """All of them on one picture.

    Attributes
    ----------
    frame
        The picture.
    category
        Name of the class whose scores are shown: the one that fills most of the picture.
    views
        Nearest, bilinear and transposed, in this order.
    """

    frame: Frame
    category: str
    views: tuple[UpsamplingView, ...]
