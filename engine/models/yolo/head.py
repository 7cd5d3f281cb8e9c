"""What YOLO networks for instance segmentation have at their end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

import torch
from torch import nn

from engine.models.yolo.blocks import ImplicitAdd, Prototypes

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ANCHORS_A_SCALE", "BOX_NUMBERS", "Places", "SegmentHead", "likely", "made_sparse"]

ANCHORS_A_SCALE = 3
BOX_NUMBERS = 5
"""Four for the box and one that says whether there is an object at all."""
_OBJECT = 4
"""Which of the numbers says that."""
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
            layer.bias.view(ANCHORS_A_SCALE, numbers)[:, _OBJECT] = -math.log(1 / PRIOR - 1)  # type: ignore[operator]

    def forward(self, fine: Tensor, middle: Tensor, coarse: Tensor) -> dict[str, Tensor]:
        """Return "stride8", "stride16" and "stride32" (B, anchors x numbers, H, W) and "masks"."""
        answer = {}
        for scale, maps in enumerate((fine, middle, coarse)):
            given = self.implicit[scale](maps) if self.implicit is not None else maps
            answer[f"stride{8 << scale}"] = self.predict[scale](given)
        answer["masks"] = self.prototypes(fine)
        return answer


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """What a 1 x 1 convolution says of each place, not worked out: hardly any holds an object.

    Attributes
    ----------
    maps : Tensor, (1, C, H, W)
        Its input.
    weight : Tensor, (anchors, numbers, C)
    bias : Tensor, (anchors, numbers)
    """

    maps: Tensor
    weight: Tensor
    bias: Tensor

    def likely(self, least: float) -> tuple[Tensor, Tensor]:
        """See :func:`likely`."""
        places = self.maps[0].permute(1, 2, 0)
        height, width, channels = places.shape
        objects = torch.addmm(
            self.bias[:, _OBJECT], places.reshape(-1, channels), self.weight[:, _OBJECT].T
        )
        where = (objects.T.reshape(-1, height, width) > least).nonzero()
        anchor, row, column = where.unbind(1)
        counts = anchor.bincount(minlength=len(self.bias)).tolist()
        parts = torch.split(places[row, column], counts)
        found = [
            torch.addmm(bias, part, weight.T)
            for part, weight, bias in zip(parts, self.weight, self.bias, strict=True)
        ]
        return where, torch.cat(found)


def likely(answer: Tensor | Places, least: float) -> tuple[Tensor, Tensor]:
    """Return where the logit of there being an object is above `least`, and all numbers there.

    Parameters
    ----------
    answer : Tensor, (1, anchors x numbers, H, W), or Places
        Of one stride.

    Returns
    -------
    Tensor, (n, 3), int64
        Anchor, row and column.
    Tensor, (n, numbers), float32
    """
    if isinstance(answer, Places):
        return answer.likely(least)
    maps = answer[0].reshape(ANCHORS_A_SCALE, -1, *answer.shape[2:])
    where = (maps[:, _OBJECT] > least).nonzero()
    anchor, row, column = where.unbind(1)
    return where, maps[anchor, :, row, column].float()


class _Sparse(nn.Module):
    """A prediction that is worked out where it is read; the weights are the given layer's own."""

    def __init__(self, dense: nn.Conv2d) -> None:
        super().__init__()
        shape = ANCHORS_A_SCALE, dense.out_channels // ANCHORS_A_SCALE
        # No parameters: they are another layer's already.
        self._weight = [dense.weight.detach().reshape(*shape, dense.in_channels)]
        self._bias = [cast("Tensor", dense.bias).detach().reshape(shape)]

    def forward(self, maps: Tensor) -> Places:
        """Return what stands for (1, anchors x numbers, H, W)."""
        return Places(maps, self._weight[0], self._bias[0])


def made_sparse(module: nn.Module, original: nn.Module) -> None:
    """Let heads in a network predict only where they are read, with the weights of another one.

    From then on they answer `Places`; what reads them is as accurate as before.
    """
    for name, layer in module.named_modules():
        if isinstance(layer, SegmentHead):
            dense = cast("SegmentHead", original.get_submodule(name)).predict
            layer.predict = nn.ModuleList(_Sparse(cast("nn.Conv2d", one)) for one in dense)
