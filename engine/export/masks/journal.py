"""What an export has done so far, kept beside its files: a crash loses at most one picture.

One file a format, to which lines are only ever added; of the lines about a picture the last one
counts, and a line that was cut short by a crash counts for nothing. Files that hold many pictures
are made from these lines at the end, one after the other, so that memory stays flat.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.errors import ExportError
from engine.export.atomic import storage_error
from engine.export.masks.text import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from engine.values import Category

__all__ = ["Journal", "made", "natural"]

Record = dict[str, Any]


class _Place(NamedTuple):
    """Where the last line about a picture stands."""

    offset: int
    length: int
    is_done: bool


def made(folder: Path) -> Path:
    """Make a folder where it is missing, and return it.

    Raises
    ------
    ExportError
        It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ExportError(
            f"The folder “{folder}” cannot be made ({reason}); choose another one."
        ) from error
    return folder


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts `frame_2` before `frame_10`."""
    parts = re.split(r"([0-9]+)", name)
    return [(1, int(part), "") if part.isdecimal() else (0, 0, part.casefold()) for part in parts]


class Journal:
    """The records of one format in one folder. One export at a time.

    Parameters
    ----------
    folder
        The folder of the export.
    name
        Of the format.
    is_continued
        Whether records that are there stay.
    is_reopened
        Whether an export that came to its end is the same as this one.
    """

    def __init__(
        self, folder: Path, name: str, *, is_continued: bool, is_reopened: bool = False
    ) -> None:
        self._folder = folder
        self._path = made(folder / ".layerscope" / "records") / f"{name}.jsonl"
        self._places: dict[str, _Place] = {}
        self._seen: dict[str, str] = {}
        self._open_run = self._last_run = ""
        if is_continued:
            self._load()
        else:
            self.clear()
        if self._open_run:
            self._sweep()
        earlier = self._last_run if is_reopened else self._open_run
        self._run = earlier or secrets.token_hex(8)
        if not self._open_run:
            self._append({"begin": self._run})

    def write(self, picture: str, record: Record) -> None:
        """Keep what was done for a picture, in place of what was known of it.

        It is on the disk when this returns.
        """
        entry = {"picture": picture, "run": self._run, **record}
        offset, length = self._append(entry)
        self._places[picture] = _Place(offset, length, bool(record.get("is_done")))

    def own(self, picture: str) -> Record:
        """Return what this export has done for a picture: its files may be replaced."""
        record = self._at(picture)
        return record if record.get("run") == self._run else {}

    def records(self) -> Iterator[Record]:
        """Yield the records of finished pictures, by name, as a person would sort them."""
        names = [name for name, place in self._places.items() if name and place.is_done]
        for name in sorted(names, key=natural):
            yield self._at(name)

    def know(self, categories: Iterable[Category]) -> None:
        """Remember the network's categories.

        Raises
        ------
        ExportError
            The folder holds masks with other categories under the same ids.
        """
        found = {str(category.id): category.name for category in categories}
        if found == self._seen:
            return
        if self._seen:
            raise ExportError(
                f"“{self._folder}” holds masks of a network with other categories; "
                "choose another folder for this one."
            )
        self._seen = found
        self._append({"categories": found})

    @property
    def categories(self) -> dict[int, str]:
        """The names of the network's categories, by id."""
        return {int(number): name for number, name in self._seen.items()}

    def close(self) -> None:
        """End the export: from now on its files are the person's."""
        if self._path.exists():
            self._append({"end": self._run})

    def clear(self) -> None:
        """Forget everything."""
        self._path.unlink(missing_ok=True)
        self._places, self._seen = {}, {}

    # ------------------------------------------------------------------------------------ private

    def _load(self) -> None:
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            return
        except OSError as error:
            raise storage_error(error, self._path) from error
        whole = 0
        with file:
            for line in file:
                try:
                    entry = json.loads(line)
                except ValueError:
                    break
                if not line.endswith(b"\n") or not isinstance(entry, dict):
                    break
                self._take(entry, _Place(whole, len(line), bool(entry.get("is_done"))))
                whole += len(line)
        if whole < self._path.stat().st_size:
            os.truncate(self._path, whole)

    def _take(self, entry: Record, place: _Place) -> None:
        if "begin" in entry:
            self._open_run = self._last_run = entry["begin"]
        elif "end" in entry:
            self._open_run = ""
        elif "categories" in entry:
            self._seen = entry["categories"]
        else:
            self._places[entry["picture"]] = place

    def _at(self, picture: str) -> Record:
        place = self._places.get(picture)
        if place is None:
            return {}
        try:
            with self._path.open("rb") as file:
                file.seek(place.offset)
                record: Record = json.loads(file.read(place.length))
        except (OSError, ValueError) as error:
            raise ExportError(
                f"“{self._path}” was changed meanwhile; begin the export anew in another folder."
            ) from error
        return record

    def _append(self, entry: Record) -> tuple[int, int]:
        line = as_json(entry).encode() + b"\n"
        offset = None
        try:
            with self._path.open("ab") as file:
                offset = file.tell()
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            if offset is not None:
                with contextlib.suppress(OSError):
                    os.truncate(self._path, offset)
            raise storage_error(error, self._path) from error
        return offset, len(line)

    def _sweep(self) -> None:
        """Remove what a process that was killed had begun to write.

        It lies beside the names, or where the files of a picture that was not finished should
        stand.
        """
        folders = {self._folder / ".layerscope" / "names"}
        for name, place in self._places.items():
            if not place.is_done:
                files = self._at(name).get("files", ())
                folders |= {(self._folder / file).parent for file in files}
        for folder in folders:
            for part in folder.glob(".layerscope-*.part"):
                part.unlink(missing_ok=True)
