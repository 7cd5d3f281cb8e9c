"""What was said of the picture that is shown: listed, flipped, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import Icon, icon
from gui.models.seed_list import SeedListModel
from gui.views.action_button import action_button

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.values import CosegSeed
    from gui.actions import Actions

__all__ = ["CosegSeeds"]


class CosegSeeds(QWidget):
    """A short list with its steps beside it; a hint while it is empty.

    Signals
    -------
    flip_wanted, remove_wanted : int
        Of the seed with this number in the list.
    seed_chosen : int
        Show this one; -1 = none.
    """

    flip_wanted = Signal(int)
    remove_wanted = Signal(int)
    seed_chosen = Signal(int)

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = SeedListModel(self)
        self._list = QListView(self)
        self._list.setModel(self._model)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setUniformItemSizes(True)
        self._list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._list.setAccessibleName(self.tr("What was said of this picture"))
        self._hint = QLabel(
            self.tr(
                "Wrong? Click what is the object; with Alt or the right button what is not. "
                "Drag a box. The whole set answers."
            ),
            self,
        )
        self._hint.setProperty("role", "caption")
        self._hint.setWordWrap(True)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._hint)
        self._stack.addWidget(self._list)
        self._flip = self._button(Icon.SWAP, self.tr("Say the opposite (Space)"))
        self._remove = self._button(Icon.TRASH, self.tr("Take it back (Del)"))
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for button in (
            self._flip,
            self._remove,
            action_button(actions.action("coseg_undo"), self),
            action_button(actions.action("coseg_redo"), self),
        ):
            buttons.addWidget(button)
        side = QVBoxLayout()
        side.addLayout(buttons)
        side.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._stack, 1)
        layout.addLayout(side)
        self.setFixedHeight(56)
        self._flip.clicked.connect(self._flip_chosen)
        self._remove.clicked.connect(self._remove_chosen)
        self._list.selectionModel().currentChanged.connect(self._tell)
        self.show_seeds(())

    @property
    def texts(self) -> tuple[str, ...]:
        """The lines of the list."""
        rows = range(self._model.rowCount())
        return tuple(str(self._model.index(row).data()) for row in rows)

    def show_seeds(self, seeds: Sequence[CosegSeed]) -> None:
        """List these, the last one chosen."""
        self._model.set_seeds(seeds)
        self._stack.setCurrentWidget(self._list if seeds else self._hint)
        for button in (self._flip, self._remove):
            button.setEnabled(bool(seeds))
        if seeds:
            self._list.setCurrentIndex(self._model.index(len(seeds) - 1))

    # ------------------------------------------------------------------------------------ private

    def _button(self, which: Icon, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(which))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setAutoRaise(True)
        return button

    @Slot(QModelIndex, QModelIndex)
    def _tell(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.seed_chosen.emit(current.row())

    @Slot()
    def _flip_chosen(self) -> None:
        if self._list.currentIndex().isValid():
            self.flip_wanted.emit(self._list.currentIndex().row())

    @Slot()
    def _remove_chosen(self) -> None:
        if self._list.currentIndex().isValid():
            self.remove_wanted.emit(self._list.currentIndex().row())

    # Qt's override.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Flip or take back what is chosen."""
        if event.key() == Qt.Key.Key_Space:
            self._flip_chosen()
        elif event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self._remove_chosen()
        else:
            super().keyPressEvent(event)
