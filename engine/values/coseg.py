"""Co-segmentation: what is asked of a set of pictures, and what is found in each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from engine.values.checks import require
from engine.values.models import DeviceRequest, WeightsChoice

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.values.packed import PackedRegion
    from engine.values.segmentation import Region

__all__ = [
    "MOST_GROUPS",
    "MOST_PARTS",
    "CosegFailure",
    "CosegGroup",
    "CosegMethod",
    "CosegPicture",
    "CosegRequest",
    "CosegResult",
    "CosegSeed",
    "CosegSettings",
    "FigureGround",
    "Refinement",
    "WhyMap",
]

CosegMethod: TypeAlias = Literal["clusters", "dff", "ddt", "evidence"]
"""Clusters of the set's cells, weighed by what is salient; Deep Feature Factorization; Deep
Descriptor Transforming; a figure/ground model of the set, begun from all of these and from the
classes that the set shares, and refined in rounds."""
Refinement: TypeAlias = Literal["none", "guided", "grabcut"]
WhyMap: TypeAlias = Literal["evidence", "clusters", "dff", "ddt", "classes", "model", "labels"]
"""What may be drawn beside a result: what is salient in the picture alone; the scores of each
method; the evidence for the classes that the set shares; the figure/ground model that the set
taught; and the clusters, one number each across all pictures."""

MOST_PARTS = 12
MOST_GROUPS = 20


@dataclass(frozen=True, slots=True)
class CosegSettings:
    """How a set is segmented; the same settings and files give the same masks.

    Attributes
    ----------
    method
        Where the soft maps come from.
    refinement
        How pixels are decided from them.
    outlier_z
        A picture is taken for one without the object when its likeness to the others lies so many
        median absolute deviations below the median; 0 = none is.
    long_side
        Of the network's input, in pixels.
    seed
        Of everything that is drawn.
    parts
        Into so many parts the object is split, the same in all pictures of a group; 0 = none.
    groups
        How many different objects the set holds, each in pictures of its own; 0 = find how many.
    """

    method: CosegMethod = "clusters"
    refinement: Refinement = "grabcut"
    outlier_z: float = 2.0
    long_side: int = 640
    seed: int = 0
    parts: int = 0
    groups: int = 1

    def __post_init__(self) -> None:
        for name, value, known in (
            ("method", self.method, get_args(CosegMethod)),
            ("refinement", self.refinement, get_args(Refinement)),
        ):
            if value not in known:
                raise ValueError(f"{name}: expected one of {known}, got {value!r}")
        if not self.outlier_z >= 0:
            raise ValueError(f"outlier_z: expected 0 or more, got {self.outlier_z}")
        if not 64 <= self.long_side <= 2048:
            raise ValueError(f"long_side: expected 64..2048, got {self.long_side}")
        if self.seed < 0:
            raise ValueError(f"seed: expected 0 or more, got {self.seed}")
        if not (self.parts == 0 or 2 <= self.parts <= MOST_PARTS):
            raise ValueError(f"parts: expected 0 or 2..{MOST_PARTS}, got {self.parts}")
        if not 0 <= self.groups <= MOST_GROUPS:
            raise ValueError(f"groups: expected 0..{MOST_GROUPS}, got {self.groups}")


@dataclass(frozen=True, slots=True)
class CosegSeed:
    """A click or a box on one picture: "this is the object", or "this is not".

    Attributes
    ----------
    path
        The picture's file.
    rows, columns
        In the picture's own pixels, stop excluded: one pixel for a click.
    is_object
        Which of the two.
    """

    path: Path
    rows: slice
    columns: slice
    is_object: bool

    def __post_init__(self) -> None:
        for name, side in (("rows", self.rows), ("columns", self.columns)):
            if side.start is None or side.stop is None or not 0 <= side.start < side.stop:
                raise ValueError(f"CosegSeed.{name}: expected 0 <= start < stop, got {side}")


@dataclass(frozen=True, slots=True)
class CosegRequest:
    """A set of pictures to be segmented.

    Attributes
    ----------
    paths
        The files, in the order of the answers.
    settings
        How.
    model
        Name of the network in the registry.
    weights
        Its published weights, or random ones, whose masks mean nothing.
    device
        What it runs on.
    seeds
        What a person said of single pictures; acts on the whole group of each.
    """

    paths: tuple[Path, ...]
    settings: CosegSettings = field(default_factory=CosegSettings)
    model: str = "efficientnet_lite0"
    weights: WeightsChoice = WeightsChoice.PUBLISHED
    device: DeviceRequest = field(default_factory=DeviceRequest)
    seeds: tuple[CosegSeed, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CosegPicture:
    """What was found in one picture.

    Attributes
    ----------
    path
        Its file.
    size
        Height and width in pixels.
    packed
        The common object's pixels, small; empty of an outlier. `region` unpacks them.
    soft : ndarray, (h, w), float32
        The score of each cell in 0..1, before pixels were decided: the reason for the mask.
    confidence
        How far the mask is to be trusted, 0..1.
    likeness
        Mean cosine of the object's class evidence to that of the other pictures; -1..1.
    is_outlier
        Whether the picture seems not to hold the object.
    seeds : ndarray, (h, w), int8
        What a person said of the cells: 1 the object, -1 not, 0 nothing.
    group
        Which of the set's objects it shows, from 1.
    parts : ndarray, (h, w), uint8, or None
        Of each cell the part of the object, from 1, the same number in all pictures of the group;
        0 = not the object. None where none were asked for.
    groups
        Into how many groups the set was split.
    """

    path: Path
    size: tuple[int, int]
    packed: PackedRegion
    soft: NDArray[np.float32]
    confidence: float
    likeness: float
    is_outlier: bool
    seeds: NDArray[np.int8]
    group: int = 1
    parts: NDArray[np.uint8] | None = None
    groups: int = 1

    def __post_init__(self) -> None:
        require(self.soft, 2, np.float32, "CosegPicture.soft")
        require(self.seeds, 2, np.int8, "CosegPicture.seeds")
        if self.parts is not None:
            require(self.parts, 2, np.uint8, "CosegPicture.parts")
        height, width = self.size
        packed = self.packed
        if packed.top + packed.height > height or packed.left + packed.width > width:
            raise ValueError(
                f"CosegPicture: the region reaches beyond the picture of {height} x {width} pixels"
            )

    @property
    def region(self) -> Region:
        """The common object's pixels, unpacked with each question: ask once and keep."""
        return self.packed.region

    @property
    def foreground(self) -> float:
        """The share of the picture's pixels that belong to the object, 0..1."""
        return self.packed.area / (self.size[0] * self.size[1])


@dataclass(frozen=True, slots=True)
class CosegFailure:
    """A picture that was left out, and why, in a sentence."""

    path: Path
    sentence: str


@dataclass(frozen=True, slots=True)
class CosegGroup:
    """Pictures of a set that show the same object.

    Attributes
    ----------
    number
        From 1.
    pictures
        How many.
    classes
        What the network takes the object for: names of the classes that its pictures share, the
        strongest first, each with its share of the evidence in 0..1. Empty where it has no names.
    note
        A sentence where its masks are not to be trusted; empty where they are.
    """

    number: int
    pictures: int
    classes: tuple[tuple[str, float], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class FigureGround:
    """What a set taught: how likely a cell of any picture belongs to its common object.

    The probability of a cell is 1 / (1 + exp(-(slopes . cell + offset))), where `cell` is its
    description as the network named here gives it, of length 1.

    Attributes
    ----------
    model, weights
        The network that describes cells, by its name in the registry.
    weights_sha256
        Of its file; empty where it is not known.
    long_side
        Of the network's input when the set was described, in pixels.
    slopes : ndarray, (C,), float32
    offset
    title
        What is found, for showing: the first class that the set shares, or empty.
    """

    model: str
    weights: WeightsChoice
    weights_sha256: str
    long_side: int
    slopes: NDArray[np.float32]
    offset: float
    title: str = ""

    def __post_init__(self) -> None:
        require(self.slopes, 1, np.float32, "FigureGround.slopes")


@dataclass(frozen=True, slots=True, eq=False)
class CosegResult:
    """What was found in a set.

    Attributes
    ----------
    pictures
        In the order of the request, without those that failed.
    failures
        Those.
    title
        The network's name, for showing.
    note
        A sentence where the answer is not to be trusted; empty where it is.
    seconds
        How long each stage took, in order.
    groups
        In order of their numbers; one where the set was not split.
    """

    pictures: tuple[CosegPicture, ...]
    failures: tuple[CosegFailure, ...]
    title: str
    note: str
    seconds: tuple[tuple[str, float], ...]
    groups: tuple[CosegGroup, ...] = ()
