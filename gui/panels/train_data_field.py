"""Which set is trained on: its path, the form of its masks, and what was understood in short."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.dialogs import ask_for_annotations, ask_for_folder
from gui.learn.words import format_title, short_path
from gui.views.choices import choice_box
from gui.views.elided_label import ElidedLabel

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["TrainDataField"]


class TrainDataField(QWidget):
    """Lets a set be chosen.

    Signals
    -------
    chosen : str, str
        Path and form of the masks.
    """

    chosen = Signal(str, str)

    def __init__(self, path: str, form: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._folder = QPushButton(self.tr("Folder…"), self)
        self._folder.setToolTip(self.tr("Choose a folder of photos with their masks"))
        self._file = QPushButton(self.tr("File…"), self)
        self._file.setToolTip(self.tr("Choose a file that tells of photos: COCO JSON, data.yaml"))
        self._where = ElidedLabel("", Qt.TextElideMode.ElideMiddle, self)
        self._form = choice_box(self, self.tr("Form of the masks"), [])
        self._state = QLabel(self)
        self._state.setWordWrap(True)
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._folder)
        row.addWidget(self._file)
        row.addStretch(1)
        row.addWidget(self._form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._where)
        layout.addWidget(self._state)
        self._folder.clicked.connect(self._ask_folder)
        self._file.clicked.connect(self._ask_file)
        self._form.currentIndexChanged.connect(self._tell)
        self.show_formats(())
        self.show_set(path, form)
        self.show_state("")

    @property
    def form(self) -> str:
        """The form of the masks; "auto" = found out."""
        return str(self._form.currentData() or "auto")

    @property
    def state(self) -> str:
        """What is said of the set."""
        return self._state.text()

    def show_formats(self, names: Iterable[str]) -> None:
        """Offer forms of masks."""
        before = self.form
        self._form.blockSignals(True)
        self._form.clear()
        for name in dict.fromkeys(("auto", *names, before)):
            self._form.addItem(format_title(name), name)
        self._form.setCurrentIndex(self._form.findData(before))
        self._form.blockSignals(False)

    def show_set(self, path: str, form: str) -> None:
        """Show which set is chosen, without telling anyone."""
        self._path = path
        self._where.setText(short_path(path) or self.tr("No set chosen"))
        self._where.setToolTip(path)
        self._form.blockSignals(True)
        if self._form.findData(form) < 0:
            self._form.addItem(format_title(form), form)
        self._form.setCurrentIndex(self._form.findData(form))
        self._form.blockSignals(False)

    def show_state(self, sentence: str, *, is_error: bool = False) -> None:
        """Say what was understood, or why nothing was."""
        self._state.setText(sentence)
        self._state.setVisible(bool(sentence))
        self._state.setProperty("role", "error" if is_error else "muted")
        self._state.style().polish(self._state)

    @Slot()
    def ask_folder(self) -> None:
        """Let the person choose a folder."""
        self._ask_folder()

    # ------------------------------------------------------------------------------------ private

    @Slot()
    def _ask_folder(self) -> None:
        title = self.tr("Choose a folder of photos with their masks")
        ask_for_folder(self, self._start(), self._choose, title)

    @Slot()
    def _ask_file(self) -> None:
        ask_for_annotations(self, self._start(), self._choose)

    def _start(self) -> str:
        return str(Path(self._path).parent) if self._path else str(Path.home())

    @Slot(str)
    def _choose(self, path: str) -> None:
        self._path = path
        self._tell()

    @Slot()
    def _tell(self) -> None:
        self.chosen.emit(self._path, self.form)
