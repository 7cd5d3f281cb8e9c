"""Take what functional operations answer (`+`, `torch.cat`): they have no module to hook.

Such an operation is named after the module whose forward pass calls it: "layer1.0/add". While
that module runs, a torch function mode looks at each operation; only where the name is wanted it
asks which module is the innermost that runs, and counts. The numbers are those of the tracer.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from torch import nn
from torch.overrides import TorchFunctionMode

from engine.graph.ops import op_name
from engine.graph.recorder import OUTPUT_NAME
from engine.graph.tensors import computes, tensors_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType

    from torch import Tensor
    from torch.utils.hooks import RemovableHandle

    from engine.values import LayerKey

__all__ = ["FunctionalTaps", "is_functional", "scope_of"]

_CALL = nn.Module._call_impl.__code__  # noqa: SLF001 - the one frame that every call of a module has


def is_functional(key: LayerKey) -> bool:
    """Tell whether a key names an operation rather than a module."""
    return "/" in key.name


def scope_of(key: LayerKey) -> str:
    """Return the path of the module that an operation happens in."""
    return key.name.rpartition("/")[0]


class FunctionalTaps(TorchFunctionMode):
    """The taps of all wanted operations of one network, for one thread.

    Parameters
    ----------
    keys
        Operations; "/output" is what the network returns.
    find
        Returns the module at a path, or raises `KeyError`.
    take
        Is given each wanted tensor; must copy it.
    """

    def __init__(
        self,
        keys: Iterable[LayerKey],
        find: Callable[[str], nn.Module],
        take: Callable[[LayerKey, Tensor], None],
    ) -> None:
        super().__init__()
        self._take = take
        self._thread = threading.get_ident()
        self._wanted: defaultdict[tuple[nn.Module, str], dict[int, LayerKey]] = defaultdict(dict)
        self._outputs: list[LayerKey] = []
        self._names: dict[Any, str] = {}
        self._counts: defaultdict[tuple[nn.Module, str], int] = defaultdict(int)
        self._depth = 0
        self._looking = contextlib.ExitStack()
        self._root = find("")
        self._known = frozenset(self._root.modules())
        for key in keys:
            scope, _, op = key.name.rpartition("/")
            if key.name == OUTPUT_NAME:
                self._outputs.append(key)
            else:
                self._wanted[find(scope), op][key.call] = key
        self._ops = frozenset(op for _, op in self._wanted)

    def hook(self) -> list[RemovableHandle]:
        """Listen to the modules whose operations are wanted; return the hooks."""
        handles = []
        for module in {module for module, _ in self._wanted}:
            handles.append(module.register_forward_pre_hook(self._begin, prepend=True))
            handles.append(module.register_forward_hook(self._end, always_call=True))
        if self._outputs:
            handles.append(self._root.register_forward_hook(self._answer))
        return handles

    def close(self) -> None:
        """Stop looking, should a module have been left without its hook being called."""
        self._depth = 0
        self._looking.close()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run a torch function, and take its answer where it is wanted."""
        result = func(*args, **(kwargs or {}))
        op = self._names.get(func)
        if op is None:
            op = self._names[func] = op_name(func)
        if op in self._ops and computes(op, result):
            module = self._innermost(sys._getframe(1))  # noqa: SLF001 - see there
            if module is not None and (module, op) in self._wanted:
                self._count(module, op, args[0] if op == "setitem" else result)
        return result

    def _count(self, module: nn.Module, op: str, result: object) -> None:
        call = self._counts[module, op]
        self._counts[module, op] = call + 1
        key = self._wanted[module, op].get(call)
        if key is not None:
            self._take(key, tensors_in(result)[0])

    def _begin(self, _module: nn.Module, _inputs: Any) -> None:
        if threading.get_ident() == self._thread:
            self._depth += 1
            if self._depth == 1:
                self._looking.enter_context(self)

    def _end(self, _module: nn.Module, _inputs: Any, _output: Any) -> None:
        if threading.get_ident() == self._thread and self._depth:
            self._depth -= 1
            if self._depth == 0:
                self._looking.close()

    def _innermost(self, frame: FrameType | None) -> nn.Module | None:
        """Return the network's module whose forward pass a frame belongs to.

        Looking up the stack costs a few microseconds, and only for operations of a wanted name;
        hooks on every module inside a scope would cost that much for each of them in each frame.
        What a module calls and does not own, such as modules in a plain list, counts as its own
        doing, as it does to the tracer.
        """
        while frame is not None:
            if frame.f_code is _CALL:
                module = frame.f_locals["self"]
                if module in self._known:
                    known: nn.Module = module
                    return known
            frame = frame.f_back
        return None

    def _answer(self, _module: nn.Module, _inputs: Any, output: Any) -> None:
        tensors = tensors_in(output)
        for key in self._outputs:
            if key.call < len(tensors):
                self._take(key, tensors[key.call])
