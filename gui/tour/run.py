"""The tour: the app itself, driven without a person, leaving screenshots, exports and figures.

It is what `make run` does where there is no screen: the same window, engine and demo pictures,
drawn offscreen. Everything it reports was measured while it ran.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
from pathlib import Path

from gui import settings as keys
from gui import theme
from gui.app import create_application, install_hooks
from gui.settings import Settings
from gui.start import build_window
from gui.tour.driver import Tour
from gui.tour.script import steps

__all__ = ["run_tour"]


def run_tour(out: Path) -> int:
    """Run the tour and return the exit status.

    Parameters
    ----------
    out
        Folder for screenshots, exported figures, `summary.json` and `summary.md`.
    """
    begun_at = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="layerscope-tour-") as folder:
        settings = Settings(Path(folder) / "tour.ini")  # the person's own stay as they are
        settings.set(keys.THEME, "dark")
        app = create_application(settings, sys.argv[:1])
        logging.getLogger("layerscope.qt").setLevel(logging.ERROR)
        install_hooks()
        window, start = build_window(settings)
        window.resize(1280, 800)
        window.workspaces.reset()
        window.show()
        app.processEvents()
        status: list[int] = []

        def done(code: int) -> None:
            status.append(code)
            app.quit()

        tour = Tour(window, out, done)
        tour.report.set("window_on_screen_s", time.perf_counter() - begun_at)
        start("demo", "", ())
        tour.start(steps(tour))
        app.exec()
        theme.apply(app, "dark")
    return status[0] if status else 1
