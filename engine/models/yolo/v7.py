"""YOLOv7 for instance segmentation: ELAN backbone and neck, implicit knowledge, prototypes.

Its re-parameterised convolutions are in the published weights what they become in use: plain ones.

References
----------
C.-Y. Wang et al., YOLOv7: Trainable bag-of-freebies sets new state-of-the-art for real-time object
detectors, CVPR 2023
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from torch import nn

from engine.models.yolo.blocks import ELAN, SPPCSPC, Concat, ConvBlock, PooledDown
from engine.models.yolo.head import SegmentHead

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ANCHORS", "YOLOv7Seg"]

ANCHORS = (
    ((12, 16), (19, 36), (40, 28)),
    ((36, 75), (76, 55), (72, 146)),
    ((142, 110), (192, 243), (459, 401)),
)
"""Width and height of the three anchors at strides 8, 16 and 32, in input pixels."""


class _Stage(nn.Module):
    def __init__(self, down: nn.Module, elan: ELAN) -> None:
        super().__init__()
        self.down = down
        self.elan = elan

    def forward(self, x: Tensor) -> Tensor:
        stage: Tensor = self.elan(self.down(x))
        return stage


class Backbone(nn.Module):
    """Maps of stride 8, 16 and 32."""

    def __init__(self, width: int) -> None:
        super().__init__()
        w = width
        self.stem = nn.Sequential(
            ConvBlock(3, w, 3), ConvBlock(w, 2 * w, 3, 2), ConvBlock(2 * w, 2 * w, 3)
        )
        self.stage1 = _Stage(ConvBlock(2 * w, 4 * w, 3, 2), ELAN(4 * w, 2 * w, 2 * w, 8 * w, 2))
        self.stage2 = _Stage(PooledDown(8 * w, 4 * w), ELAN(8 * w, 4 * w, 4 * w, 16 * w, 2))
        self.stage3 = _Stage(PooledDown(16 * w, 8 * w), ELAN(16 * w, 8 * w, 8 * w, 32 * w, 2))
        self.stage4 = _Stage(PooledDown(32 * w, 16 * w), ELAN(32 * w, 8 * w, 8 * w, 32 * w, 2))
        self.pyramid = SPPCSPC(32 * w, 16 * w)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (B, 16w, H/8, W/8), (B, 32w, H/16, W/16) and (B, 16w, H/32, W/32)."""
        fine = self.stage2(self.stage1(self.stem(x)))
        middle = self.stage3(fine)
        return fine, middle, self.pyramid(self.stage4(middle))


class _Up(nn.Module):
    """Bring coarse maps up to finer ones and mix both."""

    def __init__(self, coarse: int, fine: int, width: int) -> None:
        super().__init__()
        self.reduce = ConvBlock(coarse, width)
        self.upsample = nn.Upsample(scale_factor=2.0, mode="nearest")
        self.lateral = ConvBlock(fine, width)
        self.concat = Concat()
        self.elan = ELAN(2 * width, width, width // 2, width, 1)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        raised = self.upsample(self.reduce(coarse))
        mixed: Tensor = self.elan(self.concat(self.lateral(fine), raised))
        return mixed


class _Down(nn.Module):
    """Bring fine maps down to the coarser ones and mix both."""

    def __init__(self, fine: int, coarse: int) -> None:
        super().__init__()
        self.down = PooledDown(fine, fine)
        self.elan = ELAN(2 * fine + coarse, coarse, coarse // 2, coarse, 1)

    def forward(self, fine: Tensor, coarse: Tensor) -> Tensor:
        mixed: Tensor = self.elan(self.down(fine, coarse))
        return mixed


class Neck(nn.Module):
    """Path aggregation: coarse maps go up to the fine ones, and the fine ones down again."""

    def __init__(self, width: int) -> None:
        super().__init__()
        w = width
        self.up4 = _Up(16 * w, 32 * w, 8 * w)
        self.up3 = _Up(8 * w, 16 * w, 4 * w)
        self.down4 = _Down(4 * w, 8 * w)
        self.down5 = _Down(8 * w, 16 * w)
        self.out3 = ConvBlock(4 * w, 8 * w, 3)
        self.out4 = ConvBlock(8 * w, 16 * w, 3)
        self.out5 = ConvBlock(16 * w, 32 * w, 3)

    def forward(
        self, fine: Tensor, middle: Tensor, coarse: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return (B, 8w, H/8, W/8), (B, 16w, H/16, W/16) and (B, 32w, H/32, W/32)."""
        up4 = self.up4(coarse, middle)
        up3 = self.up3(up4, fine)
        down4 = self.down4(up3, up4)
        down5 = self.down5(down4, coarse)
        return self.out3(up3), self.out4(down4), self.out5(down5)


def _elan(first: int, path: str) -> dict[str, str]:
    """Name the seven numbered layers of an ELAN; the sixth of eight numbers joins maps."""
    parts = ("bypass", "main", "chain.0", "chain.1", "chain.2", "chain.3", "", "merge")
    return {str(first + at): f"{path}.{part}" for at, part in enumerate(parts) if part}


def _pooled_down(first: int, path: str) -> dict[str, str]:
    parts = ("pool", "pooled", "reduce", "strided")
    return {str(first + at): f"{path}.{part}" for at, part in enumerate(parts)}


class YOLOv7Seg(nn.Module):
    """The network.

    Parameters
    ----------
    classes
        How many categories.
    width
        Channels after the first layer: 32 in the published one.
    prototypes
        How many.
    """

    published: ClassVar[dict[str, str]] = {
        "0": "backbone.stem.0",
        "1": "backbone.stem.1",
        "2": "backbone.stem.2",
        "3": "backbone.stage1.down",
        **_elan(4, "backbone.stage1.elan"),
        **_pooled_down(12, "backbone.stage2.down"),
        **_elan(17, "backbone.stage2.elan"),
        **_pooled_down(25, "backbone.stage3.down"),
        **_elan(30, "backbone.stage3.elan"),
        **_pooled_down(38, "backbone.stage4.down"),
        **_elan(43, "backbone.stage4.elan"),
        "51": "backbone.pyramid",
        "52": "neck.up4.reduce",
        "54": "neck.up4.lateral",
        **_elan(56, "neck.up4.elan"),
        "64": "neck.up3.reduce",
        "66": "neck.up3.lateral",
        **_elan(68, "neck.up3.elan"),
        **_pooled_down(76, "neck.down4.down"),
        **_elan(81, "neck.down4.elan"),
        **_pooled_down(89, "neck.down5.down"),
        **_elan(94, "neck.down5.elan"),
        "102": "neck.out3",
        "103": "neck.out4",
        "104": "neck.out5",
        "105": "head",
    }

    def __init__(self, classes: int = 80, *, width: int = 32, prototypes: int = 32) -> None:
        super().__init__()
        self.backbone = Backbone(width)
        self.neck = Neck(width)
        self.head = SegmentHead(
            (8 * width, 16 * width, 32 * width),
            classes,
            prototypes=prototypes,
            prototype_width=8 * width,
            has_implicit=True,
        )

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return what :class:`SegmentHead` does, of (B, 3, H, W) in 0..1, H and W whole 32s."""
        answer: dict[str, Tensor] = self.head(*self.neck(*self.backbone(x)))
        return answer
