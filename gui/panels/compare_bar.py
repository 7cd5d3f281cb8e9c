"""The row over two graphs: what the comparison came to, and the steps from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gui.views.action_button import action_button
from gui.views.elided_label import ElidedLabel

if TYPE_CHECKING:
    from gui.actions import Actions

__all__ = ["CompareBar"]


class CompareBar(QWidget):
    """Shows the sums, and has the buttons.

    Parameters
    ----------
    actions
        The window's, with those of `gui.graph.keymap`.
    """

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._summary = ElidedLabel(mode=Qt.TextElideMode.ElideRight, parent=self)
        self._count = QLabel(self)
        self._count.setProperty("role", "number-small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self._summary, 1)
        layout.addSpacing(8)
        layout.addWidget(self._count)
        layout.addWidget(action_button(self._actions.action("compare_previous"), self))
        layout.addWidget(action_button(self._actions.action("compare_next"), self))
        for action in ("compare_open", "compare_link", "compare_swap", "compare", "compare_close"):
            layout.addWidget(action_button(self._actions.action(action), self))

    @property
    def summary(self) -> str:
        """What the comparison came to."""
        return self._summary.text()

    @property
    def count(self) -> str:
        """Which difference is shown."""
        return self._count.text()

    def show_summary(self, text: str) -> None:
        """Say what the comparison came to."""
        self._summary.setText(text)

    def show_count(self, place: int, count: int) -> None:
        """Say which difference is shown, from 1 (0 = none yet), and how many there are."""
        if not count:
            self._count.setText(self.tr("no differences"))
        elif place:
            self._count.setText(self.tr("{0} of {1}").format(place, count))
        else:
            self._count.setText(self.tr("{0} differences").format(count))
