"""Record pictures to an MP4 (H.264) while the program goes on."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
from av.video.reformatter import Colorspace, Interpolation

from engine.errors import CancelledError, ExportError
from engine.export.atomic import atomic_path
from engine.jobs import SOMETHING_WENT_WRONG

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

__all__ = [
    "TICKS_PER_S",
    "Recorder",
    "Recording",
    "as_yuv",
    "describe",
    "encoder_name",
    "fit",
    "open_film",
]

_logger = logging.getLogger(__name__)

TICKS_PER_S = 90_000
_WAITING = 8
"""Pictures that may wait for the encoder; what comes on top is dropped."""
_ENCODERS = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf")
_BT709 = 1
_LIMITED = 1


@dataclass(frozen=True, slots=True)
class Recording:
    """What a recording came to."""

    frames: int
    dropped: int
    """Pictures that came faster than they could be encoded."""
    duration_s: float


class Recorder:
    """Write pictures to an MP4, each shown from its own time on.

    A thread encodes; `add` does not wait, unless it is told to. The file gets its name when
    `close` is called; until then, and for good after `abort`, nothing stands at `path`.

    Parameters
    ----------
    path
        Where the file shall stand.
    size
        Width and height of the film in pixels. Pictures of other sizes are fitted into it with
        black borders. H.264 needs even sizes: an odd one is padded by one pixel.
    fps
        Usual frames per second: how long the last picture is shown, and a hint for the encoder.
    overwrite
        Whether a file that is there already may be replaced.

    Raises
    ------
    ExportError
        The file cannot be written, or there is no H.264 encoder.
    """

    def __init__(
        self, path: Path | str, size: tuple[int, int], fps: float, *, overwrite: bool = False
    ) -> None:
        if min(size) < 1 or fps <= 0:
            raise ValueError(f"expected a size and a rate above 0, got {size}, {fps}")
        self._size = size
        self._frame_ticks = max(1, round(TICKS_PER_S / fps))
        self._condition = threading.Condition()
        self._waiting: deque[tuple[NDArray[np.uint8], float]] = deque()
        self._is_ended = self._is_aborted = False
        self._failure: ExportError | None = None
        self._frames = self._dropped = 0
        self._first_s: float | None = None
        self._last_tick = -1
        with contextlib.ExitStack() as opening:
            part = opening.enter_context(atomic_path(path, overwrite=overwrite))
            self._container = open_film(part)
            opening.callback(self._container.close)
            self._stream = _add_stream(self._container, size, fps)
            self._stack = opening.pop_all()
        self._thread = threading.Thread(target=self._run, name="layerscope-recorder", daemon=True)
        self._thread.start()

    @property
    def frames(self) -> int:
        """Pictures taken so far."""
        return self._frames

    @property
    def dropped(self) -> int:
        """Pictures dropped so far, because the encoder was behind."""
        return self._dropped

    def add(self, image: NDArray[np.uint8], time_s: float, *, waits: bool = False) -> bool:
        """Hand a picture over.

        Parameters
        ----------
        image : ndarray, (H, W, 3), uint8
            RGB; copied.
        time_s
            When it was shown, in seconds from any origin; the first one is time 0 of the film.
        waits
            Whether to wait for the encoder rather than drop the picture: for what is not live.

        Returns
        -------
        bool
            False where it was dropped.

        Raises
        ------
        ExportError
            The encoder failed (the disk is full, ...); call `abort` or `close`.
        """
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
            raise ValueError(f"expected (H, W, 3) uint8, got {image.shape}, {image.dtype}")
        with self._condition:
            if waits:
                self._condition.wait_for(lambda: self._failure or len(self._waiting) < _WAITING)
            if self._failure is not None:
                raise self._failure
            if self._is_ended or len(self._waiting) >= _WAITING:
                self._dropped += 1
                return False
            self._waiting.append((image.copy(), time_s))
            self._frames += 1
            self._condition.notify_all()
        return True

    def close(self) -> Recording:
        """Encode what waits, finish the file and give it its name.

        Raises
        ------
        ExportError
            Nothing was recorded, or it could not be written; no file is left.
        """
        self._end()
        failure = self._failure
        if failure is None and self._frames == 0:
            failure = ExportError("Nothing was recorded, since no picture came; no file was made.")
        self._settle(failure)
        return Recording(self._frames, self._dropped, self._duration_s())

    def abort(self) -> None:
        """Stop at once and leave no file. May be called at any time, and twice."""
        self._is_aborted = True
        self._end()
        with contextlib.suppress(CancelledError):
            self._settle(CancelledError())

    # --------------------------------------------------------------------------------- private

    def _end(self) -> None:
        with self._condition:
            self._is_ended = True
            self._condition.notify()
        self._thread.join()

    def _settle(self, failure: ExportError | CancelledError | None) -> None:
        """Leave the block of `atomic_path`: with an error it removes the file."""
        with self._stack:
            if failure is not None:
                raise failure

    def _duration_s(self) -> float:
        return (self._last_tick + self._frame_ticks) / TICKS_PER_S

    def _run(self) -> None:
        try:
            while (item := self._next()) is not None:
                self._encode(*item)
            if not self._is_aborted and self._frames > 0:
                self._container.mux(self._stream.encode(None))
                self._container.close()
        except (av.FFmpegError, OSError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            with self._condition:
                self._condition.notify_all()
                self._failure = ExportError(
                    f"The recording stopped, since the film could not be written ({reason}); "
                    "look for free space and start again."
                )
        except Exception:
            _logger.exception("the recorder failed")
            with self._condition:
                self._condition.notify_all()
                self._failure = ExportError(SOMETHING_WENT_WRONG)

    def _next(self) -> tuple[NDArray[np.uint8], float] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._is_ended)
            if self._is_aborted or not self._waiting:
                return None
            self._condition.notify_all()
            return self._waiting.popleft()

    def _encode(self, image: NDArray[np.uint8], time_s: float) -> None:
        if self._first_s is None:
            self._first_s = time_s
        tick = max(self._last_tick + 1, round((time_s - self._first_s) * TICKS_PER_S))
        self._last_tick = tick
        frame = as_yuv(fit(image, self._size))
        frame.pts = tick
        frame.time_base = Fraction(1, TICKS_PER_S)
        frame.duration = self._frame_ticks
        self._container.mux(self._stream.encode(frame))


def fit(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Fit a picture into (width, height) with black borders, and pad to even sizes.

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8

    Returns
    -------
    ndarray, (height', width', 3), uint8
        height' and width' rounded up to even; the padding repeats the last row or column.
    """
    width, height = size
    if image.shape[:2] != (height, width):
        scale = min(width / image.shape[1], height / image.shape[0])
        inner = (
            min(width, max(1, round(image.shape[1] * scale))),
            min(height, max(1, round(image.shape[0] * scale))),
        )
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        canvas = np.zeros((height, width, 3), np.uint8)
        left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
        canvas[top : top + inner[1], left : left + inner[0]] = cv2.resize(
            image, inner, interpolation=how
        )
        image = canvas
    if height % 2 or width % 2:
        image = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(image)


def as_yuv(image: NDArray[np.uint8]) -> av.VideoFrame:
    """Return (H, W, 3) uint8 RGB, of even sides, as encoders want it: 4:2:0, BT.709, limited."""
    # The picture's own memory: only looked at, and by nothing that outlives this function.
    frame = av.VideoFrame.from_numpy_buffer(image, format="rgb24")
    return frame.reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=_LIMITED,
        interpolation=Interpolation.BILINEAR,  # of colours alone; bicubic takes twice as long
    )


def open_film(part: Path) -> OutputContainer:
    """Open an MP4 for writing.

    Raises
    ------
    ExportError
        It cannot be written to.
    """
    try:
        # The index goes to the front, so that the film plays while it loads.
        return av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"})
    except (av.FFmpegError, OSError) as error:
        raise ExportError(f"“{part.parent}” cannot take a recording ({error}).") from error


def _add_stream(container: OutputContainer, size: tuple[int, int], fps: float) -> VideoStream:
    name = encoder_name()
    options = {"crf": "18", "preset": "veryfast"} if name == "libx264" else {}
    stream = container.add_stream(name, rate=Fraction(fps).limit_denominator(1001), options=options)
    if not isinstance(stream, av.VideoStream):
        raise TypeError(f"{name} is no video encoder")
    stream.time_base = Fraction(1, TICKS_PER_S)
    describe(stream.codec_context, (size[0] + size[0] % 2, size[1] + size[1] % 2))
    return stream


def describe(context: av.VideoCodecContext, size: tuple[int, int]) -> None:
    """Tell an encoder what it is given: `as_yuv` of pictures of (width, height), both even."""
    context.width, context.height = size
    context.pix_fmt = "yuv420p"
    context.time_base = Fraction(1, TICKS_PER_S)
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED
    # With B-frames the muxer counts the film's length in decoding times: too short here.
    context.max_b_frames = 0


def encoder_name() -> str:
    """Return the H.264 encoder to use.

    Raises
    ------
    ExportError
        There is none.
    """
    name = next((name for name in _ENCODERS if _has_encoder(name)), None)
    if name is None:
        raise ExportError(
            "This installation of PyAV has no H.264 encoder; install the wheel from its makers."
        )
    return name


def _has_encoder(name: str) -> bool:
    try:
        av.Codec(name, "w")
    except av.codec.codec.UnknownCodecError:
        return False
    return True
