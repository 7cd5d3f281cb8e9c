"""Every format that masks are exported in, by name.

A format is one file in `engine/export/masks/formats/` with a class under `@register_format`. The
files are found by looking into that folder, and nothing is imported before the first question.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from typing import TYPE_CHECKING, Any, TypeVar

from engine.errors import ExportError

if TYPE_CHECKING:
    from engine.export.masks.contract import MaskWriter

__all__ = ["format_titles", "make_writer", "register_format"]

_PACKAGE = "engine.export.masks.formats"
_registered: dict[str, type[MaskWriter]] = {}
Class = TypeVar("Class", bound="type[Any]")


def register_format(writer: Class) -> Class:
    """Register a `MaskWriter` class; use as a decorator.

    Raises
    ------
    ValueError
        Another one has its name.
    """
    if writer.name in _registered:
        raise ValueError(f"{writer.__module__}: a format named {writer.name!r} stands there")
    _registered[writer.name] = writer
    return writer


@functools.cache
def _all() -> dict[str, type[MaskWriter]]:
    package = importlib.import_module(_PACKAGE)
    for module in pkgutil.iter_modules(package.__path__, f"{_PACKAGE}."):
        importlib.import_module(module.name)
    return _registered


def format_titles() -> dict[str, str]:
    """Return the title of every format, by name."""
    return {name: writer.title for name, writer in sorted(_all().items())}


def make_writer(name: str, **settings: Any) -> MaskWriter:
    """Make a writer.

    Parameters
    ----------
    name
        Of the format.
    settings
        The format's own; see its class.

    Raises
    ------
    ExportError
        There is no such format; the sentence offers the nearest.
    """
    found = _all().get(name)
    if found is None:
        near = difflib.get_close_matches(name.lower(), _all(), n=1, cutoff=0.4)
        hint = f"did you mean “{near[0]}”?" if near else f"there are {', '.join(format_titles())}."
        raise ExportError(f"There is no format named “{name}”; {hint}")
    return found(**settings)
