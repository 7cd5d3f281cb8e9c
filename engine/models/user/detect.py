"""Look at a model file without opening it: its headers only, without torch and without trust."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from engine.models.user import guess
from engine.models.user.archive import Archive
from engine.models.user.beside import MAX_SOURCE_BYTES, modules_beside, names_of
from engine.models.user.errors import ModelFileError
from engine.models.user.naming import model_file
from engine.models.user.onnx_wire import onnx_outline
from engine.models.user.report import FileKind, FileReport, TensorInfo
from engine.models.user.safetensors_header import looks_like_safetensors, safetensors_weights
from engine.models.user.tensors import (
    LEGACY_MAGIC,
    Weights,
    archived_weights,
    legacy_weights,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["file_kind", "inspect_file", "read_weights"]

SAMPLE = 8

_STRANGERS = (
    (0, b"\x89HDF", "an HDF5 file, as Keras writes it; export the network to ONNX"),
    (4, b"TFL3", "a TensorFlow Lite file; export the network to ONNX"),
    (0, b"GGUF", "a GGUF file of a language model; Layerscope shows networks that see"),
    (0, b"\x93NUMPY", "a NumPy array; choose a file that holds a network"),
    (0, b"\x1f\x8b", "compressed by gzip; unpack it first"),
    (0, b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (0, b"version https://git-lfs", "only a pointer of Git LFS; run “git lfs pull” first"),
    (0, b"<!DOCTYPE", "a web page; download the file itself"),
    (0, b"<html", "a web page; download the file itself"),
)
_PYTHON_RUNS = (
    "“{}” is a Python file: opening it runs the code in it and in all that it imports, which can "
    "do whatever you can do; allow it if you trust where it comes from."
)
_ASKED_AGAIN = " You are asked again when it changes, or what it imports from beside it: {}."


def inspect_file(text: str | Path) -> FileReport:
    """Find out what a file is and what it holds, without running anything of it.

    Parameters
    ----------
    text
        The file; "net.py:build" names a function in it.

    Returns
    -------
    FileReport
        With the sentence why, where it cannot be opened; there is nothing a file can do to make
        this raise.
    """
    try:
        file = model_file(str(text))
    except ModelFileError as error:
        return FileReport(str(text), FileKind.UNKNOWN, problem=error.message)
    path = file.path
    kind = FileKind.UNKNOWN
    size = 0
    try:
        size = path.stat().st_size
        kind = file_kind(path)
        return _REPORTERS[kind](path, size)
    except ModelFileError as error:
        return FileReport(str(path), kind, size, problem=error.message)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        return FileReport(
            str(path), kind, size, problem=f"“{path.name}” cannot be read ({reason}); try again."
        )


def file_kind(path: Path) -> FileKind:
    """Tell what a file is, by its content; a Python file by its name.

    Raises
    ------
    ModelFileError
        It is something else; the sentence says what.
    """
    if path.suffix.lower() == ".py":
        return FileKind.PYTHON
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(512)
    if not start:
        raise ModelFileError(f"“{path.name}” is empty; get the file again.")
    if start.startswith(b"PK"):
        return _archive_kind(Archive(path))
    if looks_like_safetensors(start, size):
        return FileKind.SAFETENSORS
    if start.startswith(LEGACY_MAGIC):
        return FileKind.STATE_DICT
    _refuse_strangers(path, start)
    if start[:1] == b"\x80":
        return FileKind.STATE_DICT  # a bare pickle: what is in it decides what is said of it
    if path.suffix.lower() == ".onnx" or start[:1] == b"\x08":
        return FileKind.ONNX
    raise ModelFileError(
        f"“{path.name}” is of no kind that can be opened; choose a state dict (.pth, "
        ".safetensors), torch.export (.pt2), TorchScript, ONNX, or a Python file."
    )


def _refuse_strangers(path: Path, start: bytes) -> None:
    for at, magic, what in _STRANGERS:
        if start[at:].startswith(magic):
            raise ModelFileError(f"“{path.name}” is {what}.")
    if start[257:262] == b"ustar":
        raise ModelFileError(
            f"“{path.name}” is a tar archive, as only the first PyTorch (0.1) wrote it; load it "
            "with a PyTorch from 0.4 to 2.5 that you trust it to, and save it again."
        )


def _archive_kind(archive: Archive) -> FileKind:
    if archive.has("archive_format") and archive.names("models/"):
        return FileKind.EXPORTED
    if archive.has("constants.pkl") and archive.names("code/"):
        return FileKind.TORCHSCRIPT
    if archive.has("data.pkl"):
        return FileKind.STATE_DICT
    name = archive.path.name
    if archive.has("serialized_exported_program.json"):
        what = "was exported by PyTorch 2.7 or older; load it there and export it again"
    elif archive.has(".data/extern_modules"):
        what = "is a torch.package, which is Python code; save the network's state dict instead"
    elif archive.has("config.json") and archive.has("model.weights.h5"):
        what = "is a Keras file; export the network to ONNX"
    elif archive.names("data/aotinductor"):
        what = "is compiled machine code; save it with torch.export.save instead"
    else:
        what = "is an archive without a network in it; unpack it and choose the model file"
    raise ModelFileError(f"“{name}” {what}.")


def read_weights(path: Path, kind: FileKind) -> Weights:
    """Return the tensors of a file of weights, by its headers.

    Raises
    ------
    ModelFileError
        It is damaged, hostile, or holds more than tensors.
    """
    if kind is FileKind.SAFETENSORS:
        return safetensors_weights(path)
    with path.open("rb") as file:
        is_archive = file.read(2) == b"PK"
    return archived_weights(Archive(path)) if is_archive else legacy_weights(path)


# -------------------------------------------------------------------------------------- reports


def _report_weights(path: Path, size: int) -> FileReport:
    kind = file_kind(path)
    weights = read_weights(path, kind)
    tensors = weights.tensors.values()
    return FileReport(
        path=str(path),
        kind=kind,
        size_bytes=size,
        tensors=len(weights.tensors),
        parameters=_count(tensors),
        sample=tuple(tensors)[:SAMPLE],
        guesses=guess.guess(weights.shapes, path.name),
        shapes=weights.shapes,
    )


def _count(tensors: Iterable[TensorInfo]) -> int:
    return sum(it.numel for it in tensors)


def _report_onnx(path: Path, size: int) -> FileReport:
    outline = onnx_outline(path)
    return FileReport(
        path=str(path),
        kind=FileKind.ONNX,
        size_bytes=size,
        tensors=len(outline.initializers),
        parameters=_count(outline.initializers.values()),
        sample=tuple(outline.initializers.values())[:SAMPLE],
        inputs=tuple(outline.inputs.values()),
    )


def _report_torchscript(path: Path, size: int) -> FileReport:
    from engine.models.user import script_source  # noqa: PLC0415 - one kind of many

    archive = Archive(path)
    weights = script_source.weights(archive)
    why = script_source.objection(archive)
    return FileReport(
        path=str(path),
        kind=FileKind.TORCHSCRIPT,
        size_bytes=size,
        tensors=len(weights),
        parameters=_count(weights),
        sample=tuple(weights)[:SAMPLE],
        runs_code=bool(why),
        why_code=why,
    )


def _report_exported(path: Path, size: int) -> FileReport:
    from engine.models.user import exported_graph  # noqa: PLC0415 - one kind of many

    program = exported_graph.read(Archive(path))
    tensors = tuple(program.tensors.values())
    return FileReport(
        path=str(path),
        kind=FileKind.EXPORTED,
        size_bytes=size,
        tensors=len(tensors),
        parameters=_count(tensors),
        sample=tensors[:SAMPLE],
        inputs=program.input_shapes,
    )


def _report_python(path: Path, size: int) -> FileReport:
    try:
        if size > MAX_SOURCE_BYTES:
            raise ModelFileError(f"“{path.name}” is too large for a Python file.")
        source = path.read_bytes()
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ModelFileError(f"“{path.name}” is no Python that can be read; mend it.") from error
    functions = tuple(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and _needs_nothing(node.args)
    )
    classes = tuple(node.name for node in tree.body if isinstance(node, ast.ClassDef))
    beside = modules_beside(path, source)
    why = _PYTHON_RUNS.format(path.name)
    return FileReport(
        path=str(path),
        kind=FileKind.PYTHON,
        size_bytes=size,
        runs_code=True,
        why_code=why + _ASKED_AGAIN.format(names_of(beside)) if beside else why,
        functions=functions + classes,
    )


def _needs_nothing(arguments: ast.arguments) -> bool:
    needed = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return needed == 0 and None not in arguments.kw_defaults


_REPORTERS = {
    FileKind.STATE_DICT: _report_weights,
    FileKind.SAFETENSORS: _report_weights,
    FileKind.ONNX: _report_onnx,
    FileKind.TORCHSCRIPT: _report_torchscript,
    FileKind.EXPORTED: _report_exported,
    FileKind.PYTHON: _report_python,
}
