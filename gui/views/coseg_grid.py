"""The pictures of a set side by side, each with its mask; thousands are fine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy, QWidget

from gui.coseg.look import LEAST_CELL_PX, MOST_CELL_PX, CosegLook
from gui.models.coseg_grid import CosegGridModel
from gui.theme import theme_of
from gui.views.coseg_cell import CosegCellDelegate
from gui.views.drawing import draw_message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gui.coseg.collection import Collection
    from gui.models.thumbnails import Loader

__all__ = ["CosegGrid"]


class CosegGrid(QListView):
    """Shows a set; its own order and choice are a :class:`CosegLook`'s.

    Parameters
    ----------
    load
        `(path, size in pixels) -> (h, w, 3) uint8 or None`; runs in a worker thread that ends
        with this widget.

    Signals
    -------
    place_chosen : int
        The picture that the person went to, by its place in the set.
    cell_px_wanted : int
        Cells are to be as wide as this: the wheel was turned with Ctrl.
    """

    place_chosen = Signal(int)
    cell_px_wanted = Signal(int)

    def __init__(self, load: Loader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = CosegGridModel(load, self)
        self._cells = CosegCellDelegate(self)
        self._is_told = False
        self._wanted_px = self._cells.cell_px
        self._message = self.tr("None of the pictures is like that")
        self.setModel(self._grid)
        self.setItemDelegate(self._cells)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setProperty("role", "grid")
        self.setAccessibleName(self.tr("Pictures of the set"))
        self.selectionModel().currentChanged.connect(self._tell)

    # -------------------------------------------------------------------------------- for callers

    @property
    def places(self) -> tuple[int, ...]:
        """The places in the set of the pictures that are shown, in their order."""
        return self._grid.rows

    @property
    def place(self) -> int:
        """Where the chosen picture stands in the set; -1 = none is chosen."""
        row = self.currentIndex().row()
        return self._grid.rows[row] if 0 <= row < len(self._grid.rows) else -1

    def set_collection(self, collection: Collection) -> None:
        """Show another set."""
        self._grid.set_collection(collection)

    def set_look(self, look: CosegLook) -> None:
        """Show the set like this; the chosen picture stays chosen where it is still shown."""
        self._wanted_px = look.cell_px
        self._fit_cells()
        self._keeping_choice(lambda: self._grid.set_look(look))

    def set_groups(self, *, has_groups: bool) -> None:
        """Name the group of each picture, or not."""
        self._cells.has_groups = has_groups
        self.viewport().update()

    def renew(self, places: Iterable[int]) -> None:
        """Draw these anew where they stand."""
        self._grid.renew(places)

    def rearrange(self) -> None:
        """Sort and choose anew, by what is known now."""
        self._keeping_choice(self._grid.rearrange)

    def choose(self, place: int) -> None:
        """Mark a picture, without telling anyone; nothing where it is not shown."""
        row = self._grid.row_of(place)
        self._is_told = True
        try:
            if row < 0:
                self.setCurrentIndex(QModelIndex())
            else:
                self.setCurrentIndex(self._grid.index(row))
                self.scrollTo(self._grid.index(row))
        finally:
            self._is_told = False

    def step(self, by: int) -> None:
        """Go to another picture in the order that is shown."""
        count = len(self._grid.rows)
        if count:
            row = self.currentIndex().row()
            wanted = min(max(row + by, 0), count - 1) if row >= 0 else 0
            self.setCurrentIndex(self._grid.index(wanted))

    def stop(self) -> None:
        """End the worker now (it also ends with the widget)."""
        self._grid.loader.stop()

    # ------------------------------------------------------------------------------------ private

    def _fit_cells(self) -> None:
        """Have a whole number of cells fill a row, each about as wide as it is wanted."""
        room = self.viewport().width() - 1
        columns = max(1, round(room / self._wanted_px))
        cell_px = max(LEAST_CELL_PX, min(room // columns, 2 * self._wanted_px))
        if cell_px != self._cells.cell_px:
            self._cells.cell_px = cell_px
            self.scheduleDelayedItemsLayout()

    def _keeping_choice(self, change: object) -> None:
        place = self.place
        if callable(change) and change() and place >= 0:
            self.choose(place)

    @Slot(QModelIndex, QModelIndex)
    def _tell(self, current: QModelIndex, previous: QModelIndex) -> None:
        del previous
        if current.isValid() and not self._is_told:
            self.place_chosen.emit(self._grid.rows[current.row()])

    # ----------------------------------------------------------------------------- Qt's overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fill the rows anew."""
        super().resizeEvent(event)
        self._fit_cells()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl make the cells larger or smaller."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            wanted = round(self._wanted_px * 1.0015 ** event.angleDelta().y())
            self.cell_px_wanted.emit(min(max(wanted, LEAST_CELL_PX), MOST_CELL_PX))
            event.accept()
        else:
            super().wheelEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Say so where no picture is shown."""
        super().paintEvent(event)
        if not self._grid.rows:
            painter = QPainter(self.viewport())
            draw_message(painter, QRectF(self.viewport().rect()), self._message, theme_of(self))
            painter.end()
