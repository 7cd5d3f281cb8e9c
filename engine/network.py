"""A network in its place: on a device, in a precision, ready to be run on frames."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import torch

from engine.capture.functional import is_functional
from engine.capture.hooks import INPUT, capture, first_tensor, planar_copy
from engine.capture.layers import list_layers
from engine.capture.survey import Survey
from engine.device import out_of_memory_sentence
from engine.errors import DeviceError, ModelError
from engine.field import FieldTask
from engine.graph.scopes import observing
from engine.models.preprocess import input_size, prepare
from engine.values import ModelInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from contextlib import AbstractContextManager

    from torch import Tensor

    from engine.device import Placement
    from engine.models.loading import LoadedModel
    from engine.values import (
        Box,
        FieldRequest,
        Frame,
        InputFit,
        LayerKey,
        NetworkCost,
        NetworkGraph,
        SurveyRequest,
    )


T = TypeVar("T")


@dataclass(slots=True)
class Pass:
    """One forward pass.

    Attributes
    ----------
    output : Tensor
        The network's answer, float32, on its device: (K,) logits of a classifier. Empty where
        the network segments.
    raw
        All that a network that segments gave, as it gave it; None of others.
    input_size
        Height and width of the input, in pixels.
    asked
        The layers that were watched.
    taken
        What those of them answered that were reached, each with its batch of one.
    box
        The part of the picture that the network saw.
    """

    frame: Frame
    output: Tensor
    raw: object
    input_size: tuple[int, int]
    asked: frozenset[LayerKey]
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
        self.module = loaded.module
        self._preprocessing = loaded.spec.preprocessing
        self._graph: NetworkGraph | None = None
        self.head = loaded.spec.head() if loaded.spec.head is not None else None
        self.settle()
        self.info = self._describe()
        self._layers = {layer.key.name: layer for layer in self.info.layers}

    def settle(self) -> None:
        """Bring the module to its device; again, after it was tried elsewhere."""
        is_last = self.placement.is_channels_last
        layout = torch.channels_last if is_last else torch.contiguous_format
        # mypy does not know that `to` takes a memory format on a module
        self.module.to(self.placement.device, memory_format=layout)  # type: ignore[call-overload]

    def moved(self, placement: Placement) -> Network:
        """Return the network in another place; where that fails, it stays where it is.

        Raises
        ------
        DeviceError
            There is not enough memory.
        ModelError
            It cannot run like this.
        """
        try:
            return Network(self.loaded, placement)
        except Exception as error:
            self.settle()  # brings back what moved
            sentence = out_of_memory_sentence(error, placement.device)
            if sentence is None:
                raise
            raise DeviceError(sentence) from error

    @property
    def input_size(self) -> tuple[int, int]:
        """Height and width of the usual input; whole pictures make inputs of other sizes."""
        return self._preprocessing.input_size

    def check(self, key: LayerKey) -> None:
        """See that a layer exists and fires often enough, or an operation of the graph happens.

        Raises
        ------
        ModelError
            It does not; the sentence names what is near.
        """
        if is_functional(key):
            self._check_operation(key)
            return
        layer = self._layers.get(key.name)
        if layer is None:
            near = _nearest(key.name, self._layers)
            raise ModelError(f"{self.info.card.title} has no layer “{key.name}”. {near}")
        if not 0 <= key.call < layer.calls:
            often = "once" if layer.calls == 1 else f"{layer.calls} times"
            raise ModelError(
                f"Layer “{key.name}” fires {often} in a pass; there is no call {key.call}, "
                "counting from 0."
            )

    def kind_of(self, key: LayerKey) -> str:
        """Return the class of a layer's module, or what an operation is called ("add")."""
        if is_functional(key):
            return key.name.rpartition("/")[2]
        return self._layers[key.name].kind

    def trace(self) -> NetworkGraph:
        """Run an input of the usual size once and return the graph; made once.

        Raises
        ------
        ModelError
            The network fails on it.
        """
        if self._graph is None:
            from engine.graph.trace import trace  # noqa: PLC0415 - only when a graph is wanted

            example = torch.zeros(1, 3, *self.input_size, device=self.placement.device)
            name = self.info.card.name
            with self._autocast():
                self._graph = self._attempt(
                    lambda: trace(self.module, example, name=name), "an input of its own size"
                )
        return self._graph

    def cost(self, *, has_times: bool = False) -> NetworkCost:
        """Count what each operation costs, from the graph; clock it too where that is wanted.

        Raises
        ------
        ModelError
            The network fails on an input of its own size.
        """
        from engine.graph.cost import cost  # noqa: PLC0415 - only when a cost is wanted
        from engine.graph.measure import measure, with_times  # noqa: PLC0415

        graph = self.trace()
        counted = cost(graph)
        if not has_times:
            return counted
        example = torch.zeros(1, 3, *self.input_size, device=self.placement.device)
        with self._autocast():
            times = self._attempt(lambda: measure(self.module, example, graph), "its own input")
        return with_times(counted, times)

    def measure_field(self, request: FieldRequest, frame: Frame, fit: InputFit) -> FieldTask:
        """Begin to measure the receptive field of a cell on a frame.

        Raises
        ------
        ModelError
            There is no such layer.
        """
        from engine.graph.measured_field import FieldMeasurement  # noqa: PLC0415 - on request

        self.check(request.key)
        tensor, box = self._prepare(frame, fit)
        measurement = FieldMeasurement(self.module, tensor, request.key, request.cell)
        return FieldTask(request, measurement, frame.name, box)

    @torch.inference_mode()
    def run(
        self,
        frame: Frame,
        layers: Iterable[LayerKey],
        fit: InputFit,
        survey: Survey | None = None,
    ) -> Pass:
        """Run one frame and take what the watched layers answer; sum nodes up for `survey`.

        Raises
        ------
        ModelError
            The network fails on it, or gives nothing that could be shown.
        """
        start = time.perf_counter()
        tensor, box = self._prepare(frame, fit)
        prepared = time.perf_counter()
        keys = frozenset(layers)
        # Before the network runs: its first layer may write over its input.
        answers = {INPUT: planar_copy(tensor)} if INPUT in keys else {}
        seen = observing(self.module, survey) if survey is not None else nullcontext()
        nothing: Mapping[LayerKey, Tensor] = {}
        taking = capture(self.module, keys) if keys - {INPUT} else nullcontext(nothing)
        with taking as taken, seen, self._autocast():
            raw = self._attempt(lambda: self.module(tensor), "this picture")
        output = self._shown(raw) if self.head is None else torch.empty(0)
        answers.update(taken)
        self.synchronise()
        done = time.perf_counter()
        return Pass(
            frame=frame,
            output=output,
            raw=None if self.head is None else raw,
            input_size=(tensor.shape[-2], tensor.shape[-1]),
            asked=keys,
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

    def survey(self, request: SurveyRequest, frame: Frame, fit: InputFit) -> Survey:
        """Return what sums nodes up in one pass over a frame."""
        height, width = frame.image.shape[:2]
        return Survey(request, input_size((height, width), self._preprocessing, fit))

    def _shown(self, raw: object) -> Tensor:
        """Return the answer of a network that does not segment, without the batch."""
        output = first_tensor(raw)
        if output is None or output.ndim == 0 or len(output) == 0:
            raise ModelError(
                f"{self.loaded.card.title} gave no answer that can be shown; "
                "choose another network."
            )
        return output[0].to(torch.float32)

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

    def _attempt(self, work: Callable[[], T], what: str) -> T:
        """Run the network, whose own errors are the person's to hear of, but for full memory."""
        try:
            return work()
        except Exception as error:
            if out_of_memory_sentence(error, self.placement.device) is not None:
                raise
            raise ModelError(
                f"{self.loaded.card.title} failed on {what}; choose another network "
                "(the log has the details)."
            ) from error

    def _check_operation(self, key: LayerKey) -> None:
        keys = [node.key for node in self.trace().nodes if is_functional(node.key)]
        if key not in keys:
            near = _nearest(str(key), map(str, keys))
            raise ModelError(f"{self.info.card.title} does no operation “{key}”. {near}")

    def _describe(self) -> ModelInfo:
        example = torch.zeros(1, 3, *self.input_size, device=self.placement.device)
        with self._autocast():
            layers = self._attempt(
                lambda: list_layers(self.module, example), "an input of its own usual size"
            )
        return ModelInfo(
            card=self.loaded.card,
            weights=self.loaded.weights,
            device=self.placement.info,
            layers=layers,
            categories=self.loaded.categories,
        )


def _nearest(name: str, names: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415 - only on the way to an error

    near = difflib.get_close_matches(name, list(names), n=3, cutoff=0.5)
    return f"Did you mean {', '.join(near)}?" if near else "Choose one from its list of layers."


def raise_unless_gpu_is_full(error: RuntimeError | MemoryError, placement: Placement) -> None:
    """Return only where `error` says that another device than the CPU has no memory left.

    Raises
    ------
    DeviceError
        The CPU has none left.
    RuntimeError, MemoryError
        The error itself: it says something else.
    """
    sentence = out_of_memory_sentence(error, placement.device)
    if sentence is None:
        raise error
    if placement.device.type == "cpu":
        raise DeviceError(sentence) from error
