"""Pictures of many bits that PIL does not decode: colour TIFF in floats, Radiance HDR, PFM."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from engine.sources.tones import composite_on_white, floats_to_bytes, wide_to_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["decode", "quiet_opencv", "read_size"]

_HDR_SIZE = re.compile(rb"\n[-+]Y (\d+) [-+]X (\d+)\n")
_PFM_SIZE = re.compile(rb"P[Ff]\s+(\d+)\s+(\d+)\s")
_WIDTH_TAG, _HEIGHT_TAG = 256, 257


def quiet_opencv() -> None:
    """Keep OpenCV from writing to the terminal; what fails is told by our own sentences."""
    import cv2  # noqa: PLC0415 - loads when first needed

    # `cv2.setLogLevel` is gone in OpenCV 5; this place exists in 4 and 5.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def read_size(file: IO[bytes]) -> tuple[int, int] | None:
    """Read width and height from the header, without decoding a pixel.

    Returns
    -------
    tuple of int or None
        Width and height in pixels; None where the file is none of these formats.
    """
    head = file.read(4096)
    if head[:4] in {b"II*\0", b"MM\0*"}:
        return _tiff_size(file, head[:8])
    if head.startswith(b"#?"):
        found = _HDR_SIZE.search(head)
        return (int(found[2]), int(found[1])) if found else None
    found = _PFM_SIZE.match(head)
    return (int(found[1]), int(found[2])) if found else None


def decode(data: bytes) -> NDArray[np.uint8]:
    """Decode with OpenCV.

    Parameters
    ----------
    data
        The whole file.

    Returns
    -------
    ndarray, (H, W, 3), uint8
        RGB.

    Raises
    ------
    ValueError
        It is damaged.
    """
    import cv2  # noqa: PLC0415 - loads when first needed

    quiet_opencv()
    raw = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if raw is None:
        raise ValueError("OpenCV cannot decode it")
    pixels = _to_bytes(raw)
    if pixels.ndim == 2:
        return np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
    if pixels.shape[2] == 4:
        return composite_on_white(pixels[:, :, [2, 1, 0, 3]])
    return np.ascontiguousarray(pixels[:, :, 2::-1])


def _to_bytes(raw: NDArray[Any]) -> NDArray[np.uint8]:
    if raw.dtype == np.uint8:
        return raw
    if raw.dtype == np.uint16:
        return wide_to_bytes(raw)
    return floats_to_bytes(raw)


def _tiff_size(file: IO[bytes], header: bytes) -> tuple[int, int] | None:
    from PIL import TiffImagePlugin  # noqa: PLC0415 - loads when first needed

    directory = TiffImagePlugin.ImageFileDirectory_v2(header)
    file.seek(directory.next)
    directory.load(file)
    width, height = directory.get(_WIDTH_TAG), directory.get(_HEIGHT_TAG)
    if isinstance(width, int) and isinstance(height, int):
        return width, height
    return None
