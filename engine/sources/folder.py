"""A folder of pictures: next, previous, any one of them, or a slide show."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SourceError
from engine.sources.base import Seek, SetLoop, SetPlaying, SourceInfo, Step
from engine.sources.decode import read_picture
from engine.sources.names import is_picture, natural_key
from engine.sources.state import Pacer, SourceBase
from engine.values import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.sources.base import SourceCommand, SourceSpec

__all__ = ["FolderSource", "create", "list_pictures"]


def list_pictures(folder: str | Path, *, is_recursive: bool = False) -> tuple[Path, ...]:
    """List the pictures of a folder in natural order, hidden files left out.

    Raises
    ------
    SourceError
        It is missing or may not be read.
    """
    top = Path(folder)
    name = top.name or str(top)
    if not top.is_dir():
        raise SourceError(f"There is no folder {name}; check the path.")
    try:
        found = list(_walk(top, is_recursive))
    except PermissionError as error:
        raise SourceError(f"{name} may not be read; check its permissions.") from error
    except OSError as error:
        raise SourceError(f"{name} cannot be listed; choose another folder.") from error
    return tuple(sorted(found, key=lambda path: natural_key(path.relative_to(top).as_posix())))


def _walk(top: Path, is_recursive: bool) -> Iterator[Path]:
    if not is_recursive:
        names: list[tuple[str, list[str]]] = [(str(top), os.listdir(top))]  # noqa: PTH208 - as walk
    else:
        names = [(root, files) for root, _folders, files in os.walk(top)]
    for root, files in names:
        for file in files:
            path = Path(root, file)
            if not file.startswith(".") and is_picture(file) and path.is_file():
                yield path


class FolderSource(SourceBase):
    """Show the pictures of a folder one by one.

    It opens paused on the first picture. One that cannot be read is skipped, and said so.

    Parameters
    ----------
    folder
        Where the pictures are.
    is_recursive
        Whether to look into folders inside.
    is_looping
        Whether the first follows the last.
    interval_s
        Seconds a picture stands in the slide show.
    pacer
        Replaced in tests.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        is_recursive: bool = False,
        is_looping: bool = True,
        interval_s: float = 3.0,
        pacer: Pacer | None = None,
    ) -> None:
        super().__init__()
        self._folder = Path(folder)
        self._is_recursive = is_recursive
        self._is_looping = is_looping
        self._interval_s = interval_s
        self._pacer = pacer or Pacer()
        self._paths: tuple[Path, ...] = ()
        self._wanted: int | None = None
        self._direction = 1
        self._failures = 0
        self._next_at = 0.0

    def open(self) -> SourceInfo:
        """List the pictures.

        Raises
        ------
        SourceError
            The folder is missing, may not be read or has no pictures.
        """
        self._paths = list_pictures(self._folder, is_recursive=self._is_recursive)
        title = self._folder.name or str(self._folder)
        if not self._paths:
            raise SourceError(f"There are no pictures in {title}; choose another folder.")
        self.is_playing = False
        self.message = ""
        self._failures = 0
        self._go_to(0, direction=1)
        self.info = SourceInfo(
            title,
            frames=len(self._paths),
            names=tuple(path.relative_to(self._folder).as_posix() for path in self._paths),
            paths=tuple(map(str, self._paths)),
            can_seek=True,
            can_play=True,
        )
        return self.info

    def read(self) -> Frame | None:
        """Return the picture that was chosen or is due, otherwise None.

        Raises
        ------
        SourceError
            None of the pictures can be read.
        """
        if self._wanted is None:
            if not self.is_playing:
                self._pacer.idle()
            elif self._pacer.is_due(self._next_at):
                self._advance()
            return None
        wanted, self._wanted = self._wanted, None
        try:
            image = read_picture(self._paths[wanted])
        except SourceError as error:
            self._skip(wanted, error)
            return None
        if not self._failures:
            self.message = ""
        self._failures = 0
        self.index = wanted
        self._next_at = self._pacer.now() + self._interval_s
        return Frame(image, wanted, name=self._paths[wanted].name)

    def handle(self, command: SourceCommand) -> None:
        """Step, seek, play, pause, loop."""
        match command:
            case SetPlaying(is_playing):
                self.is_playing = is_playing
                self._next_at = self._pacer.now() + self._interval_s
            case Step(delta):
                base = self.index if self._wanted is None else self._wanted
                self._go_to(base + delta, direction=1 if delta >= 0 else -1)
            case Seek(index):
                self._go_to(min(max(index, 0), len(self._paths) - 1), direction=1)
            case SetLoop(is_looping):
                self._is_looping = is_looping
            case _:
                pass

    def close(self) -> None:
        """Forget the pictures that are still to come."""
        self._wanted = None

    def _go_to(self, index: int, *, direction: int) -> None:
        count = len(self._paths)
        if not count:
            return
        self._wanted = index % count if self._is_looping else min(max(index, 0), count - 1)
        self._direction = direction
        self._failures = 0

    def _advance(self) -> None:
        if self.index + 1 >= len(self._paths) and not self._is_looping:
            self.is_playing = False
        else:
            self._go_to(self.index + 1, direction=1)

    def _skip(self, bad: int, error: SourceError) -> None:
        """Go on behind a picture that cannot be read, in the direction we came."""
        count = len(self._paths)
        self.message = f"{error} It was skipped."
        self._failures += 1
        if self._failures >= count:
            raise SourceError(
                f"None of the pictures in {self._folder.name} can be read; choose another folder."
            ) from error
        following = bad + self._direction
        if self._is_looping:
            following %= count
        elif not 0 <= following < count:
            # At the end of the row: look the other way, from where we stand.
            self._direction = -self._direction
            following = min(max(bad + self._direction, 0), count - 1)
        self._wanted = following


def create(spec: SourceSpec) -> FolderSource:
    """Make the source for `spec`."""
    return FolderSource(spec.location, is_looping=spec.is_looping)
