"""An export: some formats at once, and `export.json`, which says what it was."""

from __future__ import annotations

import platform
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, is_dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from engine.export.masks.contract import ExportOptions, Policy, Written
from engine.export.masks.source_file import is_turned
from engine.export.masks.text import as_json
from engine.export.masks.writing import Output, Plan, Writer
from engine.values import Instances

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from engine.export.masks.contract import MaskWriter, SegmentedPicture

__all__ = ["MaskExport", "Origin"]

_AT_ONCE = 4
"""Formats: one packs while others wait for the disk."""
_PACKAGES = ("layerscope", "numpy", "opencv-python-headless", "pillow", "torch", "torchvision")


@dataclass(frozen=True, slots=True)
class Origin:
    """What made the masks.

    Attributes
    ----------
    model
        Name of the network.
    weights_sha256
        Checksum of its weights' file; empty where it is not known.
    settings
        All that is needed to do it again, as JSON has it.
    """

    model: str = ""
    weights_sha256: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


class MaskExport:
    """Write pictures in some formats, and `export.json` beside them.

    After a crash, begin again in the same folder: what was done stands, and `done` says for which
    pictures. Memory does not grow with the number of pictures.

    Parameters
    ----------
    folder
        Where everything goes; it is made where it is missing.
    writers
        The formats.
    options
        What holds for all of them.
    origin
        What made the masks.

    Raises
    ------
    ExportError
        The folder cannot be written to, or a file is there that may not be replaced.
    """

    def __init__(
        self,
        folder: Path,
        writers: Sequence[MaskWriter],
        options: ExportOptions,
        origin: Origin | None = None,
    ) -> None:
        self._writers = tuple(writers)
        self._manifest = _Manifest(self._writers, origin or Origin())
        for writer in (*self._writers, self._manifest):
            writer.begin(folder, options)

    def is_done(self, name: PurePosixPath) -> bool:
        """Tell whether this export, before it was cut off, has written a picture in all formats."""
        return self._manifest.is_done(name)

    def add(self, picture: SegmentedPicture) -> Written:
        """Write one picture in every format; again, if it was written before.

        Raises
        ------
        ExportError
            It cannot be written.
        """
        self._manifest.take_name(picture)  # before the formats do, at the same time
        with ThreadPoolExecutor(_AT_ONCE, "layerscope-format") as pool:
            written_by = list(pool.map(lambda writer: writer.add(picture), self._writers))
        done = [(w.name, done) for w, done in zip(self._writers, written_by, strict=True)]
        files = tuple(path for _, written in done for path in written.files)
        notes = _losses(picture)
        notes += tuple(f"{name}: {note}" for name, written in done for note in written.notes)
        self._manifest.note(picture.name, files, notes)
        return Written(files, notes)

    def claim(self, name: PurePosixPath, path: Path) -> bool:
        """Say that a file of a picture or video is being written by other means.

        Returns
        -------
        bool
            Whether it may be replaced, if it is there.
        """
        return self._manifest.claim(name, path)

    def note(
        self, name: PurePosixPath, files: tuple[Path, ...], notes: tuple[str, ...] = ()
    ) -> None:
        """Say in `export.json` what was written for a picture or video by other means."""
        self._manifest.note(name, files, notes)

    def skip(self, name: PurePosixPath, reason: str) -> None:
        """Say in `export.json` that a picture was left out, and why."""
        self._manifest.note_skipped(name, reason)

    def finish(self, on_written: Callable[[], None] = lambda: None) -> tuple[Path, ...]:
        """Write the files of many pictures, and `export.json` last; return them all.

        Parameters
        ----------
        on_written
            Called when all files stand and, after a crash, would still be known as this export's.
        """
        files = tuple(path for writer in self._writers for path in writer.write_all())
        self._manifest.of_all = files
        files = (*files, *self._manifest.write_all())
        on_written()
        for writer in (*self._writers, self._manifest):
            writer.end()
        return files


class _Manifest(Writer):
    """`export.json`: a format like the others, but that it is told what they did."""

    name = "manifest"
    title = "What was exported"

    def __init__(self, writers: tuple[MaskWriter, ...], origin: Origin) -> None:
        self._writers, self._origin = writers, origin
        self.of_all: tuple[Path, ...] = ()

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`; here pictures come by `note`."""
        raise NotImplementedError

    def is_done(self, name: PurePosixPath) -> bool:
        """Tell whether a picture is written."""
        record = self._journal.own(str(name))
        formats = [writer.name for writer in self._writers]
        return bool(record) and record.get("formats") == formats

    def take_name(self, picture: SegmentedPicture) -> None:
        """Take the names of a picture's files."""
        self._names.stem(picture.name)

    def claim(self, name: PurePosixPath, path: Path) -> bool:
        """Remember that a file is being written, and tell whether it may be replaced."""
        file, before = self._below(path), self._journal.own(str(name)).get("files", ())
        is_ours = file in before or self._options.policy is Policy.OVERWRITE
        if is_ours or not path.exists():
            self._journal.write(str(name), {"files": [file]})
        return is_ours

    def note(self, name: PurePosixPath, files: tuple[Path, ...], notes: tuple[str, ...]) -> None:
        """Remember what was written for a picture."""
        data: dict[str, Any] = {"files": [self._below(path) for path in files]}
        stem = str(self._names.stem(name))
        if stem != str(name.with_suffix("")):
            data["named"] = stem
        if notes:
            data["notes"] = list(notes)
        formats = [writer.name for writer in self._writers]
        self._note(name, {"data": data, "formats": formats})

    def note_skipped(self, name: PurePosixPath, reason: str) -> None:
        """Remember that a picture was left out."""
        self._note(name, {"data": {"skipped": reason}})

    def _note(self, name: PurePosixPath, record: dict[str, Any]) -> None:
        """Keep a record; what was claimed stays so until the export ends."""
        claimed = self._journal.own(str(name)).get("files", [])
        self._journal.write(str(name), {"files": claimed, "is_done": True, **record})

    def write_all(self) -> tuple[Path, ...]:
        """See `MaskWriter`; what an export that was opened again wrote before stays in the list."""
        before = [self._folder / path for path in self._journal.own("").get("of_all", ())]
        there = (path for path in before if path.exists())
        self.of_all = tuple(dict.fromkeys((*self.of_all, *there)))
        written = super().write_all()
        of_all = [self._below(path) for path in self.of_all]
        self._journal.write("", {**self._journal.own(""), "of_all": of_all})
        return written

    def finals(self, suffix: str) -> tuple[Output, ...]:
        """See `Writer`."""
        return (Output(PurePosixPath(f"export{suffix}.json"), self._write_all),)

    def _below(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _write_all(self, path: Path) -> None:
        written = skipped = 0
        head = {
            "made_by": "Layerscope",
            "made_at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "model": self._origin.model,
            "weights_sha256": self._origin.weights_sha256 or None,
            "versions": _versions(),
            "settings": dict(self._origin.settings),
            "formats": {writer.name: _settings(writer) for writer in self._writers},
            "policy": self._options.policy.value,
            "names": "see “named”: characters that not every system allows became “_”",
            "files": [self._below(file) for file in self.of_all],
        }
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(as_json(head, indent=1)[:-2])
            file.write(',\n "pictures": [')
            for place, record in enumerate(self._of(is_skipped=False)):
                written = place + 1
                file.write(("," if place else "") + "\n  " + _line(record))
            file.write('\n ],\n "skipped": [')
            for place, record in enumerate(self._of(is_skipped=True)):
                skipped = place + 1
                file.write(("," if place else "") + "\n  " + _line(record))
            counts = {"written": written, "skipped": skipped}
            file.write(f'\n ],\n "counts": {as_json(counts)}\n}}\n')

    def _of(self, *, is_skipped: bool) -> Iterator[dict[str, Any]]:
        for record in self._journal.records():
            if ("skipped" in record["data"]) is is_skipped:
                yield record


def _line(record: dict[str, Any]) -> str:
    data = dict(record["data"])
    if "skipped" in data:
        data = {"reason": data["skipped"]}
    return as_json({"picture": record["picture"], **data})


def _losses(picture: SegmentedPicture) -> tuple[str, ...]:
    """Say what a person has to know who takes the masks to the picture's own file."""
    notes: list[str] = []
    if picture.source is not None and is_turned(picture.source):
        notes.append("EXIF turns the file; the masks are of the upright picture")
    if isinstance(picture.segmentation, Instances):
        empty = sum(not item.region.pixels.any() for item in picture.segmentation.items)
        if empty:
            notes.append(f"{empty} of the objects have no pixel, and are in the format npz alone")
    return tuple(notes)


def _settings(writer: MaskWriter) -> dict[str, Any]:
    one: object = getattr(writer, "wrapped", writer)
    return {it.name: getattr(one, it.name) for it in fields(one)} if is_dataclass(one) else {}


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
