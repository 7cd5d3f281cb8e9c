"""A backend without an engine: it writes down what it is asked, and tells what a test wants told.

The bridge and its mailboxes are the real ones; results are made by numpy.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from engine.commands import Command, SetStyle
from engine.events import EngineEvent, ModelReady
from engine.mailbox import Mailbox
from engine.sources.base import SourceCommand, SourceInfo, SourceSpec, SourceState, SourceStatus
from engine.values import (
    Activation,
    AtlasStyle,
    Box,
    ChannelStats,
    Classification,
    DeviceInfo,
    Frame,
    FrameResult,
    LayerInfo,
    LayerKey,
    MapKind,
    ModelCard,
    ModelInfo,
    Prediction,
    ScaleMode,
    Timing,
    WeightsChoice,
)
from gui.backend import Backend
from gui.bridge import EngineBridge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

C = TypeVar("C")

CPU = DeviceInfo("cpu", "CPU, 1 thread", "float32")
LABELS = ("tabby", "tiger cat", "Egyptian cat", "lynx", "tennis ball", "chest", "sock")


def card(name: str = "tiny", *, is_local: bool = True, parameters: int = 1234) -> ModelCard:
    """Return the card of a network that does not exist."""
    return ModelCard(
        name=name,
        title=name.capitalize(),
        family="Tiny",
        task="classification",
        parameters=parameters,
        input_size=(32, 32),
        weights_size_bytes=42_000_000,
        weights_source="package tiny",
        weights_licence="Apache-2.0",
        are_weights_local=is_local,
        citation="Nobody, 2020",
        accuracy_top1=75.5,
    )


LAYERS = (
    LayerInfo(LayerKey("input"), "Input", (3, 32, 32), 0, is_leaf=True),
    LayerInfo(LayerKey("features"), "Sequential", (24, 8, 8), 1000, is_leaf=False),
    LayerInfo(LayerKey("features.conv1"), "Conv2d", (16, 16, 16), 448, is_leaf=True, detail="3x3"),
    LayerInfo(LayerKey("features.relu"), "ReLU", (16, 16, 16), 0, is_leaf=True, calls=2),
    LayerInfo(LayerKey("features.unused"), "Dropout", None, 0, is_leaf=True, calls=0),
    LayerInfo(LayerKey("features.conv2"), "Conv2d", (24, 8, 8), 552, is_leaf=True),
    LayerInfo(LayerKey("classifier"), "Linear", (7,), 234, is_leaf=True),
)
CONV1, RELU, RELU2, CONV2, CLASSIFIER, INPUT = (
    LayerKey("features.conv1"),
    LayerKey("features.relu"),
    LayerKey("features.relu", 1),
    LayerKey("features.conv2"),
    LayerKey("classifier"),
    LayerKey("input"),
)
UNUSED = LayerKey("features.unused")


def model(
    name: str = "tiny",
    weights: WeightsChoice = WeightsChoice.PUBLISHED,
    device: DeviceInfo = CPU,
) -> ModelInfo:
    """Return a small network with a module that fires twice and one that never does."""
    return ModelInfo(card(name), weights, device, LAYERS, LABELS)


def photo_frame(name: str = "cat.png", index: int = 0, size: tuple[int, int] = (48, 64)) -> Frame:
    """Return a coloured picture, its own for each index."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    planes = np.stack((rows * 4, columns * 3, rows + columns + 20 * index), -1) % 256
    return Frame(planes.astype(np.uint8), index, time.perf_counter(), name)


def values_of(key: LayerKey, index: int = 0) -> NDArray[np.float32]:
    """Return (N, h, w) float32 values for one of the layers, the same every time."""
    shape = next(layer.shape for layer in LAYERS if layer.key.name == key.name)
    assert shape is not None
    full = shape if len(shape) == 3 else (*shape, 1, 1)
    rng = np.random.default_rng([sum(key.name.encode()), key.call, index])
    values = rng.normal(size=full).astype(np.float32)
    return np.maximum(values, 0) if "relu" in key.name else values


def activation(
    key: LayerKey,
    style: AtlasStyle | None = None,
    values: NDArray[np.float32] | None = None,
    *,
    dead: Sequence[int] = (),
    has_nonfinite: bool = False,
) -> Activation:
    """Compose an activation as the engine would: plain, by index."""
    style = style or AtlasStyle()
    values = values_of(key) if values is None else values
    count, height, width = values.shape
    is_signed = bool((values < 0).any()) and key != INPUT
    low, high = np.full(count, values.min()), np.full(count, values.max())
    if style.scale is ScaleMode.FIXED:
        low, high = np.full(count, style.fixed_low), np.full(count, style.fixed_high)
    if is_signed:
        high = np.maximum(abs(low), abs(high))
        low = -high
    span = np.where(high > low, high - low, 1)[:, None, None]
    bytes_ = np.clip((values - low[:, None, None]) / span * 255, 0, 255).astype(np.uint8)
    columns = max(1, min(count, round(math.sqrt(count * style.aspect))))
    rows = -(-count // columns)
    atlas = np.zeros((rows * columns, height, width), np.uint8)
    atlas[:count] = bytes_
    grid = atlas.reshape(rows, columns, height, width).transpose(0, 2, 1, 3)
    layer = next(layer for layer in LAYERS if layer.key.name == key.name)
    kind = MapKind.VECTOR if (height, width) == (1, 1) else MapKind.MAPS
    is_dead = np.zeros(count, np.bool_)
    is_dead[list(dead)] = True
    flat = values.reshape(count, -1)
    return Activation(
        key=key,
        layer_kind=layer.kind,
        shape=layer.shape or (),
        kind=MapKind.PICTURE if key == INPUT else kind,
        values=values,
        atlas=np.ascontiguousarray(grid.reshape(rows * height, columns * width)),
        columns=columns,
        order=np.arange(count, dtype=np.intp),
        low=low.astype(np.float32),
        high=high.astype(np.float32),
        gamma=style.gamma,
        is_signed=is_signed,
        stats=ChannelStats(
            flat.min(1),
            flat.max(1),
            flat.mean(1),
            flat.std(1),
            (flat == 0).mean(1).astype(np.float32),
            is_dead,
        ),
        has_nonfinite=has_nonfinite,
    )


def classification(count: int = 5) -> Classification:
    """Return an answer that adds up to nearly 1."""
    shares = (0.5, 0.25, 0.125, 0.06, 0.03, 0.01, 0.01)
    top = zip(range(count), LABELS, shares, strict=False)
    return Classification(tuple(Prediction(*entry) for entry in top), entropy=1.9)


def result(
    *activations: Activation,
    frame: Frame | None = None,
    name: str = "tiny",
    is_random: bool = False,
) -> FrameResult:
    """Return an answer to a frame."""
    frame = frame or photo_frame()
    height, width = frame.image.shape[:2]
    margin = (width - height) / 2
    return FrameResult(
        frame=frame,
        model=name,
        is_random=is_random,
        input_box=Box(margin, 0, width - margin, height),
        classification=classification(),
        activations=activations,
        timing=Timing(1.0, 20.0, 2.0, 25.0),
        finished_at=time.perf_counter(),
        memory_mib=412.0,
    )


@dataclass
class FakeEngine:
    """What a window talks to.

    Attributes
    ----------
    posted, opened, sent
        Commands, sources and commands to the source, as they came. Of the commands, a style in
        which nothing but the proportions of the maps' place is new is left out: it comes some
        time after any change of the layout, and nobody asked for it.
    stops
        How often it was told to stop.
    """

    bridge: EngineBridge = field(default_factory=EngineBridge)
    results: Mailbox[FrameResult] = field(init=False)
    posted: list[Command] = field(default_factory=list)
    opened: list[SourceSpec] = field(default_factory=list)
    sent: list[SourceCommand] = field(default_factory=list)
    stops: int = 0
    info: ModelInfo | None = None
    _all: list[Command] = field(default_factory=list)
    _style: AtlasStyle | None = None

    def __post_init__(self) -> None:
        self.results = Mailbox(self.bridge.nudge)
        self.bridge.listen(self.results)

    @property
    def backend(self) -> Backend:
        """The engine as the window sees it."""
        return Backend(self.bridge, self._take, self.opened.append, self.sent.append, self._stop)

    def _take(self, command: Command) -> None:
        self._all.append(command)
        if isinstance(command, SetStyle):
            # The first one may come after a test has begun, where the machine is busy.
            before, self._style = self._style or AtlasStyle(), command.style
            if replace(before, aspect=command.style.aspect) == command.style:
                return
        self.posted.append(command)

    def _stop(self) -> bool:
        self.stops += 1
        return True

    def of(self, kind: type[C]) -> list[C]:
        """Return the commands of one kind, every one."""
        return [command for command in self._all if isinstance(command, kind)]

    def forget(self) -> None:
        """Start all lists anew."""
        self.posted.clear()
        self._all.clear()
        self.opened.clear()
        self.sent.clear()

    # What is told is delivered at once: the queued calls of the bridge are sent by hand.

    def tell(self, event: EngineEvent) -> None:
        """Tell an event."""
        self.bridge.tell_event(event)
        self._deliver()

    def load(self, info: ModelInfo | None = None) -> ModelInfo:
        """Tell that a network was loaded."""
        self.info = info or model()
        self.tell(ModelReady(self.info))
        return self.info

    def status(
        self,
        spec: SourceSpec,
        state: SourceState = SourceState.PLAYING,
        info: SourceInfo | None = None,
        index: int = 0,
        message: str = "",
    ) -> None:
        """Tell what the source is doing."""
        self.bridge.tell_status(SourceStatus(spec, state, info, index, message))
        self._deliver()

    def answer(
        self,
        *keys: LayerKey,
        index: int = 0,
        is_random: bool = False,
        style: AtlasStyle | None = None,
    ) -> FrameResult:
        """Answer to a frame with the maps of these layers."""
        made = tuple(activation(key, style, values_of(key, index)) for key in keys)
        given = result(*made, frame=photo_frame(index=index), is_random=is_random)
        self.put(given)
        return given

    def put(self, given: FrameResult) -> None:
        """Leave a result for the window."""
        self.results.put(given)
        self._deliver()

    def preview(self, frame: Frame) -> None:
        """Leave a frame that was not answered to yet."""
        self.bridge.previews.put(frame)
        self._deliver()

    def _deliver(self) -> None:
        from PySide6.QtCore import QCoreApplication, QEvent

        QCoreApplication.sendPostedEvents(self.bridge, QEvent.Type.MetaCall.value)


def on_gpu(info: ModelInfo) -> ModelInfo:
    """Return the same network on another device."""
    return replace(info, device=DeviceInfo("cuda:0", "NVIDIA H200", "float16"))
