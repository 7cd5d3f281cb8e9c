"""Start the app where there is a screen, and its tour where there is none.

`python -m scripts.run [ARGUMENT ...]` in the root of the checkout, with the Python of `.venv`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from gui.display import has_display, has_wayland, has_x11
from scripts import system_libraries as system
from scripts.prepare import how_to_install

ROOT = Path(__file__).resolve().parent.parent
TOUR = ["--tour", "out/tour"]
# Qt platforms that show a window without an X11 or Wayland server.
SCREENLESS = ("vnc", "eglfs", "linuxfb", "vkkhrdisplay")


def main(arguments: list[str]) -> int:
    """Become the app; return an exit status only where that is not possible."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    needs_screen = not platform.startswith(SCREENLESS)
    if platform == "offscreen" or (needs_screen and not has_display()):
        print("No screen here: the tour runs offscreen and writes to out/tour/.", flush=True)
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        arguments = [*TOUR, *arguments]
    elif needs_screen and (lacking := lacking_for_window()):
        print(f"A window cannot be shown yet. {how_to_install(lacking)}", file=sys.stderr)
        return 1
    return _become([sys.executable, str(ROOT / "main.py"), *arguments])


def lacking_for_window() -> list[str]:
    """Return the Debian packages without which no window can be shown on this screen."""
    if not system.is_looked_for():
        return []
    x11 = system.missing(system.X11)
    wayland = system.missing(system.WAYLAND)
    if (has_wayland(os.environ) and not wayland) or (has_x11(os.environ) and not x11):
        return []
    return system.packages(x11 or wayland)


def _become(words: list[str]) -> NoReturn:
    os.execv(words[0], words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
