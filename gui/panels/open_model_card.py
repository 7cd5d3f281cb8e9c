"""The card that asks how a person's own file is to be opened: guesses first, each with its why."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.models.user.options import OpenOptions
from gui.icons import Icon, icon
from gui.messages import bytes_text, count_text
from gui.panels.categories_field import CategoriesField
from gui.panels.input_size_field import InputSizeField
from gui.panels.normalisation_field import NormalisationField
from gui.panels.noted_form import NotedForm
from gui.views.elided_label import ElidedLabel
from gui.views.notice_line import NoticeLine

if TYPE_CHECKING:
    from engine.models.user.first_look import FirstLook
    from engine.models.user.suggest import Suggestion

__all__ = ["OpenModelCard"]

_LIKELY = 0.5


class OpenModelCard(QFrame):
    """Takes no room while nothing is asked.

    Signals
    -------
    opened : str, OpenOptions
        The file, as it is to be named, and how exactly it is to be opened.
    cancelled
    architecture_wanted
        Another architecture is to be chosen; `choose_architecture` takes it.
    another_wanted
        Another file is to be chosen.
    """

    opened = Signal(str, object)
    cancelled = Signal()
    architecture_wanted = Signal()
    another_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._look: FirstLook | None = None
        self._suggestion: Suggestion | None = None
        self._base = OpenOptions()
        self._architecture: str | None = None
        self._focus_before: QWidget | None = None
        self._build_head()
        self._build_form()
        self._build_buttons()
        self._build_layout()
        self.hide()

    # -------------------------------------------------------------------------------- for callers

    @property
    def look(self) -> FirstLook | None:
        """The file that is asked about."""
        return self._look

    @property
    def options_now(self) -> OpenOptions:
        """What the fields say.

        Raises
        ------
        ValueError
            Something is wrong in them.
        """
        return dataclasses.replace(
            self._base,
            architecture=self._architecture,
            input_size=self._size.size_now,
            resize_size=self._size.resize_now,
            mean=self._normalisation.mean_now,
            std=self._normalisation.std_now,
            channel_order=self._order.currentData(),
            categories=self._categories.value_now,
            allow_code=self._base.allow_code or self._asks_to_run,
        )

    def show_look(self, look: FirstLook, *, is_again: bool = False) -> None:
        """Ask about a file; where it was opened before, the fields say how."""
        self._look, report = look, look.report
        self._base = look.remembered or OpenOptions()
        title = self.tr("Options of {0}") if is_again else self.tr("Open {0}")
        self._title.setText(title.format(look.title))
        self._facts.setText(self._facts_of(look))
        self._problem.show_sentence(report.problem)
        self._show_mode(can_open=report.can_open)
        if report.can_open:
            self._suggestion = look.suggest(self._base.architecture)
            self._fill(self._base.over(self._suggestion.options))
            self._warning.show_sentence("" if self._base.allow_code else report.why_code)
            self._open.setText(
                self.tr("Run its code and open") if self._asks_to_run else self.tr("Open")
            )
        self._appear()

    def show_refusal(self, name: str, sentence: str) -> None:
        """Say that a file cannot even be looked at."""
        self._look = None
        self._title.setText(self.tr("Open {0}").format(Path(name).name))
        self._facts.setText("")
        self._problem.show_sentence(sentence)
        self._show_mode(can_open=False)
        self._appear()

    def show_failure(self, sentence: str) -> None:
        """Ask again, as it was filled in, and say why it did not open like that."""
        self._problem.show_sentence(sentence)
        self._appear()

    def choose_architecture(self, name: str) -> None:
        """Take another architecture; what the person has not changed follows its guesses."""
        if self._look is None or self._suggestion is None:
            return
        before, now = self._suggestion.options, self.options_now
        self._suggestion = self._look.suggest(name)
        kept = {
            one: getattr(now, one)
            for one in ("input_size", "resize_size", "mean", "std", "channel_order", "categories")
            if getattr(now, one) != getattr(before, one)
        }
        self._fill(dataclasses.replace(self._suggestion.options, **kept))

    # ------------------------------------------------------------------------------------ building

    def _build_head(self) -> None:
        self._title = ElidedLabel(parent=self)
        self._title.setProperty("role", "title")
        self._facts = QLabel(self)
        self._facts.setProperty("role", "muted")
        self._facts.setWordWrap(True)
        self._problem = NoticeLine("error", self)
        self._warning = NoticeLine("warning", self)

    def _build_form(self) -> None:
        self._form = NotedForm(self)
        self._chooser = QPushButton(self)
        self._chooser.setIcon(icon(Icon.SEARCH))
        self._chooser.setToolTip(self.tr("Find another architecture of torchvision or timm"))
        self._chooser.clicked.connect(self.architecture_wanted)
        self._fit = QLabel(self)
        self._function = QComboBox(self)
        self._size = InputSizeField(self)
        self._normalisation = NormalisationField(self)
        self._order = QComboBox(self)
        self._order.addItem("RGB", "rgb")
        self._order.addItem("BGR", "bgr")
        self._order.setAccessibleName(self.tr("Channel order"))
        self._categories = CategoriesField(self)
        form = self._form
        form.add("architecture", self.tr("Architecture"), [self._chooser, self._fit])
        form.add("function", self.tr("Function"), [self._function])
        form.add("input_size", self.tr("Input, H × W"), [self._size])
        form.add("normalisation", self.tr("Normalisation"), [self._normalisation])
        form.add("channel_order", self.tr("Channel order"), [self._order])
        form.add("categories", self.tr("Categories"), [self._categories])
        for field in (self._size, self._normalisation, self._categories):
            field.edited.connect(self._check)

    def _build_buttons(self) -> None:
        self._open = QPushButton(self.tr("Open"), self)
        self._open.setProperty("primary", True)
        self._another = QPushButton(self.tr("Choose another file…"), self)
        self._reset = QPushButton(self.tr("Reset to guesses"), self)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._open.clicked.connect(self._submit)
        self._another.clicked.connect(self.another_wanted)
        self._reset.clicked.connect(self._reset_to_guesses)
        self._cancel.clicked.connect(self._give_up)

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
        layout.addWidget(self._title)
        layout.addWidget(self._facts)
        layout.addWidget(self._problem)
        layout.addWidget(self._warning)
        layout.addWidget(self._form, 1)
        layout.addLayout(buttons)

    # ------------------------------------------------------------------------------------- filling

    @property
    def _asks_to_run(self) -> bool:
        look = self._look
        return look is not None and look.report.runs_code and not self._base.allow_code

    def _show_mode(self, *, can_open: bool) -> None:
        self._form.setVisible(can_open)
        self._open.setVisible(can_open)
        self._reset.setVisible(can_open)
        self._another.setVisible(not can_open)
        if not can_open:
            self._warning.show_sentence("")

    def _facts_of(self, look: FirstLook) -> str:
        report = look.report
        parts = [report.kind.label, bytes_text(report.size_bytes)]
        if report.tensors:
            parts.append(self.tr("{0} tensors").format(f"{report.tensors:,}"))
            parts.append(self.tr("{0} values").format(count_text(report.parameters)))
        return (
            ", ".join(parts) if report.can_open or report.tensors else bytes_text(report.size_bytes)
        )

    def _fill(self, options: OpenOptions) -> None:
        """Show these values, and the reasons of the guesses."""
        look, suggestion = self._look, self._suggestion
        if look is None or suggestion is None:
            return
        self._architecture = options.architecture
        self._show_architecture(look)
        self._show_functions(look)
        self._size.show_size(options.input_size, options.resize_size)
        guess = suggestion.options
        mean, std = options.mean or guess.mean, options.std or guess.std
        if mean is not None and std is not None:
            self._normalisation.show_numbers(mean, std)
        self._order.setCurrentIndex(self._order.findData(options.channel_order or "rgb"))
        self._order.setEnabled(suggestion.channels != 1)
        self._categories.show_value(options.categories, str(Path(look.report.path).parent))
        for name, sentence in suggestion.why.items():
            self._form.note(name).show_why(sentence)
        self._check()

    def _show_architecture(self, look: FirstLook) -> None:
        self._form.set_shown("architecture", is_shown=look.report.kind.needs_architecture)
        name = self._architecture
        self._chooser.setText(name or self.tr("Choose an architecture"))
        score = self._suggestion.score if self._suggestion is not None else 0.0
        self._fit.setText(self.tr("fits {0}").format(f"{score:.0%}") if name else "")
        self._fit.setProperty("role", "badge" if score >= _LIKELY else "badge-warning")
        self._fit.style().unpolish(self._fit)
        self._fit.style().polish(self._fit)
        self._fit.setVisible(bool(name))

    def _show_functions(self, look: FirstLook) -> None:
        functions = look.report.functions
        self._form.set_shown("function", is_shown=bool(functions))
        if self._function.count() == len(functions) and self._function.findText(look.function) >= 0:
            return
        self._function.clear()
        self._function.addItems(list(functions))
        self._function.setCurrentIndex(max(0, self._function.findText(look.function)))
        self._form.note("function").show_why(
            self.tr("Called without arguments; it gives the network.")
        )

    @Slot()
    def _check(self) -> bool:
        """Say at each field what is wrong with it; return whether all is well."""
        look = self._look
        if look is None:
            return False
        needs_name = look.report.kind.needs_architecture and not self._architecture
        problems = {
            "architecture": self.tr("Choose the architecture that these weights are of.")
            if needs_name
            else "",
            "input_size": self._size.problem,
            "normalisation": self._normalisation.problem,
            "categories": self._categories.problem,
        }
        for name, sentence in problems.items():
            self._form.note(name).show_problem(sentence)
        if not problems["categories"]:
            self._form.note("categories").show_problem(self._count_sentence(), is_error=False)
        return not any(problems.values())

    def _count_sentence(self) -> str:
        outputs = self._suggestion.outputs if self._suggestion is not None else 0
        count = self._categories.count
        if not outputs or not count or count == outputs:
            return ""
        return self.tr("There are {0} categories for {1} outputs; give a list of {1}.").format(
            f"{count:,}", f"{outputs:,}"
        )

    # ------------------------------------------------------------------------------------- buttons

    @Slot()
    def _submit(self) -> None:
        if self._look is None:
            return
        if not self._check():
            self._take_keyboard()
            return
        options = self.options_now
        self._vanish()
        self.opened.emit(self._name_now(self._look), options)

    def _name_now(self, look: FirstLook) -> str:
        """Return the file's name with the function that is chosen, where there is a choice."""
        function = self._function.currentText()
        if len(look.report.functions) < 2 and not look.function:
            return look.name
        bare = look.name.removesuffix(f":{look.function}") if look.function else look.name
        return f"{bare}:{function}" if function else look.name

    def _take_keyboard(self) -> None:
        """Put the keyboard where something is wrong, or on the button that opens."""
        fields = {
            "input_size": self._size.take_keyboard,
            "normalisation": self._normalisation.take_keyboard,
            "categories": self._categories.take_keyboard,
        }
        if self._another.isVisibleTo(self):
            self._another.setFocus()
            return
        wrong = [name for name in self._form.names if self._form.note(name).is_error]
        fields.get(
            wrong[0] if wrong else "", self._chooser.setFocus if wrong else self._open.setFocus
        )()

    @Slot()
    def _reset_to_guesses(self) -> None:
        if self._look is None:
            return
        self._suggestion = self._look.suggest()
        self._fill(self._suggestion.options)

    @Slot()
    def _give_up(self) -> None:
        self._vanish()
        self.cancelled.emit()

    def _appear(self) -> None:
        if not self.isVisible():
            self._focus_before = QApplication.focusWidget()
        self.show()
        self._take_keyboard()

    def _vanish(self) -> None:
        self._problem.show_sentence("")
        self.hide()
        if self._focus_before is not None:
            self._focus_before.setFocus()

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
            else:
                self._submit()
        else:
            super().keyPressEvent(event)
