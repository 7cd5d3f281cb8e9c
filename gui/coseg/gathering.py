"""The pictures of a folder: found, and named below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.batch.inputs import collect
from engine.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path, PurePosixPath

    from engine.jobs import JobControl

__all__ = ["gather"]


def gather(paths: Sequence[str], control: JobControl) -> tuple[tuple[Path, PurePosixPath], ...]:
    """Find the pictures that folders and files name; videos are passed over.

    Returns
    -------
    tuple of (path, name)
        In natural order; the name is that below the folder.

    Raises
    ------
    SourceError
        There are none.
    CancelledError
        `control` was cancelled.
    """
    found = tuple(
        (one.path, one.relative) for one in collect(paths, check=control.check) if not one.is_video
    )
    if not found:
        raise SourceError("There are videos only; choose a folder of pictures.")
    return found
