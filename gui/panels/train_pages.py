"""The middle of the Train workspace: the set, the training, and what skips do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget

from gui.panels.skip_page import SkipPage
from gui.panels.train_run_page import TrainRunPage
from gui.panels.train_set_page import TrainSetPage
from gui.views.drop_hint import DropHint
from gui.views.file_drop import FileDrop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from gui.actions import Actions

__all__ = ["TrainPages"]


class TrainPages(FileDrop, QTabWidget):
    """Three pages. A folder or file that is dropped here is the set.

    Attributes
    ----------
    set, run, skips
        The pages.

    Signals
    -------
    path_dropped : str
    """

    path_dropped = Signal(str)

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.set = TrainSetPage(actions=actions, parent=self)
        self.run = TrainRunPage(actions=actions, parent=self)
        self.skips = SkipPage(actions=actions, parent=self)
        self.setDocumentMode(True)
        for title, page in (
            (self.tr("Set"), self.set),
            (self.tr("Training"), self.run),
            (self.tr("What skips do"), self.skips),
        ):
            self.addTab(page, title)
        self.setFocusProxy(self.set)
        self.currentChanged.connect(lambda _place: self.setFocusProxy(self.currentWidget()))
        self.setAcceptDrops(True)
        self.drop_hint = DropHint(self, self.tr("Drop a folder of photos with their masks"))

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front."""
        self.setCurrentWidget(page)

    def turn(self) -> None:
        """Go to the next page, and from the last one to the first."""
        self.setCurrentIndex((self.currentIndex() + 1) % self.count())

    def take_files(self, paths: Sequence[str]) -> None:
        """Take the first of what was dropped as the set."""
        self.path_dropped.emit(paths[0])
