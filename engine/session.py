"""The engine without threads: a network, the layers that are watched, and one frame at a time."""

from __future__ import annotations

import dataclasses
import gc
import time
import weakref
from typing import TYPE_CHECKING

from engine.capture.fold import fold
from engine.capture.layers import shape_of
from engine.capture.survey import Budget, Survey
from engine.capture.watch import WatchedLayer
from engine.device import choose, memory_mib
from engine.errors import ModelError
from engine.events import Notice, Severity
from engine.jobs import JobControl
from engine.models import loading
from engine.network import Network, Pass, raise_unless_gpu_is_full
from engine.seating import Seating
from engine.tasks import skips
from engine.tasks.answers import SegmentAnswers
from engine.tasks.classify import Classifier
from engine.tasks.heads import View
from engine.tasks.now_and_then import NowAndThen
from engine.tasks.sliding_window import RaceRun, prepare_race
from engine.values import (
    Activation,
    AtlasStyle,
    Classification,
    DeviceInfo,
    DeviceRequest,
    EvidenceRequest,
    FieldRequest,
    FigureGround,
    Frame,
    FrameResult,
    InputFit,
    LayerKey,
    MapKind,
    ModelInfo,
    NetworkCost,
    NetworkGraph,
    NodeSummary,
    RaceSettings,
    Segmentation,
    SegmentSettings,
    SkipSwitches,
    SurveyRequest,
    Timing,
    UpsamplingComparison,
    WeightsChoice,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.field import FieldTask
    from engine.models.loading import LoadedModel

_NO_PICTURE = "There is no picture to measure on yet; open one first."
_NO_ANSWER = (
    "{} answered with values that are not numbers, so there are no categories to name; choose "
    "full precision or another network."
)


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
        self._standing: dict[str, str] = {}
        self._seating = Seating(self._tell)
        self._network: Network | None = None
        self._watched: dict[LayerKey, WatchedLayer] = {}
        self._style = AtlasStyle()
        self._fit = InputFit.CROP
        self._survey: SurveyRequest | None = None
        self._budget = Budget()
        self._plain_ms = 0.0
        self._classifier = Classifier()
        self._segments = SegmentAnswers()
        self._now_and_then = NowAndThen(self._tell)
        self._skips = SkipSwitches()
        self._frame: Frame | None = None
        self._last: Pass | None = None

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

        Raises
        ------
        ModelError
            It cannot run an input of its own usual size; the present one stays.
        DeviceError
            There is not even enough memory for it on the CPU; the present one stays.
        """
        network = self._seating.seat(loaded)
        before = weakref.ref(self._network.module) if self._network else None
        self._network, self._skips = network, SkipSwitches()
        self._watched.clear()
        self._forget()
        if before is not None and before() not in {None, network.module}:
            # It refers to itself in a circle, and a window may have set it aside from collections.
            gc.unfreeze()
            gc.collect()
        return network.info

    def set_device(self, request: DeviceRequest) -> DeviceInfo:
        """Choose device, precision and threads; a loaded network moves there.

        Raises
        ------
        DeviceError
            There is no such device, or the network does not fit on it; nothing changes.
        ModelError
            The network cannot run like this; nothing changes.
        """
        placement = choose(request)
        if self._network is not None:
            self._network = self._network.moved(placement)
        self._seating.settle(request, placement)
        self._tell("device", "")
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
        self._classifier.configure(top_k, smoothing_s)

    def set_segmentation(self, settings: SegmentSettings) -> None:
        """Choose which answers of a network that segments count; the network need not run."""
        self._segments.configure(settings)

    def set_survey(self, request: SurveyRequest | None) -> None:
        """Sum up these nodes of the graph now and then; None = none."""
        self._survey = request if request is None or request.keys else None

    def set_evidence(self, request: EvidenceRequest | None) -> None:
        """Ask the places of the frames for classes now and then; None = do not."""
        self._now_and_then.set_evidence(request)

    def set_common(self, model: FigureGround | None) -> None:
        """Look for what a set had in common in the frames now and then; None = do not."""
        self._now_and_then.set_common(model)

    def race(self, settings: RaceSettings, frame: Frame | None = None) -> RaceRun:
        """Make a race of a sliding window and one pass ready; None = on the frame that stands.

        Raises
        ------
        ModelError
            There is no picture, or the network cannot be raced like this.
        """
        return prepare_race(self._require_network(), frame or self._frame, settings)

    def trace(self) -> NetworkGraph:
        """Return the network's graph; raise `ModelError` where there is none, or it fails."""
        return self._require_network().trace()

    def cost(self, *, has_times: bool = False) -> NetworkCost:
        """Count what each operation costs, and on request clock it; raises as `trace` does."""
        return self._require_network().cost(has_times=has_times)

    def set_skips(self, switches: SkipSwitches) -> None:
        """Switch the skips and the upsampling of a U-Net of ours; another network ignores it."""
        skips.switch(self._require_network(), switches)
        self._skips = switches
        self._forget()

    def compare_upsampling(self) -> UpsamplingComparison:
        """Run a U-Net in every way of upsampling; raise `ModelError` where that is not possible."""
        network = self._require_network()
        if self._frame is None:
            raise ModelError(_NO_PICTURE)
        return skips.compare_upsampling(network, self._frame, self._fit, self._skips)

    def measure_field(self, request: FieldRequest) -> FieldTask:
        """Begin to measure a receptive field on the frame that stands; good for this network only.

        Raises
        ------
        ModelError
            No network is loaded, there is no picture yet, or no such layer.
        """
        network = self._require_network()
        if self._frame is None:
            raise ModelError(_NO_PICTURE)
        return network.measure_field(request, self._frame, self._fit)

    # ---------------------------------------------------------------------------------- frames

    def process(self, frame: Frame) -> FrameResult:
        """Run the network on a frame.

        Returns
        -------
        FrameResult
            The answer, and an :class:`Activation` for each watched layer that was reached.

        Raises
        ------
        ModelError
            No network is loaded, or it fails on this picture.
        DeviceError
            There is not enough memory, not even on the CPU.
        """
        network = self._require_network()
        self._frame, self._last = frame, None
        start = time.perf_counter()
        try:
            survey = self._due_survey(network, frame, start)
            self._last = network.run(frame, self._watched, self._fit, survey)
            summaries = self._end_survey(survey, self._last)
            result = self._result(network, self._last, start)
            return self._now_and_then.added(network, dataclasses.replace(result, survey=summaries))
        except (RuntimeError, MemoryError) as error:
            raise_unless_gpu_is_full(error, network.placement)
        # Outside the handler: the traceback holds on to what fills the device.
        self._network = self._seating.retreat(network.loaded)
        return self.process(frame)

    def recompose(self) -> FrameResult | None:
        """Answer for the last frame again; None before the first.

        The network runs only where more changed than the style, the number of categories or what
        counts in a segmentation.
        """
        if self._frame is None or self._network is None:
            return None
        last = self._last
        if last is None or not last.asked.issuperset(self._watched):
            return self.process(self._frame)
        return self._result(self._network, last, time.perf_counter())

    def close(self) -> None:
        """Let go of the network and of the last frame."""
        self._network = self._frame = None
        self._watched.clear()
        self._forget()

    # --------------------------------------------------------------------------------- private

    def _due_survey(self, network: Network, frame: Frame, now: float) -> Survey | None:
        if self._survey is None or not self._budget.is_due(now):
            return None
        return network.survey(self._survey, frame, self._fit)

    def _end_survey(self, survey: Survey | None, done: Pass) -> tuple[NodeSummary, ...]:
        """Take note of what the survey cost over a plain pass."""
        if survey is None:
            self._plain_ms = done.forward_ms
            return ()
        cost_s = (done.forward_ms - self._plain_ms) / 1e3
        self._budget.note(time.perf_counter(), cost_s)
        return tuple(survey.found.values())

    def _forget(self) -> None:
        """Forget what the network as it was until now has answered."""
        self._last = None
        self._classifier.reset()
        self._segments.reset()

    def _require_network(self) -> Network:
        if self._network is None:
            raise ModelError("No network is loaded; choose one first.")
        return self._network

    def _tell(self, topic: str, message: str, severity: Severity = Severity.INFO) -> None:
        """Say something once, and once that it is over (an empty message)."""
        if message != self._standing.get(topic, ""):
            self._standing[topic] = message
            self._on_notice(Notice(topic, message, severity))

    def _result(self, network: Network, done: Pass, start: float) -> FrameResult:
        composing = time.perf_counter()
        activations = tuple(
            activation
            for key, watched in self._watched.items()
            if (activation := self._answer(watched, done, key)) is not None
        )
        composed = time.perf_counter()
        answer = self._classify(network, done)
        decoding = time.perf_counter()
        segmentation = self._segment(network, done)
        now = time.perf_counter()
        return FrameResult(
            frame=done.frame,
            model=network.info.card.name,
            is_random=network.info.is_random,
            input_box=done.box,
            classification=answer,
            activations=activations,
            segmentation=segmentation,
            timing=Timing(
                preprocess_ms=done.preprocess_ms,
                forward_ms=done.forward_ms,
                atlas_ms=(composed - composing) * 1e3,
                decode_ms=(now - decoding) * 1e3 if segmentation is not None else 0.0,
                total_ms=(now - start) * 1e3,
                survey_ms=self._budget.cost_ms if self._survey is not None else 0.0,
            ),
            finished_at=now,
            memory_mib=memory_mib(network.placement.device),
        )

    def _answer(self, watched: WatchedLayer, done: Pass, key: LayerKey) -> Activation | None:
        output = done.taken.get(key)
        if output is None or output.numel() == 0:
            return None
        folded = fold(output, done.input_size)
        if key.name == "input":
            folded = dataclasses.replace(folded, kind=MapKind.PICTURE)
        return watched.answer(folded, shape_of(output), self._style, done.frame)

    def _classify(self, network: Network, done: Pass) -> Classification | None:
        if network.head is not None or done.output.ndim != 1:
            return None
        logits = done.output.cpu().numpy()
        answer = self._classifier.answer(logits, network.info.categories, done.frame)
        sentence = "" if answer else _NO_ANSWER.format(network.info.card.title)
        self._tell("answer", sentence, Severity.WARNING)
        return answer

    def _segment(self, network: Network, done: Pass) -> Segmentation | None:
        if network.head is None:
            return None
        height, width = done.frame.image.shape[:2]
        view = View((height, width), done.box, done.input_size)
        return self._segments.answer(network.head, done.raw, view, done.frame)
