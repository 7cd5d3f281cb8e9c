"""When a window is painted for the first time, and how long painting a result takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

__all__ = ["PaintClock"]

UNPAINTED_MS = 1000
_PAINTED = QEvent.Type(QEvent.registerEventType())


class PaintClock(QObject):
    """Watches one window.

    Parameters
    ----------
    window
        The window, which is also the parent.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._is_painted = False
        self._waiting: list[Callable[[], None]] = []
        self._shown_at = self._captured_at = 0.0
        self.paint_ms = 0.0
        """What handling and painting the last result cost the GUI thread."""
        self.latency_ms = 0.0
        """From the capture of the frame painted last to its being on the screen."""
        window.installEventFilter(self)

    def when_painted(self, do: Callable[[], None]) -> None:
        """Do something once the window has been painted for the first time.

        Where no painting comes (a window that is not exposed), it is done after a second.
        """
        if self._is_painted:
            do()
            return
        self._waiting.append(do)
        QTimer.singleShot(UNPAINTED_MS, self, self._end_waiting)

    def begin(self, captured_at: float) -> None:
        """Begin to take the time of a result; the window must now be told of it, then `finish`."""
        self._shown_at, self._captured_at = time.perf_counter(), captured_at

    def finish(self) -> None:
        """Take the time once everything that waits to be painted is painted."""
        # Repaints are events of low priority: an event of the same behind them comes when all
        # is painted.
        QApplication.postEvent(self, QEvent(_PAINTED), Qt.EventPriority.LowEventPriority.value)

    @Slot()
    def _end_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for do in waiting:
            do()

    # Qt's overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the first painting: it is done when the loop comes round again."""
        if event.type() == QEvent.Type.UpdateRequest and not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self, self._end_waiting)
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Take the time when a result has been painted."""
        if event.type() == _PAINTED:
            now = time.perf_counter()
            self.paint_ms = (now - self._shown_at) * 1e3
            self.latency_ms = (now - self._captured_at) * 1e3
            return True
        return super().event(event)
