"""What a window (or a test) tells the engine thread. Commands form a FIFO: none is lost."""

from __future__ import annotations

from dataclasses import dataclass

from engine.models.user.options import OpenOptions
from engine.values import (
    AtlasStyle,
    DeviceRequest,
    EvidenceRequest,
    FieldRequest,
    FigureGround,
    InputFit,
    LayerKey,
    RaceSettings,
    SegmentSettings,
    SkipSwitches,
    SurveyRequest,
    WeightsChoice,
)

__all__ = [
    "CancelLoading",
    "CancelOther",
    "CancelRace",
    "Command",
    "CompareUpsampling",
    "ListModels",
    "LoadModel",
    "MeasureCost",
    "MeasureField",
    "SetClassification",
    "SetCommonObject",
    "SetDevice",
    "SetEvidence",
    "SetFit",
    "SetSegmentation",
    "SetSkips",
    "SetStyle",
    "SetSurvey",
    "StartRace",
    "TraceGraph",
    "TraceOther",
    "WatchLayers",
]


@dataclass(frozen=True, slots=True)
class ListModels:
    """Ask for the cards of every network in the registry."""


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Load a network; the one that runs goes on until the new one is ready."""

    name: str
    weights: WeightsChoice = WeightsChoice.PUBLISHED
    options: OpenOptions | None = None
    """For a person's own file: how exactly it is to be opened, which is remembered when it has
    been; None = as it was the last time."""
    content: str = ""
    """The SHA-256 of the file that the person was shown; it is not opened where it holds something
    else by now. Empty = any."""


@dataclass(frozen=True, slots=True)
class CancelLoading:
    """Stop loading; the network that runs stays."""


@dataclass(frozen=True, slots=True)
class WatchLayers:
    """Watch exactly these layers, in this order."""

    layers: tuple[LayerKey, ...]


@dataclass(frozen=True, slots=True)
class SetStyle:
    """Compose the grids of all watched layers like this."""

    style: AtlasStyle


@dataclass(frozen=True, slots=True)
class SetClassification:
    """How the answer is given."""

    top_k: int = 5
    smoothing_s: float = 0.0
    """Time constant of the exponential average over frames, in seconds; 0 = none."""


@dataclass(frozen=True, slots=True)
class SetDevice:
    """Move the network."""

    request: DeviceRequest


@dataclass(frozen=True, slots=True)
class SetFit:
    """How a picture becomes the network's input."""

    fit: InputFit


@dataclass(frozen=True, slots=True)
class SetSegmentation:
    """Which answers of a network that segments count; acts on the frame that stands, too."""

    settings: SegmentSettings


@dataclass(frozen=True, slots=True)
class SetSkips:
    """Switch the skips and the upsampling of a U-Net that was trained here; others ignore it."""

    switches: SkipSwitches


@dataclass(frozen=True, slots=True)
class CompareUpsampling:
    """Run such a U-Net in every way of upsampling on the frame that stands.

    An UpsamplingCompared answers.
    """


@dataclass(frozen=True, slots=True)
class TraceOther:
    """Trace a network beside the one that is loaded, which runs on; the newest wish wins."""

    name: str
    """As for `LoadModel`."""
    input_shape: tuple[int, ...] | None = None
    """With the batch; where the network does not take it, and for None, its usual one."""


@dataclass(frozen=True, slots=True)
class CancelOther:
    """Stop tracing another network."""


@dataclass(frozen=True, slots=True)
class TraceGraph:
    """Trace the network that is loaded; a GraphTraced answers."""


@dataclass(frozen=True, slots=True)
class MeasureCost:
    """Count what each layer costs, and on request take its time; a CostMeasured answers."""

    has_times: bool = False


@dataclass(frozen=True, slots=True)
class MeasureField:
    """Measure a receptive field on the frame that stands, between frames; FieldMeasured answers.

    The newest request counts: what was begun before is given up; None = only that.
    """

    request: FieldRequest | None


@dataclass(frozen=True, slots=True)
class SetSurvey:
    """Sum up these nodes now and then, as often as the live loop's pace allows; None = none."""

    request: SurveyRequest | None


@dataclass(frozen=True, slots=True)
class SetCommonObject:
    """Look for what a set of pictures had in common, within a share of the time; None = do not."""

    model: FigureGround | None


@dataclass(frozen=True, slots=True)
class SetEvidence:
    """Ask the places of the frames for classes, as often as the live loop allows; None = do not."""

    request: EvidenceRequest | None


@dataclass(frozen=True, slots=True)
class StartRace:
    """Set a sliding window against one pass on the frame that stands; RaceMoved events answer."""

    settings: RaceSettings


@dataclass(frozen=True, slots=True)
class CancelRace:
    """Stop the race; a RaceFailed with an empty message answers."""


Command = (
    ListModels
    | LoadModel
    | CancelLoading
    | WatchLayers
    | SetStyle
    | SetClassification
    | SetDevice
    | SetFit
    | SetSegmentation
    | SetSkips
    | CompareUpsampling
    | TraceGraph
    | TraceOther
    | CancelOther
    | MeasureCost
    | MeasureField
    | SetSurvey
    | SetCommonObject
    | SetEvidence
    | StartRace
    | CancelRace
)
