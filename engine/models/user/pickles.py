"""Read a pickle without believing it: nothing that it names is looked up, let alone called.

A pickle is a program. This machine runs the part of its language that files of tensors need, and
where the program names a class or a function it makes a note instead. So one learns what tensors
a file holds, of which sizes, and what else it would do, and nothing happens.

torch's own `weights_only` unpickler stands behind this as a second wall when the file is opened.
"""

from __future__ import annotations

import pickletools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from engine.models.user.pickled import (
    MAKERS,
    Named,
    Opaque,
    PickledTensor,
    PickleError,
    StandIn,
    Storage,
    is_known,
    storage_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Content", "read"]

MAX_OPERATIONS = 20_000_000
_MARK = object()


@dataclass(slots=True)
class Content:
    """What a pickle holds.

    Attributes
    ----------
    root
        Numbers, texts, lists, tuples and dicts as they are, tensors as `PickledTensor`, and
        `Opaque` for all else.
    foreign
        The names of classes and functions that have no business in a file of tensors.
    storages
        By name, whether a tensor was seen to use them or not.
    tensors
        Every one that was seen, wherever it went.
    """

    root: Any = None
    foreign: list[str] = field(default_factory=list)
    storages: dict[str, Storage] = field(default_factory=dict)
    tensors: list[PickledTensor] = field(default_factory=list)


def read(file: BinaryIO, *, has_stand_ins: bool = False) -> Content:
    """Read one pickle; the file stands behind it afterwards.

    Parameters
    ----------
    file
        Open for reading.
    has_stand_ins
        Whether an object of a foreign class becomes a `StandIn` with its attributes and not an
        `Opaque` without: a whole network that was pickled has its tensors in there.

    Raises
    ------
    PickleError
        It is damaged, or written as no pickler writes.
    """
    machine = _Machine(has_stand_ins=has_stand_ins)
    try:
        return machine.run(file)
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError) as error:
        raise PickleError(str(error)) from error


class _Machine:
    def __init__(self, *, has_stand_ins: bool = False) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.content = Content()
        self.has_stand_ins = has_stand_ins

    def run(self, file: BinaryIO) -> Content:
        for count, (opcode, argument, _at) in enumerate(pickletools.genops(file)):
            if count > MAX_OPERATIONS:
                raise PickleError("too long")
            name = opcode.name
            if name in _PUSHED:
                self.stack.append(argument)
            elif name in _FIXED:
                self.stack.append(_FIXED[name]())
            elif name == "STOP":
                self.content.root = self.stack.pop()
                if self.content.root is _MARK:
                    raise PickleError("nothing but a mark")
            elif name not in _IGNORED:
                action = _ACTIONS.get(name)
                if action is None:
                    self.note(f"the pickle operation {name}")
                    raise PickleError(f"operation {name}")
                action(self, argument)
        return self.content

    def note(self, name: str) -> None:
        if name not in self.content.foreign:
            self.content.foreign.append(name)

    # ------------------------------------------------------------------- what operations do

    def memoize(self, argument: Any) -> None:
        self.memo[len(self.memo) if argument is None else int(argument)] = self.stack[-1]

    def get(self, argument: Any) -> None:
        self.stack.append(self.memo[int(argument)])

    def pop(self, _argument: Any) -> None:
        self.stack.pop()

    def pop_mark(self, _argument: Any = None) -> list[Any]:
        """Take what lies above the last mark."""
        taken = []
        while (item := self.stack.pop()) is not _MARK:
            taken.append(item)
        return taken[::-1]

    def duplicate(self, _argument: Any) -> None:
        self.stack.append(self.stack[-1])

    def name_text(self, argument: str) -> None:
        """GLOBAL gives "module name"."""
        self.push_named(argument.replace(" ", ".", 1))

    def name_stacked(self, _argument: Any) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        if not (isinstance(name, str) and isinstance(module, str)):
            raise PickleError("a name that is no text")
        self.push_named(f"{module}.{name}")

    def push_named(self, name: str) -> None:
        if not is_known(name):
            self.note(name)
        self.stack.append(Named(name))

    def call(self, _argument: Any) -> None:
        """REDUCE, NEWOBJ: the function or class, then its arguments."""
        arguments, function = self.stack.pop(), self.stack.pop()
        self.stack.append(self.made(function, arguments))

    def call_with_names(self, _argument: Any) -> None:
        names, arguments, function = self.stack.pop(), self.stack.pop(), self.stack.pop()
        self.stack.append(Opaque(_called(function)) if names else self.made(function, arguments))

    def call_marked(self, _argument: Any) -> None:
        function, *arguments = self.pop_mark()
        self.stack.append(self.made(function, tuple(arguments)))

    def call_named(self, argument: str) -> None:
        """INST: "module name" and the arguments above the mark."""
        self.push_named(argument.replace(" ", ".", 1))
        function = self.stack.pop()
        self.stack.append(self.made(function, tuple(self.pop_mark())))

    def made(self, function: Any, arguments: Any) -> Any:
        maker = MAKERS.get(function.name) if isinstance(function, Named) else None
        if maker is None or not isinstance(arguments, tuple):
            if not isinstance(function, Named):
                self.note("a call of something that is no function")
            return self.inert(_called(function))
        if arguments and isinstance(arguments[0], Opaque):
            return Opaque(_called(function))  # of something that was not made, such as a storage
        made = maker(arguments)
        if isinstance(made, PickledTensor):
            self.content.tensors.append(made)
        return made

    def inert(self, name: str) -> Opaque | StandIn:
        return StandIn(name) if self.has_stand_ins else Opaque(name)

    def build(self, _argument: Any) -> None:
        attributes, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, StandIn) and isinstance(attributes, dict):
            target.attributes.update(attributes)
        # Of all else they go, such as the `_metadata` of a state dict.

    def set_item(self, _argument: Any) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self.set_all([key, value])

    def set_items(self, _argument: Any) -> None:
        self.set_all(self.pop_mark())

    def set_all(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if isinstance(target, Opaque):
            return
        if not isinstance(target, dict):
            self.note("items put into something that is no dict")
            return
        for key, value in zip(items[::2], items[1::2], strict=True):
            if key is None or isinstance(key, str | int | float | bytes):
                target[key] = value

    def append(self, _argument: Any) -> None:
        item = self.stack.pop()
        self.extend([item])

    def appends(self, _argument: Any) -> None:
        self.extend(self.pop_mark())

    def extend(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(items)
        elif not isinstance(target, Opaque):
            self.note("items put into something that is no list")

    def add_items(self, _argument: Any) -> None:
        self.pop_mark()  # what is in a set is no tensor

    def tuple_marked(self, _argument: Any) -> None:
        self.stack.append(tuple(self.pop_mark()))

    def list_marked(self, _argument: Any) -> None:
        self.stack.append(self.pop_mark())

    def dict_marked(self, _argument: Any) -> None:
        items = self.pop_mark()
        self.stack.append({})
        self.set_all(items)

    def frozen_set(self, _argument: Any) -> None:
        self.pop_mark()
        self.stack.append(Opaque("frozenset"))

    def tuple_of(self, count: int) -> None:
        items = tuple(self.stack[-count:])
        if len(items) < count or _MARK in items:
            raise PickleError("too few items")
        del self.stack[-count:]
        self.stack.append(items)

    def persistent(self, _argument: Any) -> None:
        """BINPERSID: torch's way to name the bytes of a tensor."""
        storage = storage_of(self.stack.pop())
        self.content.storages[storage.key] = storage
        self.stack.append(storage)


def _called(function: Any) -> str:
    return function.name if isinstance(function, Named) else "?"


_PUSHED = frozenset(
    {
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE"),
        *("BINUNICODE8", "SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    }
)
_FIXED: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_TUPLE": tuple,
    "EMPTY_LIST": list,
    "EMPTY_DICT": dict,
    "EMPTY_SET": lambda: Opaque("set"),
    "MARK": lambda: _MARK,
}
_IGNORED = frozenset({"PROTO", "FRAME"})
_ACTIONS: dict[str, Callable[[_Machine, Any], Any]] = {
    "PUT": _Machine.memoize,
    "BINPUT": _Machine.memoize,
    "LONG_BINPUT": _Machine.memoize,
    "MEMOIZE": _Machine.memoize,
    "GET": _Machine.get,
    "BINGET": _Machine.get,
    "LONG_BINGET": _Machine.get,
    "POP": _Machine.pop,
    "POP_MARK": _Machine.pop_mark,
    "DUP": _Machine.duplicate,
    "GLOBAL": _Machine.name_text,
    "STACK_GLOBAL": _Machine.name_stacked,
    "REDUCE": _Machine.call,
    "NEWOBJ": _Machine.call,
    "NEWOBJ_EX": _Machine.call_with_names,
    "OBJ": _Machine.call_marked,
    "INST": _Machine.call_named,
    "BUILD": _Machine.build,
    "SETITEM": _Machine.set_item,
    "SETITEMS": _Machine.set_items,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "ADDITEMS": _Machine.add_items,
    "TUPLE": _Machine.tuple_marked,
    "TUPLE1": lambda machine, _argument: machine.tuple_of(1),
    "TUPLE2": lambda machine, _argument: machine.tuple_of(2),
    "TUPLE3": lambda machine, _argument: machine.tuple_of(3),
    "LIST": _Machine.list_marked,
    "DICT": _Machine.dict_marked,
    "FROZENSET": _Machine.frozen_set,
    "BINPERSID": _Machine.persistent,
}
