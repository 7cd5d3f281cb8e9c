"""Co-segmentation: what is asked of a set of pictures, and what is found in each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from engine.values.checks import require
from engine.values.models import DeviceRequest, WeightsChoice
from engine.values.segmentation import Region

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "CosegFailure",
    "CosegMethod",
    "CosegPicture",
    "CosegRequest",
    "CosegResult",
    "CosegSettings",
    "Refinement",
]

CosegMethod: TypeAlias = Literal["clusters", "dff", "ddt"]
"""Clusters of the set's cells, weighed by what is salient; Deep Feature Factorization; Deep
Descriptor Transforming."""
Refinement: TypeAlias = Literal["none", "guided", "grabcut"]


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
    """

    method: CosegMethod = "clusters"
    refinement: Refinement = "grabcut"
    outlier_z: float = 2.0
    long_side: int = 640
    seed: int = 0

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
    """

    paths: tuple[Path, ...]
    settings: CosegSettings = field(default_factory=CosegSettings)
    model: str = "efficientnet_lite0"
    weights: WeightsChoice = WeightsChoice.PUBLISHED
    device: DeviceRequest = field(default_factory=DeviceRequest)


@dataclass(frozen=True, slots=True, eq=False)
class CosegPicture:
    """What was found in one picture.

    Attributes
    ----------
    path
        Its file.
    size
        Height and width in pixels.
    region
        The common object's pixels; empty of an outlier.
    soft : ndarray, (h, w), float32
        The score of each cell in 0..1, before pixels were decided: the reason for the mask.
    confidence
        How far the mask is to be trusted, 0..1.
    likeness
        Mean cosine of the object's class evidence to that of the other pictures; -1..1.
    is_outlier
        Whether the picture seems not to hold the object.
    """

    path: Path
    size: tuple[int, int]
    region: Region
    soft: NDArray[np.float32]
    confidence: float
    likeness: float
    is_outlier: bool

    def __post_init__(self) -> None:
        require(self.soft, 2, np.float32, "CosegPicture.soft")
        height, width = self.size
        if self.region.rows.stop > height or self.region.columns.stop > width:
            raise ValueError(
                f"CosegPicture: the region reaches beyond the picture of {height} x {width} pixels"
            )

    @property
    def foreground(self) -> float:
        """The share of the picture's pixels that belong to the object, 0..1."""
        return self.region.area / (self.size[0] * self.size[1])


@dataclass(frozen=True, slots=True)
class CosegFailure:
    """A picture that was left out, and why, in a sentence."""

    path: Path
    sentence: str


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
    """

    pictures: tuple[CosegPicture, ...]
    failures: tuple[CosegFailure, ...]
    title: str
    note: str
    seconds: tuple[tuple[str, float], ...]
