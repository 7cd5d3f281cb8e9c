"""The card that asks how a person's own file is to be opened."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from engine.models.user.report import FileKind
from gui.messages import bytes_text, count_text
from gui.panels.open_model_form import OpenModelForm
from gui.views.elided_label import ElidedLabel
from gui.views.notice_line import NoticeLine

if TYPE_CHECKING:
    from engine.models.user.first_look import FirstLook

__all__ = ["OpenModelCard"]

_WIDTH_PX = 760


class OpenModelCard(QFrame):
    """Says what a file is and asks how to open it; takes no room while nothing is asked.

    Signals
    -------
    opened : str, OpenOptions, str
        The file, as it is to be named, how exactly it is to be opened, and the SHA-256 of what the
        person was shown of it.
    cancelled
    architecture_wanted
        Another architecture is to be chosen; `form.choose_architecture` takes it.
    another_wanted
        Another file is to be chosen.

    Attributes
    ----------
    form
        The fields.
    """

    opened = Signal(str, object, str)
    cancelled = Signal()
    architecture_wanted = Signal()
    another_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setMaximumWidth(_WIDTH_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._look: FirstLook | None = None
        self._runs_code = False
        self._focus_before: QWidget | None = None
        self._build_parts()
        self._build_buttons()
        self._build_layout()
        self.hide()

    # -------------------------------------------------------------------------------- for callers

    @property
    def look(self) -> FirstLook | None:
        """The file that is asked about; None where it cannot even be looked at."""
        return self._look

    def show_look(self, look: FirstLook, *, is_again: bool = False, problem: str = "") -> None:
        """Ask about a file.

        Parameters
        ----------
        look
            What was found; where it was opened before, the fields say how.
        is_again
            Whether it is open, and is only to be opened otherwise.
        problem
            Why it is asked about once more.
        """
        self._look, report = look, look.report
        title = self.tr("Options of {0}") if is_again else self.tr("Open {0}")
        self._title.setText(title.format(look.title))
        self._problem.show_sentence(report.problem or problem)
        is_allowed = look.remembered is not None and look.remembered.allow_code
        runs_code = report.can_open and report.runs_code and not is_allowed
        self._show_consent(report.why_code if runs_code else "")
        if report.can_open:
            self.form.show_look(look)
        self._facts.setText(self._facts_of(look))
        self._show_mode(can_open=report.can_open)
        self._appear()

    def show_refusal(self, name: str, sentence: str) -> None:
        """Say that a file cannot even be looked at."""
        self._look = None
        self._title.setText(self.tr("Open {0}").format(Path(name).name))
        self._facts.setText("")
        self._problem.show_sentence(sentence)
        self._warning.show_sentence("")
        self._show_mode(can_open=False)
        self._appear()

    def show_failure(self, sentence: str) -> None:
        """Ask again, as it was filled in, and say why it did not open like that."""
        self._problem.show_sentence(sentence)
        self._appear()

    def ask_consent(self, sentence: str) -> None:
        """Ask again, as it was filled in, because code in the file would have to run."""
        self._problem.show_sentence("")
        self._show_consent(sentence)
        self._appear()

    def put_away(self) -> None:
        """Ask nothing any more, and hand the keyboard back."""
        focused = QApplication.focusWidget()
        has_keyboard = focused is not None and self.isAncestorOf(focused)
        self._problem.show_sentence("")
        self.hide()
        before, self._focus_before = self._focus_before, None
        if has_keyboard and before is not None and isValid(before):
            before.setFocus()

    # ------------------------------------------------------------------------------------ building

    def _build_parts(self) -> None:
        self._title = ElidedLabel(parent=self)
        self._title.setProperty("role", "title")
        self._facts = QLabel(self)
        self._facts.setProperty("role", "muted")
        self._facts.setWordWrap(True)
        self._problem = NoticeLine("error", self)
        self._warning = NoticeLine("warning", self)
        self.form = OpenModelForm(self)
        self.form.architecture_wanted.connect(self.architecture_wanted)

    def _build_buttons(self) -> None:
        self._reset = QPushButton(self.tr("Reset to guesses"), self)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._another = QPushButton(self.tr("Choose another file…"), self)
        self._open = QPushButton(self.tr("Open"), self)
        self._open.setProperty("primary", True)
        self._reset.clicked.connect(self._reset_form)
        self._cancel.clicked.connect(self._give_up)
        self._another.clicked.connect(self.another_wanted)
        self._open.clicked.connect(self._submit)

    def _build_layout(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._reset)
        buttons.addStretch(1)
        for button in (self._cancel, self._another, self._open):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(8)
        for part in (self._title, self._facts, self._problem, self._warning):
            layout.addWidget(part)
        layout.addWidget(self.form, 1)
        layout.addLayout(buttons)

    # ------------------------------------------------------------------------------------ private

    def _show_consent(self, sentence: str) -> None:
        """Say what code runs, and let the button agree to it; empty = none does."""
        self._runs_code = bool(sentence)
        self._warning.show_sentence(sentence)
        self._open.setText(self.tr("Run its code and open") if sentence else self.tr("Open"))

    def _show_mode(self, *, can_open: bool) -> None:
        self.form.setVisible(can_open)
        self._open.setVisible(can_open)
        self._reset.setVisible(can_open)
        self._another.setVisible(not can_open)
        self._facts.setVisible(bool(self._facts.text()))

    def _facts_of(self, look: FirstLook) -> str:
        """Say what kind of file it is, and how large."""
        report = look.report
        parts = [] if report.kind is FileKind.UNKNOWN else [report.kind.label]
        parts.append(bytes_text(report.size_bytes))
        if report.tensors:
            parts.append(self.tr("{0} tensors").format(f"{report.tensors:,}"))
            parts.append(self.tr("{0} values").format(count_text(report.parameters)))
        suggestion = self.form.suggestion
        if report.can_open and suggestion is not None:
            if suggestion.channels:
                parts.append(self.tr("{0} channels in").format(suggestion.channels))
            if suggestion.outputs:
                parts.append(self.tr("{0} outputs").format(f"{suggestion.outputs:,}"))
        return ", ".join(parts)

    def _appear(self) -> None:
        if not self.isVisible():
            self._focus_before = QApplication.focusWidget()
        self.show()
        self._take_keyboard()

    def _take_keyboard(self) -> None:
        if self._another.isVisibleTo(self):
            self._another.setFocus()
        elif not self.form.take_keyboard():
            # A stray Enter opens, but it runs nobody's code.
            (self._cancel if self._runs_code else self._open).setFocus()

    @Slot()
    def _submit(self) -> None:
        if self._look is None or not self.form.check():
            self._take_keyboard()
            return
        options = self.form.options_now
        if self._runs_code:  # as the button said
            options = dataclasses.replace(options, allow_code=True)
        content = self._look.content
        self.put_away()
        self.opened.emit(self.form.name_now, options, content)

    @Slot()
    def _reset_form(self) -> None:
        self.form.reset_to_guesses()
        self._take_keyboard()

    @Slot()
    def _give_up(self) -> None:
        self.put_away()
        self.cancelled.emit()

    # ------------------------------------------------------------------------------ Qt's overrides

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the window's shortcuts: here it means Cancel."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open on Enter, or press the button that has the keyboard; cancel on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self._give_up()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            focused = QApplication.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            elif not self._runs_code:  # code runs by its button alone
                self._submit()
        else:
            super().keyPressEvent(event)
