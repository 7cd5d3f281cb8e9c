"""The real engine thread, driven from outside as a source and a window drive it."""

from __future__ import annotations

import itertools
import statistics
import threading
import time
from typing import TYPE_CHECKING, Self

from engine.commands import LoadModel, SetDevice, SetSurvey, TraceGraph, WatchLayers
from engine.events import GraphTraced, LoadingFailed, ModelReady, Notice, Severity
from engine.sources.demo import DemoSource
from engine.thread import EngineThread
from engine.values import DeviceRequest, Frame, LayerKey, WeightsChoice
from tests.benchmarks.machine import THREADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.commands import Command
    from engine.events import EngineEvent
    from engine.values import FrameResult, ModelInfo, NetworkGraph, SurveyRequest, Timing

__all__ = ["CPU", "EngineLoop", "demo_frames"]

CPU = DeviceRequest("cpu", threads=THREADS)
TIMEOUT_S = 120.0


def demo_frames(count: int, step: int = 37) -> list[Frame]:
    """Return so many (480, 640, 3) frames of the demo, taken here and there."""
    source = DemoSource()
    source.open()
    frames = [source.frame_at(number * step) for number in range(count)]
    source.close()
    return frames


class EngineLoop:
    """An engine thread with a network, fed without a pause while `run_for` lasts.

    Parameters
    ----------
    model, weights
        The network.
    layers
        What is watched.
    frames
        Taken in turn, over and over.

    Attributes
    ----------
    timings
        Of all frames that were run.
    on_result
        Called with each result that is taken, in the thread that calls `run_for`.
    """

    def __init__(
        self, model: str, weights: WeightsChoice, layers: tuple[str, ...], frames: list[Frame]
    ) -> None:
        self._frames: Iterator[Frame] = itertools.cycle(frames)
        self._is_feeding = False
        self._finished = self._fed = 0
        self._nudged = threading.Event()
        self._told = threading.Event()
        self._events: list[EngineEvent] = []
        self.timings: list[Timing] = []
        self.on_result: Callable[[FrameResult], object] = lambda _: None
        self._engine = EngineThread(self._hear, self._on_result)
        self._first: list[Command] = [SetDevice(CPU), LoadModel(model, weights)]
        self._layers = layers

    def __enter__(self) -> Self:
        self._engine.start()
        for command in self._first:
            self._engine.post(command)
        self.info = self._await_model()
        self.watch(*self._layers)
        return self

    def __exit__(self, *_: object) -> None:
        if not self._engine.stop():
            raise RuntimeError("the engine thread did not end")

    def run_for(self, seconds: float) -> float:
        """Keep the engine busy for so long; return the seconds a frame took.

        A frame always lies ready when the engine has finished one, and every result is taken
        out of the mailbox by this thread, as a window does.
        """
        self._is_feeding, self._finished, self._fed = True, 0, 0
        self._feed()
        self._take()  # the first result wakes everything up and does not count
        begun, start = self._finished, time.perf_counter()
        now = start
        while now - start < seconds or self._finished < begun + 2:
            self.timings.append(self._take().timing)
            now = time.perf_counter()
        counted = self._finished - begun
        self._is_feeding = False
        while self._finished < self._fed:  # the frame that is under way
            self._take()
        return (now - start) / counted

    def survey(self, request: SurveyRequest | None) -> None:
        """Have these nodes summed up now and then, from the next frame on."""
        self._engine.post(SetSurvey(request))

    def trace(self) -> NetworkGraph:
        """Return the network's graph."""
        self._told.clear()
        self._engine.post(TraceGraph())
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            self._told.wait(1.0)
            for event in list(self._events):
                if isinstance(event, GraphTraced):
                    return event.graph
        raise RuntimeError("the network took too long to trace")

    def watch(self, *layers: str) -> None:
        """Watch these layers from the next frame on."""
        self._engine.post(WatchLayers(tuple(LayerKey.parse(name) for name in layers)))

    def answer_to(self, frame: Frame) -> FrameResult:
        """Hand one frame over and wait for the answer to just this one."""
        self._engine.frames.put(frame)
        while True:
            result = self._take()
            if result.frame is frame:
                return result

    def phase_ms(self, phase: str) -> float:
        """Return the median of one of `Timing`'s fields over all that was run."""
        return float(statistics.median(getattr(timing, phase) for timing in self.timings))

    def _take(self) -> FrameResult:
        while True:
            if not self._nudged.wait(TIMEOUT_S):
                raise RuntimeError(f"the engine gave no answer: {self._events}")
            self._nudged.clear()
            result = self._engine.results.take()
            if result is not None:
                self.on_result(result)
                return result

    def _on_result(self) -> None:
        self._finished += 1
        if self._is_feeding:
            self._feed()
        self._nudged.set()

    def _feed(self) -> None:
        self._fed += 1
        self._engine.frames.put(next(self._frames))

    def _hear(self, event: EngineEvent) -> None:
        self._events.append(event)
        if isinstance(event, ModelReady | LoadingFailed | Notice | GraphTraced):
            self._told.set()

    def _await_model(self) -> ModelInfo:
        end = time.monotonic() + TIMEOUT_S
        while time.monotonic() < end:
            self._told.wait(1.0)
            self._told.clear()
            for event in self._events:
                if isinstance(event, ModelReady):
                    return event.info
                is_error = isinstance(event, Notice) and event.severity is Severity.ERROR
                if is_error or isinstance(event, LoadingFailed):
                    raise RuntimeError(f"the network cannot be loaded: {event}")
        raise RuntimeError("the network took too long to load")
