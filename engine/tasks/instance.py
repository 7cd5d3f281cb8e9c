"""Candidates for objects, and which of them count: thresholds that need no forward pass.

A network's head leaves candidates; what the person sets (least score, overlap, categories, number)
is decided afterwards. Masks are made last, for the objects that are left, each at the picture's own
resolution and no larger than its box, so that memory stays small whatever the picture's size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torchvision.ops import batched_nms

from engine.tasks.resample import Window, above
from engine.values import Box, Instance, Instances, Region

if TYPE_CHECKING:
    from torch import Tensor

    from engine.values import Category, SegmentSettings

__all__ = ["SCORE_FLOOR", "BoxMasks", "Candidates", "InstanceReading", "MaskSource", "Prototyped"]

SCORE_FLOOR = 0.05
"""Candidates below it are not kept: no setting brings them back."""
MOST_CANDIDATES = 3000


class MaskSource(Protocol):
    """Where the masks of candidates come from."""

    def coarse(self, chosen: Tensor) -> Tensor:
        """Return (n, h, w) float32 maps of the candidates `chosen` (n,), on the CPU."""
        ...

    def extent(self, candidate: int) -> Box:
        """Return the part of the picture that the map of one covers, in picture pixels."""
        ...

    threshold: float
    """What is above it in a map belongs to the object."""


@dataclass(slots=True)
class Prototyped:
    """Masks as weighted sums of prototypes that all objects share (YOLACT).

    Attributes
    ----------
    prototypes : Tensor, (P, h, w), float32
    coefficients : Tensor, (N, P), float32
        On the same device.
    whole
        The part of the picture that the prototypes cover.
    """

    prototypes: Tensor
    coefficients: Tensor
    whole: Box
    threshold: float = 0.0

    def coarse(self, chosen: Tensor) -> Tensor:
        """Return (n, h, w) logits."""
        weights = self.coefficients[chosen.to(self.coefficients.device)]
        height, width = self.prototypes.shape[1:]
        return (weights @ self.prototypes.flatten(1)).view(-1, height, width).cpu()

    def extent(self, candidate: int) -> Box:  # noqa: ARG002 - all share one
        """Return the part of the picture that the prototypes cover."""
        return self.whole


@dataclass(slots=True)
class BoxMasks:
    """Each object has a mask of its own that its box is covered with (Mask R-CNN).

    Attributes
    ----------
    maps : Tensor, (N, h, w), float32
        Probabilities, on any device.
    boxes : Tensor, (N, 4), float32
        Left, top, right, bottom in picture pixels, on the CPU.
    """

    maps: Tensor
    boxes: Tensor
    threshold: float = 0.5

    def coarse(self, chosen: Tensor) -> Tensor:
        """Return (n, h + 2, w + 2) probabilities: around the mask there is nothing."""
        maps = self.maps[chosen.to(self.maps.device)].to("cpu", torch.float32)
        return torch.nn.functional.pad(maps, (1, 1, 1, 1))

    def extent(self, candidate: int) -> Box:
        """Return the box with the border around it."""
        left, top, right, bottom = (float(edge) for edge in self.boxes[candidate])
        across = (right - left) / self.maps.shape[2]
        down = (bottom - top) / self.maps.shape[1]
        return Box(left - across, top - down, right + across, bottom + down)


@dataclass(slots=True)
class Candidates:
    """What may be objects.

    Attributes
    ----------
    boxes : Tensor, (N, 4), float32
        Left, top, right, bottom in picture pixels; on the CPU, as are the next two.
    scores : Tensor, (N,), float32
        In 0..1.
    labels : Tensor, (N,), int64
        Places in the list of categories, from 0.
    masks
        Where their masks come from.
    """

    boxes: Tensor
    scores: Tensor
    labels: Tensor
    masks: MaskSource

    def chosen(self, settings: SegmentSettings, categories: tuple[Category, ...]) -> Tensor:
        """Return which count, the most certain first: (n,) int64.

        Of those of a category that overlap, all but the most certain go (non-maximum
        suppression).
        """
        keep = self.scores >= settings.score
        if settings.categories is not None:
            wanted = torch.tensor([one.id in settings.categories for one in categories])
            keep &= wanted[self.labels]
        left = keep.nonzero()[:, 0]
        best = batched_nms(self.boxes[left], self.scores[left], self.labels[left], settings.iou)
        return left[best[: settings.most]]


@dataclass(slots=True)
class InstanceReading:
    """One pass of an instance network.

    Attributes
    ----------
    size
        Height and width of the picture, in pixels.
    """

    size: tuple[int, int]
    categories: tuple[Category, ...]
    candidates: Candidates

    @torch.inference_mode()
    def segmentation(self, settings: SegmentSettings) -> Instances:
        """Return the objects that count; one of which no pixel is left is none."""
        chosen = self.candidates.chosen(settings, self.categories)
        coarse = self.candidates.masks.coarse(chosen)
        items = (self._instance(int(at), maps) for at, maps in zip(chosen, coarse, strict=True))
        return Instances(
            self.size, self.categories, tuple(item for item in items if item.region.pixels.size)
        )

    def _instance(self, candidate: int, coarse: Tensor) -> Instance:
        height, width = self.size
        left, top, right, bottom = (float(edge) for edge in self.candidates.boxes[candidate])
        box = Box(max(0.0, left), max(0.0, top), min(width, right), min(height, bottom))
        return Instance(
            category=self.categories[int(self.candidates.labels[candidate])].id,
            score=min(1.0, float(self.candidates.scores[candidate])),
            box=box,
            region=self._region(candidate, coarse, Window.inside(box, self.size)),
        )

    def _region(self, candidate: int, coarse: Tensor, window: Window) -> Region:
        if window.is_empty:
            return Region(window.left, window.top, np.zeros((0, 0), np.bool_))
        masks = self.candidates.masks
        mask = above(coarse, masks.extent(candidate), window, masks.threshold)
        return Region.of(mask, window.left, window.top)
