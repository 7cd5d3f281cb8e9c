"""A video file, frame by frame: exact seeking, upright pictures, and no trust in the file."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import SourceError
from engine.sources.decode import LIMIT_PX, check_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    import av
    from av.container import InputContainer
    from numpy.typing import NDArray

__all__ = ["Clip", "Moment", "upright_rgb"]

_SCAN_UP_TO_BYTES = 512 * 2**20
_DEFAULT_FPS = 25.0
_KNOW_THEIR_LENGTH = frozenset({"matroska", "webm", "mp4", "mov"})
"""Containers whose head says how long they are; of others the length is a guess."""
_SHORT_S = 0.5
"""What may be missing at the end: lengths are rounded, and sound may last longer."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A decoded frame that is not converted yet."""

    index: int
    at_s: float
    """When it is shown, in seconds from the beginning."""
    frame: av.VideoFrame
    pixel_aspect: Fraction | None

    def rgb(self) -> NDArray[np.uint8]:
        """Convert to (H, W, 3) uint8 RGB, upright, with square pixels."""
        return upright_rgb(self.frame, self.pixel_aspect)


def upright_rgb(frame: av.VideoFrame, pixel_aspect: Fraction | None) -> NDArray[np.uint8]:
    """Convert a frame; its rotation and the shape of its pixels are applied.

    Parameters
    ----------
    frame
        As decoded.
    pixel_aspect
        Width over height of one pixel; None where the video does not say.

    Returns
    -------
    ndarray, (H, W, 3), uint8
        RGB.
    """
    width = frame.width
    if pixel_aspect and 0.1 < pixel_aspect < 10:
        width = max(1, round(width * pixel_aspect))
    image = frame.to_ndarray(format="rgb24", width=width, height=frame.height)
    # The file says by how much to turn counterclockwise, and so does numpy.
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(image, turns), np.uint8)


class Clip:
    """An open video file.

    Where the file is not huge, all its packets' times are read first (nothing is decoded), so
    that the number of a frame is exact also where frames are unevenly spaced.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SourceError
        It is missing, has no video, or not one frame can be decoded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container: InputContainer | None = None
        self.is_damaged = False
        """Whether fewer frames came than the file promises, or some could not be decoded."""
        self._times: list[int] = []
        self._open()
        self._promised = self._stream.frames
        self._scan()
        self.fps = self._read_fps()
        self._position = -1
        self._last_s = 0.0
        self._is_at_end = False
        self._frames = self._decoded()
        first = self.next()
        if first is None:
            self.close()
            raise SourceError(f"Not one frame of {path.name} can be decoded; choose another copy.")
        self._first_time = first.frame.pts or 0
        self._size = first.rgb().shape[:2]
        self.go_to(0)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the upright picture, in pixels."""
        return self._size[0], self._size[1]

    @property
    def frames(self) -> int:
        """Number of frames: exact, or for huge files as the file says it."""
        if self._times:
            return len(self._times)
        if self._promised:
            return self._promised
        duration = self._stream.duration
        base = self._stream.time_base
        if duration is None or base is None:
            return 1
        return max(1, round(float(duration * base) * self.fps))

    @property
    def length_s(self) -> float | None:
        """How long the file says it is, in seconds; None where it does not, or only guesses."""
        container = self._container
        if container is None or not _KNOW_THEIR_LENGTH & set(container.format.name.split(",")):
            return None
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        if container.duration is None or container.streams.audio:
            return None  # it may be the sound's
        return container.duration / 1e6

    @property
    def missing_s(self) -> float:
        """Seconds that the file promises and did not give; 0 before its end was reached."""
        length_s = self.length_s
        if not self._is_at_end or length_s is None:
            return 0.0
        left_s = length_s - (self._last_s + 1 / self.fps)
        return left_s if left_s > max(_SHORT_S, 3 / self.fps) else 0.0

    def next(self) -> Moment | None:
        """Decode the next frame; None at the end."""
        frame = next(self._frames, None)
        if frame is None:
            if self._promised and self._position + 1 < self._promised:
                self.is_damaged = True
            self._is_at_end = True
            return None
        self._last_s = self._seconds(frame)
        self._position = self._index_of(frame)
        return Moment(self._position, self._seconds(frame), frame, self._stream.sample_aspect_ratio)

    def go_to(self, index: int) -> None:
        """Make `index` the frame that `next` gives, or the last one where there are fewer."""
        ahead = index - self._position
        if not 1 <= ahead <= 4:
            self._seek_before(index)
        held: av.VideoFrame | None = None
        number = index
        for frame in self._frames:
            held, number = frame, self._index_of(frame)
            if number >= index:
                break
            self._position = number
        self._position = number - 1
        self._frames = self._chained(held, self._frames)

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._container is not None:
            self._container.close()
            self._container = None

    # ------------------------------------------------------------------------------- inside

    def _open(self) -> None:
        import av  # noqa: PLC0415 - loads when first needed

        name = self._path.name
        try:
            self._container = av.open(str(self._path))
        except FileNotFoundError as error:
            raise SourceError(f"There is no file {name}; check the path.") from error
        except PermissionError as error:
            raise SourceError(f"{name} may not be read; check its permissions.") from error
        except (av.FFmpegError, OSError, ValueError) as error:
            raise SourceError(
                f"{name} is not a video that can be read, or it is damaged; choose another copy."
            ) from error
        if not self._container.streams.video:
            self.close()
            raise SourceError(f"{name} has no picture track; choose a video.")
        self._stream = self._container.streams.video[0]
        check_size(name, self._stream.width, self._stream.height, LIMIT_PX)

    def _scan(self) -> None:
        """Collect the times of all frames, in order of showing."""
        import av  # noqa: PLC0415 - loads when first needed

        if self._container is None or self._path.stat().st_size > _SCAN_UP_TO_BYTES:
            return
        times: list[int] = []
        try:
            for packet in self._container.demux(self._stream):
                time = packet.pts if packet.pts is not None else packet.dts
                if time is not None and packet.size and not packet.is_discard:
                    times.append(time)
        except (av.FFmpegError, OSError):
            self.is_damaged = True
        self._times = sorted(set(times))
        if self._promised > len(self._times):
            self.is_damaged = True
        self._reopen()

    def _reopen(self) -> None:
        self.close()
        self._open()

    def _read_fps(self) -> float:
        rate = self._stream.average_rate or self._stream.guessed_rate
        return float(rate) if rate else _DEFAULT_FPS

    def _decoded(self) -> Iterator[av.VideoFrame]:
        import av  # noqa: PLC0415 - loads when first needed

        if self._container is None:
            return
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.FFmpegError, OSError):
                self.is_damaged = True
                return
            try:
                frames = self._stream.decode(packet)
            except EOFError:
                return
            except (av.FFmpegError, OSError, ValueError):
                self.is_damaged = True  # What comes after may still be good.
                continue
            yield from frames

    @staticmethod
    def _chained(
        held: av.VideoFrame | None, rest: Iterator[av.VideoFrame]
    ) -> Iterator[av.VideoFrame]:
        if held is not None:
            yield held
        yield from rest

    def _seek_before(self, index: int) -> None:
        """Go to a key frame at or before `index`; to the beginning where that fails."""
        import av  # noqa: PLC0415 - loads when first needed

        self._position = -1
        if self._container is None:
            return
        if index > 0:
            try:
                self._container.seek(self._time_of(index), stream=self._stream, backward=True)
            except (av.FFmpegError, OSError):
                pass
            else:
                self._frames = self._decoded()
                first = next(self._frames, None)
                if first is not None and self._index_of(first) <= index:
                    self._frames = self._chained(first, self._frames)
                    return
        self._reopen()
        self._frames = self._decoded()

    def _time_of(self, index: int) -> int:
        if self._times:
            return self._times[min(index, len(self._times) - 1)]
        base = self._stream.time_base
        return self._first_time + (round(index / self.fps / float(base)) if base else 0)

    def _index_of(self, frame: av.VideoFrame) -> int:
        time = frame.pts if frame.pts is not None else frame.dts
        if time is None:
            return self._position + 1
        if self._times:
            return min(bisect.bisect_left(self._times, time), len(self._times) - 1)
        base = self._stream.time_base
        start = getattr(self, "_first_time", time)
        return max(0, round((time - start) * float(base) * self.fps)) if base else 0

    def _seconds(self, frame: av.VideoFrame) -> float:
        if frame.pts is not None and self._stream.time_base is not None:
            return float(frame.pts * self._stream.time_base)
        return self._position / self.fps
