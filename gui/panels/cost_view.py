"""The table of costs with bars behind the numbers, and the row of sums that keeps in step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.models.cost_columns import COLUMNS
from gui.models.cost_table import SHARE_ROLE, CostTotalsModel
from gui.theme import theme_of

if TYPE_CHECKING:
    from engine.values import NetworkCost
    from gui.models.cost_table import CostTableModel

__all__ = ["CostView"]

ROW_HEIGHT = 24
MOST_WIDTH = 200
PAD = 8
NARROW_PX = 640
_BY_WORTH = tuple(
    [column.name for column in COLUMNS].index(name)
    for name in (
        "layer",
        "macs",
        "share",
        "parameters",
        "output_shape",
        "memory_kib",
        "time_ms",
        "kind",
        "elements",
        "flops",
        "weight_shape",
        "receptive_field",
    )
)
"""Columns, the most telling first."""


class CostView(QTableView):
    """Rows of operations; `totals` is the row of sums, to be put below.

    Parameters
    ----------
    table
        All operations.
    model
        What of them is listed.
    parent
        Where it stands.
    """

    def __init__(
        self, table: CostTableModel, model: QAbstractItemModel, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._sums = CostTotalsModel(self)
        self._widths: dict[int, int] = {}
        self.totals = QTableView(parent)
        self._set_up(self)
        self._set_up(self.totals)
        self.setModel(model)
        self.totals.setModel(self._sums)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setItemDelegate(_BarDelegate(self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Costs of the operations"))
        self.totals.setAccessibleName(self.tr("Sums"))
        self.totals.horizontalHeader().hide()
        self.totals.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.totals.setFixedHeight(ROW_HEIGHT + 2 * self.totals.frameWidth())
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.totals.setVerticalScrollBarPolicy(off)
        self.totals.setHorizontalScrollBarPolicy(off)
        self.horizontalHeader().sectionResized.connect(self._follow_width)
        self.horizontalScrollBar().valueChanged.connect(self.totals.horizontalScrollBar().setValue)

    def show_totals(self, cost: NetworkCost | None) -> None:
        """Show the sums of a network."""
        self._sums.set_cost(cost)

    def fit_columns(self) -> None:
        """Give each column the room that its content, title and sum need."""
        for column in range(len(COLUMNS)):
            self.setColumnHidden(column, False)
            self.totals.setColumnHidden(column, False)
        self.totals.resizeColumnsToContents()
        for column in range(len(COLUMNS)):
            needed = max(self._needed(column), self.totals.columnWidth(column))
            self.setColumnWidth(column, min(needed + PAD, MOST_WIDTH))
            self._widths[column] = self.columnWidth(column)
            self._follow_width(column, 0, self.columnWidth(column))
        self._hide_columns()

    def _needed(self, column: int) -> int:
        """Return the width that a column's title and its widest text need."""
        title = self.horizontalHeader().sectionSizeHint(column)
        row = self._table.widest(column, QFontMetrics(self.font()).horizontalAdvance)
        if row is None:
            return title
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        # Of the table itself: a row that is filtered out has no index here.
        hint = self.itemDelegate().sizeHint(option, self._table.index(row, column))
        return max(title, hint.width() + 1)

    def _hide_columns(self) -> None:
        """Show what is most telling where there is little room; scroll where there is some."""
        left = self.viewport().width()
        is_narrow = left < NARROW_PX
        for column in _BY_WORTH:
            width = self._widths.get(column, 0)
            is_hidden = is_narrow and left < width and column != 0
            left -= 0 if is_hidden else width
            self.setColumnHidden(column, is_hidden)
            self.totals.setColumnHidden(column, is_hidden)
        if self._widths and is_narrow:
            self.setColumnWidth(0, self._widths[0] + max(left, 0))

    @Slot(int, int, int)
    def _follow_width(self, column: int, _before: int, width: int) -> None:
        self.totals.setColumnWidth(column, width)

    # Qt's override.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more or fewer columns."""
        super().resizeEvent(event)
        self._hide_columns()

    @staticmethod
    def _set_up(view: QTableView) -> None:
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)  # Tab goes on to what stands below
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)


class _BarDelegate(QStyledItemDelegate):
    """Draws behind a number how much it is of the column's largest."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw the bar, then the cell over it."""
        share = index.data(SHARE_ROLE)
        if share:
            theme = theme_of()
            rect = QRectF(option.rect).adjusted(2, 3, -2, -3)
            rect.setLeft(rect.right() - rect.width() * share)
            painter.fillRect(rect, QColor(theme.accent_soft))
        super().paint(painter, option, index)
