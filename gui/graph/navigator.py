"""The drawing as one can look about in it: fit, zoom, pan, bring into view, what is where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from gui.graph.canvas import GraphCanvas
from gui.graph.frame_painting import strip_rect

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from engine.values import GraphItem, LayerKey
    from gui.graph.camera import Rect

__all__ = ["GraphNavigator"]

ZOOM_PER_DEGREE = 1.0015


class GraphNavigator(GraphCanvas):
    """A drawing that the wheel zooms and dragging pans."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed_at: QPointF | None = None
        self._is_dragging = False
        self.setMouseTracking(True)

    # ------------------------------------------------------------------------------- looking about

    def fit(self) -> None:
        """Show the whole drawing; when it is shown already, its beginning, to be read."""
        if abs(self.camera.zoom - self.camera.fit_zoom) < 1e-6:
            self.show_beginning()
        elif self._scene is not None:
            self.camera.fit()
            self._moved()

    def show_beginning(self) -> None:
        """Show where the data comes in, at a size that can be read."""
        if self._scene is not None:
            self._look_at_beginning(self._scene)
            self._moved()

    def fit_selection(self) -> None:
        """Show the selected or the current item, as large as is useful."""
        rect = self._selected_rect()
        if rect is not None:
            self.camera.fit_rect(rect)
            self._moved()

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle."""
        self.camera.zoom_about(self.width() / 2, self.height() / 2, factor)
        self._moved()

    def go_to(self, x: float, y: float) -> None:
        """Bring a point of the scene into the middle."""
        if self._scene is not None:
            self._stop()
            self.camera.centre(x, y)
            self._moved()

    def reveal(self, key: LayerKey) -> bool:
        """Bring a layer into view; False where this drawing does not show it."""
        rect = self._rect_of_key(key)
        if rect is not None:
            self._bring_in(rect)
        return rect is not None

    def reveal_item(self, id_: str) -> None:
        """Bring an item into view."""
        if self._scene is not None and id_ in self._scene.row_of:
            self._bring_in(self._scene.rect(self._scene.row_of[id_]))

    def _bring_in(self, rect: Rect) -> None:
        if self.camera.reveal(rect):
            self._moved()

    def _rect_of_key(self, key: LayerKey) -> Rect | None:
        if self._scene is None:
            return None
        frame = self._scene.frame_of_key(key)
        if frame is not None:
            return self._scene.frame_rect(frame)
        row = self._scene.row_of_key(key)
        return self._scene.rect(row) if row is not None else None

    def _selected_rect(self) -> Rect | None:
        row = self._scene.row_of.get(self.marks.selected or "") if self._scene else None
        if row is not None and self._scene is not None:
            return self._scene.rect(row)
        return self._rect_of_key(self.marks.current) if self.marks.current is not None else None

    # --------------------------------------------------------------------------- what is pointed at

    def item_at(self, point: QPointF) -> GraphItem | None:
        """Return the item under a place of the view."""
        if self._scene is None:
            return None
        row = self._scene.index.at(*self.camera.to_scene(point.x(), point.y()))
        return self._scene.items[row].item if row is not None else None

    def frame_at(self, point: QPointF) -> str | None:
        """Return the path of the open box whose name is under a place of the view."""
        if self._scene is None:
            return None
        x, y = self.camera.to_scene(point.x(), point.y())
        zoom = self.camera.zoom
        for number in reversed(self._scene.frame_index.touching((x, y, x, y)).tolist()):
            frame = self._scene.frames[number]
            if strip_rect(frame, zoom).contains(x * zoom, y * zoom):
                return str(frame.box.path)
        return None

    def _clicked(self, point: QPointF, *, is_extra: bool) -> None:
        """Answer a click of the left button; `is_extra` = with Ctrl."""

    def _hover(self, point: QPointF) -> None:
        item = self.item_at(point)
        hovered = item.id if item is not None else None
        if hovered != self.marks.hovered:
            self.marks.hovered = hovered
            self.update()

    # ----------------------------------------------------------------------------- Qt's overrides

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; with Shift, or sideways, pan."""
        if self._scene is None:
            event.ignore()
            return
        delta, point = event.angleDelta(), event.position()
        self._stop()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or not delta.y():
            self.camera.pan((delta.x() or delta.y()) / 2, 0)
        else:
            self.camera.zoom_about(point.x(), point.y(), ZOOM_PER_DEGREE ** delta.y())
        self._moved()
        self._hover(point)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() in {Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton}:
            self._pressed_at = event.position()
            self._is_dragging = False
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while a button is held; point otherwise."""
        point = event.position()
        if self._pressed_at is None or self._scene is None:
            self._hover(point)
            return
        way = point - self._pressed_at
        if self._is_dragging or way.manhattanLength() >= QApplication.startDragDistance():
            self._is_dragging = True
            self._pressed_at = point
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._stop()
            self.camera.pan(way.x(), way.y())
            self._moved()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or click."""
        was_click = self._pressed_at is not None and not self._is_dragging
        self._pressed_at = None
        self._is_dragging = False
        self.unsetCursor()
        if was_click and event.button() is Qt.MouseButton.LeftButton:
            is_extra = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self._clicked(event.position(), is_extra=is_extra)
