"""Turn what happens in a forward pass into nodes and edges."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.graph.attributes import of_call, of_module, weight_of_call, weight_of_module
from engine.graph.ops import kind_of_module, kind_of_op
from engine.graph.tensors import Producers, TensorInfos, tensors_in, version_of
from engine.values import GraphEdge, GraphNode, LayerKey, OpKind, TensorInfo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from engine.graph.scopes import Call, Operation

__all__ = ["OUTPUT_NAME", "Recorder"]

OUTPUT_NAME = "/output"
"""Under which the tensors that the network returns are watched, by `call`."""

_NOT_SHOWN = (f"{Path(torch.__file__).parent}/", f"{Path(__file__).parent}/", "<")
"""Code that calls operations on behalf of someone else."""

_FAR = 40
"""Frames to look through for who called an operation."""


@dataclass(slots=True, eq=False)
class _Found:
    """A node in the making."""

    key: LayerKey
    scope: str
    op: str
    kind: OpKind
    inputs: tuple[TensorInfo, ...] = ()
    outputs: tuple[TensorInfo, ...] = ()
    is_module: bool = False
    is_in_place: bool = False
    parameters: int = 0
    attributes: tuple[tuple[str, str], ...] = ()
    weight_shape: tuple[int, ...] = ()
    source: str = ""


class _Looked:
    """What an operation was given, before it could write to it."""

    __slots__ = ("count", "makers", "source", "tensors", "versions")

    def __init__(self, tensors: list[Tensor], producers: Producers, count: int) -> None:
        self.tensors = tensors
        self.versions = [version_of(tensor) for tensor in tensors]
        self.makers = [producers.of(tensor) for tensor in tensors]
        self.count = count  # of the nodes there were
        self.source = ""

    def find(self, tensor: Tensor) -> int:
        """Return which input a tensor is, or -1."""
        return next((at for at, one in enumerate(self.tensors) if one is tensor), -1)

    def is_written(self, at: int) -> bool:
        """Tell whether an input has been written to since."""
        return version_of(self.tensors[at]) != self.versions[at]


@dataclass(frozen=True, slots=True)
class _Layer:
    """What all calls of one module have in common."""

    op: str
    kind: OpKind
    parameters: int
    attributes: tuple[tuple[str, str], ...]
    weight_shape: tuple[int, ...]


class Recorder:
    """The observer that makes the graph (see `engine.graph.scopes.Observer`).

    Attributes
    ----------
    boxes
        What may be a container, in the order in which it began; some turn out to hold nothing.
    """

    def __init__(self) -> None:
        self.boxes: list[Call] = []
        self._found: list[_Found] = []
        self._edges: list[tuple[int, int, TensorInfo, int]] = []
        self._producers = Producers()
        self._info = TensorInfos()
        self._open: dict[Call, _Looked] = {}
        self._layers: dict[nn.Module, _Layer] = {}

    # -------------------------------------------------------------------------- the pass's ends

    def begin(self, inputs: object) -> None:
        """Note the network's inputs."""
        for call, tensor in enumerate(tensors_in(inputs)):
            node = self._add(_Found(LayerKey("input", call), "", "input", OpKind.INPUT))
            self._found[node].outputs = (self._info(tensor),)
            self._producers.made(tensor, node)

    def end(self, output: object) -> None:
        """Note what the network returned."""
        for call, tensor in enumerate(tensors_in(output)):
            found = _Found(LayerKey(OUTPUT_NAME, call), "", "output", OpKind.OUTPUT)
            found.inputs = found.outputs = (self._info(tensor),)
            maker = self._producers.of(tensor)
            node = self._add(found)
            if maker is not None:
                self._edges.append((maker, node, found.outputs[0], 0))

    def finish(self) -> tuple[tuple[GraphNode, ...], tuple[GraphEdge, ...]]:
        """Return what is connected with an input or output, numbered in order."""
        kept = _connected(len(self._found), self._edges, self._ends())
        numbers = {old: new for new, old in enumerate(kept)}
        edges = tuple(
            GraphEdge(numbers[source], numbers[target], tensor, slot)
            for source, target, tensor, slot in self._edges
            if source in numbers and target in numbers
        )
        return tuple(_node(self._found[old], new) for old, new in numbers.items()), edges

    # ---------------------------------------------------------------------------- the observer

    def enter(self, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Remember what a layer is given; note a container."""
        if call.is_opaque or call.may_be_one:
            looked = self._look((args, kwargs))
            looked.source = _caller()
            self._open[call] = looked
        if not call.is_opaque:
            self.boxes.append(call)

    def leave(self, call: Call, output: Any) -> Any:
        """Make a layer a node."""
        looked = self._open.pop(call, None)
        tensors = tensors_in(output)
        if looked is None or not tensors:
            return None
        if call.may_be_one:
            made = len(self._found) - looked.count
            if made == 1 and self._producers.of(tensors[0]) == looked.count:
                self._name_after(call, self._found[-1])
                return None
            if made:
                return None
        node = self._add(self._of_module(call))
        self._found[node].source = looked.source
        handed_on = self._connect(node, looked, output, tensors)
        return None if handed_on is output else handed_on

    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Looked:
        """Remember what an operation is given."""
        return self._look((args, kwargs))

    def after(self, operation: Operation, looked: _Looked, result: Any) -> Any:
        """Make an operation a node."""
        is_write = operation.op == "setitem"
        tensors = [operation.args[0]] if is_write else tensors_in(result)
        if (
            tensors[0] is result
            and _is_given(result, looked)
            and not any(maker is not None for maker in looked.makers)
        ):
            return result  # a parameter or constant that stays as it is: `weight.to(x.dtype)`
        op = operation.op
        found = _Found(operation.key, operation.scope.path, op, kind_of_op(op))
        found.attributes = of_call(op, operation.args, operation.kwargs)
        found.weight_shape = weight_of_call(op, operation.args, operation.kwargs)
        weights = {id(t): t for t in looked.tensors if isinstance(t, nn.Parameter)}
        found.parameters = sum(weight.numel() for weight in weights.values())
        found.source = _caller()
        return self._connect(self._add(found), looked, result, tensors)

    # --------------------------------------------------------------------------------- private

    def _add(self, found: _Found) -> int:
        self._found.append(found)
        return len(self._found) - 1

    def _ends(self) -> list[int]:
        ends = (OpKind.INPUT, OpKind.OUTPUT)
        return [number for number, found in enumerate(self._found) if found.kind in ends]

    def _look(self, given: object) -> _Looked:
        return _Looked(tensors_in(given), self._producers, len(self._found))

    def _connect(self, node: int, looked: _Looked, result: Any, tensors: list[Tensor]) -> Any:
        """Draw a node's edges and note its outputs; return the result as it is to be handed on."""
        found = self._found[node]
        found.inputs = tuple(map(self._info, looked.tensors))
        for slot, (maker, info) in enumerate(zip(looked.makers, found.inputs, strict=True)):
            if maker is not None:
                self._edges.append((maker, node, info, slot))
        found.outputs = tuple(map(self._info, tensors))
        for tensor in tensors:
            at = looked.find(tensor)
            if at < 0:
                self._producers.made(tensor, node)
            elif looked.is_written(at):
                found.is_in_place = True
                self._producers.wrote(tensor, node)
            elif tensor is result:
                # It gave back what it was given (Identity, dropout in evaluation). Others hold the
                # same tensor from before, so this one's output must be told from it.
                result = tensor.detach()
                self._producers.made(result, node)
        return result

    def _of_module(self, call: Call) -> _Found:
        module = call.module
        layer = self._layers.get(module)
        if layer is None:
            layer = self._layers[module] = _Layer(
                type(module).__name__,
                kind_of_module(module),
                sum(parameter.numel() for parameter in module.parameters()),
                of_module(module),
                weight_of_module(module),
            )
        scope = call.parent.path if call.parent else ""
        found = _Found(call.key, scope, layer.op, layer.kind, is_module=True)
        found.parameters = layer.parameters
        found.attributes = layer.attributes
        found.weight_shape = layer.weight_shape
        return found

    def _name_after(self, call: Call, found: _Found) -> None:
        """Let a module's only operation stand for the module."""
        module = self._of_module(call)
        found.key, found.scope, found.op = module.key, module.scope, module.op
        found.is_module = True
        found.parameters = module.parameters
        found.attributes = module.attributes or found.attributes


def _is_given(tensor: Tensor, looked: _Looked) -> bool:
    at = looked.find(tensor)
    return at >= 0 and not looked.is_written(at)


def _node(found: _Found, number: int) -> GraphNode:
    return GraphNode(
        id=number,
        key=found.key,
        scope=found.scope,
        op=found.op,
        kind=found.kind,
        outputs=found.outputs,
        is_module=found.is_module,
        is_in_place=found.is_in_place,
        parameters=found.parameters,
        attributes=found.attributes,
        source=found.source,
        inputs=found.inputs,
        weight_shape=found.weight_shape,
    )


def _connected(
    count: int, edges: Iterable[tuple[int, int, TensorInfo, int]], ends: list[int]
) -> list[int]:
    """Return the nodes that hang together with one of `ends`, in order."""
    near: list[list[int]] = [[] for _ in range(count)]
    for source, target, _, _ in edges:
        near[source].append(target)
        near[target].append(source)
    reached = set(ends)
    todo = list(ends)
    while todo:
        for other in near[todo.pop()]:
            if other not in reached:
                reached.add(other)
                todo.append(other)
    return sorted(reached)


def _caller() -> str:
    """Return the line that called an operation: the nearest in neither torch nor this package."""
    frame: FrameType | None = sys._getframe(2)  # noqa: SLF001 - the module `inspect` costs a hundred times as much
    for _ in range(_FAR):
        if frame is None:
            return ""
        name = frame.f_code.co_filename
        if not name.startswith(_NOT_SHOWN):
            return f"{name.rpartition('/')[2]}:{frame.f_lineno}"
        frame = frame.f_back
    return ""
