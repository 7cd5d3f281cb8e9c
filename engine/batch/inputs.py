"""Which pictures and videos a batch works through, and where the files of each will stand."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from engine.errors import SourceError
from engine.export.masks.names import safe_path
from engine.sources.names import is_picture, is_video, natural_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["BatchItem", "collect"]

_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One file of a batch.

    Attributes
    ----------
    path
        The file.
    relative
        Its name in the batch, and what its own files are named after, below the output folder:
        "sub/photo.jpg". No two items of a batch have the same, and no two videos names that
        differ in their suffix or the case of letters alone.
    is_video
        Whether it has frames.
    """

    path: Path
    relative: PurePosixPath
    is_video: bool = False


def collect(
    inputs: Sequence[str | Path],
    *,
    output: Path | None = None,
    check: Callable[[], None] = lambda: None,
) -> tuple[BatchItem, ...]:
    """Find the pictures and videos that files, folders and patterns name.

    Folders are searched through and through, and their tree is kept. Of several folders each
    keeps its name. What lies in `output` is passed over, or a second run would take the first
    one's overlays for pictures; so are hidden files and folders.

    Parameters
    ----------
    inputs
        Files, folders, and patterns with `*`, `**`, `?` and `[...]`.
    output
        The folder that the batch writes to.
    check
        Called for each file that is found; what it raises ends the search.

    Returns
    -------
    tuple of BatchItem
        In natural order within each input; a file that two inputs name stands once.

    Raises
    ------
    SourceError
        An input names nothing, or nothing at all was found.
    """
    kept = output.resolve() if output is not None else None
    found: dict[Path, PurePosixPath] = {}
    for text in inputs:
        for path, relative in _expand(str(text), check, is_alone=len(inputs) == 1):
            real = path.resolve()
            if kept is not None and real.is_relative_to(kept):
                continue
            found.setdefault(real, relative)
    if not found:
        named = ", ".join(f"“{text}”" for text in inputs)
        raise SourceError(f"There are no pictures or videos in {named}; choose another folder.")
    return tuple(_named_apart(found.items()))


def _expand(
    text: str, check: Callable[[], None], *, is_alone: bool
) -> Iterator[tuple[Path, PurePosixPath]]:
    path = Path(text).expanduser()
    if path.is_dir():
        yield from _of_folder(path, "" if is_alone else path.resolve().name, check)
    elif path.exists():
        yield path, PurePosixPath(path.name)
    elif _MAGIC & set(text):
        yield from _of_pattern(str(path))
    else:
        raise SourceError(f"There is no file or folder “{text}”; check the path.")


def _of_folder(
    top: Path, prefix: str, check: Callable[[], None]
) -> Iterator[tuple[Path, PurePosixPath]]:
    files = []
    for path in top.rglob("*"):
        check()
        if _is_wanted(path, top):
            files.append(path)
    for path in sorted(files, key=lambda path: natural_key(path.relative_to(top).as_posix())):
        yield path, PurePosixPath(prefix) / path.relative_to(top).as_posix()


def _of_pattern(pattern: str) -> Iterator[tuple[Path, PurePosixPath]]:
    steady = []  # the folders before the first that is a pattern
    for part in Path(pattern).parts[:-1]:
        if _MAGIC & set(part):
            break
        steady.append(part)
    top = Path(*steady) if steady else Path()
    for name in sorted(glob.glob(pattern, recursive=True), key=natural_key):  # noqa: PTH207 - takes absolute patterns
        path = Path(name)
        if _is_wanted(path, top):
            yield path, PurePosixPath(path.relative_to(top).as_posix())


def _is_wanted(path: Path, top: Path) -> bool:
    is_hidden = any(part.startswith(".") for part in path.relative_to(top).parts)
    return not is_hidden and (is_picture(path.name) or is_video(path.name)) and path.is_file()


def _named_apart(found: Iterable[tuple[Path, PurePosixPath]]) -> Iterator[BatchItem]:
    """Give a number to those that would have the same name: "photo.jpg", "photo (2).jpg".

    The masks of pictures are named apart when they are written (`engine.export.masks.names`), so
    that in files such as COCO's each keeps the name that it has; the films of videos are not.
    """
    taken: set[str] = set()
    for path, wanted in found:
        relative, number = wanted, 1
        while (key := _key(relative)) in taken:
            number += 1
            relative = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
        taken.add(key)
        yield BatchItem(path, relative, is_video(path.name))


def _key(relative: PurePosixPath) -> str:
    if not is_video(relative.name):
        return relative.as_posix()
    return safe_path(relative.with_suffix("")).as_posix().casefold()
