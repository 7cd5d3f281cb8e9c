"""Every format of masks that can be read, by name.

A format is one file in `engine/learn/readers/formats/` with a class under `@register_reader`. The
files are found by looking into that folder.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from engine.learn.data import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from engine.learn.data import Dataset

__all__ = ["Reader", "names", "read", "register_reader"]

_PACKAGE = "engine.learn.readers.formats"
_readers: dict[str, Reader] = {}


class Reader(Protocol):
    """Reads one format.

    Attributes
    ----------
    name
        Unique; what the person types.
    title
        For showing.
    rank
        Of formats that fit the same folder, the one of the lowest rank is taken.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    rank: ClassVar[int]

    def fits(self, path: Path) -> bool:
        """Tell whether a folder or file looks like this format; reads little."""
        ...

    def read(self, path: Path) -> Dataset:
        """Return the set; masks themselves are read later.

        Raises
        ------
        EngineError
            It is not of this format, or nothing of it can be used.
        """
        ...


_R = TypeVar("_R", bound=Reader)


def register_reader(kind: type[_R]) -> type[_R]:
    """Register a class of readers; use as a decorator."""
    if kind.name in _readers:
        raise ValueError(f"a format named {kind.name!r} stands there")
    _readers[kind.name] = kind()
    return kind


@functools.cache
def _all() -> dict[str, Reader]:
    package = importlib.import_module(_PACKAGE)
    for module in pkgutil.iter_modules(package.__path__, f"{_PACKAGE}."):
        importlib.import_module(module.name)
    return dict(sorted(_readers.items(), key=lambda pair: pair[1].rank))


def names() -> tuple[str, ...]:
    """Return the names of the formats."""
    return tuple(_all())


def read(path: Path, name: str = "auto") -> Dataset:
    """Read a set.

    Parameters
    ----------
    path
        A folder, or the file that tells of it.
    name
        Of the format; "auto" = the first that fits.

    Raises
    ------
    EngineError
        There is nothing, it is of no known format, or it cannot be read.
    """
    if not path.exists():
        raise DataError(f"There is no “{path}”; check the path.")
    if name != "auto":
        reader = _all().get(name)
        if reader is None:
            raise DataError(f"There is no format “{name}”; choose one of: {', '.join(names())}.")
        return reader.read(path)
    for reader in _all().values():
        if reader.fits(path):
            return reader.read(path)
    raise DataError(
        f"“{path}” has no masks in a known form; put the photos into “images” and a mask a photo "
        "into “masks”, or see docs/training.md for the other forms."
    )
