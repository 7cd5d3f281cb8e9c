"""The objects panel: the legend, the table of objects, and the one that is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QColorDialog,
    QHeaderView,
    QLabel,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.values import Instances
from gui.models.class_table import ClassColumn, ClassTableModel
from gui.models.object_table import ObjectColumn, ObjectTableModel
from gui.panels.object_card import ObjectCard

if TYPE_CHECKING:
    from engine.values import OverlayStyle, Segmentation
    from gui.display_style import DisplayStyle

__all__ = ["ObjectsPanel"]

ROW = 24
WIDE = 400
"""From this width in pixels on an object's area stands there in pixels too, besides its share."""


class ObjectsPanel(QWidget):
    """Lists what was found.

    Signals
    -------
    places_chosen : tuple of int
        Objects were chosen in the table, by their places.
    category_chosen : int
        A class was chosen in the legend.
    place_hovered : int or None
        The object whose row is under the pointer.
    hidden_changed : frozenset of int
        Ids of the classes that are not to be drawn.
    colour_picked : int, tuple of int
        A class's id, and red, green and blue.
    shown
        It can be seen now, and wants what it has missed.
    """

    places_chosen = Signal(object)
    category_chosen = Signal(int)
    place_hovered = Signal(object)
    hidden_changed = Signal(object)
    colour_picked = Signal(int, object)
    shown = Signal()

    def __init__(self, *, style: DisplayStyle, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style: OverlayStyle | None = None
        self._found: Segmentation | None = None
        self._dialog: QColorDialog | None = None
        self._is_telling = True
        self.classes = ClassTableModel(self)
        self.objects = ObjectTableModel(self)
        self.card = ObjectCard(style=style, parent=self)
        self._build_parts()
        self._build_layout()
        self._connect_parts()
        self.clear(self.tr("What is found in the picture stands here"))

    # -------------------------------------------------------------------------------- for callers

    @property
    def found(self) -> Segmentation | None:
        """What is listed."""
        return self._found

    @property
    def message(self) -> str:
        """The sentence in place of the tables; "" where there is something to list."""
        return "" if self._empty.isHidden() else self._empty.text()

    def clear(self, message: str) -> None:
        """List nothing, but a sentence that says why or what to do next."""
        self._found = None
        self.classes.show_rows((), frozenset())
        self.objects.show_objects(None)
        self.card.clear()
        self._show_empty(message)

    def show_found(self, found: Segmentation, style: OverlayStyle, message: str = "") -> None:
        """List the classes and objects of a picture.

        Parameters
        ----------
        message
            What to say where nothing was found.
        """
        from engine.overlay import colours_of, legend  # noqa: PLC0415 - brings OpenCV and Pillow

        self._style, self._found = style, found
        rows = legend(found, style)
        self.classes.show_rows(rows, style.hidden)
        is_objects = isinstance(found, Instances)
        if isinstance(found, Instances):
            with_colours = colours_of(found, style)
            self.objects.show_objects(found, with_colours)
        else:
            self.objects.show_objects(None)
        self._table.setVisible(is_objects and bool(rows))
        self._show_empty("" if rows else message)

    def select(self, places: tuple[int, ...]) -> None:
        """Select these objects' rows, without telling anyone."""
        selection = self._table.selectionModel()
        self._is_telling = False
        clear, flag = QItemSelectionModel.SelectionFlag.Clear, QItemSelectionModel.SelectionFlag
        selection.select(QModelIndex(), clear)
        rows = [row for row in map(self.objects.row_of, places) if row is not None]
        for row in rows:
            selection.select(self.objects.index(row, 0), flag.Select | flag.Rows)
        if rows:
            self._table.scrollTo(self.objects.index(rows[0], 0))
        self._is_telling = True

    def select_category(self, category: int) -> None:
        """Select a class's row, without telling anyone; 0 = none."""
        row = self.classes.row_of(category)
        self._is_telling = False
        if row is None:
            self._legend.clearSelection()
        else:
            self._legend.selectRow(row)
        self._is_telling = True

    def toggle(self, category: int) -> None:
        """Hide a class, or show it again."""
        if self._style is not None:
            self.hidden_changed.emit(self._style.hidden ^ {category})

    def solo(self, category: int) -> None:
        """Hide all other classes, or show all again."""
        if self._style is not None:
            others = frozenset(row.category.id for row in self.classes.rows) - {category}
            is_alone = others <= self._style.hidden and category not in self._style.hidden
            self.hidden_changed.emit(frozenset() if is_alone else others)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._empty = QLabel(self)
        self._empty.setProperty("role", "muted")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._legend = _table(self.classes, self)
        self._legend.setAccessibleName(self.tr("Classes in the picture"))
        self._legend.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table: QTableView = _table(self.objects, self)
        self._table.setAccessibleName(self.tr("Objects in the picture"))
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._table.setSortingEnabled(True)
        self._table.sortByColumn(ObjectColumn.SCORE, Qt.SortOrder.DescendingOrder)
        self._table.setMouseTracking(True)
        self._table.viewport().installEventFilter(self)
        for view, widths, wide in (
            (self._legend, {0: 28, 1: 28, 3: 64, 4: 64}, ClassColumn.NAME),
            (self._table, {0: 32, 2: 60, 3: 68, 4: 60}, ObjectColumn.CLASS),
        ):
            header = view.horizontalHeader()
            header.setMinimumSectionSize(20)
            for column, width in widths.items():
                header.resizeSection(column, width)
            header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)

    def _build_layout(self) -> None:
        self._lists = QSplitter(Qt.Orientation.Vertical, self)
        self._lists.setChildrenCollapsible(False)
        for part, stretch in ((self._legend, 2), (self._table, 3), (self.card, 5)):
            self._lists.addWidget(part)
            self._lists.setStretchFactor(self._lists.count() - 1, stretch)
        self._lists.setSizes([120, 170, 330])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self._lists, 1)

    def _connect_parts(self) -> None:
        self._legend.clicked.connect(self._click_class)
        self._legend.selectionModel().selectionChanged.connect(self._tell_category)
        self._table.selectionModel().selectionChanged.connect(self._tell_places)
        self._table.entered.connect(
            lambda at: self.place_hovered.emit(self.objects.place(at.row()))
        )

    def _show_empty(self, message: str) -> None:
        self._empty.setText(message)
        self._empty.setVisible(bool(message))
        self._lists.setVisible(not message)

    @Slot(QModelIndex)
    def _click_class(self, index: QModelIndex) -> None:
        category = self.classes.rows[index.row()].category.id
        if index.column() == ClassColumn.EYE:
            is_solo = QApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier
            (self.solo if is_solo else self.toggle)(category)
        elif index.column() == ClassColumn.COLOUR:
            self._ask_colour(index.row())

    def _ask_colour(self, row: int) -> None:
        """Let the person choose a colour; what is chosen is seen at once."""
        if self._dialog is not None:
            self._dialog.deleteLater()
        entry = self.classes.rows[row]
        dialog = QColorDialog(QColor(*entry.colour), self)
        dialog.setOption(QColorDialog.ColorDialogOption.NoButtons)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setWindowTitle(self.tr("Colour of {0}").format(entry.category.name))
        dialog.setModal(False)
        dialog.currentColorChanged.connect(
            lambda it: self.colour_picked.emit(entry.category.id, (it.red(), it.green(), it.blue()))
        )
        self._dialog = dialog
        dialog.show()

    @Slot()
    def _tell_places(self) -> None:
        if self._is_telling:
            rows = sorted(index.row() for index in self._table.selectionModel().selectedRows())
            self.places_chosen.emit(tuple(self.objects.place(row) for row in rows))

    @Slot()
    def _tell_category(self) -> None:
        rows = self._legend.selectionModel().selectedRows()
        if self._is_telling and rows:
            self.category_chosen.emit(self.classes.rows[rows[0].row()].category.id)

    # Qt's overrides.

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what was missed while it could not be seen."""
        super().showEvent(event)
        self.shown.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the names their room."""
        super().resizeEvent(event)
        self._table.setColumnHidden(ObjectColumn.AREA, self.width() < WIDE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell that no row is under the pointer any more."""
        if event.type() is QEvent.Type.Leave:
            self.place_hovered.emit(None)
        return super().eventFilter(watched, event)


def _table(model: ClassTableModel | ObjectTableModel, parent: QWidget) -> QTableView:
    view = QTableView(parent)
    view.setModel(model)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(ROW)
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.horizontalHeader().setHighlightSections(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setMinimumHeight(3 * ROW)
    return view
