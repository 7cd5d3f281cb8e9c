"""Saving what was found in the picture that is shown, in the forms that were ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from engine.events import Severity
from engine.jobs import Job
from gui.segment.writing import write_masks

if TYPE_CHECKING:
    from pathlib import Path

    from engine.errors import EngineError
    from engine.jobs import JobControl
    from engine.values import Frame
    from gui.context import WindowContext
    from gui.panels.segment_panel import SegmentPanel
    from gui.segment.writing import Shown, WriteOrder

    Written = tuple[tuple[Path, ...], tuple[str, ...]]

__all__ = ["SaveMasksControl"]


class SaveMasksControl(QObject):
    """Writes masks in a thread of its own, and says what was written, or why not."""

    _written = Signal(object, str, str)

    def __init__(self, context: WindowContext, panel: SegmentPanel) -> None:
        super().__init__(panel)
        self._panel = panel
        self._shown: Shown | None = None
        self._kept: Shown | None = None
        self._saved: Frame | None = None
        self._jobs: list[Job[Written]] = []
        context.actions.connect("segment_save", self._toggle)
        panel.save_card.save_wanted.connect(self.save)
        self._written.connect(self._tell)

    def take(self, shown: Shown | None) -> None:
        """Take note of what is shown: it is what gets saved."""
        self._shown = shown

    @property
    def shown(self) -> Shown | None:
        """What gets saved."""
        return self._kept or self._shown

    def offer(self, kept: Shown) -> None:
        """Say that corrections were not saved, and let it be done still."""
        if kept.result.frame is self._saved:
            return
        name = kept.result.frame.name or self.tr("the picture")
        self._panel.notices.show_notice(
            "correct",
            self.tr("The corrections of {0} were not saved.").format(name),
            Severity.WARNING,
            actions=[(self.tr("Save masks…"), lambda: self._open_for(kept))],
        )

    def _open_for(self, kept: Shown) -> None:
        self._kept = kept
        self._panel.save_card.show_about(kept.result.frame.name)
        self._panel.save_card.show()

    @Slot(object)
    def save(self, order: WriteOrder) -> Job[Written] | None:
        """Write the picture's masks."""
        shown = self.shown
        if shown is None:
            self._say(self.tr("Nothing was found yet that could be saved."), Severity.WARNING)
            return None
        self._saved = shown.result.frame

        def write(_control: JobControl) -> Written:
            return write_masks(shown, order)

        def failed(error: EngineError) -> None:
            self._written.emit(None, order.folder, error.message)

        self._jobs = [job for job in self._jobs if job.is_running]
        job = Job(
            write,
            on_done=lambda written: self._written.emit(written, order.folder, ""),
            on_failed=failed,
            name="save-masks",
        ).start()
        self._jobs.append(job)
        return job

    def close(self) -> None:
        """Finish what is under way."""
        for job in self._jobs:
            job.join(10)

    # ------------------------------------------------------------------------------------ private

    @Slot()
    def _toggle(self) -> None:
        card = self._panel.save_card
        self._kept = None
        card.show_about("")
        card.setVisible(card.isHidden())

    @Slot(object, str, str)
    def _tell(self, written: Written | None, folder: str, message: str) -> None:
        if written is None:
            self._say(message, Severity.ERROR)
            return
        paths, notes = written
        self._panel.save_card.hide()
        self._kept = None
        text = self.tr("{0} files in {1}") if len(paths) != 1 else self.tr("{0} file in {1}")
        self._panel.notices.show_notice(
            "save",
            " ".join((text.format(len(paths), folder) + ".", *notes)),
            actions=[(self.tr("Show"), lambda: _open(folder))],
        )

    def _say(self, message: str, severity: Severity) -> None:
        self._panel.notices.show_notice("save", message, severity)


def _open(folder: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(folder))
