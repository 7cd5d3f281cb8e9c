"""The layers panel: every module of the network in a searchable tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHeaderView,
    QLabel,
    QMenu,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gui.models.layer_filter import LayerFilterModel
from gui.models.layer_tree import LayerTreeModel
from gui.views.hint_field import HintField

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values import LayerKey, ModelInfo

__all__ = ["LayersPanel"]

NAME_WIDTH_PX = 140
MOST_WIDTH_PX = 130
COLUMNS_BY_WORTH = (LayerTreeModel.SHAPE, LayerTreeModel.KIND, LayerTreeModel.PARAMETERS)
"""What is shown beside the names, the most telling first."""


class LayersPanel(QWidget):
    """Lists the layers; a click watches one.

    Signals
    -------
    layer_chosen : LayerKey
        Watch this in the current tab.
    layer_added : LayerKey
        Watch this in a tab of its own (Ctrl and click, or the context menu).
    """

    layer_chosen = Signal(object)
    layer_added = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = LayerTreeModel(parent=self)
        self._filter = LayerFilterModel(self)
        self._filter.setSourceModel(self._model)
        self._build_parts()
        self._build_layout()
        self._search.textChanged.connect(self._find)
        self._search.returnPressed.connect(self._choose_first)
        self._tree.clicked.connect(self._choose)
        self._tree.activated.connect(self._choose)
        self._tree.customContextMenuRequested.connect(self._show_menu)

    def show_model(self, info: ModelInfo) -> None:
        """List the layers of a network."""
        self._model.set_layers(info.layers)
        self._tree.collapseAll()
        self._tree.expandToDepth(0)
        self._fit_columns()
        leaves = sum(layer.is_leaf for layer in info.layers)
        self._summary.setText(
            self.tr("{0} layers, {1} parameters").format(leaves, f"{info.card.parameters:,}")
        )

    def mark_watched(self, keys: Iterable[LayerKey], current: LayerKey | None) -> None:
        """Mark the watched layers, and bring the current one into view."""
        self._model.set_watched(tuple(keys))
        if current is None:
            return
        index = self._filter.mapFromSource(self._model.index_of(current))
        if index.isValid():
            self._tree.setCurrentIndex(index)
            self._tree.scrollTo(index)

    def choose(self, key: LayerKey) -> bool:
        """Choose a layer as a click on its row does; False where there is none."""
        index = self._filter.mapFromSource(self._model.index_of(key))
        if not index.isValid():
            return False
        self._tree.setCurrentIndex(index)
        self._tree.clicked.emit(index)
        return True

    def current_key(self) -> LayerKey | None:
        """Return the layer that is selected in the tree."""
        return self._key(self._tree.currentIndex())

    def ask(self) -> None:
        """Put the cursor into the search field."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def _build_parts(self) -> None:
        self._search = HintField(
            self.tr("Find by name, kind or shape"), self.tr("Find"), parent=self
        )
        self._search.setToolTip(
            self.tr("Text or a regular expression: “conv”, “^layer3”, “Linear” (Ctrl+F)")
        )
        self._search.setClearButtonEnabled(True)
        self._tree = QTreeView(self)
        self._tree.setModel(self._filter)
        self._tree.setUniformRowHeights(True)
        self._tree.setIndentation(14)
        self._tree.setExpandsOnDoubleClick(False)
        self._tree.setAllColumnsShowFocus(True)
        self._tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._tree.setAccessibleName(self.tr("Layers"))
        self._tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self._tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(40)
        self._empty = QLabel(self.tr("No layer matches. Clear the search to see all."), self)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.hide()
        self._summary = QLabel(self)
        self._summary.setProperty("role", "muted")

    def _build_layout(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._search)
        layout.addWidget(self._tree, 1)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self._summary)

    def _fit_columns(self) -> None:
        """Give names the room they need, and show as many other columns as there is room for."""
        header = self._tree.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        left = self._tree.viewport().width() - NAME_WIDTH_PX
        for column in COLUMNS_BY_WORTH:
            content = max(self._tree.sizeHintForColumn(column), header.sectionSizeHint(column))
            wanted = min(content + 8, MOST_WIDTH_PX)
            has_room = left >= wanted and self._model.rowCount() > 0
            self._tree.setColumnHidden(column, not has_room)
            if has_room:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
                header.resizeSection(column, wanted)
            left = left - wanted if has_room else 0  # nor is there room for what tells less

    def _key(self, index: QModelIndex) -> LayerKey | None:
        """Return the layer of a row; None where there is nothing to watch."""
        source = self._filter.mapToSource(index)
        info = self._model.info_at(source)
        is_called = info is not None and info.shape is not None
        return self._model.key_at(source) if is_called else None

    @Slot(str)
    def _find(self, text: str) -> None:
        self._filter.set_text(text)
        has_hits = self._filter.rowCount() > 0
        self._tree.setVisible(has_hits)
        self._empty.setVisible(not has_hits)
        if text:
            self._tree.expandAll()
        else:
            self._tree.collapseAll()
            self._tree.expandToDepth(0)
            self._tree.scrollTo(self._tree.currentIndex())

    @Slot()
    def _choose_first(self) -> None:
        """Enter in the search field: watch the first hit, one by its name before others."""
        hits = [
            (index, key)
            for index in self._walk(QModelIndex())
            if (key := self._key(index)) is not None and self._is_hit(index)
        ]
        text = self._search.text().strip().lower()
        hits.sort(key=lambda hit: text not in hit[1].name.lower())
        if hits:
            index, key = hits[0]
            self._tree.setCurrentIndex(index)
            self.layer_chosen.emit(key)

    def _is_hit(self, index: QModelIndex) -> bool:
        """Whether a row was searched for itself; others only lead to one that was."""
        source = self._filter.mapToSource(index)
        return self._filter.filterAcceptsRow(source.row(), source.parent())

    def _walk(self, parent: QModelIndex) -> Iterable[QModelIndex]:
        for row in range(self._filter.rowCount(parent)):
            index = self._filter.index(row, 0, parent)
            yield index
            yield from self._walk(index)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        key = self._key(index)
        if key is None:
            return
        is_extra = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier
        (self.layer_added if is_extra else self.layer_chosen).emit(key)

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        key = self._key(self._tree.indexAt(place))
        if key is None:
            return
        menu = QMenu(self)
        menu.addAction(self.tr("Watch"), lambda: self.layer_chosen.emit(key))
        menu.addAction(self.tr("Watch in a new tab"), lambda: self.layer_added.emit(key))
        menu.addSeparator()
        menu.addAction(self.tr("Copy the name"), lambda: _copy(str(key)))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._tree.viewport().mapToGlobal(place))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more or fewer columns."""
        super().resizeEvent(event)
        self._fit_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from the search field into the tree with the Down key."""
        if event.key() == Qt.Key.Key_Down and self._search.hasFocus():
            self._tree.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
