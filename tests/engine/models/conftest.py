"""A web server on this machine that can misbehave on request, and weights to fetch from it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engine.models.spec import Weights

WAIT_S = 30.0


@dataclass
class WeightsServer:
    """What it sends, how it errs, and what it was asked."""

    body: bytes = bytes(range(256)) * 4096
    status: int = 200
    has_ranges: bool = True
    """Whether it sends from the middle when asked to."""
    sends: int | None = None
    """How many bytes come before it breaks off; None = all."""
    stalls_at: int | None = None
    """After how many bytes it says nothing more until `gate` is set."""
    on_stall: Callable[[], None] = lambda: None
    gate: threading.Event = field(default_factory=threading.Event)
    before_answer: Callable[[], object] = lambda: None
    paths: list[str] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)
    port: int = 0

    def weights(self, **changes: str) -> Weights:
        """Return weights that say the truth about the body, but for `changes`."""
        return Weights(
            location=changes.get("location", f"http://127.0.0.1:{self.port}/some/net.pth"),
            sha256=changes.get("sha256", hashlib.sha256(self.body).hexdigest()),
            size_bytes=len(self.body),
            licence="none",
            citation="none",
        )

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.paths.append(handler.path)
        asked = handler.headers.get("Range")
        self.ranges.append(asked)
        self.before_answer()
        if self.status != 200:
            handler.send_error(self.status)
            return
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
        if not self.has_ranges:
            start = 0
        if start >= len(self.body):
            handler.send_error(416)
            return
        handler.send_response(206 if start else 200)
        if start:
            last = len(self.body) - 1
            handler.send_header("Content-Range", f"bytes {start}-{last}/{len(self.body)}")
        handler.send_header("Content-Length", str(len(self.body) - start))
        handler.end_headers()
        self._send(handler, self.body[start:])

    def _send(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if self.stalls_at is not None:
            handler.wfile.write(body[: self.stalls_at])
            self.on_stall()
            self.gate.wait(WAIT_S)
        else:
            handler.wfile.write(body[: self.sends])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeightsServer]:
    """Run a server on 127.0.0.1, and keep the environment's proxies out of the way."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    state = WeightsServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - so is this
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: a client that hangs up is what is tested."""

    with Server(("127.0.0.1", 0), Handler) as http:
        state.port = http.server_address[1]
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        state.gate.set()
        http.shutdown()
        thread.join(WAIT_S)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache of its own; torch.hub's is empty too."""
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "cache" / "weights"
