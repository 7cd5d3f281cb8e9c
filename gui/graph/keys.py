"""The keys that the graph has for itself while it has the keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from gui.graph.walk import Way

if TYPE_CHECKING:
    from typing import Final

    from gui.graph.view import GraphView

__all__ = ["claims", "do_key"]

_Key = Qt.Key
_Modifier = Qt.KeyboardModifier
_WAYS: Final = {
    _Key.Key_Up: Way.UP,
    _Key.Key_Down: Way.DOWN,
    _Key.Key_Left: Way.LEFT,
    _Key.Key_Right: Way.RIGHT,
}
_ENTER: Final = frozenset({_Key.Key_Return, _Key.Key_Enter})
_OPEN: Final = frozenset({_Key.Key_Plus, _Key.Key_Equal})
_PLAIN: Final = frozenset({*_WAYS, *_OPEN, _Key.Key_Minus, _Key.Key_Space, _Key.Key_Home})


def claims(view: GraphView, event: QKeyEvent) -> bool:
    """Whether the view needs this key more than the window's shortcuts do."""
    key = Qt.Key(event.key())
    chord = event.modifiers() & (_Modifier.ControlModifier | _Modifier.AltModifier)
    if key in _ENTER:
        return not event.modifiers() & _Modifier.AltModifier
    if key is _Key.Key_Escape:
        return view.has_highlight
    return key in _PLAIN and not chord


def do_key(view: GraphView, event: QKeyEvent) -> bool:
    """Do what a key says; returns whether it says anything."""
    if not claims(view, event):
        return False
    key, modifiers = Qt.Key(event.key()), event.modifiers()
    if key in _WAYS:
        view.walk(_WAYS[key])
    elif key is _Key.Key_Space:
        is_part = bool(modifiers & _Modifier.ShiftModifier)
        (view.fit_selection if is_part else view.fit)()
    elif key in _OPEN:
        view.open_selection()
    elif key is _Key.Key_Minus:
        view.close_selection()
    elif key is _Key.Key_Home:
        view.show_beginning()
    elif key is _Key.Key_Escape:
        view.clear_highlight()
    else:
        view.choose_selection(is_extra=bool(modifiers & _Modifier.ControlModifier))
    return True
