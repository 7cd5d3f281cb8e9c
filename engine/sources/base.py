"""The one protocol that every source of pictures follows, and what is said to and by it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from engine.values import Frame

__all__ = [
    "FrameSource",
    "Seek",
    "SetLoop",
    "SetMirror",
    "SetPlaying",
    "SourceCommand",
    "SourceInfo",
    "SourceKind",
    "SourceSpec",
    "SourceState",
    "SourceStatus",
    "Step",
]


class SourceKind(enum.StrEnum):
    """Where pictures come from."""

    DEMO = "demo"
    CAMERA = "camera"
    STREAM = "stream"
    VIDEO = "video"
    IMAGE = "image"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """What to open: all that is needed to open it again (recents, settings, command line)."""

    kind: SourceKind
    location: str = ""
    """Path, URL, or the camera's index; empty for the demo."""
    backend: int = 0
    """Of a camera: OpenCV's capture API (`cv2.CAP_*`); 0 = any."""
    width: int = 0
    """Requested width of a camera's picture in pixels; 0 = the camera's own choice."""
    height: int = 0
    is_mirrored: bool = False
    is_looping: bool = True


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What an open source is."""

    title: str
    """Short, for the person: "chelsea.png", "USB camera", "clip.mp4"."""
    width: int = 0
    height: int = 0
    frames: int | None = None
    """Number of frames or files; None for what has no end (camera, stream, demo)."""
    fps: float | None = None
    names: tuple[str, ...] = ()
    """Of a folder or the demo: the name of each picture."""
    paths: tuple[str, ...] = ()
    """Of a folder: the path of each picture (for thumbnails)."""
    can_seek: bool = False
    """Whether `Seek` and `Step` mean anything."""
    can_play: bool = False
    """Whether it moves by itself, so that play and pause mean anything."""


class SourceState(enum.StrEnum):
    """What a source is doing."""

    OPENING = "opening"
    PLAYING = "playing"
    PAUSED = "paused"
    WAITING = "waiting"
    """It went away (camera unplugged, stream stalled) and is tried again."""
    ENDED = "ended"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """Told whenever something about the source changes."""

    spec: SourceSpec
    state: SourceState
    info: SourceInfo | None = None
    index: int = 0
    """Number of the current frame or file."""
    message: str = ""
    """One sentence for the person; empty when all is well."""


@dataclass(frozen=True, slots=True)
class SetPlaying:
    """Play or pause. A paused camera goes on being read and thrown away, so it stays fresh."""

    is_playing: bool


@dataclass(frozen=True, slots=True)
class Step:
    """Go so many frames or files forward (backward when negative)."""

    delta: int


@dataclass(frozen=True, slots=True)
class Seek:
    """Go to the frame or file of this number."""

    index: int


@dataclass(frozen=True, slots=True)
class SetMirror:
    """Mirror the picture left to right, or not."""

    is_mirrored: bool


@dataclass(frozen=True, slots=True)
class SetLoop:
    """Begin again at the end, or stop there."""

    is_looping: bool


SourceCommand = SetPlaying | Step | Seek | SetMirror | SetLoop


@runtime_checkable
class FrameSource(Protocol):
    """A source of pictures, used by one thread at a time.

    `read` paces itself: it returns the next frame when it is due and waits for that at most
    about 50 ms, then returns None, so that commands and stopping are never held up.
    """

    def open(self) -> SourceInfo:
        """Open it.

        Raises
        ------
        SourceError
            With one sentence for the person.
        """
        ...

    def read(self) -> Frame | None:
        """Return the next frame, or None where none is due yet (or it is paused).

        Raises
        ------
        SourceError
            It broke; `is_recoverable` sources (camera, stream) will be opened again.
        EOFError
            It came to its end (a video that does not loop).
        """
        ...

    def handle(self, command: SourceCommand) -> None:
        """Do what is asked; a command that means nothing here is ignored."""
        ...

    def close(self) -> None:
        """Let go of everything. May be called twice."""
        ...
