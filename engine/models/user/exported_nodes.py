"""The operations of a torch.export program: read from their JSON, inner graphs put in place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

__all__ = [
    "SCALAR_TYPES",
    "Named",
    "Node",
    "Ref",
    "UnsupportedError",
    "flat_nodes",
    "name_of",
    "tensor_name",
    "text_of",
]

SCALAR_TYPES = {
    1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32",
    8: "float64", 10: "complex64", 11: "complex128", 12: "bool", 13: "bfloat16", 28: "uint16",
}  # fmt: skip
MEMORY_FORMATS = {
    1: "contiguous_format", 2: "channels_last", 3: "channels_last_3d", 4: "preserve_format",
}  # fmt: skip
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


class UnsupportedError(Exception):
    """The program needs more than operators and plain arguments."""


def tensor_name(argument: dict[str, Any]) -> str:
    """Return the name of a tensor; raise `UnsupportedError` where it is something else."""
    if "as_tensor" not in argument:
        raise UnsupportedError("an input that is no picture")
    return text_of(argument["as_tensor"]["name"])


def _node(record: dict[str, Any]) -> Node:
    target = text_of(record["target"])
    if not _TARGET.fullmatch(target):
        raise UnsupportedError(f"the operator {target}")
    arguments = {
        text_of(it["name"]) or str(at): _argument(it["arg"])
        for at, it in enumerate(record["inputs"])
    }
    outputs = tuple(_output(it) for it in record["outputs"])
    return Node(target, arguments, outputs, _stack(record["metadata"].get("nn_module_stack", "")))


# What PyTorch wraps around operations that are exported under "with torch.no_grad()" and the like.
_NO_GRADIENT = "torch.ops.higher_order.wrap_with_set_grad_enabled"
_AUTOCAST = "torch.ops.higher_order.wrap_with_autocast"


def flat_nodes(records: list[dict[str, Any]]) -> tuple[list[Node], dict[str, Any]]:
    """Return the operations with those of inner graphs in their place.

    Parameters
    ----------
    records
        The nodes of a graph, as the JSON has them.

    Returns
    -------
    list of Node
        One after the other.
    dict
        What the values that inner graphs gave are called now.

    Raises
    ------
    UnsupportedError
        They need more than operators and plain arguments.
    """
    nodes: list[Node] = []
    names: dict[str, Any] = {}
    for record in records:
        is_plain = record["target"] not in {_NO_GRADIENT, _AUTOCAST}
        inner = [_node(record)] if is_plain else _inlined(record, names)
        nodes += [_renamed(it, names) for it in inner] if is_plain else inner
    return nodes, names


def _inlined(record: dict[str, Any], names: dict[str, Any]) -> list[Node]:
    """Return the operations of an inner graph, and note in `names` what it gives."""
    arguments = [it["arg"] for it in record["inputs"]]
    at = next(at for at, it in enumerate(arguments) if "as_graph" in it)
    if record["target"] == _AUTOCAST and arguments[2] != {"as_bool": False}:
        raise UnsupportedError("autocast")
    inside = arguments[at]["as_graph"]
    given = [_renamed_value(_argument(it), names) for it in arguments[at + 1 :]]
    entries = [tensor_name(it) for it in inside["graph"]["inputs"]]
    nodes, own = flat_nodes(inside["graph"]["nodes"])
    prefix = text_of(inside["name"])
    made = {name for node in nodes for it in node.outputs for name in _each(it)}
    own_names = {**own, **dict(zip(entries, given, strict=True))}
    own_names |= {name: Ref(f"{prefix}/{name}") for name in made}
    results = [tensor_name(it) for it in inside["graph"]["outputs"]]
    outer = [text_of(it["as_tensor"]["name"]) for it in record["outputs"]]
    for name, result in zip(outer, results, strict=True):
        names[name] = _renamed_value(own.get(result, Ref(result)), own_names)
    return [_renamed(it, own_names) for it in nodes]


def _each(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


def name_of(names: dict[str, Any], name: str) -> str:
    """Return what a value is called now."""
    found = names.get(name)
    return found.name if isinstance(found, Ref) else name


def _renamed_value(value: Any, names: dict[str, Any]) -> Any:
    if isinstance(value, Ref):
        return names.get(value.name, value)
    if isinstance(value, list):
        return [_renamed_value(it, names) for it in value]
    return value


def _renamed(node: Node, names: dict[str, Any]) -> Node:
    if not names:
        return node
    return Node(
        node.target,
        {name: _renamed_value(it, names) for name, it in node.arguments.items()},
        tuple(
            name_of(names, it) if isinstance(it, str) else tuple(name_of(names, one) for one in it)
            for it in node.outputs
        ),
        node.stack,
    )


def _argument(argument: dict[str, Any]) -> Any:
    ((kind, value),) = argument.items()
    reader = _READERS.get(kind)
    if reader is None:
        raise UnsupportedError(f"an argument of the kind {kind.removeprefix('as_')}")
    return reader(value)


def _output(argument: dict[str, Any]) -> str | tuple[str, ...]:
    ((kind, value),) = argument.items()
    if kind == "as_none":
        return ""
    if kind == "as_tensor":
        return text_of(value["name"])
    if kind == "as_tensors":
        return tuple(text_of(it["name"]) for it in value)
    if kind in {"as_sym_int", "as_sym_bool", "as_sym_float"} and "as_name" in value:
        return text_of(value["as_name"])
    raise UnsupportedError(f"a result of the kind {kind.removeprefix('as_')}")


def _stack(text: str) -> tuple[tuple[str, str], ...]:
    """Read "key,path,class;key,path,class"."""
    stack = []
    for entry in text.split(";") if text else ():
        _, _, rest = entry.partition(",")
        path, _, kind = rest.partition(",")
        if path and _PATH.fullmatch(path):
            stack.append((path, kind.rpartition(".")[2]))
    return tuple(stack)


def text_of(value: object) -> str:
    """Return a text that is one; raise `ValueError` for anything else."""
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
    return Ref(text_of(value["as_name"])) if "as_name" in value else _plain(*value.values())


def _tensor(value: dict[str, Any]) -> Ref:
    return Ref(text_of(value["name"]))


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
