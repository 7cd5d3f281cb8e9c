"""A sentence in a coloured frame that takes no room while there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from gui.icons import Icon
from gui.views.icon_label import IconLabel

if TYPE_CHECKING:
    from typing import Literal

__all__ = ["NoticeLine"]


class NoticeLine(QFrame):
    """Says one thing that must not be overlooked.

    Parameters
    ----------
    kind
        How loudly.
    parent
        Where it stands.
    """

    def __init__(self, kind: Literal["warning", "error"], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("notice", kind)
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = self._sentence.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        self._sentence.setSizePolicy(policy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(8)
        sign = IconLabel(Icon.WARNING if kind == "warning" else Icon.ERROR, kind)
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._sentence, 1)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says; empty where nothing."""
        return self._sentence.text()

    def show_sentence(self, sentence: str) -> None:
        """Say this; empty = go away."""
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))
