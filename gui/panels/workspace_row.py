"""The buttons that go from workspace to workspace; in a narrow window, one with a menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from gui.workspaces import WORKSPACES

if TYPE_CHECKING:
    from gui.actions import Actions

__all__ = ["WorkspaceRow"]


class WorkspaceRow(QWidget):
    """Shows which workspace it is, and leads to the others.

    Parameters
    ----------
    actions
        Of the window: each workspace has one.
    """

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = [actions.action(f"workspace_{one.id}") for one in WORKSPACES]
        self._row = QFrame(self)
        self._row.setProperty("role", "segments")
        inner = QHBoxLayout(self._row)
        inner.setContentsMargins(2, 2, 2, 2)
        inner.setSpacing(2)
        self._one = QToolButton(self)
        self._one.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._one.setToolTip(self.tr("Go to another workspace"))
        menu = QMenu(self._one)
        for action in self._choices:
            inner.addWidget(_segment(self._row, action))
            menu.addAction(action)
            action.toggled.connect(self._name_current)
        self._one.setMenu(menu)
        self._one.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._row)
        layout.addWidget(self._one)
        self._name_current()

    @property
    def saved_px(self) -> int:
        """How much narrower the one button is than the row."""
        return self._row.sizeHint().width() - self._one.sizeHint().width()

    @property
    def is_compact(self) -> bool:
        """Whether it is one button with a menu."""
        return self._row.isHidden()

    def set_compact(self, *, is_compact: bool) -> None:
        """Be one button with a menu, or a button a workspace."""
        self._row.setHidden(is_compact)
        self._one.setVisible(is_compact)

    @Slot()
    def _name_current(self) -> None:
        current = next((one for one in self._choices if one.isChecked()), self._choices[0])
        self._one.setText(current.iconText())


def _segment(row: QFrame, action: QAction) -> QToolButton:
    button = QToolButton(row)
    button.setDefaultAction(action)
    button.setProperty("role", "segment")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    return button
