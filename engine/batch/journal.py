"""What of a batch is done: kept on the disk, so that a run that was killed can be gone on with.

`OUT/.layerscope/run.json` says what the run is; `done.jsonl` gets a line when all files of a
picture are on the disk. A line that was cut short by the end of the process counts for nothing,
so a picture is either done or done again, never lost.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import ExportError
from engine.export.atomic import atomic_path
from engine.export.masks.text import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedWriter
    from pathlib import Path

    from engine.batch.inputs import BatchItem

__all__ = ["DONE", "FINISHED", "FOLDER", "RUN", "DoneItem", "Journal", "entries"]

FOLDER = ".layerscope"
"""Where a batch keeps its notes, below the output folder."""
RUN = "run.json"
"""What the run is."""
DONE = "done.jsonl"
"""A line for each picture that is done."""
FINISHED = "finished"
"""Stands there once the files of many pictures are written."""


@dataclass(frozen=True, slots=True)
class DoneItem:
    """A picture or video that needs no more work.

    Attributes
    ----------
    relative
        Its name in the batch.
    files
        What was written for it, relative to the output folder.
    error
        Why there is nothing, in a sentence; empty where all went well.
    facts
        What else the manifest says of it.
    """

    relative: str
    files: tuple[str, ...] = ()
    error: str = ""
    facts: Mapping[str, Any] | None = None


class Journal:
    """The notes of one run. Used by one thread at a time.

    Parameters
    ----------
    output
        The folder that the batch writes to; it exists.
    run
        What the run is: model, settings, formats; JSON. A run is gone on with only as what it was.
    is_resumed
        Go on with the run that stands there.
    is_anew
        Begin again where one stands there.

    Raises
    ------
    ExportError
        A run stands there and neither was asked for, or it is another one, or the folder cannot
        be written to.
    """

    def __init__(
        self,
        output: Path,
        run: Mapping[str, Any],
        *,
        is_resumed: bool = False,
        is_anew: bool = False,
    ) -> None:
        self.folder = output / FOLDER
        self._lines = self.folder / DONE
        self._done: dict[str, DoneItem] = {}
        self._stamps: dict[str, list[int]] = {}
        self._file: BufferedWriter | None = None
        try:
            self.folder.mkdir(exist_ok=True)
            self._open(output, json.loads(json.dumps(run)), is_resumed, is_anew)
        except OSError as error:
            raise ExportError(
                f"“{output}” cannot be written to ({error.strerror}); choose another folder."
            ) from error

    def _open(self, output: Path, run: Any, is_resumed: bool, is_anew: bool) -> None:
        note = self.folder / RUN
        if note.exists() and not is_anew:
            if not is_resumed:
                raise ExportError(
                    f"“{output}” holds a run already; go on with it (--resume), begin anew "
                    "(--overwrite), or choose another folder."
                )
            self._compare(output, note, run)
            self._read()
        else:
            self._lines.unlink(missing_ok=True)
            with atomic_path(note, overwrite=True) as part:
                part.write_text(as_json(run, indent=1), encoding="utf-8")
        self._file = self._lines.open("ab")

    @staticmethod
    def _compare(output: Path, note: Path, run: Any) -> None:
        try:
            before = json.loads(note.read_text(encoding="utf-8"))
        except ValueError:
            before = {}
        if before == run:
            return
        names = [key for key in run if not isinstance(before, dict) or before.get(key) != run[key]]
        raise ExportError(
            f"The run in “{output}” differs from this one in {', '.join(names) or 'everything'}; "
            "resume it as it was, or choose another folder."
        )

    def _read(self) -> None:
        if not self._lines.exists():
            return
        whole = 0
        for item, stamp, length in entries(self._lines):
            whole += length
            self._done[item.relative] = item
            self._stamps[item.relative] = stamp
        os.truncate(self._lines, whole)

    @property
    def done(self) -> tuple[DoneItem, ...]:
        """Everything that is done, in the order of being done."""
        return tuple(self._done.values())

    def has(self, item: BatchItem) -> bool:
        """Tell whether an item is done, and its file is still the one that it was."""
        done = self._done.get(item.relative.as_posix())
        if done is None or done.error:
            return False
        return self._stamps[done.relative] == _stamp(item)

    def add(self, item: BatchItem, done: DoneItem) -> None:
        """Note that an item is done; it is on the disk when this returns.

        Raises
        ------
        ExportError
            The note cannot be written.
        """
        entry = {
            "relative": done.relative,
            "files": list(done.files),
            "error": done.error,
            "stamp": _stamp(item),
            "facts": done.facts,
        }
        self._done.pop(done.relative, None)
        self._done[done.relative] = done
        self._stamps[done.relative] = _stamp(item)
        if self._file is None:
            raise ValueError("the journal is closed")
        try:
            self._file.write(as_json(entry).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise ExportError(
                f"The disk takes no more ({error.strerror}); free some space and resume the run."
            ) from error

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[DoneItem]:
        return iter(self.done)


def entries(lines: Path) -> Iterator[tuple[DoneItem, list[int], int]]:
    """Read what is done: each item with its file's stamp, and how many bytes its line has.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with lines.open("rb") as file:
        for line in file:
            try:
                entry = json.loads(line)
                item = DoneItem(
                    entry["relative"], tuple(entry["files"]), entry["error"], entry.get("facts")
                )
            except (ValueError, KeyError, TypeError):
                return  # cut short by the end of the process; what follows was never written
            if not line.endswith(b"\n"):
                return
            yield item, entry.get("stamp", []), len(line)


def _stamp(item: BatchItem) -> list[int]:
    """Return size and time of change of an item's file; an empty list where it is gone."""
    try:
        facts = item.path.stat()
    except OSError:
        return []
    return [facts.st_size, facts.st_mtime_ns]
