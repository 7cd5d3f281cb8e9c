"""Pictures to files: PNG in its kinds, and JPEG."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
from isal import isal_zlib
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["save_indexed", "save_jpeg", "save_png"]

_QUALITY = 95
_LEVEL = 1
"""Of 0 to 3: the next one takes longer for a hundredth of the size."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB, _INDEXED, _RGBA = 0, 2, 3, 6
_KINDS = {1: _GREY, 3: _RGB, 4: _RGBA}
_UNFILTERED, _UP = 0, 2


def save_png(path: Path, pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> None:
    """Write a picture as PNG.

    Parameters
    ----------
    path
        The file.
    pixels : ndarray, (H, W), (H, W, 3) or (H, W, 4), uint8; or (H, W), uint16
        Grey, RGB or RGBA.
    """
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    path.write_bytes(_png(pixels, _KINDS[channels]))


def save_jpeg(path: Path, image: NDArray[np.uint8]) -> None:
    """Write (H, W, 3) uint8 RGB as JPEG, colours at full resolution: outlines stay sharp."""
    Image.fromarray(image).save(path, "JPEG", quality=_QUALITY, subsampling=0)


def save_indexed(
    path: Path, ids: NDArray[np.uint8] | NDArray[np.uint16], palette: NDArray[np.uint8]
) -> None:
    """Write (H, W) ids: uint8 as PNG with a palette (256, 3), uint16 as grey PNG of 16 bits."""
    if ids.dtype == np.uint16:
        path.write_bytes(_png(ids, _GREY))
    else:
        path.write_bytes(_png(ids, _INDEXED, palette.astype(np.uint8).tobytes()))


def _png(pixels: NDArray[np.uint8] | NDArray[np.uint16], kind: int, palette: bytes = b"") -> bytes:
    """Encode; with ISA-L's deflate, which takes a quarter of zlib's time for the same size."""
    height, width = pixels.shape[:2]
    depth = 8 * pixels.itemsize
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    rows = np.ascontiguousarray(pixels, ">u2" if depth == 16 else np.uint8).view(np.uint8)
    data = isal_zlib.compress(_filtered(rows.reshape(height, -1), kind), _LEVEL)
    chunks = [_chunk(b"IHDR", header), _chunk(b"IDAT", data), _chunk(b"IEND", b"")]
    if palette:
        chunks.insert(1, _chunk(b"PLTE", palette))
    return b"".join((_SIGNATURE, *chunks))


def _filtered(rows: NDArray[np.uint8], kind: int) -> NDArray[np.uint8]:
    """Put a filter's number before each row: photographs as differences to the row above."""
    out = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    if kind in {_RGB, _RGBA}:
        out[:, 0] = _UP
        out[0, 1:] = rows[0]
        np.subtract(rows[1:], rows[:-1], out=out[1:, 1:])
    else:
        out[:, 0] = _UNFILTERED
        out[:, 1:] = rows
    return out


def _chunk(name: bytes, data: bytes) -> bytes:
    checksum = isal_zlib.crc32(data, isal_zlib.crc32(name))
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)
