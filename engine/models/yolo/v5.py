"""YOLOv5 for instance segmentation: CSP backbone, path aggregation, prototypes.

References
----------
J. Redmon et al., You Only Look Once: Unified, Real-Time Object Detection, CVPR 2016
S. Liu et al., Path Aggregation Network for Instance Segmentation, CVPR 2018
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from torch import nn

from engine.models.yolo.blocks import C3, SPPF, Concat, ConvBlock
from engine.models.yolo.head import SegmentHead

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["ANCHORS", "YOLOv5Seg"]

ANCHORS = (
    ((10, 13), (16, 30), (33, 23)),
    ((30, 61), (62, 45), (59, 119)),
    ((116, 90), (156, 198), (373, 326)),
)
"""Width and height of the three anchors at strides 8, 16 and 32, in input pixels."""


class _Stage(nn.Module):
    def __init__(self, inputs: int, outputs: int, depth: int) -> None:
        super().__init__()
        self.down = ConvBlock(inputs, outputs, 3, 2)
        self.c3 = C3(outputs, outputs, depth)

    def forward(self, x: Tensor) -> Tensor:
        stage: Tensor = self.c3(self.down(x))
        return stage


class Backbone(nn.Module):
    """Maps of stride 8, 16 and 32."""

    def __init__(self, width: int, depths: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.stem = ConvBlock(3, width, 6, 2, 2)
        self.stage1 = _Stage(width, 2 * width, depths[0])
        self.stage2 = _Stage(2 * width, 4 * width, depths[1])
        self.stage3 = _Stage(4 * width, 8 * width, depths[2])
        self.stage4 = _Stage(8 * width, 16 * width, depths[3])
        self.pyramid = SPPF(16 * width, 16 * width)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (B, 4w, H/8, W/8), (B, 8w, H/16, W/16) and (B, 16w, H/32, W/32)."""
        fine = self.stage2(self.stage1(self.stem(x)))
        middle = self.stage3(fine)
        return fine, middle, self.pyramid(self.stage4(middle))


class Neck(nn.Module):
    """Path aggregation: coarse maps go up to the fine ones, and the fine ones down again."""

    def __init__(self, width: int, depth: int) -> None:
        super().__init__()

        def mix(inputs: int, outputs: int) -> C3:
            return C3(inputs, outputs, depth, has_shortcut=False)

        self.reduce5 = ConvBlock(16 * width, 8 * width)
        self.up4 = mix(16 * width, 8 * width)
        self.reduce4 = ConvBlock(8 * width, 4 * width)
        self.up3 = mix(8 * width, 4 * width)
        self.down3 = ConvBlock(4 * width, 4 * width, 3, 2)
        self.out4 = mix(8 * width, 8 * width)
        self.down4 = ConvBlock(8 * width, 8 * width, 3, 2)
        self.out5 = mix(16 * width, 16 * width)
        self.upsample = nn.Upsample(scale_factor=2.0, mode="nearest")
        self.concat = Concat()

    def forward(
        self, fine: Tensor, middle: Tensor, coarse: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return maps of the three inputs' shapes."""
        reduced5 = self.reduce5(coarse)
        reduced4 = self.reduce4(self.up4(self.concat(self.upsample(reduced5), middle)))
        out3 = self.up3(self.concat(self.upsample(reduced4), fine))
        out4 = self.out4(self.concat(self.down3(out3), reduced4))
        return out3, out4, self.out5(self.concat(self.down4(out4), reduced5))


class YOLOv5Seg(nn.Module):
    """The network.

    Parameters
    ----------
    classes
        How many categories.
    width
        Channels after the stem: 32 in the small one ("s").
    depths
        Bottlenecks of the four stages; the last is also that of the neck's blocks.
    prototypes
        How many.
    """

    published: ClassVar[dict[str, str]] = {
        "0": "backbone.stem",
        "1": "backbone.stage1.down",
        "2": "backbone.stage1.c3",
        "3": "backbone.stage2.down",
        "4": "backbone.stage2.c3",
        "5": "backbone.stage3.down",
        "6": "backbone.stage3.c3",
        "7": "backbone.stage4.down",
        "8": "backbone.stage4.c3",
        "9": "backbone.pyramid",
        "10": "neck.reduce5",
        "13": "neck.up4",
        "14": "neck.reduce4",
        "17": "neck.up3",
        "18": "neck.down3",
        "20": "neck.out4",
        "21": "neck.down4",
        "23": "neck.out5",
        "24": "head",
    }

    def __init__(
        self,
        classes: int = 80,
        *,
        width: int = 32,
        depths: tuple[int, int, int, int] = (1, 2, 3, 1),
        prototypes: int = 32,
    ) -> None:
        super().__init__()
        self.backbone = Backbone(width, depths)
        self.neck = Neck(width, depths[-1])
        self.head = SegmentHead(
            (4 * width, 8 * width, 16 * width),
            classes,
            prototypes=prototypes,
            prototype_width=4 * width,
        )

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Return what :class:`SegmentHead` does, of (B, 3, H, W) in 0..1, H and W whole 32s."""
        answer: dict[str, Tensor] = self.head(*self.neck(*self.backbone(x)))
        return answer
