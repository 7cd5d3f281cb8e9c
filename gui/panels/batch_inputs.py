"""Which files and folders a batch works through."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui import settings as keys
from gui.dialogs import ask_for_files, ask_for_folder
from gui.icons import Icon, icon
from gui.views.elided_label import ElidedLabel
from gui.views.path_list import PathList

if TYPE_CHECKING:
    from gui.settings import Settings

__all__ = ["BatchInputs"]


class BatchInputs(QWidget):
    """A list of paths, with buttons that add to it.

    Signals
    -------
    changed
        There are others now.
    """

    changed = Signal()

    def __init__(self, *, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._shown = ""
        self._build_parts()
        self._build_layout()
        self._list.add(settings.get(keys.BATCH_INPUTS))
        self._list.changed.connect(self._tell)
        self._show_state()

    @property
    def paths(self) -> tuple[str, ...]:
        """What is to be worked through."""
        return self._list.paths

    def add(self, *paths: str) -> None:
        """Take files and folders in."""
        self._list.add(paths)

    def offer(self, folder: str) -> None:
        """Offer the folder of what is shown; "" = nothing is shown that has one."""
        self._shown = folder
        self._show_state()

    def show_count(self, text: str, *, is_error: bool = False) -> None:
        """Say how much there is to do, or why there is nothing."""
        self._count.setText(text)
        self._count.setProperty("role", "error" if is_error else "muted")
        self._count.style().polish(self._count)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        message = self.tr("Drop folders, pictures and videos here, or add them below")
        self._list = PathList(message, self)
        self._list.setAccessibleName(self.tr("Pictures and videos"))
        self._folder = QPushButton(self.tr("Add folder…"), self)
        self._folder.setToolTip(self.tr("Add a folder with all that is in it"))
        self._files = QPushButton(self.tr("Add files…"), self)
        self._remove = QToolButton(self)
        self._remove.setIcon(icon(Icon.TRASH))
        self._remove.setToolTip(self.tr("Take the chosen ones out of the list (Del)"))
        self._remove.setAccessibleName(self.tr("Take out"))
        self._current = QPushButton(self)
        self._current.setProperty("role", "link")
        self._count = ElidedLabel(parent=self)
        self._folder.clicked.connect(self._ask_folder)
        self._files.clicked.connect(self._ask_files)
        self._remove.clicked.connect(self._list.remove_chosen)
        self._current.clicked.connect(self._add_shown)
        self._list.itemSelectionChanged.connect(self._show_state)

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._folder)
        row.addWidget(self._files)
        row.addStretch(1)
        row.addWidget(self._remove)
        last = QHBoxLayout()
        last.setSpacing(8)
        last.addWidget(self._count, 1)
        last.addWidget(self._current)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._list, 1)
        layout.addLayout(row)
        layout.addLayout(last)

    @Slot()
    def _ask_folder(self) -> None:
        title = self.tr("Choose a folder of pictures and videos")
        ask_for_folder(self, self._start(), self._add_one, title)

    @Slot()
    def _ask_files(self) -> None:
        ask_for_files(self, self._start(), self._add_all)

    def _start(self) -> str:
        return self._shown or self._settings.get(keys.FOLDER) or str(Path.home())

    @Slot(str)
    def _add_one(self, path: str) -> None:
        self.add(path)

    @Slot(list)
    def _add_all(self, paths: list[str]) -> None:
        self.add(*paths)

    @Slot()
    def _add_shown(self) -> None:
        self.add(self._shown)

    @Slot()
    def _tell(self) -> None:
        self._settings.set(keys.BATCH_INPUTS, self.paths)
        self._show_state()
        self.changed.emit()

    @Slot()
    def _show_state(self) -> None:
        has_choice = bool(self._list.selectedItems()) or self._list.count() == 1
        self._remove.setEnabled(has_choice)
        is_new = bool(self._shown) and self._shown not in self.paths
        self._current.setVisible(is_new)
        name = Path(self._shown).name or self._shown
        metrics = self._current.fontMetrics()
        short = metrics.elidedText(
            name, self._list.textElideMode(), 16 * metrics.averageCharWidth()
        )
        self._current.setText(self.tr("Add “{0}”").format(short))
        self._current.setToolTip(self.tr("Add the folder that is shown: {0}").format(self._shown))
