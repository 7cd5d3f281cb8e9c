"""Pictures, and how one becomes a network's input."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.values.checks import require

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Box",
    "Frame",
    "InputFit",
]


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
        require(self.image, 3, np.uint8, "Frame.image")
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
