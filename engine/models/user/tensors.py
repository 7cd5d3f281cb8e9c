"""The tensors of a file of weights: found by its headers, and held against the file's own size."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from engine.models.user import pickles
from engine.models.user.errors import ModelFileError
from engine.models.user.pickled import DTYPE_BYTES, PickledTensor, PickleError, Storage
from engine.models.user.report import TensorInfo

if TYPE_CHECKING:
    from pathlib import Path

    from engine.models.user.archive import Archive
    from engine.models.user.pickles import Content

__all__ = ["LEGACY_MAGIC", "Weights", "archived_weights", "check_tensor", "legacy_weights"]

LEGACY_MAGIC = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
"""How torch.save's files from before PyTorch 1.6 begin: a number, pickled."""

MAX_PICKLE_BYTES = 256 << 20
_DEPTH = 4
_PREFERRED = (
    "state_dict", "model_state_dict", "model", "net", "network", "module", "weights", "params",
    "ema", "model_ema", "state_dict_ema", "params_ema",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Weights:
    """The tensors of a file.

    Attributes
    ----------
    tensors
        By name.
    where
        The keys that lead to them: ("state_dict",) in a training checkpoint.
    """

    tensors: dict[str, TensorInfo]
    where: tuple[str, ...] = ()

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each tensor by its name."""
        return {name: tensor.shape for name, tensor in self.tensors.items()}

    @property
    def size_bytes(self) -> int:
        """How much memory they take."""
        return sum(it.numel * DTYPE_BYTES[it.dtype] for it in self.tensors.values())


# -------------------------------------------------------------------------------- zip archives


def archived_weights(archive: Archive) -> Weights:
    """Find the tensors of what `torch.save` writes today.

    Raises
    ------
    ModelFileError
        It is damaged, holds more than tensors, or claims what cannot be.
    """
    import io  # noqa: PLC0415 - for this format alone

    path = archive.path
    content = _pickle(io.BytesIO(archive.read("data.pkl")), path)
    room = {}
    for name in archive.names("data/"):
        member = archive.members[name]
        if not member.is_stored:
            raise ModelFileError(
                f"“{path.name}” holds compressed tensors, which torch.save never writes; save it "
                "again with torch.save."
            )
        room[name.removeprefix("data/")] = member.size
    weights = _find(content, path)
    for name, tensor in _every_tensor(content.root):
        check_tensor(name, tensor, room, path)
    return weights


# -------------------------------------------------------------------------------- older files


class _Bounded:
    """A file of which no more is read at once than is there.

    Parameters
    ----------
    file
        Open for reading.
    left
        How many bytes may be read.
    """

    def __init__(self, file: BinaryIO, left: int) -> None:
        self._file = file
        self._left = left

    def read(self, count: int = -1) -> bytes:
        """Read so many bytes; fail where there are not so many."""
        if not 0 <= count <= self._left:
            raise ValueError("not enough data")
        self._left -= count
        return self._file.read(count)

    def readline(self) -> bytes:
        """Read up to the end of a line."""
        line = self._file.readline(min(self._left, 1 << 20))
        self._left -= len(line)
        return line

    def tell(self) -> int:
        """Say where it stands."""
        return self._file.tell()


def legacy_weights(path: Path) -> Weights:
    """Find the tensors of a file from before PyTorch 1.6: five pickles, then the bytes.

    A bare pickle, as Python's own module writes it, holds none; what it does hold is said.

    Raises
    ------
    ModelFileError
        It is damaged, holds more than tensors, or claims what cannot be.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        bounded: Any = _Bounded(file, min(size, MAX_PICKLE_BYTES))
        is_bare = file.read(len(LEGACY_MAGIC)) != LEGACY_MAGIC
        file.seek(0)
        if is_bare:
            return _find(_pickle(bounded, path), path)
        for _ in range(3):  # a magic number, a version, and the machine it was saved on
            _pickle(bounded, path)
        content = _pickle(bounded, path)
        weights = _find(content, path)
        keys = _pickle(bounded, path).root
        room = _legacy_room(file, size, keys, content, path)
    for name, tensor in _every_tensor(content.root):
        check_tensor(name, tensor, room, path)
    return weights


def _legacy_room(
    file: BinaryIO, size: int, keys: Any, content: Content, path: Path
) -> dict[str, int]:
    """Return how many bytes each storage has in the file, as its own header says."""
    room: dict[str, int] = {}
    for key in keys if isinstance(keys, list) else ():
        header = file.read(8)
        if not isinstance(key, str) or key not in content.storages or len(header) < 8:
            raise _damaged(path)
        count = struct.unpack("<q", header)[0]
        room[key] = count * DTYPE_BYTES[content.storages[key].dtype]
        if count < 0 or file.tell() + room[key] > size:
            raise _damaged(path)
        file.seek(room[key], 1)
    return room


# ------------------------------------------------------------------------------------- checks


def _pickle(file: BinaryIO, path: Path) -> Content:
    try:
        return pickles.read(file)
    except PickleError as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ModelFileError:
    return ModelFileError(
        f"“{path.name}” is damaged or incomplete; get the file again, or save it again."
    )


def _every_tensor(root: Any) -> list[tuple[str, PickledTensor]]:
    """Return each tensor once, wherever it stands, with the last key that leads to it."""
    found: list[tuple[str, PickledTensor]] = []
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [("", root)]
    while waiting:
        name, value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, PickledTensor):
            found.append((name, value))
        elif isinstance(value, dict):
            waiting += [(str(key), it) for key, it in value.items()]
        elif isinstance(value, list | tuple):
            waiting += [(name, it) for it in value]
    return found


def check_tensor(name: str, tensor: PickledTensor, room: dict[str, int], path: Path) -> None:
    """See that a tensor's values are all in the file, each in a place of its own.

    Parameters
    ----------
    room
        How many bytes each storage has in the file.

    Raises
    ------
    ModelFileError
        They are not.
    """
    storage: Storage = tensor.storage
    count = math.prod(tensor.shape)
    needed = storage.numel * DTYPE_BYTES[storage.dtype]
    width = DTYPE_BYTES[tensor.dtype]
    last = sum((n - 1) * step for n, step in zip(tensor.shape, tensor.stride, strict=True))
    reaches = (tensor.offset + last + 1) * width if count else 0
    if storage.key not in room or needed > room[storage.key]:
        raise _damaged(path)
    if reaches > needed or count * width > needed:
        raise ModelFileError(
            f"“{path.name}” is not opened because its tensor “{name}” claims "
            f"{'×'.join(map(str, tensor.shape))} values, more than the file holds for it; get it "
            "from another source."
        )


def _find(content: Content, path: Path) -> Weights:
    """Find the dict of tensors in what was pickled."""
    where, found = _best_dict(content.root)
    if content.foreign:
        raise ModelFileError(_foreign_sentence(content, where, path))
    tensors = {
        key: TensorInfo(key, value.shape, value.dtype)
        for key, value in found.items()
        if isinstance(key, str) and isinstance(value, PickledTensor)
    }
    if not tensors:
        raise ModelFileError(
            f"“{path.name}” holds no named tensors; save the network's weights with "
            "torch.save(net.state_dict(), FILE)."
        )
    return Weights(tensors, where)


def _best_dict(root: Any) -> tuple[tuple[str, ...], dict[Any, Any]]:
    """Return the dict with the most tensors; of equals, one that is named as weights are."""
    candidates: list[tuple[int, int, tuple[str, ...], dict[Any, Any]]] = []
    seen: set[int] = set()
    waiting: list[tuple[tuple[str, ...], Any]] = [((), root)]
    while waiting:
        where, value = waiting.pop(0)
        if not isinstance(value, dict) or id(value) in seen or len(where) > _DEPTH:
            continue
        seen.add(id(value))
        count = sum(isinstance(it, PickledTensor) for it in value.values())
        last = where[-1] if where else ""
        place = _PREFERRED.index(last) if last in _PREFERRED else len(_PREFERRED)
        candidates.append((count, place, where, value))
        waiting += [((*where, key), it) for key, it in value.items() if isinstance(key, str)]
    most = max((count for count, *_ in candidates), default=0)
    good = [it for it in candidates if it[0] * 10 >= most * 9]
    best = min(good, key=lambda it: it[1], default=(0, 0, (), {}))
    return best[2], best[3]


def _foreign_sentence(content: Content, where: tuple[str, ...], path: Path) -> str:
    keys = "".join(f"[{key!r}]" for key in where)
    states = "" if isinstance(content.root, dict) else ".state_dict()"
    return (
        f"“{path.name}” holds more than tensors ({', '.join(content.foreign[:3])}), and opening "
        "it would run code; where you trust it, save its tensors alone, in Python: "
        f"torch.save(torch.load({path.name!r}, weights_only=False){keys}{states}, "
        f"{path.stem + '-weights.pth'!r})."
    )
