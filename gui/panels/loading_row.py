"""The row that shows how far the loading of a network is, with Cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from gui.messages import ProgressText

if TYPE_CHECKING:
    from engine.events import LoadingProgress

__all__ = ["LoadingRow"]


class LoadingRow(QFrame):
    """Takes no room while nothing is loaded.

    Signals
    -------
    cancelled
        The person wants it to stop.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._title = ""
        self._progress = ProgressText()
        self._text = QLabel(self)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(240)
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self.cancelled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._bar)
        layout.addWidget(cancel)
        self.hide()

    def begin(self, title: str) -> None:
        """Show that the network `title` is being loaded."""
        self._title = title
        self._progress = ProgressText()
        self._text.setText(self.tr("Loading {0}").format(title))
        self._bar.setRange(0, 0)
        self.show()

    def show_progress(self, event: LoadingProgress) -> None:
        """Show how far it is."""
        text = self._progress.text(event)
        self._text.setText(f"{self._title or event.model}: {text}")
        # A bar counts in 32 bits: weights may be larger.
        self._bar.setRange(0, 1000 if event.total else 0)
        if event.total:
            self._bar.setValue(round(1000 * event.done / event.total))
        self.show()

    def end(self) -> None:
        """Go away."""
        self.hide()
