"""A list of paths that says what to do while it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem

from gui.theme import theme_of
from gui.views.drawing import draw_message

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = ["PathList"]

LINES = 3
MOST_LINES = 9


class PathList(QListWidget):
    """Paths, each once; Delete takes the chosen ones out.

    Parameters
    ----------
    message
        What stands in the empty list.

    Signals
    -------
    changed
        Paths came or went.
    """

    changed = Signal()

    def __init__(self, message: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message = message
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setMinimumHeight(self._height(LINES))
        self.setMaximumHeight(self._height(MOST_LINES))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them, in the order of their coming."""
        return tuple(self.item(row).text() for row in range(self.count()))

    def add(self, paths: tuple[str, ...]) -> None:
        """Take paths in; those that stand here already stay where they are."""
        new = [path for path in dict.fromkeys(paths) if path and path not in self.paths]
        for path in new:
            item = QListWidgetItem(path)
            item.setToolTip(path)
            self.addItem(item)
        if new:
            self.changed.emit()

    def remove_chosen(self) -> None:
        """Take the chosen ones out, or the only one."""
        chosen = self.selectedItems() or ([self.item(0)] if self.count() == 1 else [])
        for item in chosen:
            self.takeItem(self.row(item))
        if chosen:
            self.changed.emit()

    # Qt's overrides.

    def sizeHint(self) -> QSize:
        """Return the room of a few lines; it takes more where there is some."""
        return QSize(256, self._height(LINES))

    def _height(self, lines: int) -> int:
        return lines * (self.fontMetrics().height() + 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take out with Delete."""
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.remove_chosen()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write the message into the empty list."""
        super().paintEvent(event)
        if not self.count():
            painter = QPainter(self.viewport())
            draw_message(painter, QRectF(self.viewport().rect()), self._message, theme_of(self))
            painter.end()
