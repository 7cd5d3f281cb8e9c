"""How far a set is: the stage, the rate, the time left, and a button that stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gui.messages import ProgressText

if TYPE_CHECKING:
    from engine.jobs import Progress

__all__ = ["CosegProgress"]

_STEPS = 1000


class CosegProgress(QWidget):
    """A bar with a sentence.

    Signals
    -------
    cancel_wanted
        The button was pressed.
    """

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = {"": ProgressText("pictures"), "bytes": ProgressText()}
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._facts = QLabel(self)
        self._facts.setWordWrap(True)
        self._facts.setTextFormat(Qt.TextFormat.PlainText)
        self._facts.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 2)
        self._facts.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._cancel.setToolTip(self.tr("Stop at the next picture; what is described is kept"))
        self._cancel.clicked.connect(self.cancel_wanted)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._facts, 1)
        row.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._bar)
        layout.addLayout(row)
        self.hide()

    @property
    def sentence(self) -> str:
        """How far it is."""
        return self._facts.text()

    def begin(self, sentence: str) -> None:
        """Show a run at its beginning."""
        self._words = {"": ProgressText("pictures"), "bytes": ProgressText()}
        self._facts.setText(sentence)
        self._bar.setRange(0, 0)
        self._cancel.setEnabled(True)
        self.show()

    def show_stage(self, stage: Progress) -> None:
        """Show how far it is."""
        is_download = stage.stage.startswith("Downloading")
        self._facts.setText(self._words["bytes" if is_download else ""].text(stage))
        share = ProgressText.share(stage)
        self._bar.setRange(0, 0 if share is None else _STEPS)
        self._bar.setValue(0 if share is None else round(_STEPS * share))

    def show_cancelling(self) -> None:
        """Say that it stops as soon as it can."""
        self._facts.setText(self.tr("Cancelling…"))
        self._cancel.setEnabled(False)
