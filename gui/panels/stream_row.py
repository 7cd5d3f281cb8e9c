"""The field for a network stream's address."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from engine.errors import SourceError
from engine.sources.opening import parse_source

__all__ = ["StreamRow"]


class StreamRow(QWidget):
    """Takes an address; Enter opens it, Esc hides the field.

    Signals
    -------
    source_chosen : SourceSpec
    refused : str
        Why the address cannot be opened, in a sentence.
    """

    source_chosen = Signal(object)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = QLineEdit(self)
        self._address.setPlaceholderText(self.tr("http://… or rtsp://…"))
        self._address.setAccessibleName(self.tr("Address of the stream"))
        self._address.setClearButtonEnabled(True)
        self._connect = QPushButton(self.tr("Connect"), self)
        self._connect.setProperty("primary", True)
        self._connect.setEnabled(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._address, 1)
        layout.addWidget(self._connect)
        self._address.textChanged.connect(self._check)
        self._address.returnPressed.connect(self._open)
        self._connect.clicked.connect(self._open)
        self.hide()

    def ask(self) -> None:
        """Show the field and put the cursor into it."""
        self.show()
        self._address.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._address.selectAll()

    @Slot(str)
    def _check(self, text: str) -> None:
        self._connect.setEnabled("://" in text.strip())

    @Slot()
    def _open(self) -> None:
        try:
            spec = parse_source(self._address.text().strip())
        except SourceError as error:
            self.refused.emit(error.message)
            return
        self.hide()
        self.source_chosen.emit(spec)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hide on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)
