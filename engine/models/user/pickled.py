"""What a pickle of tensors may hold, and how such things are noted down instead of made.

The classes and functions known here are those that tensors are made of; anything else is
"foreign" and makes the file unfit to be opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "DTYPE_BYTES",
    "MAKERS",
    "Named",
    "Opaque",
    "PickleError",
    "PickledTensor",
    "StandIn",
    "Storage",
    "is_known",
    "storage_of",
]


class PickleError(Exception):
    """The pickle is damaged or breaks the rules."""


@dataclass(frozen=True, slots=True)
class Named:
    """A class or function that the pickle names."""

    name: str


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something that was not made."""

    what: str


@dataclass(slots=True, eq=False)
class StandIn:
    """What stands for an object of a foreign class: the name of it and its attributes, inert."""

    kind: str
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Storage:
    """The bytes behind tensors, which lie elsewhere in the file."""

    key: str
    dtype: str
    """As torch calls it; "uint8" for one that has no type."""
    numel: int


@dataclass(frozen=True, slots=True)
class PickledTensor:
    """A tensor: a view of a storage."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    dtype: str


STORAGE_DTYPES = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
    "UntypedStorage": "uint8",
}
DTYPE_BYTES = {
    **dict.fromkeys(("bool", "uint8", "int8", "float8_e4m3fn", "float8_e5m2"), 1),
    **dict.fromkeys(("int16", "uint16", "float16", "bfloat16"), 2),
    **dict.fromkeys(("int32", "uint32", "float32"), 4),
    **dict.fromkeys(("int64", "uint64", "float64", "complex64"), 8),
    "complex128": 16,
}
_NAMED_STORAGES = {f"torch.{name}": dtype for name, dtype in STORAGE_DTYPES.items()} | {
    "torch.storage.UntypedStorage": "uint8",
    "torch.storage.TypedStorage": "uint8",
}
_NAMED_DTYPES = {f"torch.{name}": name for name in DTYPE_BYTES}


def is_known(name: str) -> bool:
    """Say whether a class or function belongs to what tensors are made of."""
    return name in MAKERS or name in _NAMED_STORAGES or name in _NAMED_DTYPES


# ------------------------------------------------------------------------------- what is made


def storage_of(identity: Any) -> Storage:
    """Return the storage that torch's reference to it describes.

    Parameters
    ----------
    identity
        ("storage", class, key, where it was, number of elements), in old files also a view.

    Raises
    ------
    PickleError
        It is none.
    """
    if not (isinstance(identity, tuple) and len(identity) in {5, 6} and identity[0] == "storage"):
        raise PickleError("a reference to something that is no storage")
    kind, key, numel = identity[1], identity[2], identity[4]
    if len(identity) == 6 and identity[5] is not None:
        raise PickleError("a view of a storage, as only very old files have it")
    if not (isinstance(kind, Named) and kind.name in _NAMED_STORAGES):
        raise PickleError("a storage of unknown type")
    if not (isinstance(key, str) and _is_count(numel)):
        raise PickleError("a storage without a name or size")
    return Storage(key, _NAMED_STORAGES[kind.name], numel)


def _tensor(arguments: tuple[Any, ...]) -> PickledTensor:
    storage, offset, shape, stride = arguments[:4]
    if not (isinstance(storage, Storage) and _is_count(offset)):
        raise PickleError("a tensor without a storage")
    sizes, steps = _counts(shape), _counts(stride)
    if len(sizes) != len(steps):
        raise PickleError("a tensor whose shape and strides differ")
    return PickledTensor(storage, offset, sizes, steps, storage.dtype)


def _typed_tensor(arguments: tuple[Any, ...]) -> PickledTensor:
    tensor, dtype = _tensor(arguments), arguments[6]
    if not (isinstance(dtype, Named) and dtype.name in _NAMED_DTYPES):
        raise PickleError("a tensor of unknown type")
    name = _NAMED_DTYPES[dtype.name]
    return PickledTensor(tensor.storage, tensor.offset, tensor.shape, tensor.stride, name)


def _parameter(arguments: tuple[Any, ...]) -> Any:
    if not isinstance(arguments[0], PickledTensor):
        raise PickleError("a parameter that is no tensor")
    return arguments[0]


def _ordered_dict(arguments: tuple[Any, ...]) -> dict[Any, Any]:
    if not arguments:
        return {}
    made = {}
    for pair in arguments[0]:
        key, value = pair
        if isinstance(key, str):
            made[key] = value
    return made


def _size(arguments: tuple[Any, ...]) -> tuple[int, ...]:
    return _counts(arguments[0]) if arguments else ()


def _counts(values: Any) -> tuple[int, ...]:
    if not isinstance(values, tuple | list) or not all(map(_is_count, values)) or len(values) > 16:
        raise PickleError("a shape that is none")
    return tuple(values)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62


MAKERS: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _typed_tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch.nn.parameter.Parameter": _parameter,
    "torch.Size": _size,
    "torch.device": lambda _arguments: Opaque("device"),
    "collections.OrderedDict": _ordered_dict,
    "collections.Counter": lambda _arguments: {},
    "_codecs.encode": lambda _arguments: Opaque("bytes"),
    "builtins.set": lambda _arguments: Opaque("set"),
    "__builtin__.set": lambda _arguments: Opaque("set"),
}
