"""The batch panel: many pictures and videos through a network, while the live one goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from gui.panels.batch_form import BatchForm
from gui.panels.batch_run_page import BatchRunPage
from gui.views.drop_hint import DropHint
from gui.views.file_drop import FileDrop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.settings import Settings

__all__ = ["BatchPanel"]


class BatchPanel(FileDrop, QWidget):
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
        self.drop_hint = DropHint(self, self.tr("Drop folders, pictures and videos"))

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

    @property
    def can_take_files(self) -> bool:
        """Whether there is a form for them; a run takes none."""
        return not self.is_running

    def take_files(self, paths: Sequence[str]) -> None:
        """Put what was dropped into the list."""
        self.form.inputs.add(*paths)

    # Qt's overrides.

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that it can be seen."""
        super().showEvent(event)
        self.shown.emit()
