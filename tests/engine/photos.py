"""The photos that come with scikit-image, typed."""

from __future__ import annotations

import numpy as np
import skimage.data
from numpy.typing import NDArray

__all__ = ["astronaut", "chelsea", "coffee"]


def astronaut() -> NDArray[np.uint8]:
    """Return an astronaut: (512, 512, 3) uint8."""
    photo = skimage.data.astronaut()  # type: ignore[no-untyped-call]  # of scikit-image
    return np.asarray(photo, np.uint8)


def chelsea() -> NDArray[np.uint8]:
    """Return a cat: (300, 451, 3) uint8."""
    photo = skimage.data.chelsea()  # type: ignore[no-untyped-call]  # of scikit-image
    return np.asarray(photo, np.uint8)


def coffee() -> NDArray[np.uint8]:
    """Return a cup of coffee: (400, 600, 3) uint8."""
    photo = skimage.data.coffee()  # type: ignore[no-untyped-call]  # of scikit-image
    return np.asarray(photo, np.uint8)
