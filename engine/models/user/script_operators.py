"""The operators that a TorchScript graph is made of, as functions of Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

__all__ = ["UnsupportedError", "operator_of"]


class UnsupportedError(Exception):
    """A graph uses what is not known here."""


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
    "aten::str": str,
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


def operator_of(node: Any) -> Callable[..., Any]:
    """Return what calls the very operator that TorchScript chose for a node.

    Raises
    ------
    UnsupportedError
        It cannot be called from Python.
    """
    if node.kind() in _PYTHON:
        return _PYTHON[node.kind()]
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
