"""Keep one-key shortcuts from firing while someone types or moves within a widget.

Qt asks the widget with the keyboard first (`QEvent.ShortcutOverride`) whether it wants a key for
itself. Line edits claim letters but not Escape; lists, trees, sliders and spin boxes claim
nothing, so a window with a shortcut on an arrow would lock the keyboard out of them. A question
that nobody claimed travels up to the window, where this guard answers it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QChildEvent, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

if TYPE_CHECKING:
    from typing import Final

__all__ = ["TypingGuard"]

_Key = Qt.Key
_TYPING: Final = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
_MOVING: Final = (QAbstractItemView, QAbstractSlider, QComboBox, QTabBar)
_PRESSES: Final = frozenset({_Key.Key_Space, _Key.Key_Return, _Key.Key_Enter})
_MOVES: Final = _PRESSES | frozenset(
    {
        _Key.Key_Up,
        _Key.Key_Down,
        _Key.Key_Left,
        _Key.Key_Right,
        _Key.Key_Home,
        _Key.Key_End,
        _Key.Key_PageUp,
        _Key.Key_PageDown,
    }
)
_CHORDS: Final = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class TypingGuard(QObject):
    """Watches a window, and the panels that may float off it.

    Parameters
    ----------
    window
        The window whose actions have one-key shortcuts; the guard becomes its child.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)
        for dock in window.findChildren(QDockWidget):
            dock.installEventFilter(self)

    # Qt's overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer for the widget that has the keyboard."""
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if _wants(QApplication.focusWidget(), event):
                event.accept()
                return True
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return _leave_field(event)
        elif isinstance(event, QChildEvent) and kind == QEvent.Type.ChildPolished:
            child = event.child()
            # A floating panel is a window of its own: questions do not travel beyond it.
            if isinstance(child, QDockWidget):
                child.installEventFilter(self)
        return super().eventFilter(watched, event)


def _is_typed_in(widget: QWidget | None) -> bool:
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, _TYPING)


def _wants(widget: QWidget | None, event: QKeyEvent) -> bool:
    """Whether `widget` needs this key more than the window does."""
    if widget is None or event.modifiers() & _CHORDS:
        return False
    key = event.key()
    if _is_typed_in(widget):
        is_text = bool(event.text()) and event.text().isprintable()
        return is_text or key in _MOVES or key == _Key.Key_Escape
    if isinstance(widget, QAbstractButton):
        return key in _PRESSES
    return isinstance(widget, _MOVING) and key in _MOVES


def _leave_field(event: QKeyEvent) -> bool:
    """Escape in a field that has no use for it gives the keyboard back to the window."""
    widget = QApplication.focusWidget()
    if event.key() != _Key.Key_Escape or widget is None or not _is_typed_in(widget):
        return False
    widget.clearFocus()
    return True
