"""The card that asks in which forms a whole set is saved, and where; and how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui import settings as keys
from gui.panels.coseg_folder_row import CosegFolderRow
from gui.panels.coseg_progress import CosegProgress
from gui.segment.format_chooser import FormatChooser

if TYPE_CHECKING:
    from gui.settings import Settings

__all__ = ["DEFAULT_FORMATS", "CosegSaveCard"]

DEFAULT_FORMATS = ("overlay", "coco", "csv", "cutout")
"""Beside the masks and the contact sheet, which are always there."""


class CosegSaveCard(QFrame):
    """Forms to tick, a folder, and the button that saves.

    Attributes
    ----------
    formats, progress
        Its parts.

    Signals
    -------
    save_wanted
    """

    save_wanted = Signal()

    def __init__(self, *, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setProperty("role", "card")
        self.formats = FormatChooser(
            settings.get(keys.COSEG_FORMATS) or DEFAULT_FORMATS, parent=self
        )
        self.progress = CosegProgress(self)
        self._folder = CosegFolderRow(
            self.tr("No folder chosen"), self.tr("Choose where the files go"), parent=self
        )
        self._folder.show_folder(settings.get(keys.COSEG_OUT))
        self._build_parts()
        self._build_layout()
        self._tell_state()

    # -------------------------------------------------------------------------------- for callers

    @property
    def folder(self) -> str:
        """Where the files go; "" where none was chosen yet."""
        return self._folder.folder

    @property
    def is_replacing(self) -> bool:
        """Whether files of an earlier run are replaced."""
        return self._replace.isChecked()

    @property
    def sentence(self) -> str:
        """What went wrong; "" = nothing."""
        return self._error.text()

    @Slot(str)
    def set_folder(self, folder: str) -> None:
        """Have files go there."""
        self._folder.show_folder(folder)
        self._settings.set(keys.COSEG_OUT, folder)
        self._replace.setChecked(False)  # said of one folder, not of the next
        self._tell_state()

    def replace_files(self, *, is_replacing: bool) -> None:
        """Say whether files of an earlier run are replaced."""
        self._replace.setChecked(is_replacing)

    def show_error(self, sentence: str) -> None:
        """Say what went wrong; "" takes it away."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))

    def show_running(self, *, is_running: bool) -> None:
        """Say how far it is, or let it begin."""
        for widget in (self.formats, self._folder, self._replace, self._close):
            widget.setEnabled(not is_running)
        self._save.setVisible(not is_running)
        if is_running:
            self.show_error("")
            self.progress.begin(self.tr("Saving"))
        else:
            self.progress.hide()
            self._tell_state()

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._title = QLabel(self.tr("Save the set"), self)
        self._title.setProperty("role", "heading")
        self._always = QLabel(
            self.tr(
                "Masks (0 or 255), a contact sheet, parts where there are some, and run.json are "
                "always written; besides them:"
            ),
            self,
        )
        self._always.setProperty("role", "muted")
        self._always.setWordWrap(True)
        self._replace = QCheckBox(self.tr("Replace files that are there"), self)
        self._replace.setToolTip(
            self.tr("Otherwise nothing is written into a folder that holds a set already")
        )
        self._error = QLabel(self)
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        self._error.hide()
        self._save = QPushButton(self.tr("Save"), self)
        self._save.setProperty("primary", "true")
        self._close = QPushButton(self.tr("Close"), self)
        self.formats.changed.connect(self._keep)
        self._folder.folder_chosen.connect(self.set_folder)
        self._save.clicked.connect(self.save_wanted)
        self._close.clicked.connect(self.hide)

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._folder, 1)
        row.addWidget(self._replace)
        row.addWidget(self._save)
        row.addWidget(self._close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        for widget in (self._title, self._always, self.formats):
            layout.addWidget(widget)
        layout.addLayout(row)
        layout.addWidget(self._error)
        layout.addWidget(self.progress)

    @Slot()
    def _keep(self) -> None:
        self._settings.set(keys.COSEG_FORMATS, self.formats.chosen)

    def _tell_state(self) -> None:
        self._save.setEnabled(bool(self.folder))

    # Qt's override.

    def hasHeightForWidth(self) -> bool:
        """Say no: a stack of pages takes such a card's wish for the least, and the window grows."""
        return False
