"""The row in which one searches the graph: text, how many were found, next and previous."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from gui.icons import Icon, icon
from gui.views.hint_field import HintField

__all__ = ["FindBar"]


class FindBar(QWidget):
    """Asks for a text and steps through what was found.

    Signals
    -------
    text_changed : str, bool
        What is looked for, and whether it is a regular expression; empty = nothing.
    stepped : int
        To the next (1) or the previous (-1) of what was found.
    closed
        The person is done.
    """

    text_changed = Signal(str, bool)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = HintField(self.tr("Name, kind or shape"), self.tr("Name"), parent=self)
        self._field.setAccessibleName(self.tr("Find in the graph"))
        self._field.installEventFilter(self)
        self._count = QLabel(self)
        self._count.setProperty("role", "number-small")
        self._problem = QLabel(self)
        self._problem.setProperty("role", "note-error")
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._regex = self._button(None, self.tr("Regular expression"))
        self._regex.setText(".*")
        self._regex.setCheckable(True)
        self._previous = self._button(Icon.UP, self.tr("Previous (Shift+Enter)"))
        self._next = self._button(Icon.DOWN, self.tr("Next (Enter, F3)"))
        self._close = self._button(Icon.CLOSE, self.tr("Close (Esc)"))
        self._build_layout()
        self._field.textChanged.connect(self._ask)
        self._regex.toggled.connect(self._ask)
        self._previous.clicked.connect(lambda: self.stepped.emit(-1))
        self._next.clicked.connect(lambda: self.stepped.emit(1))
        self._close.clicked.connect(self.close_bar)
        self.show_count(0, 0)
        self.hide()

    @property
    def text(self) -> str:
        """What is looked for."""
        return self._field.text()

    @property
    def count_text(self) -> str:
        """What stands beside the field, such as "3 of 17"."""
        return self._count.text()

    @property
    def problem_text(self) -> str:
        """Why nothing can be looked for; empty = it can."""
        return self._problem.text()

    def open_bar(self) -> None:
        """Show it and put the cursor into the field."""
        self.show()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()
        if self._field.text():
            self._ask()

    def set_text(self, text: str) -> None:
        """Look for a text."""
        self._field.setText(text)

    @Slot()
    def close_bar(self) -> None:
        """Go away, and mark nothing any more."""
        if self.isVisibleTo(self.parentWidget() or self):
            self.hide()
            self.closed.emit()

    def show_count(self, place: int, total: int) -> None:
        """Say which of how many is shown: "3 of 17"; `place` from 1, 0 = none yet."""
        self._count.setProperty("role", "number-small")
        if not self._field.text():
            self._count.clear()
        elif not total:
            self._count.setText(self.tr("none"))
        elif not place:
            self._count.setText(self.tr("{0} found").format(total))
        else:
            self._count.setText(self.tr("{0} of {1}").format(place, total))
        self._show_problem("")
        for button in (self._previous, self._next):
            button.setEnabled(total > 0)

    def show_error(self, text: str) -> None:
        """Say in a sentence that what was typed cannot be looked for."""
        self.show_count(0, 0)
        self._count.setText("")
        self._show_problem(text)

    def _show_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _button(self, which: Icon | None, tooltip: str) -> QToolButton:
        button = QToolButton(self)
        if which is not None:
            button.setIcon(icon(which))
        button.setToolTip(tooltip)
        button.setAccessibleName(tooltip)
        button.setAutoRaise(True)
        return button

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self._field, 1)
        row.addSpacing(4)
        row.addWidget(self._count)
        row.addSpacing(2)
        for button in (self._regex, self._previous, self._next, self._close):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self._problem)

    @Slot()
    def _ask(self) -> None:
        self.text_changed.emit(self._field.text().strip(), self._regex.isChecked())

    # Qt's overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Step with Enter and F3; close with Escape."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F3}:
                self.stepped.emit(-1 if is_back else 1)
                return True
            if key is Qt.Key.Key_Escape:
                self.close_bar()
                return True
        return super().eventFilter(watched, event)
