"""A receptive field that was measured, and the wish for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.values.checks import require

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values.models import LayerKey
    from engine.values.pictures import Box

__all__ = ["FieldRequest", "MeasuredField"]


@dataclass(frozen=True, slots=True)
class FieldRequest:
    """Of which cell the receptive field is to be measured."""

    key: LayerKey
    cell: tuple[int, int] | None = None
    """Row and column in the layer's maps; None = the middle one, whose field is cut off least."""


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredField:
    """How strongly one cell depends on each pixel of the input.

    Attributes
    ----------
    request
        What was asked for.
    cell
        Row and column of the cell.
    blob : ndarray, (H, W), float32
        Size of the gradient at each pixel of the input, 0..1, the greatest is 1; all 0 where the
        cell depends on nothing.
    size
        Rows and columns that hold 95 % of the gradient's energy; 0 where there is none.
    samples
        How many passes went into it so far.
    is_final
        Whether it is as exact as it will be.
    frame_name
        The picture that it was measured on.
    input_box
        The part of that picture that the input covers.
    """

    request: FieldRequest
    cell: tuple[int, int]
    blob: NDArray[np.float32]
    size: tuple[int, int]
    samples: int
    is_final: bool
    frame_name: str
    input_box: Box

    def __post_init__(self) -> None:
        require(self.blob, 2, np.float32, "MeasuredField.blob")
