"""Whether there is a screen that a window could be shown on, asked without Qt."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_S = 2.0
X11_SOCKETS = "/tmp/.X11-unix"  # noqa: S108  # not ours: where every X server puts its sockets
_X_DISPLAY = re.compile(r"^(?:(?:unix|tcp)/)?(?P<host>[^:]*):(?P<number>\d+)(?:\.\d+)?$")


def has_display(environment: Mapping[str, str] | None = None) -> bool:
    """Whether a display server is named by the environment and answers.

    Parameters
    ----------
    environment
        The environment variables; the process's own by default.
    """
    if not sys.platform.startswith("linux"):
        return True
    given = os.environ if environment is None else environment
    return has_wayland(given) or has_x11(given)


def has_wayland(environment: Mapping[str, str]) -> bool:
    """Whether the socket that WAYLAND_DISPLAY names takes a connection."""
    name = environment.get("WAYLAND_DISPLAY", "")
    if not name:
        return False
    return _answers(str(Path(environment.get("XDG_RUNTIME_DIR", "/")) / name))


def has_x11(environment: Mapping[str, str]) -> bool:
    """Whether the X server that DISPLAY names takes a connection."""
    display = environment.get("DISPLAY", "")
    if display.startswith("/"):  # macOS' launchd socket, and some containers
        return _answers(display.rsplit(".", 1)[0]) or _answers(display)
    parts = _X_DISPLAY.match(display)
    if parts is None:
        return False
    host, number = parts["host"], int(parts["number"])
    if host in {"", "unix"}:
        path = f"{X11_SOCKETS}/X{number}"
        return _answers(path) or _answers(f"\0{path}")
    return _answers((host, 6000 + number))


def _answers(address: str | tuple[str, int]) -> bool:
    try:
        if isinstance(address, tuple):
            socket.create_connection(address, TIMEOUT_S).close()
            return True
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(TIMEOUT_S)
            probe.connect(address)
    except OSError:
        return False
    return True
