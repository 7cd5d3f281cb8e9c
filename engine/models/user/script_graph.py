"""Run the graph of a TorchScript method in Python, one operation at a time.

Only what traced and scripted networks are made of is known here. Whoever uses this compares the
answer with that of TorchScript itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch

from engine.models.user.script_operators import UnsupportedError, operator_of

__all__ = ["Place", "Routine", "UnsupportedError", "compile_graph"]

Values: TypeAlias = dict[str, Any]
Step: TypeAlias = Callable[[Values], None]
MAX_TURNS = 1_000_000
"""Of a loop."""


@dataclass(slots=True)
class Place:
    """On which device the network runs: a traced graph names the one it was traced on."""

    device: torch.device = field(default_factory=lambda: torch.device("cpu"))


@dataclass(slots=True)
class _Block:
    """A list of operations with what goes in and what comes out."""

    inputs: tuple[str, ...]
    steps: list[Step]
    outputs: tuple[str, ...]

    def run(self, values: Values, given: tuple[Any, ...]) -> list[Any]:
        values.update(zip(self.inputs, given, strict=True))
        for step in self.steps:
            step(values)
        return [values[name] for name in self.outputs]


@dataclass(slots=True)
class Routine:
    """A method, ready to run."""

    block: _Block
    defaults: tuple[Any, ...] = ()

    def run(self, given: tuple[Any, ...]) -> Any:
        """Run it; the first input of a method is its module."""
        missing = len(self.block.inputs) - len(given)
        if missing:
            given = (*given, *(None,) * missing)
        outputs = self.block.run({}, given)
        return outputs[0] if outputs else None


def compile_graph(graph: Any, find_function: Callable[[str], Any], place: Place) -> Routine:
    """Make a graph ready to run.

    Parameters
    ----------
    graph
        A `torch._C.Graph`.
    find_function
        Returns the function of a qualified name, or None.
    place
        Where it runs.

    Raises
    ------
    UnsupportedError
        It uses what is not known here.
    """
    return Routine(_Compiler(find_function, place).block(graph))


class _Compiler:
    def __init__(self, find_function: Callable[[str], Any], place: Place) -> None:
        self._find_function = find_function
        self._place = place
        self._functions: dict[str, Routine] = {}

    def block(self, graph: Any) -> _Block:
        return _Block(
            tuple(it.debugName() for it in graph.inputs()),
            [self.step(node) for node in graph.nodes()],
            tuple(it.debugName() for it in graph.outputs()),
        )

    def step(self, node: Any) -> Step:
        kind = node.kind()
        special = _SPECIAL.get(kind)
        if special is not None:
            return special(self, node)
        inputs, output = _inputs(node), _outputs(node)
        function = operator_of(node)

        def run(values: Values) -> None:
            result = function(*[values[it] for it in inputs])
            if len(output) == 1:
                values[output[0]] = result
            else:
                values.update(zip(output, result if output else (), strict=True))

        return run

    # ------------------------------------------------------------------------ kinds of nodes

    def constant(self, node: Any) -> Step:
        name = node.output().debugName()
        if node.output().type().kind() == "FunctionType":
            routine = self.function(str(node.output().type()))
            return lambda values: values.update({name: routine})
        value = node.output().toIValue()
        if isinstance(value, torch.device):
            return lambda values: values.update({name: self._place.device})
        if isinstance(value, torch.Tensor):
            return lambda values: values.update({name: value.to(self._place.device)})
        if isinstance(value, list | dict):
            return lambda values: values.update({name: value.copy()})
        return lambda values: values.update({name: value})

    def function(self, name: str) -> Routine:
        if name not in self._functions:
            found = self._find_function(name)
            if found is None:
                raise UnsupportedError(name)
            self._functions[name] = Routine(self.block(found.graph))
        return self._functions[name]

    def call_function(self, node: Any) -> Step:
        (function, *inputs), output = _inputs(node), _outputs(node)

        def run(values: Values) -> None:
            result = values[function].run(tuple(values[it] for it in inputs))
            values[output[0]] = result

        return run

    def get_attribute(self, node: Any) -> Step:
        (owner,), (name,), attribute = _inputs(node), _outputs(node), node.s("name")

        def run(values: Values) -> None:
            values[name] = values[owner].attribute(attribute)

        return run

    def call_method(self, node: Any) -> Step:
        (owner, *inputs), (name,), method = _inputs(node), _outputs(node), node.s("name")
        is_call = re.fullmatch(r"forward\d*", method) is not None

        def run(values: Values) -> None:
            part, given = values[owner], tuple(values[it] for it in inputs)
            values[name] = (
                part(*given, method=method) if is_call else part.call_method(method, given)
            )

        return run

    def branch(self, node: Any) -> Step:
        (condition,), output = _inputs(node), _outputs(node)
        yes, no = (self.block(it) for it in node.blocks())

        def run(values: Values) -> None:
            results = (yes if values[condition] else no).run(values, ())
            values.update(zip(output, results, strict=True))

        return run

    def loop(self, node: Any) -> Step:
        (count, condition, *carried), output = _inputs(node), _outputs(node)
        (body,) = (self.block(it) for it in node.blocks())

        def run(values: Values) -> None:
            goes_on, state = values[condition], [values[it] for it in carried]
            for turn in range(min(values[count], MAX_TURNS)):
                if not goes_on:
                    break
                goes_on, *state = body.run(values, (turn, *state))
            values.update(zip(output, state, strict=True))

        return run

    def unpack(self, node: Any) -> Step:
        (packed,), output = _inputs(node), _outputs(node)
        return lambda values: values.update(zip(output, values[packed], strict=True))

    def dictionary(self, node: Any) -> Step:
        inputs, (name,) = _inputs(node), _outputs(node)

        def run(values: Values) -> None:
            given = [values[it] for it in inputs]
            values[name] = dict(zip(given[::2], given[1::2], strict=True))

        return run


_SPECIAL: dict[str, Callable[[_Compiler, Any], Step]] = {
    "prim::Constant": _Compiler.constant,
    "prim::GetAttr": _Compiler.get_attribute,
    "prim::CallMethod": _Compiler.call_method,
    "prim::CallFunction": _Compiler.call_function,
    "prim::If": _Compiler.branch,
    "prim::Loop": _Compiler.loop,
    "prim::TupleUnpack": _Compiler.unpack,
    "prim::ListUnpack": _Compiler.unpack,
    "prim::DictConstruct": _Compiler.dictionary,
}


def _inputs(node: Any) -> list[str]:
    return [it.debugName() for it in node.inputs()]


def _outputs(node: Any) -> list[str]:
    return [it.debugName() for it in node.outputs()]
