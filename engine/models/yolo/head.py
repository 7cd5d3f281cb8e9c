"""What YOLO networks for instance segmentation have at their end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import nn

from engine.models.yolo.blocks import ImplicitAdd, Prototypes

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ANCHORS_A_SCALE", "BOX_NUMBERS", "SegmentHead"]

ANCHORS_A_SCALE = 3
BOX_NUMBERS = 5
"""Four for the box and one that says whether there is an object at all."""
PRIOR = 0.01
"""How sure an untrained network is that there is an object."""


class SegmentHead(nn.Module):
    """Predict boxes, classes and mask coefficients at three scales, and the prototypes.

    The answer is left as it is, in logits: what it means is worked out in full precision by
    `engine.tasks.yolo`, for the few positions that hold an object.

    Parameters
    ----------
    widths
        Channels of the maps of stride 8, 16 and 32.
    classes
        How many categories.
    prototypes
        How many of them.
    prototype_width
        Channels on the way to the prototypes.
    has_implicit
        Whether what YOLOR calls implicit knowledge is added before the prediction (YOLOv7).
    """

    published: ClassVar[dict[str, str]] = {"m": "predict", "proto": "prototypes", "ia": "implicit"}

    def __init__(
        self,
        widths: tuple[int, int, int],
        classes: int,
        *,
        prototypes: int,
        prototype_width: int,
        has_implicit: bool = False,
    ) -> None:
        super().__init__()
        outputs = ANCHORS_A_SCALE * (BOX_NUMBERS + classes + prototypes)
        self.implicit = nn.ModuleList(map(ImplicitAdd, widths)) if has_implicit else None
        self.predict = nn.ModuleList(nn.Conv2d(width, outputs, 1) for width in widths)
        self.prototypes = Prototypes(widths[0], prototype_width, prototypes)
        self._claim_nothing(BOX_NUMBERS + classes + prototypes)

    @torch.no_grad()
    def _claim_nothing(self, numbers: int) -> None:
        """Begin with hardly any object anywhere (T.-Y. Lin et al., Focal Loss, ICCV 2017)."""
        for layer in self.predict:
            layer.bias.view(ANCHORS_A_SCALE, numbers)[:, 4] = -math.log(1 / PRIOR - 1)  # type: ignore[operator]

    def forward(self, fine: Tensor, middle: Tensor, coarse: Tensor) -> dict[str, Tensor]:
        """Return "stride8", "stride16" and "stride32" (B, anchors x numbers, H, W) and "masks"."""
        answer = {}
        for scale, maps in enumerate((fine, middle, coarse)):
            given = self.implicit[scale](maps) if self.implicit is not None else maps
            answer[f"stride{8 << scale}"] = self.predict[scale](given)
        answer["masks"] = self.prototypes(fine)
        return answer
