"""What a panel does with files that are dragged over it."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent

    from gui.views.drop_hint import DropHint

__all__ = ["FileDrop"]


class FileDrop:
    """A base, before a widget's class, of panels that take files of their own.

    Attributes
    ----------
    drop_hint
        The sheet that says what can be dropped here; the widget makes it, and accepts drops.
    """

    drop_hint: DropHint

    @property
    def can_take_files(self) -> bool:
        """Whether files are wanted now."""
        return True

    @abstractmethod
    def take_files(self, paths: Sequence[str]) -> None:
        """Take what was dropped: at least one file or folder."""

    # Qt's overrides.

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if self.can_take_files and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.drop_hint.show()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Take the hint away."""
        self.drop_hint.hide()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        self.drop_hint.hide()
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.take_files(paths)
            event.acceptProposedAction()
