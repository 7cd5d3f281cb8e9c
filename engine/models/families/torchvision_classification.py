"""The classification networks of torchvision, each with the weights it calls its default.

What torchvision says of its weights (address, checksum, size, accuracy, preprocessing, labels) is
read from its own `Weights` enums, so a newer torchvision brings newer weights and networks along;
titles and papers stand in `engine.models.torchvision_papers`.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from engine.models.registry import register_family
from engine.models.spec import ModelSpec, Preprocessing, Weights, load_strictly
from engine.models.torchvision_papers import describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor, nn

__all__ = ["torchvision_classification"]

_MIB = 1 << 20

_BUILD_ARGUMENTS: dict[str, dict[str, int]] = {
    # What torchvision itself passes when it loads the weights of these. The first two normalise
    # their input anew inside; saying whether to initialise silences a warning, and only then are
    # random weights those of the paper. The third has an embedding for each place of its input.
    "googlenet": {"aux_logits": False, "transform_input": True, "init_weights": True},
    "inception_v3": {"aux_logits": True, "transform_input": True, "init_weights": True},
    "vit_h_14": {"image_size": 518},
}


@register_family
def torchvision_classification() -> Iterator[ModelSpec]:
    """Yield every classification network that torchvision publishes weights for."""
    import torchvision.models  # noqa: PLC0415 - it takes a second

    for name in torchvision.models.list_models(module=torchvision.models):
        published = torchvision.models.get_model_weights(name).DEFAULT
        transforms = published.transforms()
        family, title, citation = describe(name)
        yield ModelSpec(
            name=name,
            title=title,
            family=family,
            task="classification",
            build=functools.partial(_build, name),
            preprocessing=_preprocessing(transforms),
            categories=functools.partial(tuple, published.meta["categories"]),
            weights=_weights(published, citation),
            parameters=published.meta["num_params"],
            load_state=_load_googlenet if name == "googlenet" else load_strictly,
        )


def _build(name: str) -> nn.Module:
    import torchvision.models  # noqa: PLC0415 - it takes a second

    module: nn.Module = torchvision.models.get_model(
        name, weights=None, **_BUILD_ARGUMENTS.get(name, {})
    )
    return module


def _load_googlenet(module: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Load GoogLeNet without the two auxiliary heads, which serve in training alone."""
    load_strictly(module, {key: value for key, value in state.items() if not key.startswith("aux")})


def _preprocessing(transforms: Any) -> Preprocessing:
    return Preprocessing(
        input_size=(transforms.crop_size[0], transforms.crop_size[0]),
        resize_size=transforms.resize_size[0],
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
        interpolation=transforms.interpolation.value,
        is_antialiased=bool(transforms.antialias),
    )


def _weights(published: Any, citation: str) -> Weights:
    meta = published.meta
    checksum = re.search(r"-([0-9a-f]{8,64})\.pth$", published.url)
    # The SWAG weights alone name a licence of their own; the others are torchvision's.
    is_swag = "SWAG" in meta.get("license", "")
    return Weights(
        location=published.url,
        sha256=checksum[1] if checksum else "",
        size_bytes=round(meta["_file_size"] * _MIB),
        licence="CC-BY-NC-4.0" if is_swag else "BSD-3-Clause; the training data may add terms",
        citation=citation,
        accuracy_top1=meta["_metrics"].get("ImageNet-1K", {}).get("acc@1"),
    )
