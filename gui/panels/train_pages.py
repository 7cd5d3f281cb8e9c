"""The middle of the Train workspace: the set, the training, and what skips do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QTabWidget

from gui.panels.skip_page import SkipPage
from gui.panels.train_run_page import TrainRunPage
from gui.panels.train_set_page import TrainSetPage
from gui.views.drop_hint import DropHint

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gui.actions import Actions

__all__ = ["TrainPages"]


class TrainPages(QTabWidget):
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
        self._hint = DropHint(self, self.tr("Drop a folder of photos with their masks"))

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front."""
        self.setCurrentWidget(page)

    def turn(self) -> None:
        """Go to the next page, and from the last one to the first."""
        self.setCurrentIndex((self.currentIndex() + 1) % self.count())

    # Qt's overrides.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take a file or folder."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._hint.show()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the hint away."""
        self._hint.hide()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the first of what was dropped as the set."""
        self._hint.hide()
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.path_dropped.emit(paths[0])
            event.acceptProposedAction()
