"""The Train workspace as the window has it: its panels and controls, joined to the others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from gui.control.skips import SkipControl
from gui.control.train import TrainControl
from gui.panels.train_form import TrainForm
from gui.panels.train_pages import TrainPages

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from engine.values import FrameResult
    from gui.actions import Actions
    from gui.context import WindowContext
    from gui.control.models import ModelControl
    from gui.control.workspaces import WorkspaceControl
    from gui.settings import Settings

__all__ = ["TrainRoom"]

_TASKS = frozenset({"semantic"})


class TrainRoom(QObject):
    """Makes the panels at once, and the controls when the window has the others that they need.

    Attributes
    ----------
    pages, form
        What stands in the middle, and the panel beside it.
    training, skips
        The controls, once `connect_window` was called.
    """

    training: TrainControl
    skips: SkipControl

    def __init__(self, *, actions: Actions, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.pages = TrainPages(actions=actions, parent=parent)
        self.form = TrainForm(actions=actions, settings=settings, parent=parent)

    def connect_window(
        self,
        context: WindowContext,
        *,
        workspaces: WorkspaceControl,
        models: ModelControl,
    ) -> None:
        """Make the controls, and join them to those of the window."""
        self._workspaces = workspaces
        self._models = models
        self.training = TrainControl(context, pages=self.pages, form=self.form)
        self.skips = SkipControl(context, self.pages.skips)
        workspaces.changed.connect(self._enter)
        self.training.live_wanted.connect(self._show_live)
        self.pages.skips.model_wanted.connect(models.load)
        self.pages.skips.choice_wanted.connect(partial(models.choose, _TASKS))

    def show_result(self, result: FrameResult) -> None:
        """Pass the newest answer on."""
        self.skips.show_result(result)

    def close(self) -> None:
        """Stop what is under way, and wait."""
        self.training.close()
        self.skips.close()

    # ------------------------------------------------------------------------------------ private

    @Slot(str)
    def _enter(self, workspace: str) -> None:
        if workspace == "train":
            self.training.show()

    @Slot(str)
    def _show_live(self, path: str) -> None:
        """Run a network that was trained just now on the live picture."""
        self._workspaces.show("segment")
        self._models.load(path)
