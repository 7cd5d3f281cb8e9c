"""Products of matrices, on no more threads than the one that calls may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["product"]


def product(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Multiply a matrix, (N, C), by another or a vector, (C, K) or (C,), both float32 and writable.

    By torch: NumPy's library takes all cores, and its threads wait for each other at full load,
    which takes several times the time where the cores have other work.
    """
    import torch  # noqa: PLC0415 - the window writes sheets of parts, and loads none

    return np.asarray((torch.from_numpy(left) @ torch.from_numpy(right)).numpy())
