"""The row of buttons over the graph: find, fit, open, fold, turn, colour, pictures, save."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QWidget,
)

from gui.graph.measures import ColourBy, title_of
from gui.icons import Icon, icon
from gui.views.action_button import action_button

if TYPE_CHECKING:
    from collections.abc import Callable

    from gui.actions import Actions

__all__ = ["GraphBar"]

WIDE_FROM_PX = 520
"""From this width on, everything stands in one row."""
MOST_DEPTHS = 4


class GraphBar(QWidget):
    """Asks how the graph is to be shown.

    Parameters
    ----------
    actions
        The window's, with those of `gui.graph.keymap`.

    Signals
    -------
    colour_changed : ColourBy
    depth_wanted : int
        Open boxes down to this level: 0 = none, -1 = the overview, -2 = all.
    save_wanted : str, bool
        "svg" or "png"; whether only what is seen is to be saved.
    """

    OVERVIEW, ALL = -1, -2

    colour_changed = Signal(object)
    depth_wanted = Signal(int)
    save_wanted = Signal(str, bool)

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._depth = 0
        self._is_wide = False
        self._build_parts()
        self._build_layout()
        self._colour.currentIndexChanged.connect(self._tell_colour)

    @property
    def colour_by(self) -> ColourBy:
        """By what the items are coloured."""
        return ColourBy(self._colour.currentData())

    def set_colour_by(self, colour_by: ColourBy) -> None:
        """Choose a measure, without telling anyone."""
        with QSignalBlocker(self._colour):
            self._colour.setCurrentIndex(self._colour.findData(colour_by))

    def cycle_colour(self) -> None:
        """Go on to the next measure."""
        self._colour.setCurrentIndex((self._colour.currentIndex() + 1) % self._colour.count())

    def set_depth(self, depth: int) -> None:
        """Offer so many levels."""
        self._depth = depth

    def set_note(self, text: str) -> None:
        """Say what the live colours and pictures cost ("+3.1 ms a frame")."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def _build_parts(self) -> None:
        self._buttons = [
            action_button(self._actions.action("graph_find"), self),
            action_button(self._actions.action("graph_fit"), self),
            self._menu_button(
                Icon.EXPAND,
                self.tr("Open all modules (Ctrl+E), close them (Ctrl+B), or open some levels"),
                self._fill_depths,
            ),
            action_button(self._actions.action("graph_fold"), self),
            action_button(self._actions.action("graph_turn"), self),
            action_button(self._actions.action("graph_pictures"), self),
            self._menu_button(Icon.EXPORT, self.tr("Save the graph"), self._fill_saves),
        ]
        self._compare = action_button(self._actions.action("compare"), self)
        self._colour = QComboBox(self)
        self._colour.setAccessibleName(self.tr("Colour by"))
        self._colour.setToolTip(self.tr("By what the graph is coloured (V)"))
        for colour_by in ColourBy:
            text = self.tr("Colour: {0}").format(title_of(colour_by).lower())
            self._colour.addItem(text, colour_by)
        self._colour.setMinimumContentsLength(14)
        self._note = QLabel(self)
        self._note.setProperty("role", "number-small")
        self._note.hide()

    def _menu_button(self, which: Icon, tooltip: str, fill: Callable[[QMenu], None]) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(which))
        button.setToolTip(tooltip)
        button.setAccessibleName(tooltip)
        button.setAutoRaise(True)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: fill(menu))
        button.setMenu(menu)
        return button

    def _build_layout(self) -> None:
        self._row = row = QHBoxLayout()
        row.setSpacing(2)
        for button in self._buttons:
            row.addWidget(button)
        row.addStretch(1)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._grid.addLayout(row, 0, 0, 1, 3)
        self._place_colour()

    def _place_colour(self) -> None:
        """Put the choice of colours, and what is beside it, into the row or below."""
        row, column = (0, 3) if self._is_wide else (1, 0)
        for place, part in enumerate((self._colour, self._note, self._compare)):
            self._grid.addWidget(part, row, column + place)

    def _fill_depths(self, menu: QMenu) -> None:
        menu.clear()
        menu.addAction(self.tr("Overview"), lambda: self.depth_wanted.emit(self.OVERVIEW))
        menu.addAction(self.tr("Close all"), lambda: self.depth_wanted.emit(0))
        for depth in range(1, min(self._depth, MOST_DEPTHS + 1)):
            text = self.tr("Open to level {0}").format(depth)
            menu.addAction(text, functools.partial(self.depth_wanted.emit, depth))
        menu.addAction(self.tr("Open all"), lambda: self.depth_wanted.emit(self.ALL))

    def _fill_saves(self, menu: QMenu) -> None:
        menu.clear()
        for text, kind, is_part in (
            (self.tr("All of it as SVG (vectors)…"), "svg", False),
            (self.tr("All of it as PNG (pixels)…"), "png", False),
            (self.tr("What is seen as SVG…"), "svg", True),
            (self.tr("What is seen as PNG…"), "png", True),
        ):
            menu.addAction(text, functools.partial(self.save_wanted.emit, kind, is_part))

    @Slot()
    def _tell_colour(self) -> None:
        self.colour_changed.emit(self.colour_by)

    # Qt's overrides.

    def minimumSizeHint(self) -> QSize:
        """Ask for no more width than two rows need: in one row, it could never become narrow."""
        hint = super().minimumSizeHint()
        hint.setWidth(min(hint.width(), self._row.minimumSize().width()))
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Use one row or two."""
        super().resizeEvent(event)
        is_wide = self.width() >= WIDE_FROM_PX
        if is_wide != self._is_wide:
            self._is_wide = is_wide
            self._place_colour()
