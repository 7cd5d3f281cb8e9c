"""A translucent sheet over a whole window, which follows its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from gui.theme import theme_of

if TYPE_CHECKING:
    from typing import Final

__all__ = ["Overlay"]

_SIZE_CHANGES: Final = frozenset({QEvent.Type.Resize, QEvent.Type.Show})


class Overlay(QWidget):
    """A child that covers its window while it is shown and hands the keyboard back after.

    Parameters
    ----------
    window
        What it covers.
    is_dimming
        Whether what lies below is dimmed.
    """

    closed = Signal()
    """It is no longer shown."""

    def __init__(self, window: QWidget, *, is_dimming: bool = True) -> None:
        super().__init__(window)
        self._window = window
        self._is_dimming = is_dimming
        self._focus_before: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()
        window.installEventFilter(self)

    def show_over(self) -> None:
        """Cover the window and take the keyboard."""
        if not self.isVisible():
            self._focus_before = QApplication.focusWidget()
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self.setFocus()

    # Qt's overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() in _SIZE_CHANGES and self.isVisible():
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Give the keyboard back to who had it."""
        super().hideEvent(event)
        before, self._focus_before = self._focus_before, None
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus()
        self.closed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim what lies below."""
        if self._is_dimming:
            QPainter(self).fillRect(self.rect(), QColor(theme_of(self).scrim))
