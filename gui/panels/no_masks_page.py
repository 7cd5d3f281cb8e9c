"""What stands in place of the picture where there is nothing to segment with: why, and a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.icons import Icon
from gui.views.icon_label import IconLabel

if TYPE_CHECKING:
    from typing import Final

    from engine.values import ModelCard

__all__ = ["DEFAULT_MODEL", "NoMasksPage"]

DEFAULT_MODEL: Final = "yolov5s_seg"
"""The network that is offered."""
DEFAULT_TITLE: Final = "YOLOv5s-seg"


class NoMasksPage(QWidget):
    """A sentence in the middle, with the next steps as buttons below it.

    Signals
    -------
    model_wanted : str
        Load the network of this name.
    choice_wanted
        Show the networks that segment.
    """

    model_wanted = Signal(str)
    choice_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._sentence = QLabel(self)
        self._sentence.setProperty("role", "muted")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._weights = QLabel(self)
        self._weights.setProperty("role", "caption")
        self._weights.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._weights.setWordWrap(True)
        self._default = QPushButton(self.tr("Load {0}").format(DEFAULT_TITLE), self)
        self._default.setProperty("primary", "true")
        self._other = QPushButton(self.tr("Choose another…"), self)
        self._default.clicked.connect(lambda: self.model_wanted.emit(DEFAULT_MODEL))
        self._other.clicked.connect(self.choice_wanted)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self._default)
        row.addWidget(self._other)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addStretch(1)
        sign = IconLabel(Icon.SHAPES, "text_faint", 40)
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._sentence)
        layout.addLayout(row)
        layout.addWidget(self._weights)
        layout.addStretch(1)
        self.show_waiting()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text()

    @property
    def weights(self) -> str:
        """What it says of the weights of the network that it offers."""
        return self._weights.text()

    def show_offer(self, card: ModelCard) -> None:
        """Say under which licence the weights are of the network that is offered."""
        text = self.tr("Weights of {0}: {1}").format(card.title, card.weights_licence)
        if not card.are_weights_local and card.weights_install:
            text += self.tr("; not installed, type: {0}").format(card.weights_install)
        self._weights.setText(text)

    def show_waiting(self) -> None:
        """Say that an answer will come."""
        self._sentence.setText(self.tr("Waiting for the first answer"))
        self._show_steps(is_shown=False)

    def show_unfit(self, title: str) -> None:
        """Say that a network does not segment, and offer one that does."""
        sentence = self.tr("{0} does not segment. Choose a network that does.")
        self._sentence.setText(sentence.format(title or self.tr("This network")))
        self._show_steps(is_shown=True)

    def _show_steps(self, *, is_shown: bool) -> None:
        self._default.setVisible(is_shown)
        self._other.setVisible(is_shown)
        self._weights.setVisible(is_shown)
