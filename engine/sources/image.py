"""One picture; read again when the file changes on disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SourceError
from engine.sources.base import SourceInfo
from engine.sources.decode import read_picture
from engine.sources.state import Pacer, SourceBase
from engine.values import Frame

if TYPE_CHECKING:
    from engine.sources.base import SourceCommand, SourceSpec

__all__ = ["ImageSource", "create"]

_LOOK_EVERY_S = 0.25


class ImageSource(SourceBase):
    """Give the picture once, and again whenever its file has changed.

    Parameters
    ----------
    path
        The picture.
    pacer
        Replaced in tests.
    """

    def __init__(self, path: str | Path, *, pacer: Pacer | None = None) -> None:
        super().__init__()
        self._path = Path(path)
        self._pacer = pacer or Pacer()
        self._frame: Frame | None = None
        self._stamp: tuple[int, int] | None = None
        self._count = 0
        self._look_at = 0.0

    def open(self) -> SourceInfo:
        """Read the picture; raises `SourceError`."""
        self._count = 0
        self.message = ""
        self._load()
        if self.info is None:
            raise AssertionError("a picture that was read has its facts")
        return self.info

    def read(self) -> Frame | None:
        """Return the picture when it is new, otherwise None."""
        if self._frame is None and self._pacer.is_due(self._look_at):
            self._look_at = self._pacer.now() + _LOOK_EVERY_S
            stamp = self._read_stamp()
            if stamp is not None and stamp != self._stamp:
                self._load_changed()
        frame, self._frame = self._frame, None
        return frame

    def handle(self, command: SourceCommand) -> None:
        """Ignore every command: there is nothing to move."""

    def close(self) -> None:
        """Let go of the picture."""
        self._frame = None

    def _load_changed(self) -> None:
        try:
            self._load()
        except SourceError as error:
            # Often it is only half written; the next change of the file brings it back.
            self.message = str(error)
        else:
            self.message = ""

    def _load(self) -> None:
        # The stamp first: a change while reading is then noticed afterwards.
        self._stamp = self._read_stamp()
        image = read_picture(self._path)
        height, width = image.shape[:2]
        self._frame = Frame(image, self._count, name=self._path.name)
        self._count += 1
        self.info = SourceInfo(self._path.name, width, height, frames=1)

    def _read_stamp(self) -> tuple[int, int] | None:
        try:
            facts = self._path.stat()
        except OSError:
            return None
        return facts.st_mtime_ns, facts.st_size


def create(spec: SourceSpec) -> ImageSource:
    """Make the source for `spec`."""
    return ImageSource(spec.location)
