"""A network stream: MJPEG or a video over HTTP, RTSP, and what else PyAV opens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine.errors import SourceError
from engine.sources.address import host_of, without_secrets
from engine.sources.base import SetLoop, SetPlaying, SourceInfo
from engine.sources.names import is_picture
from engine.sources.state import LONGEST_WAIT_S, Pacer, SourceBase
from engine.sources.stream_reader import StreamReader
from engine.values import Frame

if TYPE_CHECKING:
    from engine.sources.base import SourceCommand, SourceSpec

__all__ = ["StreamSource", "create"]


class StreamSource(SourceBase):
    """Show a stream, always its newest picture.

    Paused, it goes on being read and thrown away, so that it is fresh when it plays. The address
    of a still picture gives that picture, once.

    Parameters
    ----------
    url
        The address; user and password in it are used and never shown.
    is_looping
        Whether a video with an end begins again.
    open_timeout_s
        How long opening may take.
    stall_s
        After how many seconds without a picture it counts as gone.
    """

    is_recoverable = True

    def __init__(
        self,
        url: str,
        *,
        is_looping: bool = True,
        open_timeout_s: float = 5.0,
        stall_s: float = 4.0,
    ) -> None:
        super().__init__()
        self._url = url
        self._is_looping = is_looping
        self._open_timeout_s = open_timeout_s
        self._stall_s = stall_s
        self._pacer = Pacer()
        self._reader: StreamReader | None = None
        self._last_at = 0.0
        self._count = 0
        self._title = without_secrets(url)
        self._is_still = _names_picture(url)

    def open(self) -> SourceInfo:
        """Connect and wait for the first picture.

        Raises
        ------
        SourceError
            Nobody answers, or there is nothing to show.
        """
        self.close()
        # The reader gives up a little later than `_check`, whose sentence says more.
        reader = StreamReader(self._url, self._open_timeout_s, self._stall_s + 0.5)
        reader.start()
        has_answered = reader.wait_for_first(self._open_timeout_s)
        if not has_answered or not reader.is_open:
            reader.stop()
            raise reader.ended or SourceError(
                f"{host_of(self._url)} does not answer; check the address and that the device is"
                " on."
            )
        self._reader = reader
        self._last_at = time.perf_counter()
        height, width = reader.size()
        self.info = SourceInfo(self._title, width, height, None, reader.fps, can_play=True)
        return self.info

    def read(self) -> Frame | None:
        """Return the newest picture, waiting a short while for it.

        Raises
        ------
        SourceError
            It stalled or broke; it can be opened again.
        EOFError
            It is a video that came to its end and does not loop.
        """
        reader = self._reader
        if reader is None:
            self._pacer.idle()
            return None
        taken = reader.take(LONGEST_WAIT_S)
        if taken is None:
            self._check(reader)
            return None
        image, self._last_at = taken
        if not self.is_playing:
            return None
        frame = Frame(image, self._count, self._last_at, self._title)
        self._count += 1
        return frame

    def handle(self, command: SourceCommand) -> None:
        """Play, pause, loop."""
        match command:
            case SetPlaying(is_playing):
                self.is_playing = is_playing
            case SetLoop(is_looping):
                self._is_looping = is_looping
            case _:
                pass

    def close(self) -> None:
        """Hang up; what still blocks in the network ends by itself."""
        if self._reader is not None:
            self._reader.stop()
            self._reader.join(0.2)
            self._reader = None

    def _check(self, reader: StreamReader) -> None:
        """Look why no picture came."""
        if reader.ended is not None:
            if self._is_still:
                self._reader = None  # The picture has been shown; nothing follows.
                return
            if reader.has_come_to_end and reader.is_finite:
                if not self._is_looping:
                    raise EOFError
                self.open()
                return
            raise reader.ended
        if time.perf_counter() - self._last_at > self._stall_s:
            raise SourceError(
                f"No picture has come from {host_of(self._url)} for {self._stall_s:g} seconds; it"
                " is tried again."
            )


def _names_picture(url: str) -> bool:
    try:
        return is_picture(urlsplit(url).path)
    except ValueError:
        return False


def create(spec: SourceSpec) -> StreamSource:
    """Make the source for `spec`."""
    return StreamSource(spec.location, is_looping=spec.is_looping)
