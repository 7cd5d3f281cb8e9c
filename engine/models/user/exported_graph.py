"""Read what `torch.export.save` wrote, without `torch.export.load`.

That function trusts its file: it unpickles members of the archive, looks operators up by any
dotted name, and hands expressions for symbolic sizes to sympy, which evaluates them as Python
(see https://github.com/pytorch/pytorch/pull/176791). What a network needs is less: a list of ATen
operators with plain arguments, and weights as raw bytes. That much is read here from the JSON, and
what goes beyond it is noted, not done. Fields: torch/_export/serde/schema.py, version 8.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.models.user.errors import ModelFileError
from engine.models.user.pickled import DTYPE_BYTES
from engine.models.user.report import TensorInfo

if TYPE_CHECKING:
    from engine.models.user.archive import Archive

__all__ = ["Node", "Payload", "Program", "Ref", "read"]

SCALAR_TYPES = {
    1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32",
    8: "float64", 10: "complex64", 11: "complex128", 12: "bool", 13: "bfloat16", 28: "uint16",
}  # fmt: skip
MEMORY_FORMATS = {
    1: "contiguous_format", 2: "channels_last", 3: "channels_last_3d", 4: "preserve_format",
}  # fmt: skip
_SCHEMA = 8
_TARGET = re.compile(r"torch\.ops\.(aten|prims|torchvision)\.\w+\.\w+|_operator\.\w+|math\.\w+")
_PATH = re.compile(r"[\w.]*(@\d+)?")


@dataclass(frozen=True, slots=True)
class Ref:
    """The value of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """A dtype, a memory format or the like, as torch names it."""

    name: str


@dataclass(frozen=True, slots=True)
class Node:
    """One operation.

    Attributes
    ----------
    target
        "torch.ops.aten.conv2d.default".
    arguments
        By name; those of Python's operators have none and stand under "0", "1".
    outputs
        The names of what it gives; a list of names in it stands for a list.
    stack
        The modules it is in, outermost first: (path, class); a second call of a module has a path
        that ends in "@1".
    """

    target: str
    arguments: dict[str, Any]
    outputs: tuple[str | tuple[str, ...], ...]
    stack: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Payload:
    """Where the bytes of a weight are."""

    member: str
    info: TensorInfo
    stride: tuple[int, ...]
    offset: int
    is_parameter: bool


@dataclass(slots=True)
class Program:
    """What the file says is to be computed.

    Attributes
    ----------
    weights
        The dotted name of the weight behind an input of the graph, by the input's name.
    inputs, input_shapes
        The inputs that the person gives; -1 = any size.
    unsupported
        What goes beyond a plain list of operators; empty where nothing does.
    """

    nodes: list[Node] = field(default_factory=list)
    weights: dict[str, str] = field(default_factory=dict)
    payloads: dict[str, Payload] = field(default_factory=dict)
    inputs: list[str] = field(default_factory=list)
    input_shapes: tuple[tuple[int, ...], ...] = ()
    outputs: list[str] = field(default_factory=list)
    unsupported: str = ""

    @property
    def tensors(self) -> dict[str, TensorInfo]:
        """The weights by their dotted names."""
        return {name: it.info for name, it in self.payloads.items()}


class _UnsupportedError(Exception):
    """The program needs more than operators and plain arguments."""


def read(archive: Archive) -> Program:
    """Read the program.

    Raises
    ------
    ModelFileError
        The file is damaged, or from another time of PyTorch.
    """
    name = archive.path.name
    models = [it for it in archive.names("models/") if it.endswith(".json")]
    if len(models) != 1:
        raise ModelFileError(f"“{name}” holds {len(models)} networks; save each in its own file.")
    model = models[0].removeprefix("models/").removesuffix(".json")
    try:
        record = json.loads(archive.read(models[0]))
        version = record["schema_version"]["major"]
        if version != _SCHEMA:
            raise ModelFileError(
                f"“{name}” was exported by another version of PyTorch (schema {version}); export "
                "it again with the present one."
            )
        program = _program(record["graph_module"])
        for folder, kind in (("weights", "weights"), ("constants", "constants")):
            _add_payloads(program, archive, folder, f"{model}_{kind}_config.json")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ModelFileError(
            f"“{name}” is damaged, or no torch.export program; export the network again."
        ) from error
    return program


# -------------------------------------------------------------------------------------- weights


def _add_payloads(program: Program, archive: Archive, folder: str, config: str) -> None:
    place = f"data/{folder}/"
    if not archive.has(place + config):
        if archive.names(place):
            raise ModelFileError(
                f"“{archive.path.name}” was exported by an older PyTorch, which pickled the "
                "weights; load it there and export it again with the present one."
            )
        return
    for name, it in json.loads(archive.read(place + config))["config"].items():
        if it["use_pickle"] or it.get("tensor_meta") is None:
            program.unsupported = "pickled objects"
            continue
        payload = _payload(place + it["path_name"], name, it["tensor_meta"], it["is_param"])
        _check(payload, archive)
        program.payloads[name] = payload


def _payload(member: str, name: str, meta: dict[str, Any], is_parameter: object) -> Payload:
    shape = tuple(_fixed(it) for it in meta["sizes"])
    return Payload(
        member=member,
        info=TensorInfo(name, shape, SCALAR_TYPES[meta["dtype"]]),
        stride=tuple(_fixed(it) for it in meta["strides"]),
        offset=_fixed(meta["storage_offset"]),
        is_parameter=bool(is_parameter),
    )


def _fixed(size: dict[str, Any]) -> int:
    value = size["as_int"]
    if type(value) is not int or not 0 <= value < 1 << 40:
        raise ValueError(f"impossible size {value!r}")
    return value


def _check(payload: Payload, archive: Archive) -> None:
    """See that all values of a weight are in the file, each in a place of its own."""
    member = archive.members[payload.member]
    shape, width = payload.info.shape, DTYPE_BYTES[payload.info.dtype]
    count = math.prod(shape)
    last = sum((n - 1) * step for n, step in zip(shape, payload.stride, strict=True))
    reaches = payload.offset + last + 1 if count else 0
    if not member.is_stored or max(reaches, count) * width > member.size:
        raise ModelFileError(
            f"“{archive.path.name}” is not opened because its weight “{payload.info.name}” claims "
            "more values than the file holds for it; get it from another source."
        )


# --------------------------------------------------------------------------------------- graph


def _program(module: dict[str, Any]) -> Program:
    program = Program()
    try:
        _add_signature(program, module["signature"])
        program.nodes = [_node(it) for it in module["graph"]["nodes"]]
    except _UnsupportedError as error:
        program.unsupported = str(error)
    values = module["graph"]["tensor_values"]
    program.input_shapes = tuple(
        tuple(_any_size(size) for size in values[name]["sizes"])
        for name in program.inputs
        if name in values
    )
    return program


def _any_size(size: dict[str, Any]) -> int:
    return size["as_int"] if isinstance(size.get("as_int"), int) else -1


def _add_signature(program: Program, signature: dict[str, Any]) -> None:
    for spec in signature["input_specs"]:
        ((kind, it),) = spec.items()
        if kind == "user_input":
            program.inputs.append(_only_tensor(it["arg"]))
        elif kind in {"parameter", "buffer", "tensor_constant"}:
            program.weights[_text(it["arg"]["name"])] = _text(it[f"{kind}_name"])
        else:
            raise _UnsupportedError(f"an input of the kind {kind}")
    for spec in signature["output_specs"]:
        ((kind, it),) = spec.items()
        if kind == "user_output":
            program.outputs += [_only_tensor(it["arg"])] if "as_tensor" in it["arg"] else []
        elif kind != "buffer_mutation":  # what batch norm counts; not needed to answer
            raise _UnsupportedError(f"an output of the kind {kind}")


def _only_tensor(argument: dict[str, Any]) -> str:
    if "as_tensor" not in argument:
        raise _UnsupportedError("an input that is no picture")
    return _text(argument["as_tensor"]["name"])


def _node(record: dict[str, Any]) -> Node:
    target = _text(record["target"])
    if not _TARGET.fullmatch(target):
        raise _UnsupportedError(f"the operator {target}")
    arguments = {
        _text(it["name"]) or str(at): _argument(it["arg"]) for at, it in enumerate(record["inputs"])
    }
    outputs = tuple(_output(it) for it in record["outputs"])
    return Node(target, arguments, outputs, _stack(record["metadata"].get("nn_module_stack", "")))


def _argument(argument: dict[str, Any]) -> Any:
    ((kind, value),) = argument.items()
    reader = _READERS.get(kind)
    if reader is None:
        raise _UnsupportedError(f"an argument of the kind {kind.removeprefix('as_')}")
    return reader(value)


def _output(argument: dict[str, Any]) -> str | tuple[str, ...]:
    ((kind, value),) = argument.items()
    if kind == "as_none":
        return ""
    if kind == "as_tensor":
        return _text(value["name"])
    if kind == "as_tensors":
        return tuple(_text(it["name"]) for it in value)
    if kind in {"as_sym_int", "as_sym_bool", "as_sym_float"} and "as_name" in value:
        return _text(value["as_name"])
    raise _UnsupportedError(f"a result of the kind {kind.removeprefix('as_')}")


def _stack(text: str) -> tuple[tuple[str, str], ...]:
    """Read "key,path,class;key,path,class"."""
    stack = []
    for entry in text.split(";") if text else ():
        _, _, rest = entry.partition(",")
        path, _, kind = rest.partition(",")
        if path and _PATH.fullmatch(path):
            stack.append((path, kind.rpartition(".")[2]))
    return tuple(stack)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 4096:
        raise ValueError("expected a text")
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(it) for it in value]
    if value is not None and not isinstance(value, bool | int | float | str):
        raise ValueError("expected a plain value")
    return value


def _either(value: dict[str, Any]) -> Any:
    """Read a size that is a number or the name of one."""
    return Ref(_text(value["as_name"])) if "as_name" in value else _plain(*value.values())


def _tensor(value: dict[str, Any]) -> Ref:
    return Ref(_text(value["name"]))


def _optional(value: dict[str, Any]) -> Ref | None:
    return _tensor(value["as_tensor"]) if "as_tensor" in value else None


_READERS: dict[str, Any] = {
    "as_none": lambda _value: None,
    "as_tensor": _tensor,
    "as_tensors": lambda value: [_tensor(it) for it in value],
    "as_optional_tensor": _optional,
    "as_optional_tensors": lambda value: [_optional(it) for it in value],
    **dict.fromkeys(
        ("as_int", "as_ints", "as_float", "as_floats", "as_string", "as_bool", "as_bools"), _plain
    ),
    **dict.fromkeys(("as_sym_int", "as_sym_bool", "as_sym_float"), _either),
    "as_sym_ints": lambda value: [_either(it) for it in value],
    "as_scalar_type": lambda value: Named(SCALAR_TYPES[value]),
    "as_memory_format": lambda value: Named(MEMORY_FORMATS[value]),
    "as_layout": lambda _value: Named("strided"),
    "as_device": lambda _value: Named("device"),
}
