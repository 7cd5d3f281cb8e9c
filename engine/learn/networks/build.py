"""Encoder and decoder put together by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import nn

from engine.learn.networks.deeplab import DeeplabDecoder
from engine.learn.networks.fcn import FcnDecoder
from engine.learn.networks.lraspp import LrasppDecoder
from engine.learn.networks.unet import UNetDecoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.learn.networks.encoder import Encoder
    from engine.values import Architecture, SkipSwitches, Upsampling

__all__ = ["PAPERS", "SegmentationNetwork", "make_decoder"]

PAPERS: dict[str, str] = {
    "unet": "O. Ronneberger et al., U-Net: Convolutional Networks for Biomedical Image "
    "Segmentation, MICCAI 2015",
    "fcn32s": "J. Long et al., Fully Convolutional Networks for Semantic Segmentation, CVPR 2015",
    "fcn16s": "J. Long et al., Fully Convolutional Networks for Semantic Segmentation, CVPR 2015",
    "fcn8s": "J. Long et al., Fully Convolutional Networks for Semantic Segmentation, CVPR 2015",
    "lraspp": "A. Howard et al., Searching for MobileNetV3, ICCV 2019",
    "deeplab": "L.-C. Chen et al., Rethinking Atrous Convolution for Semantic Image "
    "Segmentation, 2017",
}


class SegmentationNetwork(nn.Module):
    """A classifier's encoder with a decoder on it.

    The scores may be coarser than the input; whoever labels pixels brings them to the picture's
    size first (`engine.tasks.semantic`).
    """

    def __init__(self, encoder: Encoder, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, x: Tensor) -> Tensor:
        """Return scores, (N, classes, h, w), the background's first, for (N, 3, H, W)."""
        scores: Tensor = self.decoder(self.encoder(x))
        return scores

    def switch(self, switches: SkipSwitches) -> None:
        """Switch skips and upsampling where the decoder is a U-Net's; another's stays as it is."""
        if isinstance(self.decoder, UNetDecoder):
            self.decoder.switch(switches)


def make_decoder(
    architecture: Architecture, channels: Sequence[int], classes: int, upsampling: Upsampling
) -> nn.Module:
    """Make a decoder with random weights.

    Parameters
    ----------
    architecture
        Which.
    channels
        Of the encoder's maps at strides 4, 8, 16 and 32.
    classes
        Scores a pixel, the background's first.
    upsampling
        Of a U-Net.
    """
    if architecture == "unet":
        return UNetDecoder(channels, classes, upsampling)
    if architecture == "lraspp":
        return LrasppDecoder(channels, classes)
    if architecture == "deeplab":
        return DeeplabDecoder(channels, classes)
    return FcnDecoder(channels, classes, {"fcn32s": 32, "fcn16s": 16, "fcn8s": 8}[architecture])
