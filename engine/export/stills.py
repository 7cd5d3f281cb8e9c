"""Pictures as H.264 frames that stand alone, put together to a film later.

A film of pictures that come in any order, by a process that may be killed in between, must wait
for the last of them. Each frame is encoded when it comes, without a look at the others, and kept
in a file of its own; the film is these frames one behind the other, with nothing encoded again.
Pictures of different things gain nothing by being encoded as differences to each other.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import av
import numpy as np

from engine.errors import ExportError
from engine.export.recording import TICKS_PER_S, as_yuv, describe, encoder_name, fit, open_film

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    Size: TypeAlias = tuple[int, int]

__all__ = ["StillEncoder", "join"]

_OPTIONS = {
    "crf": "18",
    "preset": "ultrafast",
    "tune": "zerolatency",
    # A mark begins each frame: frames of several runs may have the same number.
    "x264-params": "aud=1:sliced-threads=0",
}
"""Of libx264. "veryfast" makes frames a third smaller and takes three times as long."""
_HEAD = struct.Struct(">4sIII")
_MARK = b"LSF1"
_GLOBAL_HEADER = 1 << 22


@dataclass(frozen=True, slots=True)
class _Still:
    """A frame as it stands in its file."""

    size: Size
    head: bytes
    """What a decoder has to know first."""
    packet: bytes


class StillEncoder:
    """Encodes pictures of any sizes, fastest where one is like the last. One thread at a time."""

    def __init__(self) -> None:
        self._size: Size = (0, 0)
        self._context: av.VideoCodecContext | None = None

    def write(self, path: Path, image: NDArray[np.uint8]) -> None:
        """Write a picture (H, W, 3) uint8 RGB as one frame; an odd side is padded by a pixel.

        Raises
        ------
        ExportError
            There is no H.264 encoder, or it fails.
        """
        height, width = image.shape[:2]
        image = fit(image, (width, height))
        size = (image.shape[1], image.shape[0])
        try:
            if self._context is None or self._size != size:
                self._context, self._size = _context(size), size
            packets = self._context.encode(as_yuv(image))
            if not packets:  # an encoder that holds back has to be told that there is no more
                packets = self._context.encode(None)
                self._context, used = None, self._context
            else:
                used = self._context
        except av.FFmpegError as error:
            self._context = None
            raise ExportError(f"A frame of the film cannot be encoded ({error}).") from error
        head = used.extradata or b""
        with path.open("wb") as file:
            file.write(_HEAD.pack(_MARK, *size, len(head)))
            file.write(head)
            file.writelines(bytes(packet) for packet in packets)

    def close(self) -> None:
        """Let go of the encoder. It is made again where it is needed again."""
        self._context = None


def join(path: Path, stills: Iterable[Path], fps: float) -> None:
    """Write an MP4 of frames that `StillEncoder` has written.

    Frames that are not of the first one's size are fitted into it with black borders.

    Raises
    ------
    ExportError
        A frame was changed meanwhile, or the film cannot be written.
    """
    ticks = max(1, round(TICKS_PER_S / fps))
    film: _Film | None = None
    try:
        for place, still in enumerate(map(_read, stills)):
            if film is None:
                film = _Film(path, still.size, fps)
            film.add(still, place * ticks, ticks)
        if film is not None:
            film.container.close()
    except (av.FFmpegError, OSError) as error:
        raise ExportError(f"The film cannot be written ({error}); look for free space.") from error
    finally:
        if film is not None:
            film.container.close()


class _Film:
    """A film that frames are put into."""

    def __init__(self, path: Path, size: Size, fps: float) -> None:
        self.container: OutputContainer = open_film(path)
        self._size = size
        name = encoder_name()
        rate = Fraction(fps).limit_denominator(1001)
        stream = self.container.add_stream(name, rate=rate, options=_options(name))
        if not isinstance(stream, av.VideoStream):
            raise TypeError(f"{name} is no video encoder")
        self._stream: VideoStream = stream
        stream.time_base = Fraction(1, TICKS_PER_S)
        _prepare(stream.codec_context, size)
        self.container.start_encoding()

    def add(self, still: _Still, tick: int, ticks: int) -> None:
        if still.size == self._size and still.head == self._stream.codec_context.extradata:
            packet = av.Packet(still.packet)
            packet.pts = packet.dts = tick
            packet.duration = ticks
            packet.time_base = Fraction(1, TICKS_PER_S)
            packet.stream = self._stream
            packet.is_keyframe = True
            self.container.mux(packet)
            return
        frame = as_yuv(fit(_decoded(still), self._size))
        frame.pts, frame.duration = tick, ticks
        frame.time_base = Fraction(1, TICKS_PER_S)
        self.container.mux(self._stream.encode(frame))


def _context(size: Size) -> av.VideoCodecContext:
    name = encoder_name()
    context = av.CodecContext.create(name, "w")
    if not isinstance(context, av.VideoCodecContext):
        raise TypeError(f"{name} is no video encoder")
    context.options = _options(name)
    _prepare(context, size)
    context.framerate = Fraction(25)
    context.flags |= _GLOBAL_HEADER  # as MP4 has it: what all frames share stands once
    return context


def _prepare(context: av.VideoCodecContext, size: Size) -> None:
    describe(context, size)
    context.gop_size = 1
    context.thread_count = 1  # formats and pictures are many at a time already


def _options(name: str) -> dict[str, str]:
    return dict(_OPTIONS) if name == "libx264" else {}


def _read(path: Path) -> _Still:
    content = path.read_bytes()
    if content[:4] != _MARK or len(content) <= _HEAD.size:
        raise ExportError(f"“{path}” was changed meanwhile; begin the export anew.")
    _, width, height, length = _HEAD.unpack_from(content)
    rest = content[_HEAD.size :]
    return _Still((width, height), rest[:length], rest[length:])


def _decoded(still: _Still) -> NDArray[np.uint8]:
    """Return a frame's picture: (H, W, 3) uint8 RGB."""
    decoder = av.CodecContext.create("h264", "r")
    if not isinstance(decoder, av.VideoCodecContext):
        raise TypeError("h264 is no video decoder")
    decoder.extradata = still.head or None
    frames = [*decoder.decode(av.Packet(still.packet)), *decoder.decode(None)]
    return np.asarray(frames[0].to_ndarray(format="rgb24"), np.uint8)
