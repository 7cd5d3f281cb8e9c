"""Read the answer of YOLO networks for instance segmentation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

import torch

from engine.models.yolo.head import BOX_NUMBERS, Places, likely
from engine.tasks.instance import (
    MOST_CANDIDATES,
    SCORE_FLOOR,
    Candidates,
    InstanceReading,
    Prototyped,
)

if TYPE_CHECKING:
    from torch import Tensor

    from engine.tasks.heads import View
    from engine.values import Category

__all__ = ["YoloHead"]

Anchors: TypeAlias = tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True, slots=True)
class YoloHead:
    """Reads what :class:`engine.models.yolo.head.SegmentHead` gives.

    Attributes
    ----------
    categories
        In the order of the outputs.
    anchors
        Width and height of three boxes for each of the strides 8, 16 and 32, in input pixels.
    floor
        Candidates of a lower score are not kept.
    """

    categories: tuple[Category, ...]
    anchors: Anchors
    floor: float = SCORE_FLOOR

    @torch.inference_mode()
    def read(self, raw: object, view: View) -> InstanceReading:
        """Read the maps of three strides, and the prototypes.

        A candidate's score is that of its best category times that of there being an object.
        """
        maps = cast("dict[str, Tensor | Places]", raw)
        found = torch.cat(
            [self._at_stride(maps[f"stride{8 << at}"], at) for at in range(len(self.anchors))]
        )
        classes = found[:, BOX_NUMBERS : BOX_NUMBERS + len(self.categories)]
        scores, labels = (found[:, 4:5] * classes.sigmoid()).max(dim=1)
        best = scores.topk(min(MOST_CANDIDATES, len(scores))).indices
        best = best[scores[best] > self.floor]
        coefficients = found[best, BOX_NUMBERS + len(self.categories) :]
        prototypes = cast("Tensor", maps["masks"])[0].float()
        masks = Prototyped(prototypes, coefficients, view.box)
        boxes = _on_picture(found[best, :4], view).cpu()
        candidates = Candidates(boxes, scores[best].cpu(), labels[best].cpu(), masks)
        return InstanceReading(view.size, self.categories, candidates)

    def _at_stride(self, answer: Tensor | Places, scale: int) -> Tensor:
        """Return (n, numbers) of the places where there may be an object.

        The first four become the box's centre, width and height in input pixels, the fifth
        the probability of an object; the others stay logits.
        """
        stride = 8 << scale
        # No category can make up for it: probabilities are at most 1.
        places, found = likely(answer, math.log(self.floor / (1 - self.floor)))
        anchor, row, column = places.unbind(1)
        found[:, :5] = found[:, :5].sigmoid()
        cell = torch.stack((column, row), 1)
        found[:, :2] = (2 * found[:, :2] - 0.5 + cell) * stride
        sizes = torch.tensor(self.anchors[scale], dtype=found.dtype, device=found.device)
        found[:, 2:4] = (2 * found[:, 2:4]).square() * sizes[anchor]
        return found


def _on_picture(boxes: Tensor, view: View) -> Tensor:
    """Turn (N, 4) centre, width and height in the input to edges in the picture."""
    across, down = view.scale
    middle, half = boxes[:, :2], boxes[:, 2:] / 2
    edges = torch.cat((middle - half, middle + half), 1)
    scale = torch.tensor([across, down, across, down], device=boxes.device)
    origin = torch.tensor([view.box.left, view.box.top] * 2, device=boxes.device)
    return edges * scale + origin
