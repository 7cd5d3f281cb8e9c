"""A form whose fields each have a line below: a reason, or a problem. It scrolls where it must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from gui.panels.field_note import FieldNote

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NotedForm"]

_LEAST_PX = 96
_CONTROL_PX = 28


class NotedForm(QScrollArea):
    """Rows with a title, fields side by side, and a note below them.

    Parameters
    ----------
    parent
        Where it stands.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notes: dict[str, FieldNote] = {}
        self._parts: dict[str, list[QWidget]] = {}
        self._body = QWidget()
        self._body.setProperty("role", "form")
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(0, 4, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self.setProperty("role", "form")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(_LEAST_PX)
        self.setWidget(self._body)

    @property
    def names(self) -> tuple[str, ...]:
        """What the rows were added as, from the top."""
        return tuple(self._notes)

    def add(self, name: str, title: str, fields: Sequence[QWidget]) -> None:
        """Add a row."""
        label = QLabel(title, self._body)
        label.setProperty("role", "muted")
        label.setBuddy(fields[0])
        cell = QWidget(self._body)
        line = QHBoxLayout(cell)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        top = Qt.AlignmentFlag.AlignTop
        for field in fields:
            is_label = isinstance(field, QLabel)  # a badge, beside a field of one line
            line.addWidget(field, 0, Qt.AlignmentFlag.AlignVCenter if is_label else top)
        if fields[-1].sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Expanding:
            line.setStretchFactor(fields[-1], 1)
            line.setAlignment(fields[-1], Qt.AlignmentFlag(0))
        else:
            line.addStretch(1)
        note = FieldNote(self._body)
        note.setContentsMargins(0, 0, 0, 8)
        row = 2 * len(self._notes)
        self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(row + 2, 1)  # what is left stays below the last row
        label.setMinimumHeight(_CONTROL_PX)
        self._grid.addWidget(label, row, 0, top)
        self._grid.addWidget(cell, row, 1)
        self._grid.addWidget(note, row + 1, 1)
        self._notes[name] = note
        self._parts[name] = [label, cell, note]

    def note(self, name: str) -> FieldNote:
        """Return the line below a row's fields."""
        return self._notes[name]

    def set_shown(self, name: str, *, is_shown: bool) -> None:
        """Show a row, or leave it out."""
        for part in self._parts[name]:
            part.setVisible(is_shown)

    # Qt's overrides.

    def sizeHint(self) -> QSize:
        """Return the room that all rows need at this width."""
        width = max(self.viewport().width(), 320)
        return QSize(480, self._grid.totalHeightForWidth(width))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the height follow the width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()
