"""Everything the engine says about one frame."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.values.activations import Activation
from engine.values.evidence import ClassEvidence
from engine.values.models import LayerKey
from engine.values.pictures import Box, Frame
from engine.values.segmentation import Instances, Segmentation
from engine.values.survey import NodeSummary

__all__ = [
    "Classification",
    "FrameResult",
    "Prediction",
    "Timing",
]


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


@dataclass(frozen=True, slots=True)
class Timing:
    """Where a frame's time went, in milliseconds."""

    preprocess_ms: float = 0.0
    forward_ms: float = 0.0
    atlas_ms: float = 0.0
    total_ms: float = 0.0
    decode_ms: float = 0.0
    """What making the segmentation of the network's output took; part of `total_ms`."""
    survey_ms: float = 0.0
    """What the last survey of the graph cost over a plain pass; part of `total_ms` only on the
    frames that have a survey."""


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
    segmentation: Segmentation | None = None
    """Of networks that segment; at the picture's own resolution."""
    evidence: ClassEvidence | None = None
    """How much each place speaks for some classes; only now and then, and only on request."""
    common: Instances | None = None
    """Where a set's common object is seen; only now and then, and only on request."""
    survey: tuple[NodeSummary, ...] = ()
    """The nodes of the graph, summed up; only now and then, and only on request."""
    timing: Timing = field(default_factory=Timing)
    finished_at: float = 0.0
    """`time.perf_counter()` when the result was ready."""
    memory_mib: float = 0.0
    """Memory of the device (cuda, mps) or of the process (cpu)."""

    def activation(self, key: LayerKey) -> Activation | None:
        """Return the watched layer `key`, or None where it is not among them."""
        return next((a for a in self.activations if a.key == key), None)
