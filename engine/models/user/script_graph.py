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

__all__ = ["Place", "Routine", "UnsupportedError", "compile_graph"]

Values: TypeAlias = dict[str, Any]
Step: TypeAlias = Callable[[Values], None]
MAX_TURNS = 1_000_000
"""Of a loop."""


class UnsupportedError(Exception):
    """A graph uses what is not known here."""


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
        function = _PYTHON.get(kind) or _operator(node)

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


def _fail(*what: object) -> None:
    raise RuntimeError(*what)


def _number(value: Any) -> Any:
    return value.item() if isinstance(value, torch.Tensor) else value


_PYTHON: dict[str, Callable[..., Any]] = {
    # Operators on lists of any kind cannot be called from Python, and these need no operator.
    "prim::ListConstruct": lambda *items: list(items),
    "prim::TupleConstruct": lambda *items: tuple(items),
    "prim::TupleIndex": lambda items, at: items[at],
    "prim::NumToTensor": torch.tensor,
    "prim::unchecked_cast": lambda value: value,
    "prim::Uninitialized": lambda: None,
    "prim::RaiseException": _fail,
    "prim::Print": lambda *_items: None,
    "aten::warn": lambda *_items: None,
    "aten::format": lambda text, *_items: text,  # of what is only shown
    "aten::Int": lambda value: int(_number(value)),
    "aten::IntImplicit": lambda value: int(_number(value)),
    "aten::Float": lambda value: float(_number(value)),
    "aten::FloatImplicit": lambda value: float(_number(value)),
    "aten::Bool": lambda value: bool(_number(value)),
    "aten::ScalarImplicit": _number,
    "aten::__is__": lambda first, second: first is second,
    "aten::__isnot__": lambda first, second: first is not second,
    "aten::__not__": lambda value: not value,
    "aten::__contains__": lambda items, item: item in items,
    "prim::dtype": lambda tensor: tensor.dtype,
    "prim::device": lambda tensor: tensor.device,
    "prim::is_cuda": lambda tensor: tensor.is_cuda,
    "aten::dim": lambda tensor: tensor.dim(),
}


def _append(items: list[Any], item: Any) -> list[Any]:
    items.append(item)
    return items


_ON_LISTS: dict[str, Callable[..., Any]] = {
    "aten::append": _append,
    "aten::len": len,
    "aten::__getitem__": lambda items, at: items[at],
    "aten::add": lambda first, second: first + second,
    "aten::mul": lambda first, second: first * second,
    "aten::eq": lambda first, second: first == second,
    "aten::ne": lambda first, second: first != second,
    "aten::list": list,
    "aten::pop": lambda items, *at: items.pop(*at),
    "aten::insert": lambda items, at, item: items.insert(at, item),
    "aten::slice": lambda items, start, end, step: items[start:end:step],
    "aten::keys": list,
    "aten::values": lambda items: list(items.values()),
    "aten::items": lambda items: list(items.items()),
    "aten::_set_item": lambda items, key, value: items.__setitem__(key, value),
}


_ON_LISTS_ONLY = frozenset({"aten::append", "aten::pop", "aten::insert", "aten::keys"})


def _operator(node: Any) -> Callable[..., Any]:
    """Return what calls the very operator that TorchScript chose."""
    kind = node.kind()
    schema = torch._C.parse_schema(node.schema())  # noqa: SLF001 - the only way to it
    arguments = schema.arguments
    is_on_list = bool(arguments) and str(arguments[0].type).startswith(("List", "t[]", "Dict"))
    if kind in _ON_LISTS and (is_on_list or kind in _ON_LISTS_ONLY):
        return _ON_LISTS[kind]
    try:
        called: Callable[..., Any] = torch._C._get_operation_overload(  # noqa: SLF001 - likewise
            kind, schema.overload_name
        )[0]
    except (RuntimeError, TypeError) as error:
        raise UnsupportedError(kind) from error
    named = [it.name for it in arguments if it.kwarg_only]
    if not named:
        return called
    plain = len(arguments) - len(named)

    def with_names(*given: Any) -> Any:
        return called(*given[:plain], **dict(zip(named, given[plain:], strict=True)))

    return with_names
