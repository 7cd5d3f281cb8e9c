"""A set as it was understood: its classes, what is odd, and what the network sees of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.learn.colours import labelled
from gui.learn.words import odd_text, set_text
from gui.models.class_counts import ClassCountModel, CountColumn
from gui.panels.train_empty_page import TrainEmptyPage
from gui.views.tile_grid import TileGrid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.values import PreviewTile
    from gui.actions import Actions
    from gui.learn.running import SetLook

__all__ = ["TrainSetPage"]


class TrainSetPage(QWidget):
    """Shows a set, or what to do to have one.

    Attributes
    ----------
    empty, tiles
        Its parts.
    """

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: tuple[PreviewTile, ...] = ()
        self._colours: NDArray[np.uint8] = np.zeros((1, 3), np.uint8)
        self.empty = TrainEmptyPage(self)
        self.tiles = TileGrid(self.tr("Crops of the photos are shown here"), self)
        self.tiles.setAccessibleName(self.tr("What the network sees"))
        self._build_parts(actions)
        self._build_layout()
        self._labels.toggled.connect(self._show_tiles)

    @property
    def has_set(self) -> bool:
        """Whether a set is shown."""
        return self._stack.currentWidget() is not self.empty

    @property
    def sentence(self) -> str:
        """What was understood."""
        return self._what.text()

    @property
    def odd(self) -> str:
        """What is odd about the set."""
        return self._odd.toPlainText()

    def show_set(self, look: SetLook, colours: NDArray[np.uint8]) -> None:
        """Show a set; `colours` is (classes, 3) uint8, the background's unused."""
        self._colours = colours
        self._what.setText(set_text(look))
        self._own.setVisible(look.is_own)
        self._model.show_classes(look.summary.classes, colours)
        text = odd_text(look)
        self._odd.setPlainText(text)
        self._odd.setVisible(bool(text))
        self._odd_title.setVisible(bool(text))
        self.show_tiles(look.tiles)
        self._stack.setCurrentWidget(self._body)

    def show_tiles(self, tiles: Sequence[PreviewTile]) -> None:
        """Show other crops of the same set."""
        self._tiles = tuple(tiles)
        self._show_tiles()

    def show_empty(self) -> None:
        """Show what to do first; its sentences are those of `empty`."""
        self._stack.setCurrentWidget(self.empty)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self, actions: Actions) -> None:
        self._what = QLabel(self)
        self._what.setWordWrap(True)
        self._what.setTextFormat(Qt.TextFormat.PlainText)
        self._own = QLabel(self.tr("pseudo-labels"), self)
        self._own.setProperty("role", "badge-warning")
        self._own.setToolTip(
            self.tr("These masks were made by a network, not by a person: its errors are learnt")
        )
        self._model = ClassCountModel(self)
        self._table = QTableView(self)
        self._table.setModel(self._model)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setShowGrid(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(24)
        self._table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._table.setAccessibleName(self.tr("Classes of the set"))
        head = self._table.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(CountColumn.NAME, QHeaderView.ResizeMode.Stretch)
        for column in list(CountColumn)[1:]:
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._odd_title = self._heading(self.tr("To know"))
        self._odd = QPlainTextEdit(self)
        self._odd.setReadOnly(True)
        self._odd.setAccessibleName(self.tr("What is odd about the set"))
        self._odd.setMaximumHeight(150)
        self._labels = QCheckBox(self.tr("Labels"), self)
        self._labels.setChecked(True)
        self._labels.setToolTip(self.tr("Lay what is marked over the crops"))
        self._shuffle = QToolButton(self)
        self._shuffle.setDefaultAction(actions.action("train_shuffle"))
        self._shuffle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def _build_layout(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._left())
        self._splitter.addWidget(self._right())
        self._splitter.setStretchFactor(0, 2)
        self._splitter.setStretchFactor(1, 3)
        self._splitter.setSizes([450, 520])
        self._body = QWidget(self)
        said = QHBoxLayout()
        said.setSpacing(8)
        said.addWidget(self._what, 1)
        said.addWidget(self._own, 0, Qt.AlignmentFlag.AlignTop)
        within = QVBoxLayout(self._body)
        within.setContentsMargins(0, 0, 0, 0)
        within.setSpacing(12)
        within.addLayout(said)
        within.addWidget(self._splitter, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self._stack)

    def _left(self) -> QWidget:
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        column.addWidget(self._heading(self.tr("Classes")))
        column.addWidget(self._table, 1)
        column.addWidget(self._odd_title)
        column.addWidget(self._odd)
        return left

    def _right(self) -> QWidget:
        right = QWidget(self)
        crops = QVBoxLayout(right)
        crops.setContentsMargins(8, 0, 0, 0)
        crops.setSpacing(8)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._heading(self.tr("What the network sees")))
        top.addStretch(1)
        top.addWidget(self._labels)
        top.addWidget(self._shuffle)
        crops.addLayout(top)
        crops.addWidget(self.tiles, 1)
        return right

    def _heading(self, title: str) -> QLabel:
        label = QLabel(title, self)
        label.setProperty("role", "heading")
        return label

    def _show_tiles(self) -> None:
        has_labels = self._labels.isChecked()
        self.tiles.show_tiles(
            [
                (
                    one.path.name,
                    labelled(one.image, one.labels, self._colours) if has_labels else one.image,
                )
                for one in self._tiles
            ]
        )
