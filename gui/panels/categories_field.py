"""Asks what the outputs are called: a file, ImageNet's labels, or numbers."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.models.user.errors import ModelFileError
from engine.models.user.options import IMAGENET, NUMBERS, read_categories
from gui.dialogs import ask_for_categories

__all__ = ["CategoriesField"]

_FILE, _GIVEN, _AUTO = "file", "given", "auto"
_IMAGENET_COUNT = 1000


class CategoriesField(QWidget):
    """A list of ways, and the path where it is a file.

    Signals
    -------
    edited
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = str(Path.home())
        self._given: tuple[str, ...] = ()
        self._known: dict[str, tuple[int, str]] = {}
        self._way = QComboBox(self)
        self._way.setAccessibleName(self.tr("Categories"))
        for text, value in (
            (self.tr("From a file"), _FILE),
            (self.tr("ImageNet-1k"), IMAGENET),
            (self.tr("Numbers"), NUMBERS),
            (self.tr("Automatic"), _AUTO),
        ):
            self._way.addItem(text, value)
        self._path = QLineEdit(self)
        self._path.setAccessibleName(self.tr("File with categories"))
        self._path.setPlaceholderText(self.tr("A line for each category, or JSON"))
        self._browse = QPushButton(self.tr("Choose…"), self)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self._way)
        first.addStretch(1)
        second.setSpacing(4)
        second.addWidget(self._path, 1)
        second.addWidget(self._browse)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(first)
        layout.addLayout(second)
        self._way.activated.connect(self._choose_way)
        self._path.textEdited.connect(lambda _text: self.edited.emit())
        self._browse.clicked.connect(self._ask)

    @property
    def value_now(self) -> tuple[str, ...] | str | None:
        """What is chosen, as `OpenOptions.categories` has it."""
        way = self._way.currentData()
        if way == _GIVEN:
            return self._given
        if way == _FILE:
            return self._path.text().strip()
        return None if way == _AUTO else str(way)

    @property
    def count(self) -> int:
        """How many names there are; 0 = none, or as many as are needed."""
        value = self.value_now
        if value == IMAGENET:
            return _IMAGENET_COUNT
        if isinstance(value, tuple):
            return len(value)
        return self._read()[0]

    @property
    def problem(self) -> str:
        """What is wrong; empty where nothing is."""
        if self._way.currentData() == _FILE and not self._path.text().strip():
            return self.tr("Choose a file with the categories, or another way to name them.")
        return self._read()[1]

    def show_value(self, value: tuple[str, ...] | str | None, folder: str) -> None:
        """Show what is chosen; files are looked for in `folder`."""
        self._folder, self._known = folder, {}
        self._given = value if isinstance(value, tuple) else ()
        at = self._way.findData(_GIVEN)
        if at >= 0:
            self._way.removeItem(at)
        if isinstance(value, tuple):
            self._way.addItem(self.tr("As given ({0} names)").format(len(value)), _GIVEN)
        is_path = isinstance(value, str) and value not in {IMAGENET, NUMBERS}
        self._path.setText(str(value) if is_path else "")
        way = _GIVEN if self._given else _FILE if is_path else value or _AUTO
        self._way.setCurrentIndex(self._way.findData(way))
        self._show_path()

    def take_keyboard(self) -> None:
        """Put the cursor into the path, or into the list."""
        (self._path if self._path.isVisibleTo(self) else self._way).setFocus()

    # ------------------------------------------------------------------------------------ private

    def _read(self) -> tuple[int, str]:
        """Return how many names the file has and what is wrong with it; read once a path."""
        value = self.value_now
        if not isinstance(value, str) or value in {"", IMAGENET, NUMBERS}:
            return 0, ""
        if value not in self._known:
            try:
                self._known[value] = len(read_categories(value)), ""
            except ModelFileError as error:
                self._known[value] = 0, error.message
        return self._known[value]

    def _show_path(self) -> None:
        is_file = self._way.currentData() == _FILE
        self._path.setVisible(is_file)
        self._browse.setVisible(is_file)

    @Slot()
    def _choose_way(self) -> None:
        self._show_path()
        self.edited.emit()

    @Slot()
    def _ask(self) -> None:
        ask_for_categories(self, self._folder, self._take_path)

    def _take_path(self, path: str) -> None:
        self._known.pop(path, None)  # it may have been mended meanwhile
        self._path.setText(path)
        self.edited.emit()
