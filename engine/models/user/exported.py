"""Run a torch.export program with modules that hooks can be put on.

The file's list of operations is cut at the borders of the modules that they come from, and each
module runs its own. So a layer fires as it did in the network that was exported, and the names are
those of that network. See `engine.models.user.exported_graph` for why the file is not simply given
to `torch.export.load`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.models.user.errors import ModelFileError, NeedsConsentError
from engine.models.user.exported_graph import Payload, Program, read
from engine.models.user.exported_steps import (
    Call,
    Operation,
    Part,
    UnknownOperatorError,
    bury,
    function_of,
    names_of,
    used_at,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.models.user.archive import Archive

__all__ = ["ExportedNetwork", "load_exported"]

_ASKS = (
    "“{}” uses {}, which only PyTorch's own loader can read, and that may run code that stands in "
    "the file; allow it if you trust where it comes from."
)


def load_exported(archive: Archive, *, allow_code: bool) -> nn.Module:
    """Make the network of a torch.export file.

    Raises
    ------
    ModelFileError
        The file is damaged.
    NeedsConsentError
        It needs more than is safe, and `allow_code` is False.
    """
    program = read(archive)
    why = program.unsupported
    if not why:
        try:
            return ExportedNetwork(program, archive)
        except UnknownOperatorError as error:
            why = str(error)
    if not allow_code:
        raise NeedsConsentError(_ASKS.format(archive.path.name, why), str(archive.path))
    exported = torch.export.load(archive.path)
    try:
        module: nn.Module = torch.export.unflatten(exported)
    except Exception:  # noqa: BLE001 - whatever it cannot divide still runs as a whole
        module = exported.module()
    return module


class ExportedNetwork(nn.Module):
    """A network out of a torch.export file.

    Parameters
    ----------
    program
        What is to be computed.
    archive
        Where the weights are.

    Raises
    ------
    ModelFileError
        A weight is missing.
    """

    def __init__(self, program: Program, archive: Archive) -> None:
        super().__init__()
        self._weights: list[tuple[str, str]] = []
        self._inputs = tuple(program.inputs)
        self._outputs = tuple(program.outputs)
        tree = _Tree(self)
        operations = [Operation(node, function_of(node.target)) for node in program.nodes]
        bury(operations, program)
        self._steps = tree.calls(operations, program)
        self._fill(program, archive, tree)

    def forward(self, *inputs: Tensor) -> Any:
        """Run the operations in the order of the file."""
        values: dict[str, Any] = {name: self._weight(path) for name, path in self._weights}
        values.update(zip(self._inputs, inputs, strict=False))
        device = inputs[0].device
        for step in self._steps:
            step.run(values, device)
        outputs = tuple(values[name] for name in self._outputs)
        return outputs[0] if len(outputs) == 1 else outputs

    def _weight(self, path: str) -> Tensor:
        owner, _, name = path.rpartition(".")
        weight: Tensor = getattr(self.get_submodule(owner), name)
        return weight

    def _fill(self, program: Program, archive: Archive, tree: _Tree) -> None:
        shared: dict[str, Tensor] = {}
        for name, path in program.weights.items():
            payload = program.payloads.get(path)
            if payload is None:
                raise ModelFileError(
                    f"“{archive.path.name}” lacks its weight “{path}”; export the network again."
                )
            owner, _, own_name = path.rpartition(".")
            part = tree.part(owner)
            tensor = _tensor(payload, archive, shared)
            if payload.is_parameter and tensor.is_floating_point():
                part.register_parameter(own_name, nn.Parameter(tensor, requires_grad=False))
            else:
                part.register_buffer(own_name, tensor)
            self._weights.append((name, path))


class _Tree:
    """The modules of the network, made as they are met."""

    def __init__(self, root: nn.Module) -> None:
        self._parts: dict[str, nn.Module] = {"": root}

    def part(self, path: str, kind: str = "Module") -> nn.Module:
        """Return the module at a dotted path."""
        if path not in self._parts:
            owner, _, name = path.rpartition(".")
            part = _part_class(kind)()
            self.part(owner).add_module(name, part)
            self._parts[path] = part
        return self._parts[path]

    def calls(self, operations: Sequence[Operation], program: Program) -> list[Any]:
        """Group the operations by the modules that they are in."""
        for operation in operations:  # outer modules first, so that each has its own class
            for path, kind in operation.node.stack:
                self.part(path.partition("@")[0], kind)
        later = used_at(operations, program)
        return self._group(list(enumerate(operations)), 0, later)

    def _group(
        self, numbered: list[tuple[int, Operation]], depth: int, later: dict[str, int]
    ) -> list[Any]:
        steps: list[Any] = []
        at = 0
        while at < len(numbered):
            stack = numbered[at][1].node.stack
            if len(stack) <= depth:
                steps.append(numbered[at][1])
                at += 1
                continue
            end = at
            while (
                end < len(numbered)
                and numbered[end][1].node.stack[: depth + 1] == (stack[: depth + 1])
            ):
                end += 1
            inside = numbered[at:end]
            path, kind = stack[depth]
            part = self.part(path.partition("@")[0], kind)
            if not isinstance(part, Part):  # a path like that of the network itself
                steps += self._group(inside, depth + 1, later)
            else:
                _describe(part, [it for _, it in inside])
                made = [name for _, it in inside for name in names_of(it.node)]
                used = tuple(name for name in made if later.get(name, -1) > inside[-1][0])
                call = Call(part, self._group(inside, depth + 1, later), used or tuple(made[-1:]))
                steps.append(call)
            at = end
        return steps


def _part_class(kind: str) -> type[Part]:
    name = kind if kind.isidentifier() else "Module"
    return type(name, (Part,), {"__module__": __name__, "__doc__": f"A {name} that was exported."})


def _describe(part: nn.Module, operations: list[Operation]) -> None:
    """Give a convolution the attributes that its geometry is read from."""
    convolutions = [it.node for it in operations if ".conv" in it.node.target]
    if len(operations) != 1 or not convolutions:
        return
    arguments = convolutions[0].arguments
    for name in ("stride", "padding", "dilation"):
        value = arguments.get(name)
        if isinstance(value, list) and all(isinstance(it, int) for it in value):
            setattr(part, name, tuple(value))
    if isinstance(arguments.get("groups"), int):
        part.groups = arguments["groups"]


def _tensor(payload: Payload, archive: Archive, shared: dict[str, Tensor]) -> Tensor:
    dtype = getattr(torch, payload.info.dtype)
    if payload.member not in shared:
        content = archive.read_stored(payload.member)
        shared[payload.member] = (
            torch.frombuffer(content, dtype=torch.uint8)
            if content
            else torch.empty(0, dtype=torch.uint8)
        )
    flat = shared[payload.member]
    width = torch.empty((), dtype=dtype).element_size()
    values = flat[: len(flat) // width * width].view(dtype)
    return values.as_strided(payload.info.shape, payload.stride, payload.offset)
