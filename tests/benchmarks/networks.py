"""Networks without the engine round them, in the same place and layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.device import choose
from engine.jobs import JobControl
from engine.models import registry
from engine.models.loading import load
from engine.models.preprocess import prepare
from engine.models.weights import is_local
from engine.network import Network
from engine.values import InputFit, WeightsChoice
from tests.benchmarks.engine_loop import CPU

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.values import Frame

__all__ = ["prepared", "segmenting"]


def segmenting() -> tuple[str, WeightsChoice]:
    """Return YOLOv5s-seg where its weights are installed, otherwise a network without any."""
    spec = registry.spec("yolov5s_seg")
    if spec.weights is not None and is_local(spec.weights):
        return spec.name, WeightsChoice.PUBLISHED
    return "lraspp_mobilenet_v3_large", WeightsChoice.RANDOM


def prepared(
    model: str, frame: Frame, weights: WeightsChoice = WeightsChoice.RANDOM
) -> tuple[nn.Module, Tensor]:
    """Return a network as the engine places it, and its input for a frame."""
    loaded = load(model, weights, JobControl())
    placement = choose(CPU)
    network = Network(loaded, placement)
    tensor, _ = prepare(
        frame.image,
        loaded.spec.preprocessing,
        InputFit.CROP,
        placement.device,
        channels_last=placement.is_channels_last,
    )
    return network.module, tensor
