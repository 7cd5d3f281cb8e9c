"""What stands where a set would: what to bring, and how."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

__all__ = ["TrainEmptyPage"]


class TrainEmptyPage(QWidget):
    """Says what a set is, and offers to choose one; also why the one that was chosen is none.

    Signals
    -------
    choice_wanted
        Choose a folder.
    """

    choice_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setMaximumWidth(560)
        self._choose = QPushButton(self.tr("Choose a folder…"), self)
        self._choose.setProperty("primary", "true")
        self._choose.setToolTip(self.tr("Choose a folder of photos with their masks"))
        self._choose.clicked.connect(self.choice_wanted)
        self._forms = QLabel(
            self.tr(
                "Photos in “images” and masks of the same names in “masks” are enough: white on "
                "black for one class, in a folder a class for several, or a number for each "
                "class. COCO, labelme, PASCAL VOC and YOLO are read too, and what Co-segment and "
                "Segment have saved."
            ),
            self,
        )
        self._forms.setProperty("role", "muted")
        self._forms.setWordWrap(True)
        self._forms.setMaximumWidth(560)
        button = QHBoxLayout()
        button.addWidget(self._choose)
        button.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(self._title)
        column.addWidget(self._sentence)
        column.addLayout(button)
        column.addWidget(self._forms)
        column.addStretch(3)
        layout = QHBoxLayout(self)
        layout.addStretch(1)
        layout.addLayout(column, 6)
        layout.addStretch(1)
        self.show_empty()

    @property
    def sentence(self) -> str:
        """What is said."""
        return self._sentence.text()

    def show_empty(self) -> None:
        """Say what to do first."""
        self._show(
            self.tr("Train a network of your own"),
            self.tr(
                "Drop a folder of photos with their masks here, or choose one. A few dozen are "
                "enough to begin with."
            ),
        )

    def show_looking(self, sentence: str) -> None:
        """Say that a set is being looked through."""
        self._show(self.tr("Looking through the set"), sentence)

    def show_error(self, sentence: str) -> None:
        """Say why a set cannot be used, and what to do."""
        self._show(self.tr("This set cannot be used"), sentence, is_error=True)

    def _show(self, title: str, sentence: str, *, is_error: bool = False) -> None:
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setProperty("role", "error" if is_error else "")
        self._sentence.style().polish(self._sentence)
