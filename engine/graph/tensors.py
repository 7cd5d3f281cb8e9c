"""Find the tensors in whatever is passed around, and who made each of them."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from torch import Tensor

from engine.values import TensorInfo

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Producers", "TensorInfos", "computes", "mapped", "tensors_in", "version_of"]

_DEPTH = 6


def tensors_in(value: object, depth: int = _DEPTH) -> list[Tensor]:
    """Return the tensors in nested tuples, lists, dicts and plain objects, in order."""
    if isinstance(value, Tensor):
        return [value]
    found: list[Tensor] = []
    _collect(value, found, depth)
    return found


def _collect(value: object, found: list[Tensor], depth: int) -> None:
    if isinstance(value, Tensor):
        found.append(value)
    elif depth == 0 or value is None or isinstance(value, int | float | str | bytes):
        return
    elif isinstance(value, tuple | list):
        for item in value:
            _collect(item, found, depth - 1)
    elif isinstance(value, dict):
        for item in value.values():
            _collect(item, found, depth - 1)
    elif not isinstance(value, type) and hasattr(value, "__dict__"):
        for item in list(vars(value).values()):  # a record of someone's own, such as an ImageList
            if isinstance(item, Tensor | tuple | list | dict):
                _collect(item, found, min(2, depth - 1))


def mapped(value: object, change: Callable[[Tensor], Tensor]) -> object:
    """Return tuples, lists and dicts with each tensor in them changed."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, tuple) and type(value) is tuple:
        return tuple(mapped(item, change) for item in value)
    if isinstance(value, list):
        return [mapped(item, change) for item in value]
    if isinstance(value, dict):
        return {key: mapped(item, change) for key, item in value.items()}
    return value


def version_of(tensor: Tensor) -> int:
    """Return how often a tensor has been written to, or -1 where nobody counts."""
    if tensor.is_inference():
        return -1
    return tensor._version  # noqa: SLF001 - documented for exactly this, though underscored


def computes(op: str, result: object) -> bool:
    """Tell whether a call of a torch function was an operation: it gave or wrote a tensor.

    Everyone who numbers operations must agree on this.
    """
    return op == "setitem" or bool(tensors_in(result))


class TensorInfos:
    """Shapes and dtypes, each pair of them one record."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, object], TensorInfo] = {}

    def __call__(self, tensor: Tensor) -> TensorInfo:
        """Describe a tensor."""
        known = (tensor.shape, tensor.dtype)
        info = self._known.get(known)
        if info is None:
            shape = tuple(int(n) for n in tensor.shape)
            info = TensorInfo(shape, str(tensor.dtype).removeprefix("torch."))
            self._known[known] = info
        return info


class _Seen:
    """A tensor that is alive or was, and the node whose output it is now."""

    __slots__ = ("node", "tensor")

    def __init__(self, tensor: Tensor, node: int) -> None:
        self.tensor = weakref.ref(tensor)
        self.node = node


class Producers:
    """Which node made each tensor; only weak references, so that memory is freed as ever.

    A write in place makes a new version, of the tensor itself and of every view that shares
    memory with it.
    """

    def __init__(self) -> None:
        self._by_identity: dict[int, _Seen] = {}
        self._by_storage: dict[int, list[_Seen]] = {}

    def of(self, tensor: Tensor) -> int | None:
        """Return the node that made or last wrote to a tensor, None where none did."""
        seen = self._by_identity.get(id(tensor))
        return seen.node if seen is not None and seen.tensor() is tensor else None

    def made(self, tensor: Tensor, node: int) -> None:
        """Note that a tensor is the output of a node."""
        seen = self._by_identity.get(id(tensor))
        if seen is not None and seen.tensor() is tensor:
            seen.node = node
            return
        seen = self._by_identity[id(tensor)] = _Seen(tensor, node)
        self._by_storage.setdefault(_storage_of(tensor), []).append(seen)

    def wrote(self, tensor: Tensor, node: int) -> None:
        """Note that a node wrote to a tensor."""
        self.made(tensor, node)
        storage = _storage_of(tensor)
        alive = [seen for seen in self._by_storage[storage] if seen.tensor() is not None]
        self._by_storage[storage] = alive
        if len(alive) == 1:
            return
        first, last = _extent(tensor)
        for seen in alive:
            other = seen.tensor()
            if other is None:
                continue
            start, end = _extent(other)
            if start <= last and first <= end:
                seen.node = node


def _storage_of(tensor: Tensor) -> int:
    """Return what identifies the memory that a tensor is a view of, on the meta device too."""
    try:
        storage = tensor.untyped_storage()
    except (NotImplementedError, RuntimeError):  # sparse and the like have none
        return -id(tensor)
    return int(storage._cdata)  # noqa: SLF001 - data_ptr() is 0 on the meta device


def _extent(tensor: Tensor) -> tuple[int, int]:
    """Return the first and the last element of its storage that a tensor reaches."""
    if tensor.numel() == 0 or tensor.is_sparse:
        return 0, -1
    start = int(tensor.storage_offset())
    reach = sum((n - 1) * step for n, step in zip(tensor.shape, tensor.stride(), strict=True))
    return start, start + int(reach)
