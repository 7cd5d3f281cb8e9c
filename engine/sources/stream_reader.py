"""The thread that reads a network stream, so that a stream that stalls holds up nobody."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from engine.errors import SourceError
from engine.jobs import SOMETHING_WENT_WRONG
from engine.sources.address import host_of
from engine.sources.clip import upright_rgb
from engine.sources.decode import LIMIT_PX

if TYPE_CHECKING:
    from fractions import Fraction

    import av
    import numpy as np
    from av.container import InputContainer
    from numpy.typing import NDArray

__all__ = ["StreamReader"]

_logger = logging.getLogger(__name__)

_OPTIONS = {
    "rtsp_transport": "tcp",  # Over UDP lost packets smear the picture.
    # Few pictures a second must not keep it from opening: the rate is not measured first.
    "fpsprobesize": "0",
    "analyzeduration": "1000000",
}
_SEGMENTED = {"hls", "dash"}


class StreamReader(threading.Thread):
    """Open `url`, decode, and keep the newest picture.

    It ends at the latest when a read times out; it is not waited for.

    Parameters
    ----------
    url
        The address.
    open_timeout_s, read_timeout_s
        How long the network may keep silent.
    """

    def __init__(self, url: str, open_timeout_s: float, read_timeout_s: float) -> None:
        super().__init__(name="layerscope-stream", daemon=True)
        self._url = url
        self._timeout = (open_timeout_s, read_timeout_s)
        self._give_up_at = 0.0
        self._changed = threading.Condition()
        self._should_stop = threading.Event()
        self._picture: tuple[NDArray[np.uint8], float] | None = None
        self.is_open = False
        self.is_finite = False
        """Whether it is a file with an end, not something live."""
        self.fps: float | None = None
        self.ended: SourceError | None = None
        """Why it ended; None as long as it runs."""
        self.has_come_to_end = False

    def stop(self) -> None:
        """Ask it to end; returns at once."""
        self._should_stop.set()
        with self._changed:
            self._changed.notify_all()

    def wait_for_first(self, timeout: float) -> bool:
        """Wait until there is a picture or it has ended; False when the time is over."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self._picture is not None or self.ended is not None, timeout
            )

    def size(self) -> tuple[int, int]:
        """Return height and width of the picture that waits; zeros where none does."""
        with self._changed:
            return self._picture[0].shape[:2] if self._picture is not None else (0, 0)

    def take(self, timeout: float) -> tuple[NDArray[np.uint8], float] | None:
        """Take the newest picture and the time it came, waiting up to `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._picture is not None or self.ended is not None, timeout
            )
            picture, self._picture = self._picture, None
            return picture

    def run(self) -> None:
        """Read until it ends, breaks or is stopped."""
        import av  # noqa: PLC0415 - loads when first needed

        self._give_up_at = time.perf_counter() + 0.95 * self._timeout[0]
        try:
            with av.open(self._url, options=_OPTIONS, timeout=self._timeout) as container:
                self._read(container)
            self.has_come_to_end = self.is_open
            error = self._explain_end()
        except SourceError as refusal:
            error = refusal
        except (av.FFmpegError, OSError, ValueError) as failure:
            # Its text holds the whole address, password and all: it is never shown or logged.
            error = self._explain(failure)
        except Exception:
            _logger.exception("reading a stream failed")
            error = SourceError(SOMETHING_WENT_WRONG)
        with self._changed:
            self.ended = error
            self._changed.notify_all()

    def _read(self, container: InputContainer) -> None:
        import av  # noqa: PLC0415 - loads when first needed

        host = host_of(self._url)
        if not container.streams.video:
            raise SourceError(f"{host} sends no pictures; check the address.")
        stream = container.streams.video[0]
        if stream.width * stream.height > LIMIT_PX:
            raise SourceError(f"The pictures of {host} are too large; choose a smaller stream.")
        self.fps = float(stream.average_rate) if stream.average_rate else None
        self.is_finite = bool(container.duration and container.duration > 0)
        is_paced = self.is_finite or container.format.name in _SEGMENTED
        start: float | None = None
        for packet in container.demux(stream):
            if self._should_stop.is_set():
                return
            try:
                frames = stream.decode(packet)
            except (av.error.InvalidDataError, ValueError):
                continue  # One bad picture; the next may be good.
            for frame in frames:
                if is_paced and frame.time is not None:
                    start = time.perf_counter() - frame.time if start is None else start
                    self._should_stop.wait(max(0.0, start + frame.time - time.perf_counter()))
                self._keep(frame, stream.sample_aspect_ratio)

    def _keep(self, frame: av.VideoFrame, pixel_aspect: Fraction | None) -> None:
        picture = upright_rgb(frame, pixel_aspect), time.perf_counter()
        with self._changed:
            self.is_open = True
            self._picture = picture
            self._changed.notify_all()

    def _explain_end(self) -> SourceError:
        host = host_of(self._url)
        if self.is_open:
            return SourceError(f"The stream from {host} ended; it is tried again.")
        return SourceError(f"{host} sends nothing that can be shown; check the address.")

    def _explain(self, failure: Exception) -> SourceError:
        import av  # noqa: PLC0415 - loads when first needed

        host = host_of(self._url)
        name = type(failure).__name__
        # RTSP tells of a time-out as of broken data.
        is_late = time.perf_counter() >= self._give_up_at
        if self.is_open:
            text = f"The stream from {host} broke off; it is tried again."
        elif is_late or isinstance(failure, av.error.ExitError | TimeoutError):
            text = f"{host} does not answer; check the address and that the device is on."
        elif isinstance(failure, ConnectionRefusedError):
            text = f"{host} refuses the connection; check the port and that the server runs."
        elif "Unauthorized" in name or "Forbidden" in name:
            text = f"{host} wants a user name and password; write user:password@ before the host."
        elif "NotFound" in name:
            text = f"{host} has nothing at this path; check the address."
        elif isinstance(failure, av.error.InvalidDataError):
            text = f"{host} sends nothing that can be shown; check the address."
        else:
            text = f"{host} cannot be read; check the address and the network."
        return SourceError(text)
