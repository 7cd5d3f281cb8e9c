"""The middle of the Co-segment workspace: the set as a grid, and one picture of it large."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from gui.coseg.look import coseg_look
from gui.panels.coseg_bar import CosegBar
from gui.panels.coseg_empty_page import CosegEmptyPage
from gui.panels.coseg_picture_panel import CosegPicturePanel
from gui.panels.coseg_save_card import CosegSaveCard
from gui.views.coseg_grid import CosegGrid
from gui.views.drop_hint import DropHint
from gui.views.file_drop import FileDrop
from gui.views.notice_bar import NoticeBar

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from gui.actions import Actions
    from gui.settings import Settings

__all__ = ["CosegPanel"]

LEAST_PX = 300
"""Below cards and notices: less is rather crowded than that the window grows."""


class CosegPanel(FileDrop, QWidget):
    """Shows a set. Folders and pictures that are dropped here make a new one.

    Attributes
    ----------
    bar, grid, picture, notices, save_card, empty
        Its parts.

    Signals
    -------
    paths_dropped : list of str
    shown
        It can be seen now.
    """

    paths_dropped = Signal(list)
    shown = Signal()

    def __init__(
        self, *, actions: Actions, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.bar = CosegBar(actions=actions, look=coseg_look(settings), parent=self)
        self.grid = CosegGrid(_thumbnail, self)
        self.grid.set_look(self.bar.look)
        self.picture = CosegPicturePanel(actions=actions, parent=self)
        self.save_card = CosegSaveCard(settings=settings, parent=self)
        self.notices = NoticeBar(self)
        self.empty = CosegEmptyPage(self)
        self._build_layout()
        self.save_card.hide()
        self.setFocusProxy(self.grid)
        self.setAcceptDrops(True)
        self.drop_hint = DropHint(
            self, self.tr("Drop a folder of pictures that show the same object")
        )

    @property
    def has_set(self) -> bool:
        """Whether a set is shown."""
        return self._stack.currentWidget() is self._set

    def show_set(self, *, has_set: bool) -> None:
        """Show the set, or what to do to have one."""
        self._stack.setCurrentWidget(self._set if has_set else self.empty)

    # ------------------------------------------------------------------------------------ private

    def _build_layout(self) -> None:
        self._set = QWidget(self)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(8)
        column.addWidget(self.bar)
        column.addWidget(self.grid, 1)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(left)
        self._splitter.addWidget(self.picture)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([480, 500])
        self._splitter.setMinimumHeight(LEAST_PX)
        within = QVBoxLayout(self._set)
        within.setContentsMargins(0, 0, 0, 0)
        within.setSpacing(8)
        within.addWidget(self.save_card)
        within.addWidget(self._splitter, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._set)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.notices)
        layout.addWidget(self._stack, 1)

    def take_files(self, paths: Sequence[str]) -> None:
        """Make a set of what was dropped."""
        self.paths_dropped.emit(list(paths))

    # Qt's overrides.

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that it can be seen."""
        super().showEvent(event)
        self.shown.emit()


def _thumbnail(path: str, size_px: int) -> NDArray[np.uint8] | None:
    from engine.sources.thumbnails import thumbnail  # noqa: PLC0415 - brings PIL, after start

    return thumbnail(path, size_px)
