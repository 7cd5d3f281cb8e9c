"""What stands over the drawing while it is made, or could not be made."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

__all__ = ["StateCard"]

DELAY_MS = 150
"""What takes less long is not announced."""


class StateCard(QFrame):
    """A sentence with a button, at the bottom of the view; takes no room while all is well.

    Signals
    -------
    cancelled
        The person wants the work to stop.
    retried
        The person wants it to be tried again.
    """

    cancelled = Signal()
    retried = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.setProperty("role", "overlay")
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self._button = QPushButton(self)
        self._is_error = False
        layout = self._rows = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY_MS)
        self._delay.timeout.connect(self._appear)
        self._button.clicked.connect(self._press)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def show_busy(self, text: str) -> None:
        """Say what is going on, once it takes a while."""
        self._set(text, is_error=False)
        if not self.isVisible():
            self._delay.start()
        else:
            self.place()

    def show_error(self, text: str) -> None:
        """Say what went wrong."""
        self._delay.stop()
        self._set(text, is_error=True)
        self._appear()

    def clear(self) -> None:
        """Go away."""
        self._delay.stop()
        self.hide()

    def place(self) -> None:
        """Stand at the bottom of the parent."""
        room = self._parent.size()
        width = min(room.width() - 16, 420)
        # Words that wrap need their height asked for at this width.
        height = max(self._rows.heightForWidth(width), self.sizeHint().height())
        left, top = (room.width() - width) // 2, room.height() - height - 12
        self.setGeometry(left, top, width, height)

    def _set(self, text: str, *, is_error: bool) -> None:
        self._is_error = is_error
        self._text.setText(text)
        self._text.setProperty("role", "error" if is_error else "")
        self._text.style().polish(self._text)
        self._button.setText(self.tr("Try again") if is_error else self.tr("Cancel"))

    @Slot()
    def _appear(self) -> None:
        self.place()
        self.show()
        self.raise_()

    @Slot()
    def _press(self) -> None:
        (self.retried if self._is_error else self.cancelled).emit()
