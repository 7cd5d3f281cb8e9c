"""torchvision's Mask R-CNN as a network like any other: one tensor in, small masks out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import nn
from torchvision.models.detection import MaskRCNN, maskrcnn_resnet50_fpn_v2
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.models.detection.image_list import ImageList
from torchvision.ops.misc import FrozenBatchNorm2d

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["build"]

_CLASSES = 91


class PreparedPicture(nn.Module):
    """Takes the place of the network's own transform: the picture is prepared before.

    Left out too is what would make (H, W) of each small mask: 100 objects of a 4K picture are
    3 GB of probabilities.
    """

    def forward(self, images: Tensor, targets: Any = None) -> tuple[ImageList, Any]:
        """Note the size of the pictures, (B, 3, H, W)."""
        height, width = images.shape[-2:]
        return ImageList(images, [(height, width)] * len(images)), targets

    def postprocess(self, result: Any, _sizes: Any, _original_sizes: Any) -> Any:
        """Return boxes in input pixels and masks as small as they are."""
        return result


def build(name: str) -> nn.Module:
    """Make a Mask R-CNN with random weights, by its name in torchvision."""
    if name == "maskrcnn_resnet50_fpn":
        network: nn.Module = MaskRCNN(
            resnet_fpn_backbone(backbone_name="resnet50", weights=None), num_classes=_CLASSES
        )
        # The weights come from a framework that adds nothing to the variance.
        for module in network.modules():
            if isinstance(module, FrozenBatchNorm2d):
                module.eps = 0.0
    else:
        network = maskrcnn_resnet50_fpn_v2(
            weights=None, weights_backbone=None, num_classes=_CLASSES
        )
    network.transform = PreparedPicture()
    return network
