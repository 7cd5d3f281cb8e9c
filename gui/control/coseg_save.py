"""Saving a whole set, in a job that can be stopped and leaves no half-written file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from engine.errors import CancelledError, EngineError
from engine.events import Severity
from engine.jobs import Job, Progress
from engine.mailbox import Mailbox
from engine.values import CosegRequest
from gui.control.coseg_run import DEFAULT_MODEL
from gui.coseg.writing import SaveOrder, write_set
from gui.remembered import device_request

if TYPE_CHECKING:
    from engine.jobs import JobControl
    from gui.context import WindowContext
    from gui.coseg.desk import CosegDesk
    from gui.panels.coseg_panel import CosegPanel
    from gui.panels.coseg_set_panel import CosegSetPanel

    Written = tuple[int, tuple[str, ...]]

__all__ = ["CosegSaveControl"]

LOOK_MS = 100
_JOIN_S = 30.0


class CosegSaveControl(QObject):
    """Writes what lies on the desk, and says what was written, or why not.

    Signals
    -------
    train_wanted : str
        A network is to be trained on what was saved in this folder.
    """

    train_wanted = Signal(str)

    _ended = Signal(object, object, str)

    def __init__(
        self, context: WindowContext, desk: CosegDesk, panel: CosegPanel, form: CosegSetPanel
    ) -> None:
        super().__init__(panel)
        self.write = write_set
        self._settings = context.settings
        self._desk = desk
        self._form = form
        self._card = panel.save_card
        self._notices = panel.notices
        self._job: Job[Written] | None = None
        self._stages: Mailbox[Progress] = Mailbox()
        self._pace = QTimer(self)
        self._pace.setInterval(LOOK_MS)
        self._pace.timeout.connect(self._show_newest)
        self._ended.connect(self._take_end)
        self._card.save_wanted.connect(self.save)
        self._card.progress.cancel_wanted.connect(self._cancel)
        context.actions.connect("coseg_save", self._toggle)
        context.actions.action("coseg_save").setEnabled(False)

    @property
    def is_running(self) -> bool:
        """Whether files are being written."""
        return self._job is not None

    @Slot()
    def save(self) -> None:
        """Write the set as the card says."""
        result = self._desk.result
        if result is None or self._job is not None or not self._card.folder:
            return
        order = SaveOrder(
            Path(self._card.folder), self._card.formats.chosen, self._card.is_replacing
        )
        asked = self._form.form.asked
        request = CosegRequest(
            self._desk.collection.paths,
            asked.settings,
            asked.model or DEFAULT_MODEL,
            device=device_request(self._settings),
            seeds=self._desk.seeds.now,
        )
        entries, write = self._desk.collection.entries, self.write

        def work(control: JobControl) -> Written:
            return write(order, request, result, entries, control)

        self._card.show_running(is_running=True)
        folder = str(order.folder)
        self._job = Job(
            work,
            on_done=lambda written: self._tell(written, None, folder),
            on_failed=lambda error: self._tell(None, error, folder),
            on_progress=self._stages.put,
            name="coseg-save",
        ).start()
        self._pace.start()

    def close(self) -> None:
        """Stop at the next picture, and wait."""
        if self._job is not None:
            self._job.cancel()
            self._job.join(_JOIN_S)
        self._pace.stop()

    # ------------------------------------------------------------------------------------ private

    @Slot()
    def _toggle(self) -> None:
        self._card.show_error("")
        self._card.setVisible(self._card.isHidden())

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._card.progress.show_cancelling()
            self._job.cancel()

    @Slot()
    def _show_newest(self) -> None:
        stage = self._stages.take()
        if stage is not None:
            self._card.progress.show_stage(stage)

    def _tell(self, written: Written | None, error: EngineError | None, folder: str) -> None:
        with suppress(RuntimeError):  # the window is gone
            self._ended.emit(written, error, folder)

    @Slot(object, object, str)
    def _take_end(self, written: Written | None, error: EngineError | None, folder: str) -> None:
        self._pace.stop()
        self._job = None
        self._card.show_running(is_running=False)
        if written is None:
            is_stopped = error is None or isinstance(error, CancelledError)
            stopped = self.tr("Stopped; the files that were written are whole and stay.")
            self._card.show_error(stopped if is_stopped or error is None else error.message)
            return
        count, sentences = written
        self._card.hide()
        text = self.tr("{0} pictures saved in {1}.").format(count, folder)
        self._notices.show_notice(
            "save",
            " ".join((text, *sentences)),
            Severity.WARNING if sentences else Severity.INFO,
            actions=[
                (self.tr("Show"), lambda: _open(folder)),
                (self.tr("Train on this set"), lambda: self.train_wanted.emit(folder)),
            ],
        )


def _open(folder: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(folder))
