"""A form that scrolls where it is higher than its place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

__all__ = ["form_scroll"]


def form_scroll(body: QWidget, parent: QWidget) -> QScrollArea:
    """Return an area that shows `body` as wide as it is itself; it has no frame and no focus."""
    scroll = QScrollArea(parent)
    scroll.setProperty("role", "form")
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(body)
    return scroll
