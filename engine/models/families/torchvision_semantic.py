"""The networks of torchvision that name every pixel, for the twenty categories of PASCAL VOC.

A network of our own belongs beside this file, as a family of its own: a spec with task "semantic",
`whole` in its preprocessing, and a `SemanticHead`.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.models.registry import register_family
from engine.models.spec import ModelSpec, Preprocessing, Weights, WholePicture, load_strictly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor, nn

    from engine.tasks.heads import SegmentationHead

__all__ = ["torchvision_semantic"]

_MIB = 1 << 20
_LONGEST = 1333
"""Of the long side, in pixels: the published evaluation knows no limit, but a strip of 1 x 100
would become 520 x 52,000."""
_FCN = "J. Long et al., Fully Convolutional Networks for Semantic Segmentation, CVPR 2015"
_DEEPLAB = "L.-C. Chen et al., Rethinking Atrous Convolution for Semantic Image Segmentation, 2017"
_LRASPP = "A. Howard et al., Searching for MobileNetV3, ICCV 2019"


@dataclass(frozen=True, slots=True)
class _Known:
    title: str
    family: str
    citation: str
    parameters: int
    """Without the second head, which serves in training alone."""


_KNOWN = {
    "fcn_resnet50": _Known("FCN ResNet-50", "FCN", _FCN, 32_957_013),
    "deeplabv3_mobilenet_v3_large": _Known(
        "DeepLabV3 MobileNetV3 Large", "DeepLabV3", _DEEPLAB, 11_025_477
    ),
    "deeplabv3_resnet50": _Known("DeepLabV3 ResNet-50", "DeepLabV3", _DEEPLAB, 39_638_869),
    "lraspp_mobilenet_v3_large": _Known("LR-ASPP MobileNetV3 Large", "LR-ASPP", _LRASPP, 3_221_538),
}
_NICER = {"aeroplane": "airplane", "diningtable": "dining table", "pottedplant": "potted plant",
          "sofa": "couch", "motorbike": "motorcycle", "tvmonitor": "tv"}  # fmt: skip
"""VOC's words where COCO has others: a category has one name everywhere."""


@register_family
def torchvision_semantic() -> Iterator[ModelSpec]:
    """Yield the networks whose published weights know the categories of PASCAL VOC."""
    import torchvision.models  # noqa: PLC0415 - it takes a second

    for name, known in _KNOWN.items():
        published = torchvision.models.get_model_weights(name).DEFAULT
        names = tuple(_NICER.get(it, it) for it in published.meta["categories"][1:])
        yield ModelSpec(
            name=name,
            title=known.title,
            family=known.family,
            task="semantic",
            build=functools.partial(_build, name),
            preprocessing=_preprocessing(published.transforms()),
            categories=functools.partial(tuple, names),
            weights=_weights(published, known.citation),
            parameters=known.parameters,
            load_state=_load_state,
            head=functools.partial(_head, names),
        )


def _build(name: str) -> nn.Module:
    import torchvision.models  # noqa: PLC0415 - it takes a second

    arguments = {} if name.startswith("lraspp") else {"aux_loss": False}
    module: nn.Module = torchvision.models.get_model(
        name, weights=None, weights_backbone=None, **arguments
    )
    return module


def _head(names: tuple[str, ...]) -> SegmentationHead:
    from engine.tasks.semantic import SemanticHead  # noqa: PLC0415 - torch
    from engine.values import Category  # noqa: PLC0415 - beside it

    return SemanticHead(tuple(Category(number, it) for number, it in enumerate(names, start=1)))


def _load_state(module: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Load all but the second head."""
    load_strictly(module, {key: it for key, it in state.items() if not key.startswith("aux_")})


def _preprocessing(transforms: Any) -> Preprocessing:
    size = transforms.resize_size[0]
    return Preprocessing(
        input_size=(size, size),
        resize_size=size,
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
        interpolation=transforms.interpolation.value,
        whole=WholePicture(short=size, long=_LONGEST),
    )


def _weights(published: Any, citation: str) -> Weights:
    checksum = re.search(r"-([0-9a-f]{8,64})\.pth$", published.url)
    return Weights(
        location=published.url,
        sha256=checksum[1] if checksum else "",
        size_bytes=round(published.meta["_file_size"] * _MIB),
        licence="BSD-3-Clause; the training data may add terms",
        citation=citation,
    )
