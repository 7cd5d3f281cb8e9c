"""A folder to choose, its name and how to let go of it, in two lines."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from gui.dialogs import ask_for_folder
from gui.icons import Icon, icon
from gui.views.elided_label import ElidedLabel

__all__ = ["CosegFolderRow"]


class CosegFolderRow(QWidget):
    """A button, and what was chosen.

    Parameters
    ----------
    nothing
        What stands there while none is chosen.
    title
        Of the file dialog.
    can_clear
        Whether a button takes the choice back.

    Signals
    -------
    folder_chosen : str
        "" = none any more.
    """

    folder_chosen = Signal(str)

    def __init__(
        self, nothing: str, title: str, *, can_clear: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._nothing, self._title = nothing, title
        self._folder = ""
        self._choose = QPushButton(self.tr("Folder…"), self)
        self._choose.setToolTip(title)
        self._name = ElidedLabel(parent=self)
        self._clear = QToolButton(self)
        self._clear.setIcon(icon(Icon.CLOSE))
        self._clear.setToolTip(self.tr("Do without it"))
        self._clear.setAccessibleName(self._clear.toolTip())
        self._can_clear = can_clear
        self.start = str(Path.home())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._choose)
        layout.addWidget(self._name, 1)
        layout.addWidget(self._clear)
        self._choose.clicked.connect(self.ask)
        self._clear.clicked.connect(lambda: self.set_folder(""))
        self.show_folder("")

    @property
    def folder(self) -> str:
        """What is chosen; "" = nothing."""
        return self._folder

    def show_folder(self, folder: str, text: str = "") -> None:
        """Show a choice, without telling anyone."""
        self._folder = folder
        self._name.setText(text or Path(folder).name or folder or self._nothing)
        self._name.setToolTip(folder)
        self._name.setProperty("role", "" if folder else "muted")
        self._name.style().polish(self._name)
        self._clear.setVisible(self._can_clear and bool(folder))

    @Slot(str)
    def set_folder(self, folder: str) -> None:
        """Choose, and tell."""
        self.show_folder(folder)
        self.folder_chosen.emit(folder)

    @Slot()
    def ask(self) -> None:
        """Let the person choose."""
        ask_for_folder(self, self._folder or self.start, self.set_folder, self._title)
