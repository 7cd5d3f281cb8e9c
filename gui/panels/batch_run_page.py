"""A batch that runs, and what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.errors import CancelledError
from gui.messages import ProgressText
from gui.segment.batch_words import (
    failure_text,
    failures_text,
    progress_text,
    report_text,
    stopped_text,
)
from gui.views.elided_label import ElidedLabel
from gui.views.still_view import StillView

if TYPE_CHECKING:
    from engine.batch.pipeline import BatchProgress
    from engine.batch.request import BatchReport
    from engine.errors import EngineError
    from engine.jobs import Progress

__all__ = ["BatchRunPage"]

_STEPS = 1000


class BatchRunPage(QWidget):
    """A bar with sentences and the last picture; at the end the failures and what is incomplete.

    Attributes
    ----------
    preview
        The last picture with what was found in it.

    Signals
    -------
    pause_wanted : bool
        Pause it, or let it go on.
    cancel_wanted, resume_wanted, again_wanted, folder_wanted
        Buttons: stop it; go on with what was stopped; back to the form; show the files.
    """

    pause_wanted = Signal(bool)
    cancel_wanted = Signal()
    resume_wanted = Signal()
    again_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stages = ProgressText()
        self._is_paused = False
        self._build_parts()
        self._build_layout()
        self._connect_parts()
        self.begin("")

    # -------------------------------------------------------------------------------- for callers

    @property
    def title(self) -> str:
        """What happens: "Segmenting", "Paused", "Done"."""
        return self._title.text()

    @property
    def sentence(self) -> str:
        """How far it is, or what it came to."""
        return self._facts.text()

    @property
    def failures(self) -> str:
        """The files that failed, then those that are not whole, each with its sentence."""
        return self._failures.toPlainText()

    def begin(self, what: str, where: str = "") -> None:
        """Show a run at its beginning: `what` is done; `where` is the whole path of its folder."""
        self._stages = ProgressText()
        self._what.setText(what)
        self._what.setToolTip(where)
        self._facts.setText(self.tr("Looking for pictures"))
        self._name.setText("")
        self._failed.setText("")
        self._bar.setRange(0, 0)
        self.preview.clear()
        self._show_failures(())
        self._show_running(is_running=True)
        self._set_paused(is_paused=False)

    def show_stage(self, stage: Progress) -> None:
        """Show what is done besides pictures: weights are downloaded, files are written."""
        self._facts.setText(self._stages.text(stage))
        share = ProgressText.share(stage)
        self._bar.setRange(0, 0 if share is None else _STEPS)
        self._bar.setValue(0 if share is None else round(_STEPS * share))

    def show_progress(self, progress: BatchProgress) -> None:
        """Show how far it is."""
        self._facts.setText(progress_text(progress))
        self._name.setText(progress.name)
        self._failed.setText(failures_text(progress.failed))
        self._bar.setRange(0, _STEPS)
        self._bar.setValue(round(_STEPS * progress.done / max(1, progress.total)))

    def show_cancelling(self) -> None:
        """Say that it stops as soon as it can."""
        self._title.setText(self.tr("Cancelling…"))
        self._pause.setEnabled(False)
        self._cancel.setEnabled(False)

    def show_report(self, report: BatchReport) -> None:
        """Say what it came to."""
        self._end(self.tr("Done"), report_text(report))
        self._bar.setRange(0, _STEPS)
        self._bar.setValue(_STEPS)
        self._failed.setText("")
        self._show_failures(report.failed, report.notes)
        self._resume.hide()

    def show_failure(self, error: EngineError, last: BatchProgress | None) -> None:
        """Say why it stopped, and where."""
        if isinstance(error, CancelledError):
            self._end(self.tr("Cancelled"), stopped_text(last))
        else:
            self._end(self.tr("Stopped"), error.message, is_error=True)
        if last is None:
            self._bar.setRange(0, _STEPS)
            self._bar.setValue(0)

    def show_failed_files(self, failed: tuple[tuple[str, str], ...]) -> None:
        """List what failed in a run that did not come to its end."""
        self._show_failures(failed)

    def set_resumable(self, *, is_resumable: bool) -> None:
        """Offer to go on with what was stopped, or not."""
        self._resume.setVisible(is_resumable)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._what = ElidedLabel(parent=self)
        self._what.setProperty("role", "muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._facts = QLabel(self)
        self._facts.setWordWrap(True)
        self._facts.setTextFormat(Qt.TextFormat.PlainText)
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._failed = QLabel(self)
        self._failed.setProperty("role", "warning")
        self._name = ElidedLabel(parent=self)
        self._name.setProperty("role", "muted")
        self.preview = StillView(self.tr("The last picture shows here"), self)
        self._list_title = QLabel(self)
        self._list_title.setProperty("role", "heading")
        self._failures = QPlainTextEdit(self)
        self._failures.setReadOnly(True)
        self._failures.setAccessibleName(self.tr("Files that failed or are incomplete"))
        self._copy = QPushButton(self.tr("Copy"), self)
        self._copy.setProperty("role", "link")
        self._copy.setToolTip(self.tr("Copy the list"))
        self._pause = QPushButton(self)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._again = QPushButton(self.tr("New batch"), self)
        self._again.setToolTip(self.tr("Back to the form"))
        self._open = QPushButton(self.tr("Open folder"), self)
        self._resume = QPushButton(self.tr("Resume"), self)
        self._resume.setProperty("primary", "true")

    def _build_layout(self) -> None:
        facts = QHBoxLayout()
        facts.setSpacing(8)
        facts.addWidget(self._facts, 1)
        facts.addWidget(self._failed, 0, Qt.AlignmentFlag.AlignTop)
        head = QHBoxLayout()
        head.addWidget(self._list_title, 1)
        head.addWidget(self._copy)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self._pause, self._cancel, self._again, self._open, self._resume):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._what)
        layout.addWidget(self._bar)
        layout.addLayout(facts)
        layout.addWidget(self._name)
        layout.addWidget(self.preview, 1)
        layout.addLayout(head)
        layout.addWidget(self._failures, 1)
        layout.addLayout(buttons)

    def _connect_parts(self) -> None:
        self._pause.clicked.connect(self._toggle)
        self._cancel.clicked.connect(self.cancel_wanted)
        self._again.clicked.connect(self.again_wanted)
        self._open.clicked.connect(self.folder_wanted)
        self._resume.clicked.connect(self.resume_wanted)
        self._copy.clicked.connect(self._copy_failures)

    def _end(self, title: str, sentence: str, *, is_error: bool = False) -> None:
        self._title.setText(title)
        self._facts.setText(sentence)
        self._facts.setProperty("role", "error" if is_error else "")
        self._facts.style().polish(self._facts)
        self._show_running(is_running=False)

    def _show_running(self, *, is_running: bool) -> None:
        for button in (self._pause, self._cancel):
            button.setVisible(is_running)
            button.setEnabled(True)
        for button in (self._again, self._open):
            button.setHidden(is_running)
        self._name.setVisible(is_running)
        self._resume.hide()
        if is_running:
            self._facts.setProperty("role", "")
            self._facts.style().polish(self._facts)

    def _show_failures(
        self, failed: tuple[tuple[str, str], ...], notes: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self._failures.setPlainText("\n".join(failure_text(*one) for one in (*failed, *notes)))
        if failed and notes:
            self._list_title.setText(self.tr("Failed or incomplete"))
        else:
            self._list_title.setText(self.tr("Incomplete") if notes else self.tr("Failed"))
        for part in (self._list_title, self._failures, self._copy):
            part.setVisible(bool(failed or notes))

    @Slot()
    def _toggle(self) -> None:
        self._set_paused(is_paused=not self._is_paused)
        self.pause_wanted.emit(self._is_paused)

    def _set_paused(self, *, is_paused: bool) -> None:
        self._is_paused = is_paused
        self._title.setText(self.tr("Paused") if is_paused else self.tr("Segmenting"))
        self._pause.setText(self.tr("Resume") if is_paused else self.tr("Pause"))

    @Slot()
    def _copy_failures(self) -> None:
        QGuiApplication.clipboard().setText(self.failures)
