"""What stands in place of a set while there is none: what to do, and two ways to do it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.icons import Icon
from gui.views.icon_label import IconLabel

__all__ = ["CosegEmptyPage"]


class CosegEmptyPage(QWidget):
    """A sentence in the middle, with the next steps as buttons below it.

    Signals
    -------
    choice_wanted, shown_wanted
        Choose a folder; take the one that the source shows.
    """

    choice_wanted = Signal()
    shown_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel(self.tr("Drop a folder of pictures here"), self)
        self._title.setProperty("role", "title")
        self._sentence = QLabel(
            self.tr(
                "They should show the same thing.\nThe object that they have in common is cut out "
                "of each, without labels or clicks."
            ),
            self,
        )
        self._sentence.setProperty("role", "muted")
        self._sentence.setWordWrap(True)
        for label in (self._title, self._sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._choose = QPushButton(self.tr("Choose a folder…"), self)
        self._choose.setProperty("primary", "true")
        self._choose.setToolTip(self.tr("Choose pictures that show the same object (Ctrl+Shift+F)"))
        self._shown = QPushButton(self.tr("Take the source's folder"), self)
        self._shown.hide()
        self._choose.clicked.connect(self.choice_wanted)
        self._shown.clicked.connect(self.shown_wanted)
        self._build_layout()

    def offer(self, folder: str) -> None:
        """Offer the folder that the source shows; "" = it shows none."""
        self._shown.setVisible(bool(folder))
        self._shown.setToolTip(folder)

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self._choose)
        row.addWidget(self._shown)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addStretch(1)
        sign = IconLabel(Icon.COMMON, "text_faint", 48)
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._title)
        layout.addWidget(self._sentence)
        layout.addLayout(row)
        layout.addStretch(1)
