"""The operations of a torch.export program, made ready to run, and the modules that run them."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from engine.models.user.exported_nodes import Named, Node, Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.models.user.exported_graph import Program

__all__ = [
    "Call",
    "Operation",
    "Part",
    "UnknownOperatorError",
    "bury",
    "function_of",
    "names_of",
    "used_at",
]

_OPERATORS = frozenset(
    {
        *("add", "sub", "mul", "truediv", "floordiv", "mod", "neg", "pos", "getitem"),
        *("eq", "ne", "lt", "le", "gt", "ge", "and_", "or_", "not_"),
    }
)
_MATH = frozenset({"ceil", "floor", "sqrt", "trunc"})
_FILE_ARGUMENTS = frozenset({"filename", "file"})


class UnknownOperatorError(Exception):
    """An operator that may not be called, or that this PyTorch lacks."""


@dataclass(slots=True)
class Operation:
    """One operation, its function found."""

    node: Node
    function: Callable[..., Any]
    dead: tuple[str, ...] = ()
    """The values that nothing needs after it."""

    def run(self, values: dict[str, Any], device: torch.device) -> None:
        """Do it on the values so far, and add what it gives."""
        arguments = {name: _value(it, values, device) for name, it in self.node.arguments.items()}
        if self.node.target.startswith("torch.ops."):
            result = self.function(**arguments)
        else:
            result = self.function(*arguments.values())
        outputs = self.node.outputs
        results = (result,) if len(outputs) == 1 else tuple(result or ())
        for names, value in zip(outputs, results, strict=False):
            if isinstance(names, str):
                values[names] = value
            else:
                values.update(zip(names, value, strict=True))
        for name in self.dead:
            values.pop(name, None)


@dataclass(slots=True)
class Call:
    """One call of a module: what it does, and which of its values are used after it."""

    part: Part
    steps: list[Operation | Call] = field(default_factory=list)
    outputs: tuple[str, ...] = ()

    def run(self, values: dict[str, Any], device: torch.device) -> None:
        """Call the module on the values so far."""
        self.part(self, values, device)


class Part(nn.Module):
    """A module of the network that was exported; subclasses have the name of its class."""

    def forward(self, call: Call, values: dict[str, Any], device: torch.device) -> Any:
        """Do what the module does in one of its calls."""
        for step in call.steps:
            step.run(values, device)
        outputs = tuple(values[name] for name in call.outputs if name in values)
        return outputs[0] if len(outputs) == 1 else outputs


def names_of(node: Node) -> list[str]:
    """Return the names of all values that an operation gives."""
    return [name for it in node.outputs for name in ((it,) if isinstance(it, str) else it) if name]


def _refs(value: Any) -> list[str]:
    if isinstance(value, Ref):
        return [value.name]
    if isinstance(value, list):
        return [name for it in value for name in _refs(it)]
    return []


def used_at(operations: Sequence[Operation], program: Program) -> dict[str, int]:
    """Return, for each value, the number of the last operation that needs it."""
    used: dict[str, int] = {}
    for number, operation in enumerate(operations):
        for value in operation.node.arguments.values():
            used.update(dict.fromkeys(_refs(value), number))
    used.update(dict.fromkeys(program.outputs, len(operations)))
    return used


def bury(operations: Sequence[Operation], program: Program) -> None:
    """Tell each operation which values it may let go of: memory is for what is still needed."""
    made = {name for operation in operations for name in names_of(operation.node)}
    dead: dict[int, list[str]] = {}
    for name, number in used_at(operations, program).items():
        if name in made:
            dead.setdefault(number, []).append(name)
    for number, operation in enumerate(operations):
        operation.dead = tuple(dead.get(number, ()))


def function_of(target: str) -> Callable[..., Any]:
    """Find an operator; only by names that cannot lead anywhere else.

    Parameters
    ----------
    target
        "torch.ops.aten.conv2d.default", "_operator.add", "math.floor".

    Raises
    ------
    UnknownOperatorError
        There is none, or it reaches beyond tensors.
    """
    space, _, name = target.rpartition(".")
    if space == "_operator" and name in _OPERATORS:
        return getattr(operator, name)  # type: ignore[no-any-return]  # a function by its name
    if space == "math" and name in _MATH:
        return getattr(math, name)  # type: ignore[no-any-return]  # a function by its name
    parts = target.split(".")
    if len(parts) != 5:
        raise UnknownOperatorError(f"the operator {target}")
    try:
        found = getattr(getattr(getattr(torch.ops, parts[2]), parts[3]), parts[4])
    except AttributeError:
        raise UnknownOperatorError(f"the operator {target}") from None
    if not isinstance(found, torch._ops.OpOverload) or any(  # noqa: SLF001 - no public name
        argument.name in _FILE_ARGUMENTS
        for argument in found._schema.arguments  # noqa: SLF001 - likewise
    ):
        raise UnknownOperatorError(f"the operator {target}")
    return found


def _value(argument: Any, values: dict[str, Any], device: torch.device) -> Any:
    if isinstance(argument, Ref):
        return values[argument.name]
    if isinstance(argument, list):
        return [_value(it, values, device) for it in argument]
    if isinstance(argument, Named):
        return device if argument.name == "device" else getattr(torch, argument.name)
    return argument
