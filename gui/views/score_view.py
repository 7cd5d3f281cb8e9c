"""A score map that fills in: what was not asked yet is left empty."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPainter

from gui.theme import theme_of
from gui.views.drawing import draw_marker_frame, translucent
from gui.views.map_view import MapView

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from gui.views.atlas_geometry import HoverInfo
    from gui.views.value_scale import ValueScale
    from gui.views.viewport import Placement

__all__ = ["ScoreView"]


class ScoreView(MapView):
    """Shows a map whose cells come one after the other, row by row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked = 0
        self.setAccessibleName(self.tr("Score map"))
        self.setAccessibleDescription(self.tr("The score of the class at each window"))

    def show_scores(self, scores: NDArray[np.float32], asked: int, scale: ValueScale) -> None:
        """Show a map.

        Parameters
        ----------
        scores : ndarray, (h, w), float32
            NaN where nothing was asked yet.
        asked
            How many of its cells were asked.
        scale
            Which value gets which colour.
        """
        self._asked = asked
        self.show_map(scores, scale)

    # --------------------------------------------------------------------------------- the rest

    def _paint_marks(self, painter: QPainter, place: Placement) -> None:
        super()._paint_marks(painter, place)
        if self._values is None:
            return
        rows, columns = self._values.shape
        row, column = divmod(self._asked, columns)
        if row < rows:
            theme = theme_of(self)
            empty = QColor(theme.canvas)
            painter.fillRect(self._to_view(column, row, columns, row + 1), empty)
            painter.fillRect(self._to_view(0, row + 1, columns, rows), empty)
            whole = self._to_view(0, 0, columns, rows)
            painter.setPen(translucent(theme.axis, 120))
            painter.drawRect(whole.adjusted(0.5, 0.5, -0.5, -0.5))
            if self._asked:
                draw_marker_frame(painter, self._to_view(column, row, column + 1, row + 1), theme)

    def _cell(self) -> HoverInfo | None:
        cell = super()._cell()
        return None if cell is None or math.isnan(cell.value) else cell
