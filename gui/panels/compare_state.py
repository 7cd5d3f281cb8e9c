"""What the comparison shows while there is none: what to do, how far it is, what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

__all__ = ["CompareState"]

TEXT_WIDTH = 360


class CompareState(QWidget):
    """A sentence in the middle with what can be done next.

    Signals
    -------
    choose_wanted
        Another network is to be chosen.
    cancelled
        The work under way is to stop.
    retried
        It is to be tried again.
    """

    choose_wanted = Signal()
    cancelled = Signal()
    retried = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setFixedWidth(TEXT_WIDTH)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(TEXT_WIDTH // 2)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._retry = QPushButton(self.tr("Try again"), self)
        self._choose = QPushButton(self.tr("Choose a network…"), self)
        self._choose.setProperty("primary", True)
        self._cancel.clicked.connect(self.cancelled)
        self._retry.clicked.connect(self.retried)
        self._choose.clicked.connect(self.choose_wanted)
        self._build_layout()
        self.show_empty()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def show_empty(self) -> None:
        """Say what to do."""
        text = self.tr(
            "Choose a second network to see it beside the one that is loaded, with what differs "
            "marked. Nothing is downloaded."
        )
        self._show(text, "muted", self._choose)

    def show_busy(self, text: str) -> None:
        """Say what is going on."""
        self._show(text, "", self._bar, self._cancel)

    def show_error(self, text: str) -> None:
        """Say what went wrong."""
        self._show(text, "error", self._retry, self._choose)

    def _show(self, text: str, role: str, *parts: QWidget) -> None:
        self._text.setText(text)
        self._text.setProperty("role", role)
        self._text.style().polish(self._text)
        # In the middle of a layout its words would be cut where they need more lines.
        self._text.setMinimumHeight(self._text.heightForWidth(TEXT_WIDTH))
        for part in (self._bar, self._cancel, self._retry, self._choose):
            part.setVisible(part in parts)

    def _build_layout(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        for button in (self._cancel, self._retry, self._choose):
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addStretch(1)
        layout.addWidget(self._text, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(buttons)
        layout.addStretch(1)
