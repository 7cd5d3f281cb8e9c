"""What every view of a picture shares: fit, zoom about the pointer, pan, hover, empty state."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gui.theme import theme_of
from gui.views.drawing import draw_message
from gui.views.viewport import Placement, Viewport

__all__ = ["PictureView"]


class PictureView(QWidget):
    """A picture with its aspect ratio kept: the wheel zooms, dragging pans, double click resets.

    A subclass says what the picture is: `_has_picture` and `_compose`, which is called once a
    picture, size and zoom, and drawn again from its result; `_paint_marks` draws over it, and
    `_paint_signs` over that.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewport = Viewport()
        self._message = ""
        self._picture: QImage | None = None
        self._corner = QPointF()
        self._pressed_at: QPointF | None = None
        self._is_dragging = False
        self._pointer: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # ------------------------------------------------------------------------------ for callers

    def reset_view(self) -> None:
        """Show the whole picture again."""
        self._viewport.reset()
        self._moved()

    def to_image(self) -> QImage:
        """Return what is seen now, for copying and saving."""
        return self.grab().toImage()

    # --------------------------------------------------------------------------- for subclasses

    def _has_picture(self) -> bool:
        """Whether there is something to show."""
        raise NotImplementedError

    def _compose(self, place: Placement) -> tuple[QImage, int, int]:
        """Return the visible part at the view's resolution, and its left and top, device pixels."""
        raise NotImplementedError

    def _paint_marks(self, painter: QPainter, place: Placement) -> None:
        """Draw over the picture, in device-independent pixels."""

    def _paint_signs(self, painter: QPainter) -> None:
        """Draw what nothing may cover, after all marks."""

    def _hover_changed(self) -> None:
        """Tell who listens what lies under the pointer (`_pointed`) now."""

    def _clicked(self, x: float, y: float) -> None:
        """Answer a click at a place of the picture."""

    def _pointed(self) -> tuple[float, float] | None:
        """Return the place of the picture under the pointer, or None."""
        if self._pointer is None or not self._has_picture():
            return None
        return self._to_picture(self._pointer)

    def _to_picture(self, point: QPointF) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return self._viewport.placement().to_picture(point.x() * ratio, point.y() * ratio)

    def _to_view(self, left: float, top: float, right: float, bottom: float) -> QRectF:
        """Return where a part of the picture lies, in device-independent pixels."""
        place, ratio = self._viewport.placement(), self.devicePixelRatioF()
        corner = QPointF(place.left + place.edge(left), place.top + place.edge(top))
        other = QPointF(place.left + place.edge(right), place.top + place.edge(bottom))
        return QRectF(corner / ratio, other / ratio)

    def _renew(self) -> None:
        """Forget what was composed: the picture, its colours or the zoom changed."""
        self._picture = None
        self.update()

    def _moved(self) -> None:
        self._renew()
        self._hover_changed()

    def _fit_to_widget(self) -> None:
        ratio = self.devicePixelRatioF()
        self._viewport.set_view(round(self.width() * ratio), round(self.height() * ratio))

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return a size at which pictures can be read."""
        return QSize(320, 240)

    def minimumSizeHint(self) -> QSize:
        """Return the least useful size."""
        return QSize(64, 48)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the composed part and the marks over it."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.canvas))
        if not self._has_picture():
            draw_message(painter, QRectF(self.rect()), self._message, theme)
        else:
            self._fit_to_widget()
            place, ratio = self._viewport.placement(), self.devicePixelRatioF()
            if self._picture is None:
                self._picture, left, top = self._compose(place)
                self._picture.setDevicePixelRatio(ratio)
                self._corner = QPointF(left, top) / ratio
            painter.drawImage(self._corner, self._picture)
            self._paint_marks(painter, place)
            self._paint_signs(painter)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the picture into the new size."""
        super().resizeEvent(event)
        self._fit_to_widget()
        self._renew()

    def changeEvent(self, event: QEvent) -> None:
        """Compose again in the colours of a new theme."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self._renew()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        if not self._has_picture():
            event.ignore()
            return
        ratio, point = self.devicePixelRatioF(), event.position()
        factor = 1.0015 ** event.angleDelta().y()
        self._viewport.zoom_about(point.x() * ratio, point.y() * ratio, factor)
        self._pointer = point
        self._moved()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() in {Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton}:
            self._pressed_at = event.position()
            self._is_dragging = False
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while a button is held; hover otherwise."""
        point = event.position()
        if self._pressed_at is not None:
            way = point - self._pressed_at
            is_far = way.manhattanLength() >= QApplication.startDragDistance()
            if self._is_dragging or (is_far and self._viewport.is_zoomed):
                self._is_dragging = True
                self._pressed_at = point
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                ratio = self.devicePixelRatioF()
                self._viewport.pan(way.x() * ratio, way.y() * ratio)
                self._renew()
        self._pointer = point
        self._hover_changed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or click."""
        was_click = self._pressed_at is not None and not self._is_dragging
        self._pressed_at = None
        self._is_dragging = False
        self.unsetCursor()
        if was_click and event.button() is Qt.MouseButton.LeftButton and self._has_picture():
            self._clicked(*self._to_picture(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole picture again."""
        del event
        if self._viewport.is_zoomed:
            self.reset_view()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        super().leaveEvent(event)
        self._pointer = None
        self._hover_changed()
