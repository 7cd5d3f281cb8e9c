"""What a folder holds of an earlier run: read without a network, and without changing anything."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from engine.batch.inputs import collect
from engine.batch.journal import DONE, FINISHED, FOLDER, RUN, entries
from engine.models.user.naming import is_file_name
from engine.values import OverlayStyle, SegmentSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.batch.request import BatchRequest
    from engine.jobs import JobControl

__all__ = ["Look", "StandingRun", "look", "standing_run"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StandingRun:
    """A run that a folder holds.

    Attributes
    ----------
    network
        Name of its network; empty where the note is spoilt.
    settings, style, formats
        What it was begun with.
    done
        Pictures and videos that have all their files.
    failed
        Name and sentence of each that could not be done.
    is_finished
        Whether it came to its end.
    """

    network: str
    settings: SegmentSettings
    style: OverlayStyle
    formats: tuple[str, ...]
    done: int = 0
    failed: tuple[tuple[str, str], ...] = ()
    is_finished: bool = False

    def gone_on_with(self, request: BatchRequest) -> BatchRequest:
        """Return what is asked for to go on with it: the same as it was begun with."""
        return replace(
            request,
            model=request.model if is_file_name(request.model) else self.network,
            settings=self.settings,
            style=self.style,
            formats=self.formats,
            classes=(),
            is_resumed=True,
            is_anew=False,
        )


@dataclass(frozen=True, slots=True)
class Look:
    """What lies before a batch.

    Attributes
    ----------
    pictures, videos
        How many there are to do.
    standing
        The run that the output folder holds.
    """

    pictures: int
    videos: int
    standing: StandingRun | None = None


def look(inputs: Sequence[str], output: Path | None, control: JobControl) -> Look:
    """Count what a batch would do, and see whether its folder holds a run.

    Raises
    ------
    SourceError
        There is nothing to do in the inputs.
    CancelledError
        Nobody wants to know any more.
    """
    items = collect(inputs, output=output, check=control.check)
    videos = sum(item.is_video for item in items)
    standing = standing_run(output) if output is not None else None
    return Look(len(items) - videos, videos, standing)


def standing_run(output: Path) -> StandingRun | None:
    """Return the run that a folder holds, None where there is none or it cannot be read."""
    folder = output / FOLDER
    try:
        note = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except OSError:
        return None
    except ValueError:
        note = {}
    found: dict[str, str] = {}
    with contextlib.suppress(OSError):  # begun, and nothing was done yet
        found = {item.relative: item.error for item, _stamp, _length in entries(folder / DONE)}
    note = note if isinstance(note, dict) else {}
    formats = note.get("formats")
    return StandingRun(
        network=str(note.get("network", "")),
        settings=_restored(SegmentSettings(), note.get("settings")),
        style=_restored(OverlayStyle(), note.get("style")),
        formats=tuple(map(str, formats)) if isinstance(formats, list) else (),
        done=sum(not error for error in found.values()),
        failed=tuple((name, error) for name, error in found.items() if error),
        is_finished=(folder / FINISHED).exists(),
    )


def _restored(default: T, note: object) -> T:
    """Undo `plain` for a dataclass; what makes no sense is as in `default`."""
    if not isinstance(note, dict) or not dataclasses.is_dataclass(default):
        return default
    fields = {field.name: getattr(default, field.name) for field in dataclasses.fields(default)}
    try:
        values = {name: _as(fields[name], note[name]) for name in fields if name in note}
        return replace(default, **values)  # type: ignore[type-var]  # checked by the dataclass itself
    except (ValueError, TypeError):
        return default


def _as(default: object, value: Any) -> Any:
    if isinstance(default, enum.Enum):
        return type(default)(value)
    if isinstance(default, frozenset) or (default is None and isinstance(value, list)):
        return frozenset(value)  # what may be None is a set of ids
    return _tuples(value) if isinstance(default, tuple) else value


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
