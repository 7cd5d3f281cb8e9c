"""The picture with masks that can be painted: a brush and an eraser in picture pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from engine.values import Instances
from gui.segment.tools import Tool
from gui.theme import theme_of
from gui.views.escape import asks_for_escape, is_escape
from gui.views.segment_view import SegmentView

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from gui.views.viewport import Placement

__all__ = ["MaskEditView"]


class MaskEditView(SegmentView):
    """A view in which objects can be corrected.

    Signals
    -------
    stroke_drawn : list of (float, float), float
        The way of the brush or the eraser and its radius, in picture pixels.
    left
        Escape was pressed while a correction went on.
    """

    stroke_drawn = Signal(object, float)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_editing = False
        self._tool = Tool.SELECT
        self._radius = 8.0
        self._way: list[tuple[float, float]] = []

    def set_editing(self, is_editing: bool) -> None:
        """Let Escape end the correction, or mean what it means elsewhere."""
        self._is_editing = is_editing

    def set_tool(self, tool: Tool, radius: float) -> None:
        """Take a tool and its radius, in picture pixels."""
        self._tool, self._radius = tool, radius
        self._way = []
        self.update()

    def _paint_marks(self, painter: QPainter, place: Placement) -> None:
        super()._paint_marks(painter, place)
        self._paint_tool(painter, place)

    def _pointed_places(self) -> tuple[int, ...]:
        is_painting = self._tool is not Tool.SELECT and bool(self._places)
        return () if is_painting else super()._pointed_places()

    def _paint_pointed(self, painter: QPainter, room: QRectF) -> None:
        if self._tool is Tool.SELECT:
            super()._paint_pointed(painter, room)

    def _paint_tool(self, painter: QPainter, place: Placement) -> None:
        if self._tool is Tool.SELECT or self._pointer is None or not self._has_picture():
            return
        theme, scale = theme_of(self), place.scale / self.devicePixelRatioF()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._way:
            self._paint_way(painter, place)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for value, line in ((theme.marker_halo, 3.0), (theme.marker, 1.2)):
            painter.setPen(QPen(QColor(value), line))
            painter.drawEllipse(self._pointer, self._radius * scale, self._radius * scale)
        painter.restore()

    def _paint_way(self, painter: QPainter, place: Placement) -> None:
        """Show the stroke while it is drawn: what is painted, or what will be gone."""
        ratio = self.devicePixelRatioF()
        colour = QColor(theme_of(self).canvas)
        if self._tool is Tool.BRUSH and isinstance(self._segmentation, Instances) and self._places:
            colours = self._masks.colours(self._segmentation, self._style)
            colour = QColor(*colours[self._places[0]])
        colour.setAlpha(170)
        pen = QPen(colour, 2 * self._radius * place.scale / ratio)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        corner = QPointF(place.left, place.top)
        line = [(corner + QPointF(x, y) * place.scale) / ratio for x, y in self._way]
        painter.drawPolyline(line if len(line) > 1 else [line[0], line[0] + QPointF(0.01, 0)])

    # ----------------------------------------------------------------------------- Qt's overrides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke where a tool is in hand."""
        is_left = event.button() is Qt.MouseButton.LeftButton
        if is_left and self._tool is not Tool.SELECT and self._places and self._has_picture():
            self._way = [self._to_picture(event.position())]
            self._pointer = event.position()
            self.update()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a stroke."""
        if self._way:
            self._way.append(self._to_picture(event.position()))
            self._pointer = event.position()
            self.update()
        else:
            super().mouseMoveEvent(event)
            if self._tool is not Tool.SELECT:
                self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a stroke."""
        if not self._way:
            super().mouseReleaseEvent(event)
        elif event.button() is Qt.MouseButton.LeftButton:
            way, self._way = self._way, []
            self.update()
            self.stroke_drawn.emit(way, self._radius)

    def event(self, event: QEvent) -> bool:
        """Claim Escape while a correction goes on."""
        if asks_for_escape(event) and self._is_editing:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End the correction."""
        if self._is_editing and is_escape(event):
            self.left.emit()
        else:
            super().keyPressEvent(event)
