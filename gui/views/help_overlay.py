"""The keys of the current workspace, in columns over the whole window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.actions import key_text
from gui.views.overlay import Overlay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from gui.actions import Actions, ActionSpec

__all__ = ["HelpOverlay"]

_COLUMN_WIDTH = 360
_MARGIN = 24
_MODIFIERS: Final = frozenset(
    {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr}
)


class HelpOverlay(Overlay):
    """Lists every action of the workspace with its keys; any key or click closes it.

    Parameters
    ----------
    actions
        What the window can do.
    window
        What it covers.
    """

    def __init__(self, actions: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._actions = actions
        self._sheet: QFrame | None = None

    def open_keys(self) -> None:
        """Show the keys of the workspace that the actions are set to."""
        self._build()
        self.show_over()
        self._place()

    def toggle(self) -> None:
        """Open, or close where it is open."""
        if self.isVisible():
            self.hide()
        else:
            self.open_keys()

    def _groups(self) -> list[tuple[str, list[ActionSpec]]]:
        workspace = self._actions.workspace
        groups = []
        for specs in self._actions.by_group().values():
            shown = [spec for spec in specs if spec.keys and spec.is_in(workspace)]
            if shown:
                groups.append((shown[0].group_title, shown))
        return groups

    def _build(self) -> None:
        """Make the sheet anew: keys and workspace may have changed since it was last open."""
        if self._sheet is not None:
            self._sheet.deleteLater()
        self._sheet = QFrame(self)
        self._sheet.setProperty("role", "overlay")
        # The overlay takes every click, wherever it lands.
        self._sheet.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QVBoxLayout(self._sheet)
        layout.setContentsMargins(_MARGIN, 8, _MARGIN, 12)
        layout.setSpacing(8)
        layout.addLayout(self._heading())
        columns = QHBoxLayout()
        columns.setSpacing(40)
        count = max(1, min(3, (self._window.width() - 2 * _MARGIN) // _COLUMN_WIDTH))
        for groups in _spread(self._groups(), count):
            columns.addWidget(_column(groups), 1, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(columns)
        self._sheet.show()

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        title = QLabel(self.tr("Keys"))
        title.setProperty("role", "title")
        hint = QLabel(self.tr("Any key or click closes this"))
        hint.setProperty("role", "muted")
        row.addWidget(title)
        row.addStretch(1)
        row.addWidget(hint)
        return row

    def _place(self) -> None:
        if self._sheet is None:
            return
        size = self._sheet.sizeHint().boundedTo(self.size())
        self._sheet.resize(size)
        self._sheet.move(
            (self.width() - size.width()) // 2, max((self.height() - size.height()) // 2, 0)
        )

    # Qt's overrides.

    def event(self, event: QEvent) -> bool:
        """Claim every key: none may do what it says while one reads what it does."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close, but for the press of a modifier, which may be the start of a chord."""
        if Qt.Key(event.key()) not in _MODIFIERS:
            self.hide()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close."""
        self.hide()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay in the middle."""
        super().resizeEvent(event)
        self._place()


def _spread(
    groups: Sequence[tuple[str, list[ActionSpec]]], count: int
) -> list[list[tuple[str, list[ActionSpec]]]]:
    """Lay groups into columns of about one height; in each they keep their order.

    The longest come first, each into what is the shortest column then (R. Graham, 1969).
    """
    heights = [0] * count
    places: dict[int, int] = {}
    for at in sorted(range(len(groups)), key=lambda at: -len(groups[at][1])):
        places[at] = column = heights.index(min(heights))
        heights[column] += len(groups[at][1]) + 2
    columns = [[groups[at] for at in sorted(places) if places[at] == it] for it in range(count)]
    # They are read from the left: the first group is there.
    return sorted((it for it in columns if it), key=lambda it: list(groups).index(it[0]))


def _column(groups: Sequence[tuple[str, list[ActionSpec]]]) -> QWidget:
    column = QWidget()
    grid = QGridLayout(column)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    row = 0
    for place, (title, specs) in enumerate(groups):
        heading = QLabel(title)
        heading.setProperty("role", "heading")
        if place:
            grid.setRowMinimumHeight(row, 12)
            row += 1
        grid.addWidget(heading, row, 0, 1, 2)
        for spec in specs:
            row += 1
            grid.addLayout(_keys(spec), row, 0)
            grid.addWidget(QLabel(spec.title), row, 1)
        row += 1
    return column


def _keys(spec: ActionSpec) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(4)
    for key in spec.keys:
        cap = QLabel(key_text(key))
        cap.setProperty("role", "key")
        cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(cap)
    row.addStretch(1)
    return row
