"""Small pictures for a strip or a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.errors import SourceError
from engine.sources.decode import read_reduced

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["thumbnail"]


def thumbnail(path: str | Path, size_px: int = 96) -> NDArray[np.uint8] | None:
    """Read a picture small; the aspect is kept and nothing is enlarged.

    Parameters
    ----------
    path
        The file.
    size_px
        Length of the longer side, in pixels.

    Returns
    -------
    ndarray, (h, w, 3), uint8, or None
        RGB, upright; None for a picture that cannot be read.
    """
    import cv2  # noqa: PLC0415 - loads when first needed

    try:
        image = read_reduced(path, size_px)
    except SourceError:
        return None
    height, width = image.shape[:2]
    scale = size_px / max(height, width)
    if scale >= 1:
        return image
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
