"""The engine without threads: a network, the layers that are watched, and one frame at a time."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

from engine.capture.fold import fold
from engine.capture.watch import WatchedLayer
from engine.device import apply_threads, choose, memory_mib, out_of_memory_sentence
from engine.errors import DeviceError, ModelError
from engine.events import Notice, Severity
from engine.jobs import JobControl
from engine.models import loading
from engine.network import Network, Pass
from engine.tasks.classify import Smoother, classify, softmax
from engine.values import (
    Activation,
    AtlasStyle,
    Classification,
    DeviceInfo,
    DeviceRequest,
    Frame,
    FrameResult,
    InputFit,
    LayerKey,
    MapKind,
    ModelInfo,
    Timing,
    WeightsChoice,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.device import Placement
    from engine.models.loading import LoadedModel


class Session:
    """A loaded network and what is asked of it. Synchronous; used by one thread at a time.

    Parameters
    ----------
    on_notice
        Hears sentences for the person, such as "the GPU is full, running on the CPU".

    Examples
    --------
    >>> session = Session()
    >>> session.load("efficientnet_lite0", WeightsChoice.PUBLISHED)   # doctest: +SKIP
    >>> session.watch([LayerKey("blocks.2.0.conv_pw")])               # doctest: +SKIP
    >>> session.process(Frame(picture)).activations[0].values.shape   # doctest: +SKIP
    (144, 56, 56)
    """

    def __init__(self, on_notice: Callable[[Notice], None] | None = None) -> None:
        self._on_notice = on_notice or (lambda _notice: None)
        self._placement = self._place(DeviceRequest())
        self._network: Network | None = None
        self._watched: dict[LayerKey, WatchedLayer] = {}
        self._style = AtlasStyle()
        self._fit = InputFit.CROP
        self._top_k = 5
        self._smoother = Smoother()
        self._last: Pass | None = None
        self._last_answer: Classification | None = None

    # -------------------------------------------------------------------------------- settings

    @property
    def info(self) -> ModelInfo | None:
        """The network that is loaded, or None."""
        return self._network.info if self._network else None

    def load(
        self, name: str, weights: WeightsChoice, control: JobControl | None = None
    ) -> ModelInfo:
        """Load a network of the registry and put it in place of the present one.

        Raises
        ------
        ModelError
            It cannot be had; the present one stays.
        CancelledError
            `control` was cancelled.
        """
        return self.adopt(loading.load(name, weights, control or JobControl()))

    def adopt(self, loaded: LoadedModel) -> ModelInfo:
        """Put a network that was loaded elsewhere in place of the present one.

        Nothing is watched afterwards.
        """
        try:
            network = Network(loaded, self._placement)
        except RuntimeError as error:
            network = self._adopt_on_cpu(loaded, error)
        self._network = network
        self._watched.clear()
        self._forget()
        return network.info

    def set_device(self, request: DeviceRequest) -> DeviceInfo:
        """Choose device, precision and threads; a loaded network moves there.

        Raises
        ------
        DeviceError
            There is no such device, or the network does not fit on it; nothing changes.
        """
        placement = self._place(request)
        if self._network is not None:
            self._network = self._move(self._network, placement)
        self._placement = placement
        self._forget()
        return placement.info

    def watch(self, layers: Iterable[LayerKey]) -> None:
        """Watch exactly these layers, in this order; those watched already keep their history.

        Raises
        ------
        ModelError
            There is no such layer, or no network; nothing changes.
        """
        network = self._require_network()
        keys = tuple(dict.fromkeys(layers))
        for key in keys:
            network.check(key)
        old = self._watched
        self._watched = {
            key: old.get(key) or WatchedLayer(key, network.kind_of(key)) for key in keys
        }

    @property
    def watched(self) -> tuple[LayerKey, ...]:
        """The layers that are watched."""
        return tuple(self._watched)

    def set_style(self, style: AtlasStyle) -> None:
        """Compose all grids like this from now on."""
        self._style = style

    def set_fit(self, fit: InputFit) -> None:
        """Choose how a picture becomes the input."""
        self._fit = fit
        self._forget()

    def set_classification(self, top_k: int, smoothing_s: float = 0.0) -> None:
        """Choose how many categories are named and how long answers are averaged (seconds)."""
        self._top_k = max(1, top_k)
        self._smoother.seconds = max(0.0, smoothing_s)
        self._last_answer = None

    # ---------------------------------------------------------------------------------- frames

    def process(self, frame: Frame) -> FrameResult:
        """Run the network on a frame.

        Parameters
        ----------
        frame
            (H, W, 3) uint8 RGB of any size.

        Returns
        -------
        FrameResult
            The answer, and an :class:`Activation` for each watched layer that was reached.

        Raises
        ------
        ModelError
            No network is loaded, or it cannot run this input.
        """
        start = time.perf_counter()
        network = self._require_network()
        try:
            done = network.run(frame, self._watched, self._fit)
        except RuntimeError as error:
            network = self._after_failure(network, error)
            done = network.run(frame, self._watched, self._fit)
        self._last, self._last_answer = done, None
        return self._result(network, done, start)

    def recompose(self) -> FrameResult | None:
        """Answer for the last frame again without running the network, where that is possible.

        It is, as long as nothing but the style or the number of categories changed. Otherwise
        the last frame is processed again. None before the first frame.
        """
        last = self._last
        if last is None or self._network is None:
            return None
        if any(key not in last.taken for key in self._watched):
            return self.process(last.frame)
        return self._result(self._network, last, time.perf_counter())

    def close(self) -> None:
        """Let go of the network."""
        self._network = None
        self._watched.clear()
        self._forget()

    # --------------------------------------------------------------------------------- private

    def _forget(self) -> None:
        self._last = self._last_answer = None
        self._smoother.reset()

    def _require_network(self) -> Network:
        if self._network is None:
            raise ModelError("No network is loaded; choose one first.")
        return self._network

    def _result(self, network: Network, done: Pass, start: float) -> FrameResult:
        composing = time.perf_counter()
        activations = tuple(
            activation
            for key, watched in self._watched.items()
            if (activation := self._answer(network, watched, done, key)) is not None
        )
        composed = time.perf_counter()
        answer = self._classify(network, done)
        now = time.perf_counter()
        return FrameResult(
            frame=done.frame,
            model=network.info.card.name,
            is_random=network.info.is_random,
            input_box=done.box,
            classification=answer,
            activations=activations,
            timing=Timing(
                preprocess_ms=done.preprocess_ms,
                forward_ms=done.forward_ms,
                atlas_ms=(composed - composing) * 1e3,
                total_ms=(now - start) * 1e3,
            ),
            finished_at=now,
            memory_mib=memory_mib(network.placement.device),
        )

    def _answer(
        self, network: Network, watched: WatchedLayer, done: Pass, key: LayerKey
    ) -> Activation | None:
        output = done.taken.get(key)
        if output is None or output.numel() == 0:
            return None
        folded = fold(output, network.input_size)
        if key.name == "input":
            folded = dataclasses.replace(folded, kind=MapKind.PICTURE)
        shape = tuple(int(n) for n in output.shape[1:]) or (1,)
        return watched.answer(folded, shape, self._style, done.frame)

    def _classify(self, network: Network, done: Pass) -> Classification | None:
        if self._last_answer is None and done.output.ndim == 1:
            probabilities = softmax(done.output.cpu().numpy())
            smooth = self._smoother.update(probabilities, done.frame.captured_at)
            self._last_answer = classify(smooth, network.info.categories, self._top_k)
        return self._last_answer

    # ---------------------------------------------------------------------- when memory is short

    def _after_failure(self, network: Network, error: RuntimeError) -> Network:
        """Go on on the CPU when the device is full; otherwise say what happened."""
        sentence = out_of_memory_sentence(error, network.placement.device)
        if sentence is None:
            raise error
        if network.placement.device.type == "cpu":
            raise DeviceError(sentence) from error
        self._network = self._to_cpu(network.loaded, sentence)
        return self._network

    def _adopt_on_cpu(self, loaded: LoadedModel, error: RuntimeError) -> Network:
        sentence = out_of_memory_sentence(error, self._placement.device)
        if sentence is None:
            raise error
        if self._placement.device.type == "cpu":
            raise DeviceError(sentence) from error
        return self._to_cpu(loaded, sentence)

    def _to_cpu(self, loaded: LoadedModel, sentence: str) -> Network:
        self._placement = self._place(DeviceRequest("cpu"))
        self._on_notice(Notice("device", sentence, Severity.WARNING))
        return Network(loaded, self._placement)

    def _place(self, request: DeviceRequest) -> Placement:
        """Choose where to run, and say what of the request could not be had."""
        placement = choose(request)
        apply_threads(placement.threads)
        self._on_notice(Notice("precision", placement.note))
        return placement

    def _move(self, network: Network, placement: Placement) -> Network:
        try:
            return Network(network.loaded, placement)
        except RuntimeError as error:
            sentence = out_of_memory_sentence(error, placement.device)
            Network(network.loaded, network.placement)  # bring what moved back
            if sentence is None:
                raise
            raise DeviceError(sentence) from error
