"""The batch panel: many pictures and videos through a network, while the live one goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from gui.panels.batch_form import BatchForm
from gui.panels.batch_run_page import BatchRunPage
from gui.views.drop_hint import DropHint

if TYPE_CHECKING:
    from gui.settings import Settings

__all__ = ["BatchPanel"]


class BatchPanel(QWidget):
    """A form, and the run that it leads to. What is dropped here goes into the form.

    Attributes
    ----------
    form, run
        Its two pages.

    Signals
    -------
    shown
        It can be seen now.
    """

    shown = Signal()

    def __init__(self, *, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = BatchForm(settings=settings, parent=self)
        self.run = BatchRunPage(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.form)
        self._stack.addWidget(self.run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self._stack)
        self.setAcceptDrops(True)
        self._hint = DropHint(self, self.tr("Drop folders, pictures and videos"))

    @property
    def is_running(self) -> bool:
        """Whether the page of a run is shown, also of one that has ended."""
        return self._stack.currentWidget() is self.run

    def show_form(self) -> None:
        """Show the form."""
        self._stack.setCurrentWidget(self.form)

    def show_run(self) -> None:
        """Show the run."""
        self._stack.setCurrentWidget(self.run)

    # Qt's overrides.

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that it can be seen."""
        super().showEvent(event)
        self.shown.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders, but not into a run."""
        is_files = any(url.isLocalFile() for url in event.mimeData().urls())
        if is_files and not self.is_running:
            event.acceptProposedAction()
            self._hint.show()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the hint away."""
        self._hint.hide()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put what was dropped into the list."""
        self._hint.hide()
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        self.form.inputs.add(*paths)
        event.acceptProposedAction()
