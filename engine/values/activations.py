"""What a layer answered, and how it is drawn."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.values.checks import require
from engine.values.models import LayerKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Activation",
    "AtlasStyle",
    "ChannelStats",
    "MapKind",
    "ScaleMode",
    "SortKey",
]


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
            require(getattr(self, name), 1, np.float32, f"ChannelStats.{name}")
        require(self.dead, 1, np.bool_, "ChannelStats.dead")


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
        require(self.values, 3, np.float32, "Activation.values")
        require(self.atlas, 2, np.uint8, "Activation.atlas")
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
