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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.models.user.errors import ModelFileError
from engine.models.user.exported_nodes import (
    SCALAR_TYPES,
    Node,
    UnsupportedError,
    flat_nodes,
    name_of,
    tensor_name,
    text_of,
)
from engine.models.user.pickled import DTYPE_BYTES
from engine.models.user.report import TensorInfo

if TYPE_CHECKING:
    from engine.models.user.archive import Archive

__all__ = ["Payload", "Program", "read"]

_SCHEMA = 8


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
        program.nodes, renamed = flat_nodes(module["graph"]["nodes"])
        program.outputs = [name_of(renamed, it) for it in program.outputs]
    except UnsupportedError as error:
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
            program.inputs.append(tensor_name(it["arg"]))
        elif kind in {"parameter", "buffer", "tensor_constant"}:
            program.weights[text_of(it["arg"]["name"])] = text_of(it[f"{kind}_name"])
        else:
            raise UnsupportedError(f"an input of the kind {kind}")
    for spec in signature["output_specs"]:
        ((kind, it),) = spec.items()
        if kind == "user_output":
            program.outputs += [tensor_name(it["arg"])] if "as_tensor" in it["arg"] else []
        elif kind != "buffer_mutation":  # what batch norm counts; not needed to answer
            raise UnsupportedError(f"an output of the kind {kind}")
