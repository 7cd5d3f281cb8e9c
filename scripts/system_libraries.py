"""Which of the system's libraries Qt would miss, and how Debian and Ubuntu call their packages.

Qt's wheel brings Qt, but not what lies under it: OpenGL, X11, fonts. Runs with any Python 3.11
and nothing installed. The names were read off with `ldd` from PySide6-Essentials' QtCore, QtGui,
QtWidgets and the platform plugins `offscreen`, `xcb` and `wayland`.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

# Without these no part of Qt's GUI can be imported, screen or not.
CORE = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libstdc++.so.6": "libstdc++6",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
}
# A window on X11 needs these too.
X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
# A window on Wayland needs these; where they are missing, Qt falls back to X11.
WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}

FONT_PACKAGE = "fonts-dejavu-core"
FONT_ENDINGS = (".ttf", ".otf", ".ttc", ".pfb")


def missing(libraries: dict[str, str]) -> list[str]:
    """Return the libraries that cannot be loaded, in the table's order."""
    return [name for name in libraries if not _loads(name)]


def packages(names: list[str]) -> list[str]:
    """Return the Debian packages that bring these libraries, sorted, each once."""
    table = CORE | X11 | WAYLAND
    return sorted({table[name] for name in names})


def font_folders() -> list[Path]:
    """Return the folders that fontconfig looks into by default."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    system = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
    return [*system, data / "fonts", home / ".fonts"]


def has_font(folders: list[Path] | None = None) -> bool:
    """Whether there is any font: without one Qt draws every letter as an empty box."""
    for folder in font_folders() if folders is None else folders:
        for _, _, files in os.walk(folder):
            if any(name.lower().endswith(FONT_ENDINGS) for name in files):
                return True
    return False


def is_debian(release: Path = Path("/etc/os-release")) -> bool:
    """Whether packages come from apt: Debian, Ubuntu and what is made of them."""
    try:
        lines = release.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    names = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".replace('"', "").split()
    return "debian" in names or "ubuntu" in names


def apt_line(wanted: list[str]) -> str:
    """Return the one line a person types to have these packages."""
    install = "sudo apt-get install -y --no-install-recommends"
    return f"sudo apt-get update && {install} {' '.join(wanted)}"


def is_looked_for() -> bool:
    """Whether this system leaves these libraries to us: macOS and Windows bring their own."""
    return sys.platform.startswith("linux")


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
