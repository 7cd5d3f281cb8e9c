"""Going from workspace to workspace, each with the layout that it was left with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Signal, Slot
from PySide6.QtWidgets import QSizePolicy

from gui import settings as keys
from gui.workspaces import WORKSPACES, Workspace, arrange, arranging, workspace_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QWidget

    from gui.context import WindowContext

__all__ = ["WorkspaceControl"]

LAYOUT_VERSION = 5


class WorkspaceControl(QObject):
    """Shows one workspace at a time.

    Parameters
    ----------
    window
        Whose docks are arranged; also the parent.
    context
        Of the window; the actions "workspace_..." are its buttons.
    stack, pages
        The middle of the window, and what can stand there, by name.
    docks
        The panels.

    Signals
    -------
    arranging_for : str
        The id of the workspace that the panels are put in place for next.
    changed : str
        The id of the workspace that is shown now.
    """

    arranging_for = Signal(str)
    changed = Signal(str)

    def __init__(
        self,
        window: QMainWindow,
        context: WindowContext,
        *,
        stack: QStackedWidget,
        pages: Mapping[str, QWidget],
        docks: Mapping[str, QDockWidget],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._actions = context.actions
        self._settings = context.settings
        self._stack = stack
        self._pages = pages
        self._docks = docks
        self._current: Workspace | None = None
        for page in pages.values():
            stack.addWidget(page)
        for workspace in WORKSPACES:
            self._actions.connect(
                f"workspace_{workspace.id}", lambda _is_on, id_=workspace.id: self.show(id_)
            )

    @property
    def current(self) -> str:
        """The id of the workspace that is shown; empty before the first."""
        return self._current.id if self._current else ""

    def show(self, id_: str) -> None:
        """Go to a workspace; the one that is left keeps its layout."""
        if id_ != self.current:
            self.remember()
            self._current = workspace_of(id_)
            self._actions.set_workspace(id_)
            with arranging(self._window):
                self.arranging_for.emit(id_)
                self._turn_to(self._pages[self._current.page])
                self._restore(self._current)
        for workspace in WORKSPACES:
            self._actions.action(f"workspace_{workspace.id}").setChecked(workspace.id == id_)
        self._pages[workspace_of(id_).page].setFocus()
        self.changed.emit(id_)

    def _turn_to(self, page: QWidget) -> None:
        """Show a page; the others, which are not seen, ask for no room meanwhile."""
        for one in self._pages.values():
            wish = QSizePolicy.Policy.Preferred if one is page else QSizePolicy.Policy.Ignored
            one.setSizePolicy(wish, wish)
        self._stack.setCurrentWidget(page)

    def start(self) -> None:
        """Show the workspace that was used last."""
        last = self._settings.get(keys.WORKSPACE)
        self.show(last if last in keys.STATES else WORKSPACES[0].id)

    @Slot()
    def reset(self) -> None:
        """Put every panel of this workspace back where it was at first."""
        if self._current is not None:
            with arranging(self._window):
                arrange(self._window, self._docks, self._current)

    def remember(self) -> None:
        """Keep the present layout for the next time."""
        if self._current is not None:
            state = bytes(self._window.saveState(LAYOUT_VERSION).data())
            self._settings.set(keys.STATES[self._current.id], state)
            self._settings.set(keys.WORKSPACE, self._current.id)

    def _restore(self, workspace: Workspace) -> None:
        state = self._settings.get(keys.STATES[workspace.id])
        if not state or not self._window.restoreState(QByteArray(state), LAYOUT_VERSION):
            arrange(self._window, self._docks, workspace)
