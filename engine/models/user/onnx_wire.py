"""Read the outline of an ONNX file without the onnx package, and without its tensors' bytes.

An ONNX file is one protocol buffer message. Here its fields are walked in the file itself: what is
not needed is stepped over. See onnx.proto for the numbers of the fields.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from engine.models.user.errors import ModelFileError
from engine.models.user.report import TensorInfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["OnnxOutline", "onnx_outline"]

_MAX_TEXT = 1 << 16
_MAX_FIELDS = 2_000_000
"""Of one message. Weights are one field each."""
_DTYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64",
    9: "bool", 10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 16: "bfloat16",
}  # fmt: skip


@dataclass(slots=True)
class OnnxOutline:
    """What an ONNX file says of itself.

    Attributes
    ----------
    inputs
        The shape of each input that is no initializer; -1 = any.
    initializers
        Its weights.
    operators
        How many nodes of each kind.
    external
        Names of the files that tensors' bytes lie in.
    """

    inputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    initializers: dict[str, TensorInfo] = field(default_factory=dict)
    operators: dict[str, int] = field(default_factory=dict)
    external: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Field:
    number: int
    value: int
    """Of a number: itself. Of anything longer: where it begins."""
    size: int
    """-1 for a number."""


def onnx_outline(path: Path) -> OnnxOutline:
    """Read the outline.

    Raises
    ------
    ModelFileError
        It is damaged, or no ONNX file.
    """
    try:
        outline = _outline(path)
    except (EOFError, ValueError) as error:
        raise ModelFileError(
            f"“{path.name}” is no ONNX file, or a damaged one; export the network again."
        ) from error
    for name in outline.initializers:
        outline.inputs.pop(name, None)
    return outline


def _outline(path: Path) -> OnnxOutline:
    outline = OnnxOutline()
    with path.open("rb") as file:
        graphs = [it for it in _fields(file, 0, path.stat().st_size) if it.number == 7]
        if len(graphs) != 1:
            raise ValueError("no graph")
        _graph(file, graphs[0], outline)
    return outline


def _graph(file: BinaryIO, graph: _Field, outline: OnnxOutline) -> None:
    for one in _inside(file, graph):
        if one.number == 1:
            kinds = [_text(file, it) for it in _inside(file, one) if it.number == 4]
            for kind in kinds:
                outline.operators[kind] = outline.operators.get(kind, 0) + 1
        elif one.number == 5:
            tensor = _tensor(file, one, outline)
            outline.initializers[tensor.name] = tensor
        elif one.number == 11:
            _input(file, one, outline)


def _tensor(file: BinaryIO, tensor: _Field, outline: OnnxOutline) -> TensorInfo:
    name, shape, dtype = "", list[int](), 0
    for one in _inside(file, tensor):
        if one.number == 1:
            shape += [one.value] if one.size < 0 else _packed(file, one)
        elif one.number == 2 and one.size < 0:
            dtype = one.value
        elif one.number == 8:
            name = _text(file, one)
        elif one.number == 13:
            entry = {it.number: _text(file, it) for it in _inside(file, one)}
            if entry.get(1) == "location":
                outline.external.append(entry.get(2, ""))
    return TensorInfo(name, tuple(shape), _DTYPES.get(dtype, "other"))


def _input(file: BinaryIO, value: _Field, outline: OnnxOutline) -> None:
    """ValueInfo: name = 1, type = 2 { tensor_type = 1 { shape = 2 { dim = 1 { value = 1 } } } }."""
    name, shape = "", list[int]()
    for one in _inside(file, value):
        if one.number == 1:
            name = _text(file, one)
        elif one.number == 2:
            for dimension in _path(file, one, (1, 2, 1)):
                known = [it.value for it in _inside(file, dimension) if it.number == 1]
                shape.append(known[0] if known else -1)
    outline.inputs[name] = tuple(shape)


def _path(file: BinaryIO, start: _Field, numbers: tuple[int, ...]) -> list[_Field]:
    found = [start]
    for number in numbers:
        found = [it for one in found for it in _inside(file, one) if it.number == number]
    return found


def _inside(file: BinaryIO, one: _Field) -> Iterator[_Field]:
    if one.size < 0:
        raise ValueError("expected a message")
    return _fields(file, one.value, one.value + one.size)


def _fields(file: BinaryIO, start: int, end: int) -> Iterator[_Field]:
    at = start
    for _ in range(_MAX_FIELDS):
        if at >= end:
            break
        file.seek(at)
        key, at = _varint(file, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(file, at)
            yield _Field(number, value, -1)
        elif kind == 2:
            size, at = _varint(file, at)
            if at + size > end:
                raise EOFError("a field reaches beyond its message")
            yield _Field(number, at, size)
            at += size
        elif kind in {1, 5}:
            at += 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind}")
    if at != end:
        raise EOFError("a field reaches beyond its message")


def _varint(file: BinaryIO, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = file.read(1)
        if not byte or shift > 63:
            raise EOFError("a number has no end")
        value |= (byte[0] & 0x7F) << shift
        at += 1
        shift += 7
        if byte[0] < 0x80:
            return value, at


def _text(file: BinaryIO, one: _Field) -> str:
    if not 0 <= one.size <= _MAX_TEXT:
        raise ValueError("a text that is none")
    file.seek(one.value)
    return file.read(one.size).decode("utf-8", "replace")


def _packed(file: BinaryIO, one: _Field) -> list[int]:
    values = []
    file.seek(one.value)
    at, end = one.value, one.value + min(one.size, 1 << 10)
    while at < end:
        value, at = _varint(file, at)
        values.append(value)
    return values
