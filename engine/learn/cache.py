"""Features on the disk: half precision, mapped into memory, bounded, and good after a kill."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import StorageFullError
from engine.export.atomic import atomic_path, storage_error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["CropCache", "PhotoCache", "affordable", "prepared"]

_FREE_SHARE = 0.8


def affordable(photos: int, crops: int, row_bytes: int, folder: Path, cache_gb: float) -> int:
    """Return how many crops of each photo fit into what may be used of the disk.

    Raises
    ------
    StorageFullError
        Not even one does.
    """
    free = _FREE_SHARE * shutil.disk_usage(folder).free
    room = min(cache_gb * 1e9, free + _size(folder))
    most = int(room // (max(1, photos) * row_bytes))
    if most < 1:
        raise StorageFullError(
            f"One crop of each photo needs {photos * row_bytes / 1e9:.1f} GB on the disk, and "
            f"{room / 1e9:.1f} GB may be used; free some space, allow more, or use smaller crops."
        )
    return min(crops, most)


def prepared(folder: Path, key: str) -> Path:
    """Return the folder for features that `key` stands for; what is there of another key goes.

    Raises
    ------
    ExportError
        It cannot be made.
    """
    try:
        note = folder / "key.txt"
        if folder.is_dir() and (not note.is_file() or note.read_text(encoding="ascii") != key):
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        note.write_text(key, encoding="ascii")
    except OSError as error:
        raise storage_error(error, folder) from error
    return folder


def _size(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())


class CropCache:
    """Maps and labels of crops, all of one size.

    Parameters
    ----------
    folder
        Where; made by `prepared`.
    shapes
        Of the maps of one crop, (C, h, w) each.
    label_px
        Height and width of the labels.
    rows
        How many crops.

    Raises
    ------
    ExportError
        The files cannot be made.
    """

    def __init__(
        self, folder: Path, shapes: Sequence[tuple[int, ...]], label_px: int, rows: int
    ) -> None:
        self.shapes = [tuple(shape) for shape in shapes]
        kinds = [(f"maps{n}.f16", np.float16, shape) for n, shape in enumerate(self.shapes)]
        self._maps = [_mapped(folder / name, kind, (rows, *shape)) for name, kind, shape in kinds]
        self._labels = _mapped(folder / "labels.u8", np.uint8, (rows, label_px, label_px))
        self._is_done = _mapped(folder / "done.u8", np.uint8, (rows,))

    def __len__(self) -> int:
        return len(self._is_done)

    @property
    def missing(self) -> NDArray[np.intp]:
        """Which rows have not been written."""
        return np.flatnonzero(self._is_done == 0)

    def write(
        self,
        rows: Sequence[int],
        maps: Sequence[NDArray[np.float16]],
        labels: NDArray[np.uint8],
    ) -> None:
        """Keep crops; only when all of one stands it counts as done."""
        for kept, new in zip(self._maps, maps, strict=True):
            kept[list(rows)] = new
        self._labels[list(rows)] = labels
        self._is_done[list(rows)] = 1

    def read(self, rows: NDArray[np.intp]) -> tuple[list[NDArray[np.float16]], NDArray[np.uint8]]:
        """Return the maps, (rows, C, h, w) each, and the labels, (rows, h, w)."""
        return [kept[rows] for kept in self._maps], np.asarray(self._labels[rows])


def _mapped(path: Path, kind: type, shape: tuple[int, ...]) -> np.memmap:
    """Map a file, which is made with zeros where it is not as long as it should be."""
    wanted = int(np.prod(shape)) * np.dtype(kind).itemsize
    try:
        is_there = path.is_file() and path.stat().st_size == wanted
        return np.memmap(path, dtype=kind, mode="r+" if is_there else "w+", shape=shape)
    except OSError as error:
        raise storage_error(error, path) from error


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """Where the maps of a photo stand in the file, in values, and of which shapes they are."""

    offset: int
    shapes: tuple[tuple[int, ...], ...]


class PhotoCache:
    """Maps of whole photos of any sizes, one file one after the other.

    Parameters
    ----------
    folder
        Where; made by `prepared`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "photos.f16"
        self._index = folder / "photos.json"
        self._entries: list[_Entry] = []
        self._mapped: NDArray[np.float16] | None = None
        if self._index.is_file():
            for offset, shapes in json.loads(self._index.read_text(encoding="ascii")):
                self._entries.append(_Entry(offset, tuple(tuple(shape) for shape in shapes)))

    def __len__(self) -> int:
        return len(self._entries)

    def append(self, photos: Sequence[Sequence[NDArray[np.float16]]]) -> None:
        """Keep the maps of photos behind those that are there.

        Raises
        ------
        ExportError
            They cannot be written.
        """
        last = self._entries[-1] if self._entries else _Entry(0, ())
        offset = last.offset + sum(int(np.prod(shape)) for shape in last.shapes)
        try:
            with self._path.open("r+b" if self._path.exists() else "w+b") as file:
                file.seek(2 * offset)  # what a kill left behind the last entry is written over
                file.truncate()
                for maps in photos:
                    self._entries.append(_Entry(offset, tuple(it.shape for it in maps)))
                    for it in maps:
                        file.write(np.ascontiguousarray(it).tobytes())
                        offset += it.size
        except OSError as error:
            raise storage_error(error, self._path) from error
        with atomic_path(self._index, overwrite=True) as part:
            entries = [(one.offset, one.shapes) for one in self._entries]
            part.write_text(json.dumps(entries), encoding="ascii")
        self._mapped = None

    def read(self, place: int) -> list[NDArray[np.float16]]:
        """Return the maps of a photo, (1, C, h, w) each."""
        if self._mapped is None:
            self._mapped = np.memmap(self._path, dtype=np.float16, mode="r")
        offset, found = self._entries[place].offset, []
        for shape in self._entries[place].shapes:
            size = int(np.prod(shape))
            found.append(np.asarray(self._mapped[offset : offset + size]).reshape(shape))
            offset += size
        return found
