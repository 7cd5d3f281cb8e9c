"""How much each place of a picture speaks for a class, and two ways to ask for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.values.checks import require

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values.pictures import Box, Frame

__all__ = [
    "EVIDENCE_STRIDES",
    "Agreement",
    "ClassEvidence",
    "EvidenceRequest",
    "Lane",
    "Race",
    "RaceSettings",
]

EVIDENCE_STRIDES = (32, 16, 8)
"""Output strides that are offered, in pixels of the network's input."""


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """For which classes the places of each frame are asked.

    Attributes
    ----------
    classes
        Indices that are asked for whatever the answer is.
    top_k
        How many of the most probable ones are asked for besides.
    stride
        Pixels of the network's input from one place to the next.
    """

    classes: tuple[int, ...] = ()
    top_k: int = 5
    stride: int = 16

    def __post_init__(self) -> None:
        if self.stride not in EVIDENCE_STRIDES:
            raise ValueError(f"stride: expected one of {EVIDENCE_STRIDES}, got {self.stride}")
        if self.top_k < 0 or any(index < 0 for index in self.classes):
            raise ValueError(f"expected classes and top_k from 0, got {self}")


@dataclass(frozen=True, slots=True, eq=False)
class ClassEvidence:
    """What each place of a picture says of some classes: evidence, not a segmentation.

    Attributes
    ----------
    maps : ndarray, (K, h, w), float32
        Logits of the classifier's last layer, asked at each cell by itself.
    classes, labels
        Which class each map is of.
    top
        The classes that the frame itself was answered with, best first.
    box
        The part of the picture that the maps cover, in picture pixels.
    stride
        Pixels of the network's input from one cell to the next.
    input_size
        Height and width of the network's input, which shows the whole picture.
    is_linear
        Whether the mean of a map is the class's logit for the input as a whole.
    macs
        Multiply-adds of the pass.
    took_ms
        What it cost over the pass that answers the frame.
    """

    maps: NDArray[np.float32]
    classes: tuple[int, ...]
    labels: tuple[str, ...]
    top: tuple[int, ...]
    box: Box
    stride: int
    input_size: tuple[int, int]
    is_linear: bool
    macs: int = 0
    took_ms: float = 0.0

    def __post_init__(self) -> None:
        require(self.maps, 3, np.float32, "ClassEvidence.maps")
        if not len(self.maps) == len(self.classes) == len(self.labels):
            raise ValueError(
                f"ClassEvidence: expected as many classes and labels as maps, got "
                f"{len(self.maps)}, {len(self.classes)} and {len(self.labels)}"
            )

    def map_of(self, index: int) -> NDArray[np.float32] | None:
        """Return the map of a class, (h, w) float32, or None where it was not asked for."""
        return self.maps[self.classes.index(index)] if index in self.classes else None


@dataclass(frozen=True, slots=True)
class RaceSettings:
    """How a sliding window and one fully convolutional pass are set against each other.

    Attributes
    ----------
    window
        Side of the window, in pixels of the picture as it is raced.
    stride
        Pixels from one window to the next.
    class_index
        Whose score is mapped; None = the class that the whole picture is answered with.
    context
        Pixels around each window that the network sees beside it; only the window's own cells
        are averaged. 0 = each window stands alone, its surroundings are zero.
    long_side
        Long side of the picture as it is raced.
    """

    window: int = 64
    stride: int = 8
    class_index: int | None = None
    context: int = 0
    long_side: int = 480

    def __post_init__(self) -> None:
        if min(self.window, self.stride, self.long_side) < 1 or self.context < 0:
            raise ValueError(f"RaceSettings: expected positive sizes, got {self}")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well two score maps agree.

    Attributes
    ----------
    correlation
        Pearson's, of the two maps of the class; NaN where one of them is constant.
    max_difference
        Greatest absolute difference of the two maps of the class.
    same_best
        Share of places at which the same class is best among all, in 0..1.
    """

    correlation: float
    max_difference: float
    same_best: float


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """One of the two ways, as far as it has come.

    Attributes
    ----------
    scores : ndarray, (rows, columns), float32
        Logits of the class; NaN where it was not asked yet.
    done, passes
        Passes through the network that were made, and that it takes.
    macs
        Multiply-adds of what was done.
    seconds
        What it took.
    """

    scores: NDArray[np.float32]
    done: int
    passes: int
    macs: int
    seconds: float

    def __post_init__(self) -> None:
        require(self.scores, 2, np.float32, "Lane.scores")

    @property
    def is_done(self) -> bool:
        """Whether the map is whole."""
        return self.done == self.passes


@dataclass(frozen=True, slots=True, eq=False)
class Race:
    """The same score map asked for twice.

    Attributes
    ----------
    frame
        The picture; it stands still for the race.
    size
        Height and width of the picture as it is raced.
    class_index, label
        Whose score it is.
    sliding, single
        Window by window, and in one pass.
    agreement
        Of what both have.
    is_random
        Whether the network's weights are random: its scores mean nothing then.
    """

    settings: RaceSettings
    frame: Frame
    model: str
    size: tuple[int, int]
    class_index: int
    label: str
    sliding: Lane
    single: Lane
    agreement: Agreement | None = None
    is_random: bool = False

    @property
    def is_done(self) -> bool:
        """Whether both maps are whole."""
        return self.sliding.is_done and self.single.is_done

    def place(self, number: int) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of a window, in pixels of the raced picture."""
        row, column = divmod(number, self.sliding.scores.shape[1])
        left, top = column * self.settings.stride, row * self.settings.stride
        return left, top, left + self.settings.window, top + self.settings.window
