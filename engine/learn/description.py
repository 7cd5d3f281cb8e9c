"""What the weights of a trained segmentation network are those of. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from engine.values import Architecture, Upsampling

__all__ = ["Description"]


@dataclass(frozen=True, slots=True)
class Description:
    """What a file's weights are those of.

    Attributes
    ----------
    architecture, upsampling
        Of the decoder.
    backbone
        Name in the registry of the classifier it stands on.
    names
        Of the classes, the background's first.
    long_side
        Of whole photos when the network is given them, in pixels.
    """

    architecture: Architecture
    backbone: str
    upsampling: Upsampling
    names: tuple[str, ...]
    long_side: int

    def __post_init__(self) -> None:
        if self.architecture not in get_args(Architecture):
            raise ValueError(f"architecture: got {self.architecture!r}")
        if self.upsampling not in get_args(Upsampling):
            raise ValueError(f"upsampling: got {self.upsampling!r}")
        if len(self.names) < 2 or not all(isinstance(name, str) for name in self.names):
            raise ValueError("names: expected the background and a class or more")
        if self.long_side % 32 or not 64 <= self.long_side <= 2048:
            raise ValueError(f"long_side: got {self.long_side}")
