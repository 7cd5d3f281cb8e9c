"""The first look at a person's own file: all that a form needs to ask how it is to be opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.models.user.detect import inspect_file
from engine.models.user.errors import ModelFileError
from engine.models.user.naming import model_file
from engine.models.user.options import OpenOptions, content_hash, recall
from engine.models.user.suggest import Suggestion, labels_beside, suggest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.jobs import JobControl
    from engine.models.user.report import FileReport

__all__ = ["FirstLook", "look_at"]


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What was found without opening the file.

    Attributes
    ----------
    name
        As the person named it: a path, perhaps with ":function".
    title
        The file's name.
    function
        What the name calls in a Python file; empty for any other.
    beside
        Files with labels that stand beside it, and how many each holds.
    remembered
        How it was opened the last time; None = never.
    content
        The SHA-256 of what was looked at: what the person agrees to is meant for these bytes.
    """

    name: str
    title: str
    report: FileReport
    function: str = ""
    beside: Mapping[str, int] = field(default_factory=dict)
    remembered: OpenOptions | None = None
    content: str = ""

    def suggest(self, architecture: str | None = None) -> Suggestion:
        """Return what to begin with; for a file of weights, if it is this architecture."""
        return suggest(self.report, architecture, self.beside)


def look_at(name: str, control: JobControl, *, is_known_enough: bool) -> FirstLook | None:
    """Look at a file, without running anything of it.

    Parameters
    ----------
    is_known_enough
        Whether a file that was opened before needs no look, nor one that Layerscope has trained,
        which says itself what it is: None is returned then.

    Raises
    ------
    ModelFileError
        There is no such file that can be read.
    CancelledError
        Cancelled at a safe point.
    """
    file = model_file(name)
    try:
        content = content_hash(file.path)
    except OSError as error:
        raise ModelFileError(f"“{file.path.name}” cannot be read; try again.") from error
    remembered = recall(file.path, content)
    control.check()
    if is_known_enough and (remembered is not None or _is_trained(file.path)):
        return None
    report = inspect_file(file.path)
    control.check()
    return FirstLook(
        name=name,
        title=file.path.name,
        report=report,
        function=file.function,
        beside=labels_beside(file.path) if report.can_open else {},
        remembered=remembered,
        content=content,
    )


def _is_trained(path: Path) -> bool:
    if path.suffix.lower() != ".safetensors":
        return False
    from engine.learn.model_file import described  # noqa: PLC0415 - torch

    return described(path) is not None
