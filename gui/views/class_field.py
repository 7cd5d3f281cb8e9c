"""A field in which a class of the network is found by a part of its name."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

__all__ = ["ClassField"]

SHOWN = 12


class ClassField(QLineEdit):
    """Finds a class; empty means that none is chosen.

    Signals
    -------
    class_chosen : int or None
        Which class the person chose; None when the field was emptied.
    """

    class_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._chosen: int | None = None
        self._model = QStringListModel(self)
        self._completer = completer = QCompleter(self._model, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(SHOWN)
        # Queued: the field itself writes the whole line of the list at the same signal.
        completer.activated.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.setCompleter(completer)
        self.setClearButtonEnabled(True)
        self.returnPressed.connect(self._take_typed)
        self.textEdited.connect(self._empty)

    @property
    def chosen(self) -> int | None:
        """The class that is chosen, or None."""
        return self._chosen

    def set_categories(self, names: tuple[str, ...]) -> None:
        """Take the names of the network's classes; nothing is chosen afterwards."""
        self._names = names
        self._model.setStringList([f"{name}  ({index})" for index, name in enumerate(names)])
        self.set_chosen(None)

    def set_chosen(self, index: int | None) -> None:
        """Show another class, without telling anyone."""
        self._chosen = index
        self.setText("" if index is None else self._name(index))
        self.setCursorPosition(0)

    # ------------------------------------------------------------------------------------ private

    def _name(self, index: int) -> str:
        return self._names[index] if index < len(self._names) else str(index)

    @Slot(str)
    def _take(self, text: str) -> None:
        number = text.rpartition("(")[2].rstrip(")")
        if number.isdecimal():
            self._choose(int(number))

    @Slot()
    def _take_typed(self) -> None:
        """Take what was typed: a number, a whole name, or what only one name has in it."""
        text = self.text().strip().casefold()
        if not text:
            self._empty("")
            return
        names = [name.casefold() for name in self._names]
        found = [i for i, name in enumerate(names) if name == text]
        found = found[:1] or [i for i, name in enumerate(names) if text in name]
        if text.isdecimal() and int(text) < len(names):
            found = [int(text)]
        if found:
            self._choose(found[0])

    @Slot(str)
    def _empty(self, text: str) -> None:
        if not text and self._chosen is not None:
            self._chosen = None
            self.class_chosen.emit(None)

    def _choose(self, index: int) -> None:
        is_other = index != self._chosen
        self.set_chosen(index)
        self._close_list()
        if is_other:
            self.class_chosen.emit(index)

    def _is_listing(self) -> bool:
        names = self._completer.popup()
        return names is not None and names.isVisible()

    def _close_list(self) -> None:
        names = self._completer.popup()
        if names is not None:
            names.hide()

    # ------------------------------------------------------------------------------ Qt's overrides

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the chosen class again where something else was typed and left."""
        super().focusOutEvent(event)
        if not self._is_listing():
            self.set_chosen(self._chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up what was typed."""
        if event.key() == Qt.Key.Key_Escape and not self._is_listing():
            self.set_chosen(self._chosen)
            self.clearFocus()
            return
        super().keyPressEvent(event)
