"""What an array must be to cross the border."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["require"]


def require(array: NDArray[Any], ndim: int, dtype: type, what: str) -> None:
    """See that an array has so many dimensions and this dtype.

    Raises
    ------
    ValueError
        It has not; `what` names it.
    """
    if array.ndim != ndim or array.dtype != np.dtype(dtype):
        expected = f"{ndim}-d {np.dtype(dtype).name}"
        got = f"shape {array.shape}, {array.dtype.name}"
        raise ValueError(f"{what}: expected {expected}, got {got}")
