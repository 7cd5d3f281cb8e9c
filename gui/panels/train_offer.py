"""The foot of the training form: what is missing, or how it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from gui.actions import Actions

__all__ = ["TrainOffer"]


class TrainOffer(QFrame):
    """Says what is missing, or lets a training begin: at first, or where it was stopped.

    Signals
    -------
    start_wanted, resume_wanted, anew_wanted
        Its buttons.
    """

    start_wanted = Signal()
    resume_wanted = Signal()
    anew_wanted = Signal()

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._start = QPushButton(self.tr("Start"), self)
        self._resume = QPushButton(self.tr("Go on"), self)
        self._anew = QPushButton(self.tr("Begin anew"), self)
        self._anew.setToolTip(self.tr("Forget what was begun here, and train as chosen above"))
        for button in (self._start, self._resume):
            button.setProperty("primary", "true")
            button.setToolTip(actions.action("train_start").toolTip())
        self._start.clicked.connect(self.start_wanted)
        self._resume.clicked.connect(self.resume_wanted)
        self._anew.clicked.connect(self.anew_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self._anew, self._resume, self._start):
            buttons.addWidget(button)
        self._box = QVBoxLayout(self)
        self._box.setSpacing(8)
        self._box.addWidget(self._sentence)
        self._box.addLayout(buttons)
        self.show_missing("")

    @property
    def sentence(self) -> str:
        """What is said."""
        return self._sentence.text()

    @property
    def is_resumable(self) -> bool:
        """Whether it is offered to go on with a training."""
        return not self._resume.isHidden()

    @property
    def can_start(self) -> bool:
        """Whether a training can begin or be gone on with."""
        return self.is_resumable or self._start.isEnabled()

    def show_missing(self, sentence: str, note: str = "") -> None:
        """Say what has to be chosen still; "" = it can begin, and `note` says what is to know."""
        self._start.setEnabled(not sentence)
        self._show(sentence or note, is_offer=False)

    def show_stopped(self, sentence: str, *, can_begin: bool) -> None:
        """Offer to go on with what was begun in the folder, or to begin anew."""
        self._anew.setEnabled(can_begin)
        self._show(sentence, is_offer=True)

    def show_running(self, sentence: str) -> None:
        """Say that a training runs: nothing can begin meanwhile."""
        self._start.setEnabled(False)
        self._show(sentence, is_offer=False)

    def _show(self, sentence: str, *, is_offer: bool) -> None:
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self._sentence.setProperty("role", "" if is_offer else "muted")
        self._start.setHidden(is_offer)
        self._resume.setVisible(is_offer)
        self._anew.setVisible(is_offer)
        margin = 12 if is_offer else 0
        self._box.setContentsMargins(margin, 8 if is_offer else 0, margin, 8 if is_offer else 0)
        self.setProperty("notice", "info" if is_offer else "")
        for widget in (self, self._sentence):
            widget.style().polish(widget)
