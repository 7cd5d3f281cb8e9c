"""A line to type into whose hint is as long as there is room for."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame, QWidget

__all__ = ["HintField"]

MARGIN_PX = 2
"""Qt's own, at both sides of the text."""


class HintField(QLineEdit):
    """Qt's own shortens a hint with dots.

    Parameters
    ----------
    hints
        What may be typed, in words; the longest first. The first that is seen whole is shown.
    """

    def __init__(self, *hints: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hints = hints
        self.setToolTip(hints[0])
        self._choose_hint()

    def _choose_hint(self) -> None:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inner = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        room = inner.width() - 2 * MARGIN_PX
        letters = self.fontMetrics().horizontalAdvance
        fitting = (hint for hint in self._hints if letters(hint) <= room)
        self.setPlaceholderText(next(fitting, self._hints[-1]))

    # Qt's override.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say more or less."""
        super().resizeEvent(event)
        self._choose_hint()
