"""The foot of the training form: what is missing, or how it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from gui.panels.start_offer import StartOffer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gui.actions import Actions

__all__ = ["TrainOffer"]


class TrainOffer(StartOffer):
    """Lets a training begin, or says what is missing.

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
        self._anew.setToolTip(self.tr("Forget what was begun here, and train as chosen above"))
        for button in (self._start, self._resume):
            button.setToolTip(actions.action("train_start").toolTip())
        self._start.clicked.connect(self.start_wanted)
        self._resume.clicked.connect(self.resume_wanted)
        self._anew.clicked.connect(self.anew_wanted)
        self.show_missing("")

    @property
    def can_start(self) -> bool:
        """Whether a training can begin or be gone on with."""
        return self.is_resumable or self._start.isEnabled()

    def show_stopped(self, sentence: str, *, can_begin: bool) -> None:
        """Offer to go on with what was begun in the folder, or to begin anew."""
        self._offer(sentence, can_begin=can_begin)

    def show_running(self, sentence: str) -> None:
        """Say that a training runs: nothing can begin meanwhile."""
        self._start.setEnabled(False)
        self._show(sentence, is_offer=False)
