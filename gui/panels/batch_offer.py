"""The foot of the batch form: how it begins, or what the folder holds already."""

from __future__ import annotations

import enum
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

__all__ = ["BatchOffer", "BatchStart"]


class BatchStart(enum.StrEnum):
    """How a run begins."""

    FRESH = "fresh"
    RESUME = "resume"
    ANEW = "anew"


class BatchOffer(QFrame):
    """Says what is missing, or lets the run begin: at first, once more, or where it stopped.

    Signals
    -------
    start_wanted : BatchStart
    """

    start_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._start = QPushButton(self.tr("Start"), self)
        self._resume = QPushButton(self.tr("Resume"), self)
        self._anew = QPushButton(self.tr("Begin anew"), self)
        self._anew.setToolTip(
            self.tr("Do everything again as chosen above; the run's files are replaced")
        )
        for button, start in (
            (self._start, BatchStart.FRESH),
            (self._resume, BatchStart.RESUME),
            (self._anew, BatchStart.ANEW),
        ):
            button.clicked.connect(partial(self.start_wanted.emit, start))
        for button in (self._start, self._resume):
            button.setProperty("primary", "true")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._anew)
        buttons.addWidget(self._resume)
        buttons.addWidget(self._start)
        self._box = QVBoxLayout(self)
        self._box.setSpacing(8)
        self._box.addWidget(self._sentence)
        self._box.addLayout(buttons)
        self.show_missing(self.tr("Add pictures or videos"))

    @property
    def sentence(self) -> str:
        """What is said."""
        return self._sentence.text()

    def show_missing(self, sentence: str) -> None:
        """Say what has to be chosen still; "" = all is there, and it can begin."""
        self._start.setEnabled(not sentence)
        self._show(sentence, is_offer=False)

    def show_standing(self, sentence: str, *, is_finished: bool, can_begin: bool) -> None:
        """Say what the folder holds, and offer to go on with it or to begin anew.

        Parameters
        ----------
        sentence
            What it holds.
        is_finished
            Whether that run came to its end.
        can_begin
            Whether all is chosen for another one.
        """
        text = self.tr("Add what is new") if is_finished else self.tr("Resume")
        self._resume.setText(text)
        self._anew.setEnabled(can_begin)
        self._show(sentence, is_offer=True)

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
