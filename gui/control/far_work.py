"""Work that goes on beside the live picture: brought up, and told of where nobody looks at it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, SignalInstance

from gui.workspaces import bring_forward

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QDockWidget, QWidget

    from gui.control.workspaces import WorkspaceControl
    from gui.views.notice_bar import NoticeBar

__all__ = ["FarWorkControl"]


class _FarWork(Protocol):
    """What has long work done: `wanted` brings it up, `told` says what it came to."""

    @property
    def wanted(self) -> SignalInstance:
        """It is to be brought forward."""

    @property
    def told(self) -> SignalInstance:
        """A sentence of what it came to, that nobody looked at."""


class FarWorkControl(QObject):
    """Joins controls of long work with the window's workspaces and notices."""

    def __init__(
        self,
        window: QWidget,
        *,
        workspaces: WorkspaceControl,
        docks: Mapping[str, QDockWidget],
        notices: NoticeBar,
    ) -> None:
        super().__init__(window)
        self._workspaces = workspaces
        self._docks = docks
        self._notices = notices

    def follow(self, work: _FarWork, name: str, place: tuple[str, str], words: str) -> None:
        """Bring this work up when it is wanted, and tell of it.

        Parameters
        ----------
        name
            Of its notices.
        place
            The workspace that it belongs to, and its panel there.
        words
            What stands around its sentence: "Batch – {0}".
        """
        show = partial(self._show, *place)
        work.wanted.connect(show)
        work.told.connect(partial(self._tell, name, words, show))

    def _show(self, workspace: str, dock: str) -> None:
        self._workspaces.show(workspace)
        bring_forward(self._docks[dock])

    def _tell(self, name: str, words: str, show: partial[None], sentence: str) -> None:
        actions = [(self.tr("Show"), show)]
        self._notices.show_notice(name, words.format(sentence), actions=actions)
