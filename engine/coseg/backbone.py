"""What of a classifier co-segmentation looks at: two of its layers, and its class evidence."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch
import torch.nn.functional as F
from torch import nn

from engine import device as devices
from engine.capture.hooks import capture
from engine.errors import DeviceError, ModelError
from engine.models import loading, registry
from engine.models import weights as weights_store
from engine.models.preprocess import prepare
from engine.values import DeviceRequest, InputFit, LayerKey, WeightsChoice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from engine.jobs import JobControl
    from engine.models.loading import LoadedModel

__all__ = [
    "Backbone",
    "Layers",
    "Raw",
    "input_size",
    "layers_of",
    "load_backbone",
    "weights_sha256",
]

LONG_SIDE_PX = 640
STRIDE_PX = 32


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of a network that are looked at.

    Attributes
    ----------
    fine, coarse
        What cells are described by; `coarse` is brought to the grid of `fine`.
    last, classifier
        The maps whose mean the linear classifier reads; empty where it reads no mean.
    """

    fine: str
    coarse: str
    last: str = ""
    classifier: str = ""


_TABLE: tuple[tuple[str, Layers], ...] = (
    (r"efficientnet_lite0", Layers("blocks.4", "blocks.6", "bn2", "classifier")),
    (r"(wide_)?resne(x)?t\d+(_\w+)?", Layers("layer3", "layer4", "layer4", "fc")),
    (r"vgg11", Layers("features.14", "features.19")),
    (r"vgg13", Layers("features.18", "features.23")),
    (r"vgg16", Layers("features.22", "features.29")),
    (r"vgg19", Layers("features.26", "features.35")),
)
"""By the names of the registry: the last layers at strides 16 and 32; of VGG relu4 and relu5."""


def layers_of(name: str) -> Layers:
    """Return the layers of a network.

    Raises
    ------
    ModelError
        None are known of it.
    """
    for pattern, layers in _TABLE:
        if re.fullmatch(pattern, name):
            return layers
    raise ModelError(
        f"“{name}” cannot be used for co-segmentation yet; choose {registry.DEFAULT_MODEL}, "
        "a ResNet or a VGG without batch normalisation."
    )


@dataclass(frozen=True, slots=True)
class Raw:
    """What one pass over a picture gives.

    Attributes
    ----------
    fine, coarse : Tensor, (C, h, w), float32
    logits : Tensor, (K,), float32
    dense : Tensor, (K, h, w), float32
        Logits of the classes at each place of the last maps, averaged over 2 x 2 places; where the
        classifier reads no mean, the mean-pooled coarse maps themselves.
    """

    fine: Tensor
    coarse: Tensor
    logits: Tensor
    dense: Tensor


def input_size(size: tuple[int, int], long_side: int = LONG_SIDE_PX) -> tuple[int, int]:
    """Return the input's height and width for a picture's: multiples of 32, the long side given."""
    scale = long_side / max(size)
    height, width = (max(1, round(side * scale / STRIDE_PX)) * STRIDE_PX for side in size)
    return height, width


class Backbone:
    """A network on a device, asked for the maps that describe a picture's cells.

    Parameters
    ----------
    loaded
        The network.
    request
        Where it runs.
    """

    def __init__(self, loaded: LoadedModel, request: DeviceRequest) -> None:
        self.name = loaded.spec.name
        self.title = loaded.spec.title
        self.loaded = loaded
        self.layers = layers_of(self.name)
        self._placement = devices.choose(request)
        self._module = loaded.module.to(self._placement.device)

    @torch.inference_mode()
    def run(self, image: NDArray[np.uint8], long_side: int = LONG_SIDE_PX) -> Raw:
        """Describe a picture.

        Parameters
        ----------
        image : ndarray, (H, W, 3), uint8
            RGB.
        long_side
            Of the input, in pixels.

        Raises
        ------
        ModelError
            The network fails on it.
        DeviceError
            There is not enough memory.
        """
        size = input_size((image.shape[0], image.shape[1]), long_side)
        preprocessing = dataclasses.replace(
            self.loaded.spec.preprocessing, input_size=size, resize_size=max(size), whole=None
        )
        device = self._placement.device
        tensor, _ = prepare(image, preprocessing, InputFit.STRETCH, device)
        names = {self.layers.fine, self.layers.coarse, self.layers.last} - {""}
        keys = {name: LayerKey(name) for name in names}
        try:
            with capture(self._module, keys.values()) as taken:
                logits = self._module(tensor)
        except (RuntimeError, MemoryError) as error:
            sentence = devices.out_of_memory_sentence(error, device)
            if sentence is not None:
                raise DeviceError(sentence) from error
            raise ModelError(
                f"{self.title} failed on a picture; choose another network."
            ) from error
        maps = {name: taken[key] for name, key in keys.items()}
        coarse = maps[self.layers.coarse]
        dense = self._dense(maps.get(self.layers.last), coarse)
        return Raw(maps[self.layers.fine][0], coarse[0], logits[0].float(), dense[0])

    def _dense(self, last: Tensor | None, coarse: Tensor) -> Tensor:
        maps = coarse if last is None else last
        pooled = F.avg_pool2d(maps, 2, ceil_mode=True, count_include_pad=False)
        if last is None:
            return pooled
        linear = cast("nn.Linear", self._module.get_submodule(self.layers.classifier))
        return F.conv2d(pooled, linear.weight[:, :, None, None], linear.bias)


def load_backbone(
    name: str, weights: WeightsChoice, device: DeviceRequest, control: JobControl
) -> Backbone:
    """Load a network for co-segmentation.

    Raises
    ------
    ModelError
        There is none of this name, or none of its layers are known.
    DeviceError
        There is no such device.
    CancelledError
        `control` was cancelled.
    """
    layers_of(registry.spec(name).name)  # before anything is downloaded
    return Backbone(loading.load(name, weights, control), device)


def weights_sha256(name: str, weights: WeightsChoice) -> str:
    """Return all 64 digits of the weights file's checksum, or nothing where there is no file."""
    published = registry.spec(name).weights
    path = weights_store.local_path(published) if published is not None else None
    if weights is not WeightsChoice.PUBLISHED or path is None:
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
