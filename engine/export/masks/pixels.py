"""Pictures to files: PNG in its kinds, and JPEG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

from engine.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["save_indexed", "save_jpeg", "save_png"]

_QUALITY = 95


def save_png(path: Path, pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> None:
    """Write (H, W), (H, W, 3) or (H, W, 4), RGB(A), uint8 or grey uint16, as PNG."""
    if pixels.ndim == 3:
        code = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
        pixels = np.asarray(cv2.cvtColor(pixels, code), np.uint8)
    is_good, data = cv2.imencode(".png", pixels)
    if not is_good:
        raise ExportError(f"A picture of {pixels.shape} pixels cannot be written as PNG.")
    path.write_bytes(data.tobytes())


def save_jpeg(path: Path, image: NDArray[np.uint8]) -> None:
    """Write (H, W, 3) uint8 RGB as JPEG, colours at full resolution: outlines stay sharp."""
    Image.fromarray(image).save(path, "JPEG", quality=_QUALITY, subsampling=0)


def save_indexed(
    path: Path, ids: NDArray[np.uint8] | NDArray[np.uint16], palette: NDArray[np.uint8]
) -> None:
    """Write (H, W) ids: uint8 as PNG with a palette (256, 3), uint16 as grey PNG of 16 bits."""
    if ids.dtype == np.uint16:
        save_png(path, ids)
        return
    picture = Image.fromarray(ids)
    picture.putpalette(palette.tobytes())
    picture.save(path, "PNG")
