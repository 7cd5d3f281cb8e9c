"""What an export has done so far, kept beside its files: a crash loses at most one picture.

One small file a picture and format, written whole or not at all. Files that hold many pictures are
made from these at the end, one record after the other, so that memory stays flat.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from typing import TYPE_CHECKING, Any

from engine.errors import ExportError
from engine.export.atomic import atomic_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from engine.values import Category

__all__ = ["Journal", "made", "natural"]

Record = dict[str, Any]


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
    """The records of one format in one folder.

    Parameters
    ----------
    folder
        The folder of the export.
    name
        Of the format.
    is_continued
        Whether records that are there stay.
    """

    def __init__(self, folder: Path, name: str, *, is_continued: bool) -> None:
        self._folder = folder / ".layerscope" / "records" / name
        if not is_continued:
            shutil.rmtree(self._folder, ignore_errors=True)
        made(self._folder)
        self._open = self._folder / "_open.json"
        self._seen = self._read(self._folder / "_categories.json") or {}
        earlier = self._read(self._open)
        self._run = earlier["run"] if earlier else secrets.token_hex(8)
        if earlier:
            self._sweep(folder)
        else:
            _write(self._open, {"run": self._run})

    def write(self, picture: str, record: Record) -> None:
        """Keep what was done for a picture, in place of what was known of it."""
        _write(self._path(picture), {"picture": picture, "run": self._run, **record})

    def own(self, picture: str) -> Record:
        """Return what this export has done for a picture: its files may be replaced."""
        record = self._read(self._path(picture))
        return record if record and record["run"] == self._run else {}

    def records(self) -> Iterator[Record]:
        """Yield the records of finished pictures, by name, as a person would sort them."""
        names = []
        for path in self._folder.glob("[0-9a-f]*.json"):
            record = self._read(path)
            if record and record["picture"] and record.get("is_done"):
                names.append(record["picture"])
        for name in sorted(names, key=natural):
            record = self._read(self._path(name))
            if record:
                yield record

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
                f"“{self._folder.parents[2]}” holds masks of a network with other categories; "
                "choose another folder for this one."
            )
        self._seen = found
        _write(self._folder / "_categories.json", found)

    @property
    def categories(self) -> dict[int, str]:
        """The names of the network's categories, by id."""
        return {int(number): name for number, name in self._seen.items()}

    def close(self) -> None:
        """End the export: from now on its files are the person's."""
        self._open.unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget everything."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _sweep(self, folder: Path) -> None:
        """Remove what a process that was killed had begun to write.

        It lies in the journal, or where the files of a picture that was not finished should stand.
        """
        places = {self._folder, folder / ".layerscope" / "names"}
        for path in self._folder.glob("[0-9a-f]*.json"):
            record = self._read(path)
            if record and record["run"] == self._run and not record.get("is_done"):
                places |= {(folder / name).parent for name in record["files"]}
        for place in places:
            for part in place.glob(".layerscope-*.part"):
                part.unlink(missing_ok=True)

    def _path(self, picture: str) -> Path:
        key = picture.encode("utf-8", "surrogatepass")
        return self._folder / f"{hashlib.sha256(key).hexdigest()[:32]}.json"

    @staticmethod
    def _read(path: Path) -> Record | None:
        try:
            record: Record = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ExportError(
                f"“{path}” cannot be read; remove it and export its picture again."
            ) from error
        return record


def _write(path: Path, record: Record) -> None:
    with atomic_path(path, overwrite=True) as part:
        part.write_text(json.dumps(record, separators=(",", ":")), encoding="utf-8")
