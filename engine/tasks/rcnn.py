"""Read the answer of Mask R-CNN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch

from engine.tasks.instance import BoxMasks, Candidates, InstanceReading

if TYPE_CHECKING:
    from torch import Tensor

    from engine.tasks.heads import View
    from engine.values import Category

__all__ = ["RcnnHead"]


@dataclass(frozen=True, slots=True)
class RcnnHead:
    """Reads what torchvision's Mask R-CNN gives: boxes, labels, scores and small masks.

    The network itself drops what is less certain than 0.05 and, of boxes of a category that
    overlap by more than half, all but the best: looser settings than that bring nothing back.

    Attributes
    ----------
    categories
        All that there are.
    numbers
        The place in `categories` of each of the network's labels, or -1 for one without a name.
    """

    categories: tuple[Category, ...]
    numbers: tuple[int, ...]

    @torch.inference_mode()
    def read(self, raw: object, view: View) -> InstanceReading:
        """Read the first picture's dict."""
        found = cast("list[dict[str, Tensor]]", raw)[0]
        labels = torch.tensor(self.numbers)[found["labels"].cpu()]
        named = (labels >= 0).nonzero()[:, 0]
        across, down = view.scale
        scale = torch.tensor([across, down, across, down])
        origin = torch.tensor([view.box.left, view.box.top] * 2)
        boxes = found["boxes"].to("cpu", torch.float32)[named] * scale + origin
        masks = BoxMasks(found["masks"][named.to(found["masks"].device), 0], boxes)
        scores = found["scores"].to("cpu", torch.float32)[named]
        candidates = Candidates(boxes, scores, labels[named], masks)
        return InstanceReading(view.size, self.categories, candidates)
