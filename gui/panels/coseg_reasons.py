"""The maps that a mask comes from, side by side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from gui.coseg.reasons import reasons
from gui.views.colorbar import ColorBar
from gui.views.reason_view import ReasonView
from gui.views.value_scale import ValueScale

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.values.coseg import WhyMap

__all__ = ["CosegReasons"]

LEAST_PX = 104
ROW_PX = 96


class CosegReasons(QWidget):
    """A small view a map.

    Signals
    -------
    shown
        It can be seen now, and wants the maps.
    reason_chosen : str
        The kind of the map to be laid over the large picture; "" = none.
    """

    shown = Signal()
    reason_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views = {one.kind: ReasonView(one.title, one.tip, self) for one in reasons()}
        self._marked = ""
        self._columns = 0
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        self._bar = ColorBar(self, orientation=Qt.Orientation.Horizontal)
        self._bar.set_scale(ValueScale(0.0, 1.0))
        self._bar.set_unit(self.tr("score"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self._grid, 1)
        layout.addWidget(self._bar)
        for kind, view in self._views.items():
            view.chosen.connect(partial(self._choose, kind))
        self._arrange(4)

    @property
    def kinds(self) -> tuple[WhyMap, ...]:
        """The maps that are shown, in their order."""
        return tuple(self._views)

    @property
    def marked(self) -> str:
        """The kind that lies over the large picture; "" = none."""
        return self._marked

    def has(self, kind: WhyMap) -> bool:
        """Whether a map is there."""
        return self._views[kind].has_picture

    def show_map(self, kind: WhyMap, image: NDArray[np.uint8]) -> None:
        """Show a map: (h, w, 3) uint8 RGB."""
        self._views[kind].show_picture(image)

    def show_missing(self, kind: WhyMap, word: str) -> None:
        """Say why there is no such map."""
        self._views[kind].clear(word)

    def clear(self, word: str = "") -> None:
        """Show none, but a word in each place."""
        for view in self._views.values():
            view.clear(word)

    def mark(self, kind: str) -> None:
        """Frame a map, without telling anyone; "" = none."""
        self._marked = kind
        for one, view in self._views.items():
            view.set_marked(is_marked=one == kind)

    # ------------------------------------------------------------------------------------ private

    def _choose(self, kind: str) -> None:
        self.mark("" if kind == self._marked else kind)
        self.reason_chosen.emit(self._marked)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, view in enumerate(self._views.values()):
            self._grid.addWidget(view, number // columns, number % columns)
        rows = -(-len(self._views) // columns)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, int(row < rows))
            self._grid.setRowMinimumHeight(row, ROW_PX if row < rows else 0)
        for column in range(len(self._views)):
            self._grid.setColumnStretch(column, int(column < columns))

    # Qt's overrides.

    def sizeHint(self) -> QSize:
        """Return room for the rows."""
        rows = -(-len(self._views) // max(1, self._columns))
        return QSize(4 * LEAST_PX, rows * (ROW_PX + 4) + self._bar.sizeHint().height() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return room for narrow views in the same rows."""
        return QSize(4 * 64, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have as many side by side as there is room for."""
        super().resizeEvent(event)
        count = len(self._views)
        self._arrange(count if self.width() >= count * LEAST_PX else -(-count // 2))

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that it can be seen."""
        super().showEvent(event)
        self.shown.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the map off the large picture."""
        super().hideEvent(event)
        if self._marked:
            self.mark("")
            self.reason_chosen.emit("")
