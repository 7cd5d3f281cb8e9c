"""Whether there is a screen: sockets that answer, sockets that do not, names that mean nothing."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gui import display

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="X11 and Wayland sockets")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "X7"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        yield path


def test_x_server_that_answers(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "X11_SOCKETS", str(server.parent))
    assert display.has_display({"DISPLAY": ":7"})
    assert display.has_display({"DISPLAY": "unix:7.0"})
    assert not display.has_display({"DISPLAY": ":8"})


def test_forwarded_x_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.getsockname()[1] - 6000
        assert display.has_x11({"DISPLAY": f"127.0.0.1:{number}.0"})
    assert not display.has_x11({"DISPLAY": f"127.0.0.1:{number}.0"})


def test_wayland_server_that_answers(server: Path) -> None:
    environment = {"WAYLAND_DISPLAY": server.name, "XDG_RUNTIME_DIR": str(server.parent)}
    assert display.has_display(environment)
    assert display.has_display({"WAYLAND_DISPLAY": str(server)})
    assert not display.has_display({**environment, "WAYLAND_DISPLAY": "wayland-9"})


@pytest.mark.parametrize(
    "environment", [{}, {"DISPLAY": ""}, {"DISPLAY": "nonsense"}, {"DISPLAY": "/no/such/socket:0"}]
)
def test_no_screen(environment: dict[str, str]) -> None:
    assert not display.has_display(environment)
