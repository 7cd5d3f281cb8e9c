"""Escape, for widgets in which it means something of its own."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

__all__ = ["asks_for_escape", "is_escape"]


def is_escape(event: QEvent) -> bool:
    """Whether it is about the key Escape."""
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape


def asks_for_escape(event: QEvent) -> bool:
    """Whether Qt asks if Escape is for the widget; accepting the event says so."""
    return event.type() is QEvent.Type.ShortcutOverride and is_escape(event)
