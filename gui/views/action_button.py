"""A flat button that does what an action does, with its icon and tooltip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

__all__ = ["action_button"]


def action_button(action: QAction, parent: QWidget) -> QToolButton:
    """Make the button; it follows the action's state and shows its icon alone."""
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setAutoRaise(True)
    return button
