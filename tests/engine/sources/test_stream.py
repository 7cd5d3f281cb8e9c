from __future__ import annotations

import logging
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.errors import SourceError
from engine.sources.base import SetPlaying
from engine.sources.stream import StreamSource
from engine.values import Frame

if TYPE_CHECKING:
    from tests.engine.sources.conftest import MjpegServer


def next_frame(source: StreamSource, matches: int | None = None) -> Frame:
    for _ in range(400):
        frame = source.read()
        if frame is not None and (matches is None or abs(frame.image.mean() - matches) < 4):
            return frame
    raise AssertionError("no frame came")


@contextmanager
def opened(source: StreamSource) -> Iterator[StreamSource]:
    source.open()
    try:
        yield source
    finally:
        source.close()


def test_mjpeg_is_shown_live(server: MjpegServer) -> None:
    source = StreamSource(server.url)
    info = source.open()
    assert (info.title, info.width, info.height) == (f"127.0.0.1:{server.port}/camera", 64, 48)
    assert info.frames is None
    assert info.can_play
    assert not info.can_seek
    first = next_frame(source, 100)
    assert first.image.shape == (48, 64, 3)
    assert first.captured_at > 0
    server.grey = 200
    later = next_frame(source, 200)
    assert later.index > first.index
    assert later.captured_at > first.captured_at
    source.close()
    source.close()
    assert source.read() is None


def test_paused_stream_stays_fresh(server: MjpegServer) -> None:
    with opened(StreamSource(server.url)) as source:
        next_frame(source, 100)
        source.handle(SetPlaying(is_playing=False))
        assert all(source.read() is None for _ in range(5))
        source.handle(SetPlaying(is_playing=True))
        next_frame(source, 100)


def test_stalled_stream_is_noticed_and_can_be_opened_again(server: MjpegServer) -> None:
    with opened(StreamSource(server.url, stall_s=0.4)) as source:
        next_frame(source)
        server.is_flowing.clear()
        with pytest.raises(SourceError, match=r"No picture has come from 127\.0\.0\.1"):
            next_frame(source, matches=-100)
        assert source.is_recoverable
        server.is_flowing.set()
        server.grey = 30
        source.open()
        next_frame(source, 30)


def test_stream_that_ends_is_recoverable(server: MjpegServer) -> None:
    with opened(StreamSource(server.url)) as source:
        next_frame(source)
        server.should_hang_up.set()
        with pytest.raises(SourceError, match="broke off"):
            next_frame(source, matches=-100)


def test_still_picture_of_an_address(server: MjpegServer) -> None:
    with opened(StreamSource(f"http://127.0.0.1:{server.port}/a.jpg?size=1")) as source:
        next_frame(source, 100)
        assert all(source.read() is None for _ in range(5))


@pytest.mark.parametrize("is_looping", [False, True])
def test_video_over_http(
    server: MjpegServer, make_video: Callable[..., Path], is_looping: bool
) -> None:
    path = make_video("a.mp4", 4, muxer={"movflags": "faststart"})
    server.video = path.read_bytes()
    source = StreamSource(f"http://127.0.0.1:{server.port}/a.mp4", is_looping=is_looping)
    with opened(source):
        next_frame(source, 80)  # The last frame of four.
        if is_looping:
            next_frame(source, 80)
            assert server.requests.count("/a.mp4") >= 2
        else:
            with pytest.raises(EOFError):
                next_frame(source, matches=-100)


def test_password_is_used_and_never_shown(
    server: MjpegServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    server.password = "s3cret"
    with pytest.raises(SourceError) as caught:
        StreamSource(server.url).open()
    assert "password" in str(caught.value)
    address = f"http://anna:s3cret@127.0.0.1:{server.port}/camera?key=s3cret"
    with opened(StreamSource(address)) as source:
        frame = next_frame(source)
        assert source.info is not None
        shown = source.info.title + frame.name
    for url in (address.replace("/camera", "/text"), "http://anna:s3cret@127.0.0.1:1/x?k=s3cret"):
        with pytest.raises(SourceError) as caught:
            StreamSource(url).open()
        shown += str(caught.value) + repr(caught.value.__context__)
    assert "s3cret" not in shown + caplog.text + "".join(capfd.readouterr())
    assert "127.0.0.1" in shown


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match=rf"127\.0\.0\.1:{port} refuses"):
        StreamSource(f"http://127.0.0.1:{port}/x").open()


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_silent_server_is_given_up(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"{scheme}://127.0.0.1:{mute.getsockname()[1]}/x"
        with pytest.raises(SourceError, match="does not answer"):
            StreamSource(url, open_timeout_s=0.3).open()


def test_text_is_no_stream(server: MjpegServer) -> None:
    with pytest.raises(SourceError, match="nothing that can be shown"):
        StreamSource(f"http://127.0.0.1:{server.port}/text").open()


def test_program_ends_cleanly_while_a_stream_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        code = (
            "import threading, time\n"
            "from engine.mailbox import Mailbox\n"
            "from engine.sources.opening import parse_source\n"
            "from engine.sources.thread import SourceThread\n"
            "opening = threading.Event()\n"
            "thread = SourceThread(Mailbox(), lambda status: opening.set())\n"
            "thread.start()\n"
            f"thread.open(parse_source('http://127.0.0.1:{mute.getsockname()[1]}/x'))\n"
            "assert opening.wait(20)\n"
            "assert thread.stop()\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
