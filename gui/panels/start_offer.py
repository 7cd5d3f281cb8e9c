"""The foot of a form that starts long work: what is missing, or how it begins."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

__all__ = ["StartOffer"]


class StartOffer(QFrame):
    """Says what is missing, or lets work begin: at first, once more, or where it stopped.

    What its buttons do, and which words it has, is for those that derive from it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._start = QPushButton(self.tr("Start"), self)
        self._resume = QPushButton(self.tr("Go on"), self)
        self._anew = QPushButton(self.tr("Begin anew"), self)
        for button in (self._start, self._resume):
            button.setProperty("primary", "true")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self._anew, self._resume, self._start):
            buttons.addWidget(button)
        self._box = QVBoxLayout(self)
        self._box.setSpacing(8)
        self._box.addWidget(self._sentence)
        self._box.addLayout(buttons)

    @property
    def sentence(self) -> str:
        """What is said."""
        return self._sentence.text()

    @property
    def is_resumable(self) -> bool:
        """Whether it is offered to go on with what was begun."""
        return not self._resume.isHidden()

    def show_missing(self, sentence: str, note: str = "") -> None:
        """Say what has to be chosen still; "" = it can begin, and `note` says what is to know."""
        self._start.setEnabled(not sentence)
        self._show(sentence or note, is_offer=False)

    def _offer(self, sentence: str, *, can_begin: bool) -> None:
        """Offer to go on with what was begun, or to begin anew where all is chosen for it."""
        self._anew.setEnabled(can_begin)
        self._show(sentence, is_offer=True)

    def _show(self, sentence: str, *, is_offer: bool) -> None:
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self._sentence.setProperty("role", "" if is_offer else "muted")
        self._start.setHidden(is_offer)
        self._resume.setVisible(is_offer)
        self._anew.setVisible(is_offer)
        across, down = (12, 8) if is_offer else (0, 0)
        self._box.setContentsMargins(across, down, across, down)
        self.setProperty("notice", "info" if is_offer else "")
        for widget in (self, self._sentence):
            widget.style().polish(widget)
