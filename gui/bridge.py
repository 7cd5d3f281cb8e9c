"""The one object between the engine's threads and Qt's signals."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from engine.mailbox import Mailbox

if TYPE_CHECKING:
    from engine.events import EngineEvent
    from engine.sources.base import SourceStatus
    from engine.values import Frame, FrameResult

__all__ = ["EngineBridge"]


class EngineBridge(QObject):
    """Carries what the engine says into the GUI thread.

    The `tell_*` methods and `nudge` are called in the engine's threads; the signals are emitted
    in the GUI thread. Frames do not travel in signals: a nudge is empty and at most one is under
    way, and the newest result is then taken out of its mailbox. Once the window is gone, they do
    nothing: a thread of the engine may end after it.

    Attributes
    ----------
    previews
        The source's frames as they come, for the time before the network has answered.

    Signals
    -------
    result_ready : FrameResult
    preview_ready : Frame
    event_received : EngineEvent
    source_changed : SourceStatus
    """

    result_ready = Signal(object)
    preview_ready = Signal(object)
    event_received = Signal(object)
    source_changed = Signal(object)

    _nudged = Signal()
    _event_told = Signal(object)
    _status_told = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.previews: Mailbox[Frame] = Mailbox(self.nudge)
        self._results: Mailbox[FrameResult] | None = None
        self._is_nudged = threading.Event()
        queued = Qt.ConnectionType.QueuedConnection
        self._nudged.connect(self._take, queued)
        self._event_told.connect(self._pass_event, queued)
        self._status_told.connect(self._pass_status, queued)

    def listen(self, results: Mailbox[FrameResult]) -> None:
        """Take results out of this mailbox from now on."""
        self._results = results

    # -------------------------------------------------------------- called in the engine's threads

    def nudge(self) -> None:
        """Say that a result or a preview lies ready."""
        if not self._is_nudged.is_set():
            self._is_nudged.set()
            with suppress(RuntimeError):  # the window is gone: nobody listens any more
                self._nudged.emit()

    def tell_event(self, event: EngineEvent) -> None:
        """Pass on an event of the engine."""
        with suppress(RuntimeError):
            self._event_told.emit(event)

    def tell_status(self, status: SourceStatus) -> None:
        """Pass on what the source is doing."""
        with suppress(RuntimeError):
            self._status_told.emit(status)

    # ------------------------------------------------------------------------ in the GUI thread

    @Slot()
    def _take(self) -> None:
        self._is_nudged.clear()
        preview = self.previews.take()
        if preview is not None:
            self.preview_ready.emit(preview)
        result = self._results.take() if self._results is not None else None
        if result is not None:
            self.result_ready.emit(result)

    @Slot(object)
    def _pass_event(self, event: object) -> None:
        self.event_received.emit(event)

    @Slot(object)
    def _pass_status(self, status: object) -> None:
        self.source_changed.emit(status)
