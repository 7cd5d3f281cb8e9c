"""Watch one forward pass: which module is running, and each operation that it does itself.

Used by the tracer and by the clock, which so agree on what an operation is and on its number.
"""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from engine.graph.compiled import seeing_compiled
from engine.graph.ops import is_opaque, op_name, takes_apart
from engine.graph.tensors import computes
from engine.values import LayerKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Call", "Observer", "Operation", "functional_name", "observing"]


@dataclass(slots=True, eq=False)
class Call:
    """One call of one module that is running.

    Attributes
    ----------
    key
        The module's path, and how often it was called before.
    is_opaque
        One operation, whatever happens inside.
    may_be_one
        A module with no children that may turn out to be one operation.
    """

    module: nn.Module
    key: LayerKey
    parent: Call | None
    is_opaque: bool
    may_be_one: bool

    @property
    def path(self) -> str:
        """What its box is called: a second call has a box of its own."""
        return str(self.key)


def functional_name(scope: str, op: str) -> str:
    """Return under what name an operation is watched: "layer1.0/add", "/flatten"."""
    return f"{scope}/{op}"


@dataclass(slots=True, eq=False)
class Operation:
    """One call of a torch function, by the module `scope` itself."""

    scope: Call
    key: LayerKey
    op: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Observer(Protocol):
    """Who is told of what happens in the pass, on the thread that runs it."""

    def enter(self, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Hear that a module begins."""

    def leave(self, call: Call, output: Any) -> Any:
        """Hear that it has ended; return what it shall hand on instead, or None."""

    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Look at what an operation is about to be given; the answer comes back in `after`."""

    def after(self, operation: Operation, looked: Any, result: Any) -> Any:
        """Hear what it gave; return what shall be handed on."""


class _Scopes(TorchFunctionMode):
    """The stack of open calls. As a mode it sees each torch function; hooks tell it of modules."""

    def __init__(self, model: nn.Module, observer: Observer) -> None:
        super().__init__()
        self._observer = observer
        self._thread = threading.get_ident()
        self._paths = {module: name for name, module in model.named_modules()}
        self._stack: list[Call] = []
        self._hidden = 0  # how many modules deep inside an opaque one
        self._calls: defaultdict[str, int] = defaultdict(int)
        self._names: dict[Any, str] = {}

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run a torch function, telling the observer where it is an operation."""
        kwargs = kwargs or {}
        op = self._names.get(func)
        if op is None:
            op = self._names[func] = op_name(func)
        return self._seen(op, func, args, kwargs)

    def compiled(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Run a function that TorchScript compiled, as one operation of its name."""
        with _unseen():
            return self._seen(func.__name__, func, args, kwargs)

    def _seen(
        self, op: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if not op or self._hidden or not self._stack:
            return func(*args, **kwargs)
        looked = self._observer.before(args, kwargs)
        result = func(*args, **kwargs)
        if not computes(op, result):
            return result
        scope = self._stack[-1]
        key = self._number(functional_name(scope.key.name, op))
        return self._observer.after(Operation(scope, key, op, args, kwargs), looked, result)

    def enter(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Hear that a module begins (a forward pre-hook)."""
        if threading.get_ident() != self._thread:
            return
        if self._hidden:
            self._hidden += 1
            return
        with _unseen():
            parent = self._stack[-1] if self._stack else None
            key = self._number(self._paths[module])
            # The network itself is a box, unless it is a single layer of torch.nn.
            may_be_one = parent is not None and takes_apart(module)
            call = Call(module, key, parent, is_opaque(module), may_be_one)
            self._hidden = int(call.is_opaque)
            self._stack.append(call)
            self._observer.enter(call, args, kwargs)

    def leave(self, _module: nn.Module, _args: Any, output: Any) -> Any:
        """Hear that it has ended (a forward hook), with an exception or without."""
        if threading.get_ident() != self._thread or not self._stack:
            return None
        if self._hidden > 1:
            self._hidden -= 1
            return None
        self._hidden = 0
        with _unseen():
            return self._observer.leave(self._stack.pop(), output)

    def _number(self, name: str) -> LayerKey:
        call = self._calls[name]
        self._calls[name] = call + 1
        return LayerKey(name, call)


def _unseen() -> contextlib.AbstractContextManager[object]:
    """Let what hooks do with tensors pass by the mode."""
    return torch._C.DisableTorchFunction()  # noqa: SLF001 - the documented switch has no other name


@contextlib.contextmanager
def observing(
    model: nn.Module, observer: Observer, *, sees_compiled: bool = False
) -> Iterator[None]:
    """Tell `observer` of all that `model` does in the block, on this thread.

    Hooks and mode are gone afterwards, whatever happens. With `sees_compiled`, functions that
    TorchScript compiled are operations too; only one thread can have that at a time.
    """
    scopes = _Scopes(model, observer)
    handles = []
    try:
        for module in model.modules():
            # Through the class: compiled TorchScript refuses its own methods of that name.
            register = nn.Module.register_forward_pre_hook
            handles.append(register(module, scopes.enter, prepend=True, with_kwargs=True))
            handles.append(nn.Module.register_forward_hook(module, scopes.leave, always_call=True))
        compiled = seeing_compiled(scopes.compiled) if sees_compiled else contextlib.nullcontext()
        with scopes, compiled:
            yield
    finally:
        for handle in handles:
            handle.remove()
