"""The line below a field: why it says what it says, or what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = ["FieldNote"]


class FieldNote(QLabel):
    """One sentence at a time: a problem takes the place of the reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._why = self._problem = ""
        self._is_error = False
        self.setProperty("role", "caption")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)

    @property
    def problem(self) -> str:
        """What is wrong; empty where nothing is."""
        return self._problem

    @property
    def is_error(self) -> bool:
        """Whether that must be mended before anything is done."""
        return self._is_error

    def show_why(self, sentence: str) -> None:
        """Say where the guess comes from."""
        self._why = sentence
        self._renew()

    def show_problem(self, sentence: str, *, is_error: bool = True) -> None:
        """Say what is wrong, or only to be known; empty = nothing is."""
        self._problem = sentence
        self._is_error = is_error and bool(sentence)
        role = "caption" if not sentence else "note-error" if is_error else "note-warning"
        if role != self.property("role"):
            self.setProperty("role", role)
            self.style().unpolish(self)
            self.style().polish(self)
        self._renew()

    def _renew(self) -> None:
        self.setText(self._problem or self._why)
