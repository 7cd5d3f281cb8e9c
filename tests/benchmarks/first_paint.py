"""Run `main.py` as a person does, say when its window has been painted, and stop there.

A process of its own: `python -m tests.benchmarks.first_paint`. It writes one line of JSON:
`painted_at` (seconds since the epoch) and `has_torch`, whether torch was being imported by then.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject

import main
from gui import start

if TYPE_CHECKING:
    from collections.abc import Callable

    from gui.main_window import MainWindow
    from gui.settings import Settings

    Start = Callable[[str, str, tuple[str, ...]], None]


_PAINTED = QEvent.Type(QEvent.registerEventType())


class _FirstPaint(QObject):
    """Ends the process as soon as the window and all in it have been painted once."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wait for the window's first paint; what lies in it is painted in the same go."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QCoreApplication.postEvent(self, QEvent(_PAINTED))  # comes before any timer
        return False

    def event(self, event: QEvent) -> bool:
        """Tell that all is painted."""
        if event.type() == _PAINTED:
            _tell()
        return super().event(event)


def _tell() -> None:
    painted_at = time.time()
    sys.stdout.write(json.dumps({"painted_at": painted_at, "has_torch": "torch" in sys.modules}))
    sys.stdout.flush()
    os._exit(0)  # the threads that have just been started are no part of this


def _run() -> int:
    build = start.build_window

    def build_and_watch(settings: Settings) -> tuple[MainWindow, Start]:
        window, begin = build(settings)
        window.installEventFilter(_FirstPaint(window))
        return window, begin

    start.build_window = build_and_watch
    return main.main(["demo"])


if __name__ == "__main__":
    sys.exit(_run())
