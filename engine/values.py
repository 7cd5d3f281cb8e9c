"""What crosses the border between the engine and a window: frozen records and numpy arrays.

No tensor, module, image or widget class of any library stands here. Arrays are treated as
read-only by whoever receives them.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Activation",
    "AtlasStyle",
    "Box",
    "ChannelStats",
    "Classification",
    "DeviceInfo",
    "DeviceRequest",
    "Frame",
    "FrameResult",
    "InputFit",
    "LayerInfo",
    "LayerKey",
    "MapKind",
    "ModelCard",
    "ModelInfo",
    "Prediction",
    "ScaleMode",
    "SortKey",
    "Timing",
    "WeightsChoice",
]


def _require(array: NDArray[Any], ndim: int, dtype: type, what: str) -> None:
    if array.ndim != ndim or array.dtype != np.dtype(dtype):
        expected = f"{ndim}-d {np.dtype(dtype).name}"
        got = f"shape {array.shape}, {array.dtype.name}"
        raise ValueError(f"{what}: expected {expected}, got {got}")


# ----------------------------------------------------------------------------------- pictures


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in picture coordinates: pixels, origin at the top left, right and bottom open.

    It may reach beyond the picture (a letterboxed input does).
    """

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a source.

    Attributes
    ----------
    image : ndarray, (H, W, 3), uint8
        RGB, upright (EXIF orientation applied once, by the source).
    index
        Number of the frame in its source, from 0.
    captured_at
        `time.perf_counter()` when the frame was taken, in seconds.
    name
        What the picture is called: a file name, "camera 0", ...
    """

    image: NDArray[np.uint8]
    index: int = 0
    captured_at: float = 0.0
    name: str = ""

    def __post_init__(self) -> None:
        _require(self.image, 3, np.uint8, "Frame.image")
        if self.image.shape[2] != 3 or 0 in self.image.shape:
            raise ValueError(f"Frame.image: expected (H, W, 3), got {self.image.shape}")


class InputFit(enum.StrEnum):
    """How a picture of any proportions becomes the network's input."""

    CROP = "crop"
    """Resize the short side and cut the centre out, as the network was evaluated."""
    PAD = "pad"
    """The whole picture, aspect kept, borders filled with the mean colour."""
    STRETCH = "stretch"
    """The whole picture, aspect not kept."""


# ------------------------------------------------------------------------------------- models


class WeightsChoice(enum.StrEnum):
    """Which weights a network runs with."""

    PUBLISHED = "published"
    RANDOM = "random"
    """Structure only: random weights. Its answers mean nothing and must be marked so."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A network that can be loaded, as a list or menu shows it."""

    name: str
    title: str
    family: str
    task: str
    parameters: int
    """Number of parameters (weights and biases)."""
    input_size: tuple[int, int]
    """Height and width of the usual input, in pixels."""
    weights_size_bytes: int
    weights_source: str
    """Where the weights come from: "package NAME" or an address."""
    weights_licence: str
    are_weights_local: bool
    """Whether the weights can be had now without a network connection."""
    citation: str
    accuracy_top1: float | None = None
    """Published top-1 accuracy on the ImageNet validation set, in per cent."""


@dataclass(frozen=True, slots=True, order=True)
class LayerKey:
    """One call of one layer: a module that fires twice in a pass has two keys."""

    name: str
    """The module's path, as in `named_modules()`; "input" is the network's input."""
    call: int = 0

    def __str__(self) -> str:
        return self.name if self.call == 0 else f"{self.name}:{self.call}"

    @classmethod
    def parse(cls, text: str) -> LayerKey:
        """Read what `str` wrote: `name` or `name:call`."""
        name, colon, call = text.rpartition(":")
        if colon and call.isdecimal():
            return cls(name, int(call))
        return cls(text)


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """One module of the loaded network."""

    key: LayerKey
    kind: str
    """The class of the module, such as "Conv2d"; "Input" for the network's input."""
    shape: tuple[int, ...] | None
    """Output shape without the batch, or None where the module was not called."""
    parameters: int
    """Its own and its children's parameters."""
    is_leaf: bool
    calls: int = 1
    """How often it fires in one pass."""
    detail: str = ""
    """Kernel, stride, padding and the like, short: "3x3, stride 2, groups 32"."""


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """What the person asked the network to run on."""

    name: str = "auto"
    """"auto", "cpu", "cuda", "cuda:1", "mps"."""
    is_half: bool = False
    """Half precision (autocast) where the device gains by it."""
    threads: int = 0
    """Intra-operation CPU threads; 0 = as many as there are physical cores."""


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """What the network runs on."""

    name: str
    """"cpu", "cuda:0", "mps"."""
    title: str
    """For the person: "NVIDIA H200", "CPU, 2 threads"."""
    precision: str
    """"float32", "float16" or "bfloat16"."""
    is_channels_last: bool = False


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The network that is loaded."""

    card: ModelCard
    weights: WeightsChoice
    device: DeviceInfo
    layers: tuple[LayerInfo, ...]
    """In order of `named_modules()`, the input first; a reused module stands once."""
    categories: tuple[str, ...]

    @property
    def is_random(self) -> bool:
        """Whether its weights are random and its answers mean nothing."""
        return self.weights is WeightsChoice.RANDOM


# ---------------------------------------------------------------------------------- the answer


@dataclass(frozen=True, slots=True)
class Prediction:
    """One category with its probability in 0..1."""

    index: int
    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Classification:
    """The most probable categories, best first."""

    top: tuple[Prediction, ...]
    entropy: float = 0.0
    """Shannon entropy of all probabilities, in bits."""


# --------------------------------------------------------------------------------- activations


class MapKind(enum.StrEnum):
    """What shape a layer's output has."""

    MAPS = "maps"
    VECTOR = "vector"
    TOKENS = "tokens"
    """Transformer tokens, folded back to their grid."""
    PICTURE = "picture"
    """The network's input: RGB planes."""


class ScaleMode(enum.StrEnum):
    """What value is the brightest: of its channel, of the whole layer, or a chosen one."""

    CHANNEL = "channel"
    LAYER = "layer"
    FIXED = "fixed"


class SortKey(enum.StrEnum):
    """In which order the channels stand."""

    INDEX = "index"
    MEAN = "mean"
    MAX = "max"
    SPARSITY = "sparsity"


@dataclass(frozen=True, slots=True)
class AtlasStyle:
    """How values become the grid's bytes; the colour map is the viewer's business."""

    scale: ScaleMode = ScaleMode.LAYER
    fixed_low: float = 0.0
    fixed_high: float = 1.0
    gamma: float = 1.0
    """Exponent on the normalised magnitude: below 1 lifts weak responses."""
    sort: SortKey = SortKey.INDEX
    aspect: float = 1.6
    """Width over height of the place where the grid will stand."""

    def __post_init__(self) -> None:
        if not (self.gamma > 0 and self.aspect > 0):
            raise ValueError(f"gamma and aspect must be positive: {self.gamma}, {self.aspect}")
        if not self.fixed_low < self.fixed_high:
            raise ValueError(f"fixed range is empty: {self.fixed_low} .. {self.fixed_high}")


@dataclass(frozen=True, slots=True, eq=False)
class ChannelStats:
    """Numbers of each channel of a layer on one frame; every array is (N,).

    Attributes
    ----------
    minimum, maximum, mean, std : float32
        Over the channel's finite values.
    zeros : float32
        Share of values that are exactly 0, in 0..1.
    dead : bool
        All zero on every one of the last frames (see `Session.dead_after`).
    """

    minimum: NDArray[np.float32]
    maximum: NDArray[np.float32]
    mean: NDArray[np.float32]
    std: NDArray[np.float32]
    zeros: NDArray[np.float32]
    dead: NDArray[np.bool_]

    def __post_init__(self) -> None:
        for name in ("minimum", "maximum", "mean", "std", "zeros"):
            _require(getattr(self, name), 1, np.float32, f"ChannelStats.{name}")
        _require(self.dead, 1, np.bool_, "ChannelStats.dead")


@dataclass(frozen=True, slots=True, eq=False)
class Activation:
    """What one layer answered to one frame.

    Attributes
    ----------
    values : ndarray, (N, h, w), float32
        Every channel's map, channel by channel (h = w = 1 for a vector).
    atlas : ndarray, (rows * h, columns * w), uint8
        All channels as one picture, tile after tile in `order`, row by row. 0..255 runs from
        `low` to `high` of the channel; where `is_signed`, 128 is zero. Places behind the last
        channel hold `blank`.
    order : ndarray, (N,), intp
        Which channel stands at each place.
    low, high : ndarray, (N,), float32
        The value that is drawn as 0 and as 255, for each channel (by channel, not by place),
        before gamma.
    """

    key: LayerKey
    layer_kind: str
    shape: tuple[int, ...]
    """The output's true shape, without the batch."""
    kind: MapKind
    values: NDArray[np.float32]
    atlas: NDArray[np.uint8]
    columns: int
    order: NDArray[np.intp]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    gamma: float
    is_signed: bool
    stats: ChannelStats
    has_nonfinite: bool = False
    """Whether NaN or infinite values were met (they are drawn as 0)."""

    def __post_init__(self) -> None:
        _require(self.values, 3, np.float32, "Activation.values")
        _require(self.atlas, 2, np.uint8, "Activation.atlas")
        count, height, width = self.values.shape
        rows = -(-count // self.columns)
        if self.atlas.shape != (rows * height, self.columns * width):
            raise ValueError(
                f"Activation.atlas: expected {(rows * height, self.columns * width)}, "
                f"got {self.atlas.shape}"
            )

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.values.shape[0])

    @property
    def map_size(self) -> tuple[int, int]:
        """Height and width of one map."""
        return int(self.values.shape[1]), int(self.values.shape[2])

    def place_of(self, channel: int) -> tuple[int, int]:
        """Row and column at which `channel` stands in the atlas."""
        place = int(np.flatnonzero(self.order == channel)[0])
        return divmod(place, self.columns)


@dataclass(frozen=True, slots=True)
class Timing:
    """Where a frame's time went, in milliseconds."""

    preprocess_ms: float = 0.0
    forward_ms: float = 0.0
    atlas_ms: float = 0.0
    total_ms: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """Everything the engine says about one frame."""

    frame: Frame
    model: str
    """Name of the network, as in the registry."""
    is_random: bool
    input_box: Box
    """The part of the picture that the network saw."""
    classification: Classification | None
    activations: tuple[Activation, ...] = ()
    timing: Timing = field(default_factory=Timing)
    finished_at: float = 0.0
    """`time.perf_counter()` when the result was ready."""
    memory_mib: float = 0.0
    """Memory of the device (cuda, mps) or of the process (cpu)."""

    def activation(self, key: LayerKey) -> Activation | None:
        """Return the watched layer `key`, or None where it is not among them."""
        return next((a for a in self.activations if a.key == key), None)
