"""Mask R-CNN of torchvision, for the categories of COCO."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from engine.models import coco
from engine.models.registry import register_family
from engine.models.spec import ModelSpec, Preprocessing, Weights, WholePicture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from engine.tasks.heads import SegmentationHead

__all__ = ["torchvision_instance"]

_MIB = 1 << 20
_CITATIONS = {
    "maskrcnn_resnet50_fpn": "K. He et al., Mask R-CNN, ICCV 2017",
    "maskrcnn_resnet50_fpn_v2": "Y. Li et al., Benchmarking Detection Transfer Learning with "
    "Vision Transformers, 2021",
}
_TITLES = {
    "maskrcnn_resnet50_fpn": "Mask R-CNN ResNet-50 FPN",
    "maskrcnn_resnet50_fpn_v2": "Mask R-CNN ResNet-50 FPN V2",
}
_PREPROCESSING = Preprocessing(
    # What the network's own transform does with a picture, but that borders are on both sides.
    input_size=(800, 800),
    resize_size=800,
    mean=(0.485, 0.456, 0.406),
    std=(0.229, 0.224, 0.225),
    interpolation="bilinear",
    is_antialiased=False,
    whole=WholePicture(short=800, long=1333, stride=32),
)


@register_family
def torchvision_instance() -> Iterator[ModelSpec]:
    """Yield the networks whose published weights know the categories of COCO."""
    import torchvision.models  # noqa: PLC0415 - it takes a second

    for name, title in _TITLES.items():
        published = torchvision.models.get_model_weights(name).DEFAULT
        yield ModelSpec(
            name=name,
            title=title,
            family="Mask R-CNN",
            task="instance",
            build=functools.partial(_build, name),
            preprocessing=_PREPROCESSING,
            categories=lambda: coco.NAMES,
            weights=_weights(published, _CITATIONS[name]),
            parameters=published.meta["num_params"],
            head=functools.partial(_head, tuple(published.meta["categories"])),
        )


def _build(name: str) -> nn.Module:
    from engine.models.rcnn import build  # noqa: PLC0415 - torch

    return build(name)


def _head(labels: tuple[str, ...]) -> SegmentationHead:
    from engine.tasks.rcnn import RcnnHead  # noqa: PLC0415 - torch

    # COCO numbers its categories up to 90 with gaps, which are called "N/A".
    numbers = tuple(coco.NAMES.index(it) if it in coco.NAMES else -1 for it in labels)
    return RcnnHead(coco.categories(), numbers)


def _weights(published: Any, citation: str) -> Weights:
    checksum = re.search(r"-([0-9a-f]{8,64})\.pth$", published.url)
    return Weights(
        location=published.url,
        sha256=checksum[1] if checksum else "",
        size_bytes=round(published.meta["_file_size"] * _MIB),
        licence="BSD-3-Clause; the training data may add terms",
        citation=citation,
    )
