"""What a TorchScript file holds and what its code could do, found out without compiling it.

TorchScript is a language of its own: its code reaches neither Python nor the system, but for a few
operators that read and write files or talk to other machines. PyTorch says of it that it is to be
trusted like a program (its SECURITY.md), and code may run already while a file is loaded
(`__setstate__`). So the source in the file is searched for whatever leads to such operators,
wherever it stands, in strings and comments too; only a file without any is loaded unasked.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from engine.models.user import pickles
from engine.models.user.errors import ModelFileError
from engine.models.user.pickled import PickleError
from engine.models.user.report import TensorInfo
from engine.models.user.tensors import check_tensor

if TYPE_CHECKING:
    from engine.models.user.archive import Archive

__all__ = ["objection", "repacked", "weights"]

MAX_SOURCE_BYTES = 64 << 20

_OWN_NAMES = re.compile(r"\b__torch__(?:\.\w+)+")
"""Classes and functions of the file itself."""
_WORDS = re.compile(r"[^\W\d]\w*")
_REACHING = frozenset(
    {"from_file", "save", "read_file", "write_file", "rpc_async", "rpc_sync", "rpc_remote"}
)
"""Operators that reach beyond tensors, whatever they are called on."""
_PATTERNS = (
    # "ops", but for an operator in one of the plain name spaces
    re.compile(r"\bops\b(?!\.(?:aten|prim|prims|torchvision|quantized)\.\w+)"),
    # classes that C++ code registers
    re.compile(r"(?<!\bself)\s*\.\s*classes\b"),
    # an attribute named by a text with a backslash in it, which could spell anything
    re.compile(r"\bgetattr\b(?=[^\n]*\\)"),
)
_ASKS = (
    "“{}” is TorchScript whose code {}, so opening it runs code that can reach beyond the network; "
    "allow it if you trust where it comes from."
)


def weights(archive: Archive) -> tuple[TensorInfo, ...]:
    """Return the tensors of the file, in the order they stand there; they have no names.

    Raises
    ------
    ModelFileError
        The file is damaged, or claims what cannot be.
    """
    found = []
    for record, folder in (("data.pkl", "data/"), ("constants.pkl", "constants/")):
        room = {
            name.removeprefix(folder): archive.members[name].size for name in archive.names(folder)
        }
        for number, tensor in enumerate(_content(archive, record).tensors):
            check_tensor(f"{record} {number}", tensor, room, archive.path)
            found.append(TensorInfo(f"tensor {number}", tensor.shape, tensor.dtype))
    return tuple(found)


def objection(archive: Archive) -> str:
    """Return the sentence to ask with where the file's code could reach beyond the network.

    Raises
    ------
    ModelFileError
        The file is damaged.
    """
    for name in ("data.pkl", "constants.pkl"):
        for foreign in _content(archive, name).foreign:
            if not foreign.startswith(("__torch__.", "torch.jit._pickle.")):
                return _ASKS.format(archive.path.name, f"names “{foreign}”")
    size = sum(archive.members[name].size for name in _sources(archive))
    if size > MAX_SOURCE_BYTES:
        raise ModelFileError(
            f"“{archive.path.name}” holds {size:,} bytes of code, as no network does; get it from "
            "another source."
        )
    for name in _sources(archive):
        found = _reaching(archive.read(name).decode("utf-8", "replace"))
        if found:
            return _ASKS.format(archive.path.name, f"names “{found}”")
    return ""


def repacked(archive: Archive, *, is_vetted: bool) -> bytes:
    """Return an archive of just what was looked at here.

    Loading from these bytes, and not from the file, makes sure that another reader of archives
    does not find other parts in it than were checked. What is there for debugging is left out.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as copy:
        for name in archive.members:
            if is_vetted and (name.endswith(".debug_pkl") or name.startswith("extra/")):
                continue
            member = archive.members[name]
            content = archive.read_stored(name) if member.is_stored else archive.read(name)
            copy.writestr(f"archive/{name}", bytes(content))
    return buffer.getvalue()


def _sources(archive: Archive) -> list[str]:
    """Return everything that could be code: all but tensors."""
    return [name for name in archive.names("code/") if not name.endswith(".debug_pkl")]


def _reaching(text: str) -> str:
    """Return what in the code leads beyond tensors, or an empty text."""
    for own in _OWN_NAMES.findall(text):
        if own.startswith("__torch__.torch.classes"):
            return str(own)
    rest = _OWN_NAMES.sub(" ", text)
    for pattern in _PATTERNS:
        found = pattern.search(rest)
        if found:
            return rest[found.start() : found.start() + 40].strip().partition("\n")[0]
    return next((word for word in _WORDS.findall(rest) if word in _REACHING), "")


def _content(archive: Archive, name: str) -> pickles.Content:
    try:
        return pickles.read(io.BytesIO(archive.read(name)))
    except PickleError as error:
        raise ModelFileError(
            f"“{archive.path.name}” is damaged or incomplete; get the file again."
        ) from error
