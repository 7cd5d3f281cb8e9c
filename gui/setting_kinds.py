"""What kinds of values can be remembered, and how each stands in the settings file."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QByteArray

from engine.sources.base import SourceKind, SourceSpec

if TYPE_CHECKING:
    import enum
    from collections.abc import Callable, Sequence

__all__ = [
    "Setting",
    "blob",
    "count",
    "flag",
    "member",
    "number",
    "one_of",
    "sources",
    "text",
    "texts",
]

T = TypeVar("T")
E = TypeVar("E", bound="enum.StrEnum")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One thing that is remembered.

    Attributes
    ----------
    key
        Where it stands in the file: "section/name".
    default
        Its value where nothing (or nonsense) is written.
    read
        Makes the value from what the file holds; raises `ValueError`, `TypeError` or `KeyError`
        where that is nonsense.
    write
        Makes what the file holds from the value.
    """

    key: str
    default: T
    read: Callable[[Any], T]
    write: Callable[[T], object]


def flag(key: str, *, default: bool) -> Setting[bool]:
    """Return a setting that is on or off."""

    def read(raw: object) -> bool:
        return {"true": True, "false": False}[str(raw).lower()]

    return Setting(key, default, read, lambda value: "true" if value else "false")


def number(key: str, default: float, low: float, high: float) -> Setting[float]:
    """Return a setting that is a number in `low`..`high`."""

    def read(raw: Any) -> float:
        value = float(raw)
        if not low <= value <= high:  # Also refuses NaN.
            raise ValueError(value)
        return value

    return Setting(key, default, read, repr)


def count(key: str, default: int, low: int, high: int) -> Setting[int]:
    """Return a setting that is a whole number in `low`..`high`."""

    def read(raw: Any) -> int:
        value = int(raw)
        if not low <= value <= high:
            raise ValueError(value)
        return value

    return Setting(key, default, read, int)


def text(key: str, default: str = "") -> Setting[str]:
    """Return a setting that is any text."""

    def read(raw: object) -> str:
        if not isinstance(raw, str):
            raise TypeError(raw)
        return raw

    return Setting(key, default, read, str)


def one_of(key: str, default: str, allowed: Sequence[str]) -> Setting[str]:
    """Return a setting that is one of the `allowed` texts."""

    def read(raw: object) -> str:
        if raw not in allowed:
            raise ValueError(raw)
        return str(raw)

    return Setting(key, default, read, str)


def member(key: str, default: E) -> Setting[E]:
    """Return a setting that is a member of `default`'s enumeration."""
    return Setting(key, default, type(default), lambda value: value.value)


def blob(key: str) -> Setting[bytes]:
    """Return a setting that holds bytes, such as a window's geometry."""

    def read(raw: object) -> bytes:
        if not isinstance(raw, QByteArray):
            raise TypeError(raw)
        return bytes(raw.data())

    return Setting(key, b"", read, QByteArray)


def texts(key: str, cap: int) -> Setting[tuple[str, ...]]:
    """Return a setting that is a list of at most `cap` texts, the newest first."""

    def read(raw: str) -> tuple[str, ...]:
        values = json.loads(raw)
        if not isinstance(values, list):
            raise TypeError(raw)
        return tuple(value for value in values if isinstance(value, str))[:cap]

    return Setting(key, (), read, lambda value: json.dumps(value[:cap]))


def _spec_from(fields: dict[str, Any]) -> SourceSpec:
    defaults = asdict(SourceSpec(SourceKind(fields["kind"])))
    for name, default in defaults.items():
        value = fields.get(name, default)
        if name != "kind":
            # `type`, not isinstance: True is an int, and a width of True is nonsense.
            defaults[name] = value if type(value) is type(default) else default
    return SourceSpec(**defaults)


def sources(key: str, cap: int) -> Setting[tuple[SourceSpec, ...]]:
    """Return a setting that is a list of at most `cap` sources, the newest first."""

    def read(raw: str) -> tuple[SourceSpec, ...]:
        values = json.loads(raw)
        if not isinstance(values, list):
            raise TypeError(raw)
        specs = []
        for fields in values:
            try:
                specs.append(_spec_from(fields))
            except (ValueError, TypeError, KeyError, AttributeError):
                # One of another version, or spoilt: the others are still good.
                _logger.info("left out an unknown source among %s", key)
        return tuple(specs)[:cap]

    return Setting(key, (), read, lambda value: json.dumps([asdict(spec) for spec in value[:cap]]))
