"""The foot of the batch form: how it begins, or what the folder holds already."""

from __future__ import annotations

import enum
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from gui.panels.start_offer import StartOffer

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = ["BatchOffer", "BatchStart"]


class BatchStart(enum.StrEnum):
    """How a run begins."""

    FRESH = "fresh"
    RESUME = "resume"
    ANEW = "anew"


class BatchOffer(StartOffer):
    """Lets a run begin, or says what is missing.

    Signals
    -------
    start_wanted : BatchStart
    """

    start_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._anew.setToolTip(
            self.tr("Do everything again as chosen above; the run's files are replaced")
        )
        for button, start in (
            (self._start, BatchStart.FRESH),
            (self._resume, BatchStart.RESUME),
            (self._anew, BatchStart.ANEW),
        ):
            button.clicked.connect(partial(self.start_wanted.emit, start))
        self.show_missing(self.tr("Add pictures or videos"))

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
        self._offer(sentence, can_begin=can_begin)
