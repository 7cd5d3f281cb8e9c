"""The cost panel: what every operation of the network costs, with the arithmetic behind it."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.icons import Icon, icon
from gui.models.cost_columns import COLUMNS, shape_text
from gui.models.cost_csv import write_costs
from gui.models.cost_table import CostFilterModel, CostTableModel
from gui.panels.cost_view import CostView
from gui.views.hint_field import HintField

if TYPE_CHECKING:
    from pathlib import Path

    from engine.values import LayerCost, LayerKey, MeasuredField, NetworkCost

__all__ = ["CostPanel"]


class CostPanel(QWidget):
    """Lists the operations with their costs; a click watches one and shows its formulas.

    Signals
    -------
    layer_chosen : LayerKey
    measure_wanted
        Measure the time of each operation on this device.
    field_wanted : LayerKey
        Measure the receptive field of a layer's middle cell.
    save_wanted
        Save the table.
    """

    layer_chosen = Signal(object)
    measure_wanted = Signal()
    field_wanted = Signal(object)
    save_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._measured: dict[LayerKey, MeasuredField] = {}
        self._is_fitted = True
        # In turns of its own: what tells of the costs has other listeners too.
        self._fit = QTimer(self)
        self._fit.setSingleShot(True)
        self._fit.timeout.connect(self._fit_columns)
        self.model = CostTableModel(self)
        self._filter = CostFilterModel(self)
        self._filter.setSourceModel(self.model)
        self._build_parts()
        self._build_layout()
        self._connect_parts()
        self.clear(self.tr("Load a network to see what each of its operations costs"))

    # -------------------------------------------------------------------------------- for callers

    @property
    def cost(self) -> NetworkCost | None:
        """What is listed."""
        return self.model.cost

    def show_cost(self, cost: NetworkCost) -> None:
        """List the operations of a network; the selected one stays where it is still there."""
        key = self.current_key()
        if self.cost is None or self.cost.model != cost.model:
            self._measured.clear()
        cost = _with_fields(cost, self._measured)
        self.model.set_cost(cost)
        self.table.show_totals(cost)
        self._is_fitted = False
        self._fit.start()
        self._show_about()
        for widget in (self._search, self._measure, self._save, self.table):
            widget.setEnabled(True)
        self._formulas.clear()
        if key is not None:
            self.mark_current(key)

    def clear(self, message: str = "") -> None:
        """List nothing, but say what to do next."""
        self._measured.clear()
        self.model.set_cost(None)
        self.table.show_totals(None)
        if message:
            self._about.setText(message)
        for widget in (self._search, self._measure, self._save, self.table):
            widget.setEnabled(False)
        self._formulas.clear()

    def mark_current(self, key: LayerKey) -> bool:
        """Select a layer without telling anyone; False where there is no row for it."""
        row = self.model.row_of(key)
        index = self._filter.mapFromSource(self.model.index(row, 0)) if row is not None else None
        if row is None or index is None or not index.isValid():
            return False
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index)
        return True

    def current_key(self) -> LayerKey | None:
        """Return the layer that is selected."""
        layer = self._layer(self.table.currentIndex())
        return layer.key if layer is not None else None

    @property
    def is_fitted(self) -> bool:
        """Whether the columns have the room that their texts need."""
        return self._is_fitted

    @property
    def formulas_text(self) -> str:
        """The arithmetic that is shown."""
        return self._formulas.toPlainText()

    def set_measuring(self, is_measuring: bool) -> None:
        """Say that times are being measured, or that they are."""
        self._is_measuring = is_measuring
        self._measure.setEnabled(not is_measuring)
        self._show_about()

    def set_measuring_field(self, is_measuring: bool) -> None:
        """Say that a receptive field is being measured, or that it is."""
        self._is_measuring_field = is_measuring
        self._measure_field.setEnabled(not is_measuring and self.current_key() is not None)
        self._show_about()

    def show_measured(self, field: MeasuredField) -> None:
        """Put a measured receptive field beside theory's."""
        if self.cost is not None:
            self._measured[field.request.key] = field
            self.show_cost(self.cost)

    def to_csv(self, path: Path | str, *, overwrite: bool = False) -> None:
        """Write all rows, in order of execution, and the sums.

        Raises
        ------
        ExportError
            It cannot be written.
        """
        if self.cost is not None:
            write_costs(self.cost, path, overwrite=overwrite)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._about = QLabel(self)
        self._about.setProperty("role", "caption")
        self._about.setWordWrap(True)
        self._search = HintField(
            self.tr("Find by name, kind or shape"), self.tr("Find"), parent=self
        )
        self._search.setClearButtonEnabled(True)
        self._is_measuring = self._is_measuring_field = False
        self._measure = self._button(
            Icon.TIMING,
            self.tr("Measure times"),
            self.tr("Run each operation several times on this device, and take its time"),
        )
        self._measure_field = self._button(
            Icon.FIELD,
            self.tr("Measure field"),
            self.tr(
                "Measure by gradients, on this picture, on which pixels the middle cell of the "
                "chosen operation really depends"
            ),
        )
        self._measure_field.setEnabled(False)
        self._save = self._button(
            Icon.EXPORT, self.tr("Save the costs"), self.tr("Save the table as CSV")
        )
        self.table = CostView(self.model, self._filter, self)
        self._formulas = QPlainTextEdit(self)
        self._formulas.setReadOnly(True)
        self._formulas.setPlaceholderText(self.tr("Choose a row to see its arithmetic"))
        self._formulas.setAccessibleName(self.tr("Arithmetic of the chosen operation"))
        self._formulas.setMinimumHeight(48)
        self._is_split_chosen = False

    def _button(self, which: Icon, name: str, tooltip: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(which))
        button.setAccessibleName(name)
        button.setToolTip(tooltip)
        button.setAutoRaise(True)
        return button

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._search, 1)
        for button in (self._measure, self._measure_field, self._save):
            row.addWidget(button)
        self._split = split = QSplitter(Qt.Orientation.Vertical, self)
        split.setChildrenCollapsible(False)
        upper = QWidget(split)
        stack = QVBoxLayout(upper)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(0)
        stack.addWidget(self.table, 1)
        stack.addWidget(self.table.totals)
        split.addWidget(upper)
        split.addWidget(self._formulas)
        split.setStretchFactor(0, 4)
        split.setStretchFactor(1, 1)
        split.setSizes([480, 96])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self._about)
        layout.addWidget(split, 1)

    def _connect_parts(self) -> None:
        self._search.textChanged.connect(self._filter.set_text)
        self._measure.clicked.connect(self.measure_wanted)
        self._measure_field.clicked.connect(self._want_field)
        self._save.clicked.connect(self.save_wanted)
        self._split.splitterMoved.connect(self._keep_split)
        self.table.clicked.connect(self._choose)
        self.table.activated.connect(self._choose)
        self.table.selectionModel().currentRowChanged.connect(self._show_formulas)
        self.table.customContextMenuRequested.connect(self._show_menu)

    @Slot()
    def _fit_columns(self) -> None:
        """Measure texts only where they are seen: it takes half a frame."""
        if self._is_fitted or not self.isVisible():
            return
        if self.model.look_ahead():
            self._is_fitted = True
            self.table.fit_columns()
        else:
            self._fit.start()

    def _show_about(self) -> None:
        """Say what is counted, on what, and what is being measured."""
        cost = self.cost
        if cost is None:
            return
        parts = [
            self.tr("Batch {0}, input {1}.").format(cost.batch, shape_text(cost.input_shape)),
            self.tr("MACs = multiply-adds, FLOPs = 2 × MACs."),
        ]
        if self._is_measuring:
            parts.append(self.tr("Measuring times…"))
        elif cost.time_ms is not None and cost.device:
            parts.append(self.tr("Times measured on {0}.").format(cost.device))
        if self._is_measuring_field:
            parts.append(self.tr("Measuring the field…"))
        self._about.setText(" ".join(parts))

    def _layer(self, index: QModelIndex) -> LayerCost | None:
        source = self._filter.mapToSource(index) if index.isValid() else QModelIndex()
        return self.model.layer(source.row()) if source.isValid() else None

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        layer = self._layer(index)
        if layer is not None:
            self.layer_chosen.emit(layer.key)

    @Slot()
    def _want_field(self) -> None:
        key = self.current_key()
        if key is not None:
            self.field_wanted.emit(key)

    @Slot(QModelIndex, QModelIndex)
    def _show_formulas(self, index: QModelIndex, _before: QModelIndex) -> None:
        layer = self._layer(index)
        self._measure_field.setEnabled(layer is not None and not self._is_measuring_field)
        if layer is None:
            self._formulas.clear()
            return
        lines = [f"{layer.key}   {layer.op}"]
        lines += [f"{name}:  {arithmetic}" for name, arithmetic in layer.formulas]
        if layer.key in self._measured:
            # First: there may be room for few lines, and it is what was just asked for.
            lines.insert(1, _measured_line(self, self._measured[layer.key], layer))
        self._formulas.setPlainText("\n".join(lines))
        self._give_room(is_kept=True)

    @Slot()
    def _keep_split(self) -> None:
        self._is_split_chosen = True

    def _give_room(self, *, is_kept: bool) -> None:
        """Show the arithmetic whole, where that takes no more than half of the room.

        What it has of it may be kept, so that nothing jumps from row to row. Once the person has
        moved the line between, it stays.
        """
        whole = sum(self._split.sizes())
        if self._is_split_chosen or not whole:
            return
        text = self._formulas
        lines, block = 0.0, text.document().begin()
        while block.isValid():
            lines += text.document().documentLayout().blockBoundingRect(block).height()
            block = block.next()
        around = text.height() - text.viewport().height() + 2 * text.document().documentMargin()
        wanted = min(math.ceil(lines + around), whole // 2)
        now = self._split.sizes()[1]
        if wanted > now or (wanted < now and not is_kept):
            self._split.setSizes([whole - wanted, wanted])
            self.table.scrollTo(self.table.currentIndex())

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        index = self.table.indexAt(place)
        if not index.isValid():
            return
        menu = QMenu(self)
        menu.addAction(self.tr("Watch"), lambda: self._choose(index))
        menu.addAction(self._measure_field.accessibleName(), self._want_field)
        menu.addSeparator()
        menu.addAction(self.tr("Copy"), lambda: _copy(str(index.data())))
        menu.addAction(self.tr("Copy the row"), lambda: _copy(self._row_text(index.row())))
        menu.addAction(self.tr("Copy the table"), lambda: _copy(self._table_text()))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _row_text(self, row: int) -> str:
        cells = (self._filter.index(row, column).data() for column in range(len(COLUMNS)))
        return "\t".join(str(cell) for cell in cells)

    def _table_text(self) -> str:
        titles = "\t".join(column.title for column in COLUMNS)
        rows = (self._row_text(row) for row in range(self._filter.rowCount()))
        return "\n".join((titles, *rows))

    # Qt's overrides.

    def showEvent(self, event: QShowEvent) -> None:
        """Give the columns their room, if they had none while nobody looked."""
        super().showEvent(event)
        self._fit.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the arithmetic whole."""
        super().resizeEvent(event)
        self._give_room(is_kept=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the chosen row."""
        index = self.table.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy) and index.isValid():
            _copy(self._row_text(index.row()))
            event.accept()
        else:
            super().keyPressEvent(event)


def _with_fields(cost: NetworkCost, measured: dict[LayerKey, MeasuredField]) -> NetworkCost:
    """Return the costs with what was measured of receptive fields."""
    if not measured:
        return cost
    layers = (
        dataclasses.replace(layer, effective_field=measured[layer.key].size)
        if layer.key in measured
        else layer
        for layer in cost.layers
    )
    return dataclasses.replace(cost, layers=tuple(layers))


def _measured_line(widget: QWidget, field: MeasuredField, layer: LayerCost) -> str:
    """Say how large a measured field is, beside theory's."""
    rows, columns = field.size
    text = widget.tr(
        "measured field:  95 % of the gradient in {0} × {1} input pixels, cell y = {2}  x = {3}"
    ).format(rows, columns, *field.cell)
    theory = layer.receptive_field
    if theory is None:
        return text
    whole = widget.tr("all of the input")
    size = " × ".join(f"{size:g}" for size in theory.size) if all(theory.size) else whole
    return f"{text};  " + widget.tr("theory: {0}").format(size)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
