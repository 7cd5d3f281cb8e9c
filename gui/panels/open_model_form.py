"""The fields that say how a person's own file is to be opened: guesses first, each with its why."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

from engine.models.user.options import OpenOptions
from gui.icons import Icon, icon
from gui.panels.categories_field import CategoriesField
from gui.panels.input_size_field import InputSizeField
from gui.panels.normalisation_field import NormalisationField
from gui.panels.noted_form import NotedForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.models.user.first_look import FirstLook
    from engine.models.user.suggest import Suggestion

__all__ = ["OpenModelForm"]

_LIKELY = 0.5


class OpenModelForm(NotedForm):
    """Empty until a file is looked at.

    Signals
    -------
    architecture_wanted
        Another architecture is to be chosen; `choose_architecture` takes it.
    """

    architecture_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: FirstLook | None = None
        self._suggestion: Suggestion | None = None
        self._base = OpenOptions()
        self._architecture: str | None = None
        self._build_fields()
        self._build_rows()

    # -------------------------------------------------------------------------------- for callers

    @property
    def suggestion(self) -> Suggestion | None:
        """What was begun with."""
        return self._suggestion

    @property
    def options_now(self) -> OpenOptions:
        """What the fields say; code may run where the person has agreed to that before.

        Raises
        ------
        ValueError
            Something is wrong in them: see `check`.
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
        )

    @property
    def name_now(self) -> str:
        """The file's name, with the function that is chosen where there is a choice."""
        look = self._look
        if look is None:
            return ""
        function = self._function.currentText()
        if not function or (len(look.report.functions) < 2 and not look.function):
            return look.name
        return f"{look.name.removesuffix(f':{look.function}')}:{function}"

    def show_look(self, look: FirstLook) -> None:
        """Ask about a file; where it was opened before, the fields say how."""
        self._look = look
        self._base = look.remembered or OpenOptions()
        self._suggestion = look.suggest(self._base.architecture)
        self._show_functions(look)
        self._fill(self._base.over(self._suggestion.options))

    def reset_to_guesses(self) -> None:
        """Forget what was chosen, now and before."""
        if self._look is not None:
            self._base = OpenOptions(allow_code=self._base.allow_code)
            self._suggestion = self._look.suggest()
            self._fill(self._suggestion.options)

    def choose_architecture(self, name: str) -> None:
        """Take another architecture; what the person has not changed follows its guesses."""
        if self._look is None or self._suggestion is None:
            return
        before = self._suggestion.options
        kept = {one: value for one, value in self._sound().items() if value != getattr(before, one)}
        self._suggestion = self._look.suggest(name)
        self._fill(dataclasses.replace(self._suggestion.options, **kept))

    @Slot()
    def check(self) -> bool:
        """Say at each field what is wrong with it; return whether all is well."""
        look = self._look
        if look is None:
            return False
        is_nameless = look.report.kind.needs_architecture and not self._architecture
        nameless = self.tr("Choose the architecture that these weights are of.")
        problems = {
            "architecture": nameless if is_nameless else "",
            "input_size": self._size.problem,
            "colours": self._normalisation.problem,
            "categories": self._categories.problem,
        }
        for name, sentence in problems.items():
            self.note(name).show_problem(sentence)
        if not problems["categories"]:
            self.note("categories").show_problem(self._count_sentence(), is_error=False)
        return not any(problems.values())

    def take_keyboard(self) -> bool:
        """Put the keyboard where something is wrong first; return whether something is."""
        takers: dict[str, Callable[[], None]] = {
            "architecture": self._chooser.setFocus,
            "input_size": self._size.take_keyboard,
            "colours": self._normalisation.take_keyboard,
            "categories": self._categories.take_keyboard,
        }
        for name, take in takers.items():
            if self.note(name).is_error:
                take()
                return True
        return False

    # ------------------------------------------------------------------------------------ private

    def _build_fields(self) -> None:
        self._chooser = QPushButton(self)
        self._chooser.setIcon(icon(Icon.SEARCH))
        self._chooser.setToolTip(self.tr("Find another architecture of torchvision or timm"))
        self._chooser.clicked.connect(self.architecture_wanted)
        self._fit = QLabel(self)
        self._fit.setProperty("role", "badge")
        self._function = QComboBox(self)
        self._function.setAccessibleName(self.tr("Function"))
        self._size = InputSizeField(self)
        self._order = QComboBox(self)
        self._order.addItem("RGB", "rgb")
        self._order.addItem("BGR", "bgr")
        self._order.setAccessibleName(self.tr("Channel order"))
        self._order.setToolTip(self.tr("The order in which the network takes the colours"))
        self._normalisation = NormalisationField(self)
        self._categories = CategoriesField(self)
        for field in (self._size, self._normalisation, self._categories):
            field.edited.connect(self.check)

    def _build_rows(self) -> None:
        self.add("architecture", self.tr("Architecture"), [self._chooser, self._fit])
        self.add("function", self.tr("Function"), [self._function])
        self.add("input_size", self.tr("Input, H × W"), [self._size])
        self.add("colours", self.tr("Colours"), [self._order, self._normalisation])
        self.add("categories", self.tr("Categories"), [self._categories])
        self.note("function").show_why(self.tr("Called without arguments; it gives the network."))

    def _sound(self) -> dict[str, Any]:
        """Return what the fields say now and is not wrong, under the names of the options."""
        values: dict[str, Any] = {"channel_order": self._order.currentData()}
        if not self._size.problem:
            values["input_size"] = self._size.size_now
            values["resize_size"] = self._size.resize_now
        if not self._normalisation.problem:
            values["mean"] = self._normalisation.mean_now
            values["std"] = self._normalisation.std_now
        if not self._categories.problem:
            values["categories"] = self._categories.value_now
        return values

    def _fill(self, options: OpenOptions) -> None:
        """Show these values, and the reasons of the guesses."""
        look, suggestion = self._look, self._suggestion
        if look is None or suggestion is None:
            return
        guess, why = suggestion.options, suggestion.why
        self._architecture = options.architecture
        self._show_architecture(look, suggestion)
        self._size.show_size(options.input_size, options.resize_size)
        mean, std = options.mean or guess.mean, options.std or guess.std
        if mean is not None and std is not None:
            self._normalisation.show_numbers(mean, std)
        self._order.setCurrentIndex(self._order.findData(options.channel_order or "rgb"))
        self._order.setEnabled(suggestion.channels != 1)
        self._categories.show_value(options.categories, str(Path(look.report.path).parent))
        self.note("colours").show_why(f"{why['normalisation']} {why['channel_order']}")
        for name in ("architecture", "input_size", "categories"):
            self.note(name).show_why(why[name])
        self.check()

    def _show_architecture(self, look: FirstLook, suggestion: Suggestion) -> None:
        self.set_shown("architecture", is_shown=look.report.kind.needs_architecture)
        name = self._architecture
        self._chooser.setText(name or self.tr("Choose an architecture"))
        self._fit.setProperty("role", "badge" if suggestion.score >= _LIKELY else "badge-warning")
        self._fit.style().unpolish(self._fit)
        self._fit.style().polish(self._fit)
        self._fit.setText(self.tr("fits {0}").format(f"{suggestion.score:.0%}"))
        self._fit.setVisible(bool(name))

    def _show_functions(self, look: FirstLook) -> None:
        self.set_shown("function", is_shown=bool(look.report.functions))
        self._function.clear()
        self._function.addItems(list(look.report.functions))
        self._function.setCurrentIndex(max(0, self._function.findText(look.function)))

    def _count_sentence(self) -> str:
        outputs = self._suggestion.outputs if self._suggestion is not None else 0
        count = self._categories.count
        if not outputs or not count or count == outputs:
            return ""
        return self.tr("There are {0} categories for {1} outputs; give a list of {1}.").format(
            f"{count:,}", f"{outputs:,}"
        )
