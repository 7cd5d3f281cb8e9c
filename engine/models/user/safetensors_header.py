"""The header of a safetensors file: JSON, checked against the size of the file."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from engine.models.user.errors import ModelFileError
from engine.models.user.report import TensorInfo
from engine.models.user.tensors import Weights

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["looks_like_safetensors", "safetensors_weights"]

MAX_HEADER_BYTES = 100_000_000
"""What the format itself allows."""

_DTYPES = {
    "F64": ("float64", 8), "F32": ("float32", 4), "F16": ("float16", 2), "BF16": ("bfloat16", 2),
    "I64": ("int64", 8), "I32": ("int32", 4), "I16": ("int16", 2), "I8": ("int8", 1),
    "U64": ("uint64", 8), "U32": ("uint32", 4), "U16": ("uint16", 2), "U8": ("uint8", 1),
    "BOOL": ("bool", 1), "F8_E4M3": ("float8_e4m3fn", 1), "F8_E5M2": ("float8_e5m2", 1),
    "C64": ("complex64", 8),
}  # fmt: skip


def looks_like_safetensors(start: bytes, size: int) -> bool:
    """Say whether a file that begins so is a safetensors file: a length, then JSON."""
    if len(start) < 10 or start[8:9] != b"{":
        return False
    return 2 <= int.from_bytes(start[:8], "little") <= size


def safetensors_weights(path: Path) -> Weights:
    """Read which tensors the file holds.

    Raises
    ------
    ModelFileError
        The header is damaged or claims what cannot be.
    """
    try:
        header, room = _header(path)
        return Weights(_tensors(header, room))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ModelFileError(
            f"“{path.name}” is damaged or incomplete ({error}); get the file again."
        ) from error


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """Return the header, and how many bytes come after it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(size - 8, MAX_HEADER_BYTES):
            raise ValueError("the header is longer than the file")
        return json.loads(file.read(length), object_pairs_hook=_without_twins), size - 8 - length


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands in it twice")
    return made


def _tensors(header: dict[str, Any], room: int) -> dict[str, TensorInfo]:
    tensors: dict[str, TensorInfo] = {}
    spans: list[tuple[int, int]] = []
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        dtype, width = _DTYPES[entry["dtype"]]
        shape = tuple(entry["shape"])
        begin, end = entry["data_offsets"]
        if not all(isinstance(n, int) and 0 <= n < 1 << 40 for n in (*shape, begin, end)):
            raise ValueError(f"“{name}” has an impossible shape")
        if end - begin != math.prod(shape) * width:
            raise ValueError(f"the size of “{name}” does not fit its shape")
        tensors[name] = TensorInfo(name, shape, dtype)
        spans.append((begin, end))
    at = 0
    for begin, end in sorted(spans):
        if begin != at:
            raise ValueError("its tensors overlap or leave gaps")
        at = end
    if at != room:
        raise ValueError("the file is not as long as its tensors")
    return tensors
