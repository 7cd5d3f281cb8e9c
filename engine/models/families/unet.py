"""A U-Net that Layerscope has trained itself: the semantic network that works out of the box.

Its decoder comes with Layerscope, its encoder is EfficientNet-Lite0 out of its package. What it was
trained on and how good it is stands in `resources/weights/unet_efficientnet_lite0.md`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from engine.learn.classes import NAMES
from engine.learn.description import Description
from engine.models.families.lite0 import PREPROCESSING
from engine.models.registry import register_family
from engine.models.spec import RESOURCE_PREFIX, Weights
from engine.models.trained import trained_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.models.spec import ModelSpec

__all__ = ["SHIPPED", "unet"]

SHIPPED = Description(
    architecture="unet",
    backbone="efficientnet_lite0",
    upsampling="bilinear",
    names=NAMES,
    long_side=384,
)
_WEIGHTS = Weights(
    location=f"{RESOURCE_PREFIX}weights/unet_efficientnet_lite0.safetensors",
    sha256="3e6bdc20d5d437258babd7920270320afaa3630f92731e804cfec663e3f94012",
    size_bytes=1_463_670,
    licence="Apache-2.0; the training photos may add terms",
    citation=(
        "O. Ronneberger et al., U-Net: Convolutional Networks for Biomedical Image Segmentation, "
        "MICCAI 2015"
    ),
)


@register_family
def unet() -> Iterator[ModelSpec]:
    """Yield the network whose decoder comes with Layerscope."""
    spec = trained_spec(SHIPPED, PREPROCESSING, "U-Net EfficientNet-Lite0", _WEIGHTS, 4_099_487)
    yield dataclasses.replace(spec, name="unet_efficientnet_lite0")
