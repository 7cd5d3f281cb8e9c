"""A network in its place: on a device, in a precision, ready to be run on frames."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engine.capture.hooks import INPUT, capture, first_tensor
from engine.capture.layers import list_layers
from engine.errors import ModelError
from engine.models.preprocess import prepare
from engine.values import ModelInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager

    from torch import Tensor

    from engine.device import Placement
    from engine.models.loading import LoadedModel
    from engine.values import Box, Frame, InputFit, LayerKey


@dataclass(slots=True)
class Pass:
    """One forward pass.

    Attributes
    ----------
    output : Tensor
        The network's answer, float32, on its device: (K,) logits of a classifier.
    taken
        The watched layers' outputs, each with its batch of one.
    box
        The part of the picture that the network saw.
    """

    frame: Frame
    output: Tensor
    taken: Mapping[LayerKey, Tensor]
    box: Box
    preprocess_ms: float
    forward_ms: float


class Network:
    """A loaded network on a device.

    Parameters
    ----------
    loaded
        The module with its description.
    placement
        Where and how it runs.

    Raises
    ------
    ModelError
        The network cannot run an input of its own usual size.
    """

    def __init__(self, loaded: LoadedModel, placement: Placement) -> None:
        self.loaded = loaded
        self.placement = placement
        layout = torch.channels_last if placement.is_channels_last else torch.contiguous_format
        # mypy does not know that `to` takes a memory format on a module
        self.module = loaded.module.to(placement.device, memory_format=layout)  # type: ignore[call-overload]
        self._preprocessing = loaded.spec.preprocessing
        self.info = self._describe()
        self._layers = {layer.key.name: layer for layer in self.info.layers}

    @property
    def input_size(self) -> tuple[int, int]:
        """Height and width of the input."""
        return self._preprocessing.input_size

    def check(self, key: LayerKey) -> None:
        """See that a layer exists and fires often enough.

        Raises
        ------
        ModelError
            It does not; the sentence names what is near.
        """
        layer = self._layers.get(key.name)
        if layer is None:
            near = _nearest(key.name, self._layers)
            raise ModelError(f"{self.info.card.title} has no layer “{key.name}”.{near}")
        if not 0 <= key.call < layer.calls:
            raise ModelError(
                f"Layer “{key.name}” fires {'once' if layer.calls == 1 else f'{layer.calls} times'} "
                f"in a pass; there is no call {key.call}, counting from 0."
            )

    def kind_of(self, key: LayerKey) -> str:
        """Return the class of a layer's module."""
        return self._layers[key.name].kind

    @torch.inference_mode()
    def run(self, frame: Frame, layers: Iterable[LayerKey], fit: InputFit) -> Pass:
        """Run one frame and take what the watched layers answer."""
        start = time.perf_counter()
        tensor, box = self._prepare(frame, fit)
        prepared = time.perf_counter()
        keys = tuple(layers)
        with capture(self.module, keys) as taken, self._autocast():
            output = first_tensor(self.module(tensor))
        if output is None:
            raise ModelError(f"{self.info.card.title} returned no tensor.")
        answers = dict(taken)
        if INPUT in keys:
            answers[INPUT] = tensor.to(torch.float32, memory_format=torch.contiguous_format)
        self.synchronise()
        done = time.perf_counter()
        return Pass(
            frame=frame,
            output=output[0].to(torch.float32),
            taken=answers,
            box=box,
            preprocess_ms=(prepared - start) * 1e3,
            forward_ms=(done - prepared) * 1e3,
        )

    def synchronise(self) -> None:
        """Wait until the device has done what it was given, so that clocks tell the truth."""
        if self.placement.device.type == "cuda":
            torch.cuda.synchronize(self.placement.device)
        elif self.placement.device.type == "mps":
            torch.mps.synchronize()

    def _prepare(self, frame: Frame, fit: InputFit) -> tuple[Tensor, Box]:
        return prepare(
            frame.image,
            self._preprocessing,
            fit,
            self.placement.device,
            channels_last=self.placement.is_channels_last,
        )

    def _autocast(self) -> AbstractContextManager[object]:
        dtype = self.placement.autocast_dtype
        if dtype is None:
            return nullcontext()
        return torch.autocast(self.placement.device.type, dtype)

    def _describe(self) -> ModelInfo:
        example = torch.zeros(1, 3, *self.input_size, device=self.placement.device)
        with self._autocast():
            layers = list_layers(self.module, example)
        return ModelInfo(
            card=self.loaded.card,
            weights=self.loaded.weights,
            device=self.placement.info,
            layers=layers,
            categories=self.loaded.categories,
        )


def _nearest(name: str, names: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415 - only on the way to an error

    near = difflib.get_close_matches(name, list(names), n=3, cutoff=0.4)
    return f" Did you mean {', '.join(near)}?" if near else ""
