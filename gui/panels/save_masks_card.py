"""The card that asks in which forms the masks of a picture are saved, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui import settings as keys
from gui.dialogs import ask_for_folder
from gui.segment.format_chooser import FormatChooser
from gui.segment.writing import WriteOrder
from gui.views.elided_label import ElidedLabel

if TYPE_CHECKING:
    from gui.settings import Settings

__all__ = ["SaveMasksCard"]


class SaveMasksCard(QFrame):
    """Forms to tick, a folder, and the button that saves.

    Signals
    -------
    save_wanted : WriteOrder
    """

    save_wanted = Signal(object)

    def __init__(self, *, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setProperty("role", "card")
        self._build_parts()
        self._build_layout()
        self._tell_state()

    @property
    def formats(self) -> tuple[str, ...]:
        """The forms that are ticked, in their order."""
        return self._forms.chosen

    @property
    def folder(self) -> str:
        """Where files go; "" where none was chosen yet."""
        return self._settings.get(keys.MASK_FOLDER)

    def tick(self, *formats: str) -> None:
        """Tick exactly these."""
        self._forms.tick(*formats)

    def show_about(self, name: str) -> None:
        """Name the picture that is saved; "" = the one that is shown."""
        if name:
            self._title.setText(self.tr("Save the corrections of {0}").format(name))
        else:
            self._title.setText(self.tr("Save what was found in this picture"))

    @Slot(str)
    def set_folder(self, folder: str) -> None:
        """Have files go there."""
        self._settings.set(keys.MASK_FOLDER, folder)
        self._tell_state()

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._forms = FormatChooser(self._settings.get(keys.MASK_FORMATS), parent=self)
        self._forms.changed.connect(self._tell_state)
        self._title = ElidedLabel(parent=self)
        self._title.setProperty("role", "heading")
        self.show_about("")
        self._where = ElidedLabel(parent=self)
        self._choose = QPushButton(self.tr("Folder…"), self)
        self._choose.setToolTip(self.tr("Choose where the files go"))
        self._policy = QComboBox(self)
        self._policy.addItem(self.tr("Keep both"), "suffix")
        self._policy.addItem(self.tr("Replace"), "overwrite")
        self._policy.setToolTip(self.tr("What becomes of files that are there already"))
        self._policy.setAccessibleName(self._policy.toolTip())
        self._save = QPushButton(self.tr("Save"), self)
        self._save.setProperty("primary", "true")
        self._close = QPushButton(self.tr("Close"), self)
        self._choose.clicked.connect(self._ask_folder)
        self._save.clicked.connect(self._send)
        self._close.clicked.connect(self.hide)

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._choose)
        row.addWidget(self._where, 1)
        row.addWidget(self._policy)
        row.addWidget(self._save)
        row.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._forms)
        layout.addLayout(row)

    @Slot()
    def _ask_folder(self) -> None:
        start = self.folder or self._settings.get(keys.SAVE_FOLDER)
        ask_for_folder(self, start, self.set_folder)

    @Slot()
    def _tell_state(self) -> None:
        self._where.setText(self.folder or self.tr("No folder chosen"))
        self._save.setEnabled(bool(self.formats and self.folder))

    @Slot()
    def _send(self) -> None:
        self._settings.set(keys.MASK_FORMATS, self.formats)
        policy = str(self._policy.currentData())
        self.save_wanted.emit(WriteOrder(self.formats, self.folder, policy))
