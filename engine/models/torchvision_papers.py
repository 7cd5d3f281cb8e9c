"""How the papers write the names of torchvision's networks, and which papers they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["describe"]


@dataclass(frozen=True, slots=True)
class _Family:
    """One family: a pattern for its names, and what to make of what the pattern catches.

    In `title`, `{0}` is the first group of the pattern and `{A}` the same in capitals; `{1}` and
    `{B}` are the second.
    """

    pattern: str
    name: str
    title: str
    citation: str


_FAMILIES = (
    _Family(
        r"alexnet",
        "AlexNet",
        "AlexNet",
        "A. Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014",
    ),
    _Family(
        r"convnext_(\w+)",
        "ConvNeXt",
        "ConvNeXt {0}",
        "Z. Liu et al., A ConvNet for the 2020s, CVPR 2022",
    ),
    _Family(
        r"densenet(\d+)",
        "DenseNet",
        "DenseNet-{0}",
        "G. Huang et al., Densely Connected Convolutional Networks, CVPR 2017",
    ),
    _Family(
        r"efficientnet_v2_(\w)",
        "EfficientNetV2",
        "EfficientNetV2-{A}",
        "M. Tan and Q. V. Le, EfficientNetV2: Smaller Models and Faster Training, ICML 2021",
    ),
    _Family(
        r"efficientnet_(b\d)",
        "EfficientNet",
        "EfficientNet-{A}",
        "M. Tan and Q. V. Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural "
        "Networks, ICML 2019",
    ),
    _Family(
        r"googlenet",
        "GoogLeNet",
        "GoogLeNet",
        "C. Szegedy et al., Going Deeper with Convolutions, CVPR 2015",
    ),
    _Family(
        r"inception_v(\d)",
        "Inception",
        "Inception v{0}",
        "C. Szegedy et al., Rethinking the Inception Architecture for Computer Vision, CVPR 2016",
    ),
    _Family(
        r"maxvit_(\w)",
        "MaxViT",
        "MaxViT-{A}",
        "Z. Tu et al., MaxViT: Multi-Axis Vision Transformer, ECCV 2022",
    ),
    _Family(
        r"mnasnet(\d_\d+)",
        "MNASNet",
        "MNASNet {0}",
        "M. Tan et al., MnasNet: Platform-Aware Neural Architecture Search for Mobile, CVPR 2019",
    ),
    _Family(
        r"mobilenet_v2",
        "MobileNet",
        "MobileNetV2",
        "M. Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, CVPR 2018",
    ),
    _Family(
        r"mobilenet_v3_(\w+)",
        "MobileNet",
        "MobileNetV3 {0}",
        "A. Howard et al., Searching for MobileNetV3, ICCV 2019",
    ),
    _Family(
        r"regnet_([xy])_(\w+)",
        "RegNet",
        "RegNet{A}-{B}",
        "I. Radosavovic et al., Designing Network Design Spaces, CVPR 2020",
    ),
    _Family(
        r"resnet(\d+)",
        "ResNet",
        "ResNet-{0}",
        "K. He et al., Deep Residual Learning for Image Recognition, CVPR 2016",
    ),
    _Family(
        r"resnext(\d+)_(\w+)",
        "ResNeXt",
        "ResNeXt-{0} {1}",
        "S. Xie et al., Aggregated Residual Transformations for Deep Neural Networks, CVPR 2017",
    ),
    _Family(
        r"shufflenet_v2_x(\w+)",
        "ShuffleNet",
        "ShuffleNetV2 x{0}",
        "N. Ma et al., ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design, "
        "ECCV 2018",
    ),
    _Family(
        r"squeezenet(\d_\d)",
        "SqueezeNet",
        "SqueezeNet {0}",
        "F. N. Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and "
        "<0.5MB model size, 2016",
    ),
    _Family(
        r"swin_(\w)",
        "Swin Transformer",
        "Swin-{A}",
        "Z. Liu et al., Swin Transformer: Hierarchical Vision Transformer using Shifted Windows, "
        "ICCV 2021",
    ),
    _Family(
        r"swin_v2_(\w)",
        "Swin Transformer",
        "SwinV2-{A}",
        "Z. Liu et al., Swin Transformer V2: Scaling Up Capacity and Resolution, CVPR 2022",
    ),
    _Family(
        r"vgg(\d+)(_bn)?",
        "VGG",
        "VGG-{0}{B}",
        "K. Simonyan and A. Zisserman, Very Deep Convolutional Networks for Large-Scale Image "
        "Recognition, ICLR 2015",
    ),
    _Family(
        r"vit_(\w)_(\d+)",
        "Vision Transformer",
        "ViT-{A}/{1}",
        "A. Dosovitskiy et al., An Image is Worth 16x16 Words: Transformers for Image Recognition "
        "at Scale, ICLR 2021",
    ),
    _Family(
        r"wide_resnet(\d+)_(\d)",
        "Wide ResNet",
        "Wide ResNet-{0}-{1}",
        "S. Zagoruyko and N. Komodakis, Wide Residual Networks, BMVC 2016",
    ),
)


def describe(name: str) -> tuple[str, str, str]:
    """Return the family, the title and the paper of one of torchvision's networks.

    A network that a newer torchvision has and this table has not is called as torchvision calls it.
    """
    for family in _FAMILIES:
        found = re.fullmatch(family.pattern, name)
        if found is not None:
            return family.name, _title(family, found), family.citation
    return "torchvision", name, f"torchvision, {name}"


def _title(family: _Family, found: re.Match[str]) -> str:
    # "1_6gf" is 1.6 GF, "0_75" is 0.75; a "_bn" that is not there is nothing.
    groups = [re.sub(r"(?<=\d)_(?=\d)", ".", group or "") for group in found.groups()]
    capitals = {
        letter: group.upper().replace("_", " ") for letter, group in zip("AB", groups, strict=False)
    }
    words = [group.capitalize() if re.fullmatch(r"[a-z]{2,}", group) else group for group in groups]
    return family.title.format(*words, **capitals)
