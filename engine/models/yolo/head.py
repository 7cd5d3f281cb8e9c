"""What YOLO networks for instance segmentation have at their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from torch import nn

from engine.models.yolo.blocks import ImplicitAdd, Prototypes

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ANCHORS_A_SCALE", "BOX_NUMBERS", "SegmentHead"]

ANCHORS_A_SCALE = 3
BOX_NUMBERS = 5
"""Four for the box and one that says whether there is an object at all."""


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
        if has_implicit:
            self.implicit = nn.ModuleList(ImplicitAdd(width) for width in widths)
        else:
            self.implicit = nn.ModuleList(nn.Identity() for _ in widths)
        self.predict = nn.ModuleList(nn.Conv2d(width, outputs, 1) for width in widths)
        self.prototypes = Prototypes(widths[0], prototype_width, prototypes)

    def forward(self, fine: Tensor, middle: Tensor, coarse: Tensor) -> dict[str, Tensor]:
        """Return "stride8", "stride16" and "stride32" (B, anchors x numbers, H, W) and "masks"."""
        answer = {
            f"stride{8 << scale}": self.predict[scale](self.implicit[scale](maps))
            for scale, maps in enumerate((fine, middle, coarse))
        }
        answer["masks"] = self.prototypes(fine)
        return answer
