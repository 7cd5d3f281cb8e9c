"""A video file: play, pause, step, seek, loop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SourceError
from engine.sources.base import Seek, SetLoop, SetPlaying, SourceInfo, Step
from engine.sources.clip import Clip, Moment
from engine.sources.state import Pacer, SourceBase
from engine.values import Frame

if TYPE_CHECKING:
    from engine.sources.base import SourceCommand, SourceSpec

__all__ = ["VideoSource", "create"]

_LATE_S = 0.5


class VideoSource(SourceBase):
    """Show a video at its own pace.

    Parameters
    ----------
    path
        The file.
    is_looping
        Whether it begins again at its end.
    pacer
        Replaced in tests.
    """

    def __init__(
        self, path: str | Path, *, is_looping: bool = True, pacer: Pacer | None = None
    ) -> None:
        super().__init__()
        self._path = Path(path)
        self._is_looping = is_looping
        self._pacer = pacer or Pacer()
        self._clip: Clip | None = None
        self._waiting: Moment | None = None
        self._wanted: int | None = None
        self._is_at_end = False
        # The frame shown at `_anchor_at` (clock) stands at `_anchor_s` (video).
        self._anchor_at = 0.0
        self._anchor_s: float | None = None

    def open(self) -> SourceInfo:
        """Open the file and decode its first frame.

        Raises
        ------
        SourceError
            It is missing, no video, or damaged from the beginning.
        """
        self.close()
        name = self._path.name or str(self._path)
        if self._path.is_dir():
            raise SourceError(f"{name} is a folder, not a video; open it as a folder.")
        if self._path.is_file() and self._path.stat().st_size == 0:
            raise SourceError(f"{name} is empty; choose another copy of it.")
        clip = self._clip = Clip(self._path)
        self.message = ""
        self.is_playing = True
        self.index = 0
        height, width = clip.size
        self.info = SourceInfo(
            name, width, height, clip.frames, clip.fps, can_seek=True, can_play=True
        )
        return self.info

    def read(self) -> Frame | None:
        """Return the next frame when it is due, or at once the one that was asked for.

        Raises
        ------
        EOFError
            The end was reached and it does not loop.
        SourceError
            It cannot be decoded any more.
        """
        if self._clip is None:
            return None
        if self._wanted is not None:
            wanted, self._wanted = self._wanted, None
            self._clip.go_to(wanted)
            self._waiting = self._clip.next()
            self._anchor_s = None
            return self._show(self._clip)
        if not self.is_playing:
            self._pacer.idle()
            return None
        if self._waiting is None:
            self._waiting = self._clip.next()
        if self._waiting is not None and not self._pacer.is_due(self._due(self._waiting)):
            return None
        return self._show(self._clip)

    def handle(self, command: SourceCommand) -> None:
        """Play, pause, step, seek, loop."""
        match command:
            case SetPlaying(is_playing):
                self.is_playing = is_playing
                self._anchor_s = None
                if is_playing and self._is_at_end and self._wanted is None:
                    self._go_to(0)
            case Step(delta):
                self._go_to((self.index if self._wanted is None else self._wanted) + delta)
            case Seek(index):
                self._go_to(index)
            case SetLoop(is_looping):
                self._is_looping = is_looping
            case _:
                pass

    def close(self) -> None:
        """Close the file."""
        if self._clip is not None:
            self._clip.close()
        self._clip = self._waiting = self._wanted = self._anchor_s = None
        self._is_at_end = False

    def _go_to(self, index: int) -> None:
        last = (self._clip.frames if self._clip is not None else 1) - 1
        self._wanted = min(max(index, 0), last)
        self._is_at_end = False

    def _show(self, clip: Clip) -> Frame | None:
        moment, self._waiting = self._waiting, None
        if moment is None:
            self._end(clip)
            return None
        if self._anchor_s is None:
            self._anchor_s, self._anchor_at = moment.at_s, self._pacer.now()
        self.index = moment.index
        return Frame(moment.rgb(), moment.index, name=self._path.name)

    def _due(self, moment: Moment) -> float:
        now = self._pacer.now()
        if self._anchor_s is None:
            return now
        due = self._anchor_at + moment.at_s - self._anchor_s
        if now - due > _LATE_S or due - now > 10:
            # Too slow to keep up, or a jump in the file's clock: go on from here.
            self._anchor_s = None
            return now
        return due

    def _end(self, clip: Clip) -> None:
        if clip.is_damaged:
            self.message = (
                f"{self._path.name} is damaged or cut short; what can be decoded of it was played."
            )
        if self._is_looping:
            # The last frame stands as long as any other.
            self._wanted = 0
            self._pacer.is_due(self._pacer.now() + 1 / max(clip.fps, 1.0))
            return
        self._is_at_end = True
        raise EOFError(self.message)


def create(spec: SourceSpec) -> VideoSource:
    """Make the source for `spec`."""
    return VideoSource(spec.location, is_looping=spec.is_looping)
