"""Read the answer of networks that name every pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from engine.tasks.resample import Window, resample
from engine.values import BACKGROUND, LabelMap

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from engine.tasks.heads import View
    from engine.values import Category, SegmentSettings

__all__ = ["SemanticHead", "SemanticReading"]

STRIP_VALUES = 8_000_000
"""So many logits at most are at the picture's resolution at once: 21 of a 4K picture are 174
million."""


@dataclass(frozen=True, slots=True)
class SemanticHead:
    """Reads (1, 1 + categories, h, w) logits, the background's first.

    Attributes
    ----------
    categories
        In the order of the outputs, with ids from 1.
    """

    categories: tuple[Category, ...]

    @torch.inference_mode()
    def read(self, raw: object, view: View) -> SemanticReading:
        """Read the logits, or those that a dict calls "out"; label each pixel of the picture."""
        logits = cast("dict[str, Tensor]", raw)["out"] if isinstance(raw, dict) else raw
        return SemanticReading(self.categories, *_labelled(cast("Tensor", logits)[0], view))


@dataclass(frozen=True, slots=True, eq=False)
class SemanticReading:
    """One pass of a semantic network, at the picture's resolution.

    Attributes
    ----------
    labels, confidence : ndarray, (H, W), uint8
    """

    categories: tuple[Category, ...]
    labels: NDArray[np.uint8]
    confidence: NDArray[np.uint8]

    def segmentation(self, settings: SegmentSettings) -> LabelMap:
        """Return the label map; what is of a category that does not count is background."""
        labels = self.labels
        if settings.categories is not None:
            kept = np.full(256, BACKGROUND, np.uint8)
            ids = [one.id for one in self.categories if one.id in settings.categories]
            kept[ids] = ids
            labels = kept[labels]
        return LabelMap(labels, self.categories, self.confidence)


def _labelled(logits: Tensor, view: View) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the most probable label of each pixel and its probability in 0..255.

    Parameters
    ----------
    logits : Tensor, (1 + categories, h, w)
        Over the whole input; they are brought to the picture's resolution before the labels are
        chosen, so that borders are as smooth as the picture.
    """
    height, width = view.size
    maps = logits.float()
    labels = np.empty(view.size, np.uint8)
    confidence = np.empty(view.size, np.uint8)
    step = max(1, STRIP_VALUES // (width * maps.shape[0]))
    for top in range(0, height, step):
        strip = slice(top, min(top + step, height))
        fine = resample(maps, view.box, Window(0, strip.start, width, strip.stop))
        most = fine.amax(dim=0)
        best = torch.full_like(most, BACKGROUND, dtype=torch.uint8)
        # Three times as fast as argmax; of equals the first wins, as there.
        for label in range(len(fine) - 1, -1, -1):
            best.masked_fill_(fine[label] == most, label)
        # The softmax of the largest logit.
        share = 255.0 / fine.sub_(most).exp_().sum(dim=0)
        labels[strip] = best.cpu().numpy()
        # NaN has no colour; a network that overflows is sure of nothing.
        confidence[strip] = share.nan_to_num(0.0).round().to("cpu", torch.uint8).numpy()
    return labels, confidence
