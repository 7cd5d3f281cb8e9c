"""What the tests of the sources share: tiny videos, a camera of wood, a camera in the network."""

from __future__ import annotations

import contextlib
import http.server
import io
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.sources.base import SourceState, SourceStatus

PATIENCE_S = 20.0


class FakeClock:
    """A clock that moves only when someone sleeps."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Listener:
    """Collects statuses and waits for one."""

    def __init__(self) -> None:
        self.heard: list[SourceStatus] = []
        self._changed = threading.Condition()

    def __call__(self, status: SourceStatus) -> None:
        with self._changed:
            self.heard.append(status)
            self._changed.notify_all()

    def wait_for(
        self, state: SourceState, matches: Callable[[SourceStatus], bool] = lambda _: True
    ) -> SourceStatus:
        """Wait for a status that has not been waited for yet."""
        found: list[SourceStatus] = []

        def look() -> bool:
            for place, status in enumerate(self.heard):
                if status.state is state and matches(status):
                    found.append(status)
                    del self.heard[: place + 1]
                    return True
            return False

        with self._changed:
            assert self._changed.wait_for(look, PATIENCE_S), (state, self.heard)
        return found[0]


class FakeCapture:
    """A `cv2.VideoCapture` of wood, and the machine it is plugged into."""

    def __init__(self) -> None:
        self.is_plugged = True
        self.size = (48, 64)
        self.opened: list[tuple[int, int]] = []
        self.properties: dict[int, float] = {}
        self.reads = 0
        self.released = 0
        self.pixel = (10, 20, 30)

    def open(self, index: int, backend: int) -> FakeCapture:
        self.opened.append((index, backend))
        return self

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.is_plugged

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        time.sleep(0.001)
        self.reads += 1
        if not self.is_plugged:
            return False, None
        image = np.full((*self.size, 3), self.pixel, np.uint8)
        image[:, 0] = 200
        return True, image

    def set(self, propId: int, value: float) -> bool:  # noqa: N803 - OpenCV's name
        self.properties[propId] = value
        return True

    def get(self, propId: int) -> float:  # noqa: N803 - OpenCV's name
        return self.properties.get(propId, 0.0)

    def release(self) -> None:
        self.released += 1


class MjpegServer:
    """A network camera on this machine; it can stall, hang up, and ask for a password."""

    def __init__(self) -> None:
        self.grey = 100
        self.password: str | None = None
        self.is_flowing = threading.Event()
        self.is_flowing.set()
        self.should_hang_up = threading.Event()
        self.is_closing = threading.Event()
        self.requests: list[str] = []
        camera = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                camera.requests.append(self.path)
                with contextlib.suppress(OSError):  # The viewer may hang up.
                    camera.answer(self)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.block_on_close = True
        self._server.daemon_threads = False
        self.video: bytes = b""
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/camera"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def picture(self) -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", (64, 48), (self.grey,) * 3).save(buffer, "JPEG")
        return buffer.getvalue()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        if self.password and request.headers.get("Authorization") is None:
            request.send_response(401)
            request.send_header("WWW-Authenticate", 'Basic realm="camera"')
            request.end_headers()
            return
        request.send_response(200)
        path = request.path.partition("?")[0]
        if path.endswith(".jpg"):
            shot = self.picture()
            request.send_header("Content-Type", "image/jpeg")
            request.send_header("Content-Length", str(len(shot)))
            request.end_headers()
            request.wfile.write(shot)
            return
        if path.endswith(".mp4"):
            request.send_header("Content-Length", str(len(self.video)))
            request.end_headers()
            request.wfile.write(self.video)
            return
        if path.endswith("/text"):
            request.send_header("Content-Length", "1800")
            request.end_headers()
            request.wfile.write(b"this is no picture" * 100)
            return
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        request.end_headers()
        self.should_hang_up.clear()
        while not (self.is_closing.is_set() or self.should_hang_up.is_set()):
            if not self.is_flowing.wait(0.02):
                continue
            data = self.picture()
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
            request.wfile.write(head.encode() + data + b"\r\n")
            self.is_closing.wait(0.01)

    def close(self) -> None:
        self.is_closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def capture() -> FakeCapture:
    return FakeCapture()


@pytest.fixture
def server() -> Iterator[MjpegServer]:
    server = MjpegServer()
    yield server
    server.close()


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a video whose frame k is a plain grey of 20 k + 20."""

    def make(name: str = "clip.mp4", count: int = 10, **options: Any) -> Path:
        path = tmp_path / name
        codec = options.get("codec", "libx264")
        rate = options.get("rate", 25)
        with av.open(str(path), "w", options=options.get("muxer", {})) as container:
            stream: Any = container.add_stream(codec, rate=rate)
            stream.width, stream.height = options.get("size", (64, 48))
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            if codec == "libx264":
                stream.options = {"g": "4", "bf": "2", "crf": "1", "threads": "1"}
            if "aspect" in options:
                stream.codec_context.sample_aspect_ratio = options["aspect"]
            if "rotation" in options:
                stream.set_display_rotation(options["rotation"])
            times = options.get("times", range(count))
            for number, at in zip(range(count), times, strict=True):
                image = np.full((stream.height, stream.width, 3), 20 * number + 20, np.uint8)
                if "paint" in options:
                    options["paint"](image)
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                frame.pts, frame.time_base = at, Fraction(1, rate)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail the test after which a thread of ours still runs."""
    before = set(threading.enumerate())
    yield
    # A reader that hangs in the network ends with its time-out.
    deadline = time.monotonic() + PATIENCE_S
    for thread in set(threading.enumerate()) - before:
        thread.join(max(0.0, deadline - time.monotonic()))
        assert not thread.is_alive(), thread.name
