"""What the engine's threads tell whoever listens. Events are few; frames never travel in them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from engine.values import (
    DeviceInfo,
    MeasuredField,
    ModelCard,
    ModelInfo,
    NetworkCost,
    NetworkGraph,
    Race,
    UpsamplingComparison,
)

__all__ = [
    "CostMeasured",
    "EngineEvent",
    "FieldMeasured",
    "GraphTraced",
    "LoadingCancelled",
    "LoadingFailed",
    "LoadingProgress",
    "ModelReady",
    "ModelsListed",
    "Notice",
    "OtherFailed",
    "OtherProgress",
    "OtherTraced",
    "RaceFailed",
    "RaceMoved",
    "Severity",
    "UpsamplingCompared",
]


class Severity(enum.StrEnum):
    """How loudly a notice is shown."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ModelsListed:
    """Every network in the registry, and every device of this machine."""

    cards: tuple[ModelCard, ...]
    devices: tuple[DeviceInfo, ...]


@dataclass(frozen=True, slots=True)
class LoadingProgress:
    """A network is being fetched or built."""

    model: str
    stage: str
    """What happens now, as a short phrase: "Downloading weights"."""
    done: int = 0
    total: int = 0
    """Bytes; 0 = not known."""


@dataclass(frozen=True, slots=True)
class ModelReady:
    """A network was loaded, or moved to another device; it answers from the next frame on."""

    info: ModelInfo
    asked: str = ""
    """What it was asked for by: its name, or the path of its file; empty when it only moved."""


@dataclass(frozen=True, slots=True)
class LoadingFailed:
    """The network could not be loaded; the one before it runs on."""

    model: str
    message: str
    can_run_random: bool
    """Whether "structure only (random weights)" would work."""
    needs_consent: bool = False
    """Whether `model` is a file whose code would have to run, to which nobody has agreed yet."""
    has_changed: bool = False
    """Whether `model` is a file that holds something else than what the person was shown."""


@dataclass(frozen=True, slots=True)
class LoadingCancelled:
    """The person stopped the loading."""

    model: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the person. `topic` lets a later notice replace or clear an earlier one."""

    topic: str
    message: str
    """Empty = the cause is gone: clear what stands under this topic."""
    severity: Severity = Severity.INFO


@dataclass(frozen=True, slots=True)
class GraphTraced:
    """The graph of the network that is loaded."""

    graph: NetworkGraph


@dataclass(frozen=True, slots=True)
class OtherProgress:
    """Another network is being traced."""

    name: str
    stage: str
    """What happens now, as a short phrase: "Tracing"."""


@dataclass(frozen=True, slots=True)
class OtherTraced:
    """The graph of another network than the one that is loaded."""

    name: str
    """What it was asked for by."""
    graph: NetworkGraph


@dataclass(frozen=True, slots=True)
class OtherFailed:
    """Another network could not be traced."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class CostMeasured:
    """What each operation of the network that is loaded costs."""

    cost: NetworkCost


@dataclass(frozen=True, slots=True)
class FieldMeasured:
    """A receptive field was measured: once after the first pass, and at the end."""

    field: MeasuredField


@dataclass(frozen=True, slots=True)
class RaceMoved:
    """How far a race is: a few times a second, and once at its end."""

    race: Race


@dataclass(frozen=True, slots=True)
class RaceFailed:
    """A race came to no end."""

    message: str
    """Empty = it was cancelled."""


@dataclass(frozen=True, slots=True)
class UpsamplingCompared:
    """What each way of upsampling came to on one picture, or why that cannot be said."""

    comparison: UpsamplingComparison | None
    message: str = ""


EngineEvent = (
    ModelsListed
    | LoadingProgress
    | ModelReady
    | LoadingFailed
    | LoadingCancelled
    | Notice
    | GraphTraced
    | OtherProgress
    | OtherTraced
    | OtherFailed
    | CostMeasured
    | FieldMeasured
    | RaceMoved
    | RaceFailed
    | UpsamplingCompared
)
