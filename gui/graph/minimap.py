"""The whole drawing in a corner, with a frame around what is seen; dragging the frame pans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from gui.theme import theme_of
from gui.views.drawing import translucent

if TYPE_CHECKING:
    from gui.graph.navigator import GraphNavigator

__all__ = ["Minimap"]

MARGIN = 8
LONGEST, SHORTEST = 150, 28
SHARE = 0.42
"""At most so much of the view's sides."""


class Minimap(QWidget):
    """Stands in the lower right corner of a canvas; hides where all of the drawing is seen.

    Parameters
    ----------
    canvas
        What it is an overview of; it becomes its child.
    """

    def __init__(self, canvas: GraphNavigator) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._picture: QPixmap | None = None
        self._is_wanted = True
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Overview of the graph"))
        self.setToolTip(self.tr("Drag to move about in the graph"))
        self.hide()
        canvas.installEventFilter(self)
        canvas.camera_moved.connect(self._follow)
        canvas.scene_changed.connect(self._renew)

    def set_wanted(self, is_wanted: bool) -> None:
        """Show it where there is use for it, or never."""
        self._is_wanted = is_wanted
        self._follow()

    @Slot()
    def _renew(self) -> None:
        self._picture = None
        self._follow()
        self.update()

    @Slot()
    def _follow(self) -> None:
        camera, scene = self._canvas.camera, self._canvas.scene
        is_useful = scene is not None and camera.zoom > camera.fit_zoom * 1.05
        is_shown = self._is_wanted and is_useful and self._canvas.height() > 3 * SHORTEST
        if is_shown:
            self._place()
            self.update()
        self.setVisible(is_shown)

    def _place(self) -> None:
        size = self._size()
        self.setGeometry(
            self._canvas.width() - size.width() - MARGIN,
            self._canvas.height() - size.height() - MARGIN,
            size.width(),
            size.height(),
        )

    def _size(self) -> QSize:
        camera, canvas = self._canvas.camera, self._canvas
        most_wide = min(LONGEST, canvas.width() * SHARE)
        most_high = min(LONGEST * 1.4, canvas.height() * SHARE * 0.8)
        scale = min(most_wide / camera.scene_width, most_high / camera.scene_height)
        # A long chain is a thin line at this scale: it is drawn wider than it is.
        return QSize(
            max(round(camera.scene_width * scale), SHORTEST),
            max(round(camera.scene_height * scale), SHORTEST),
        )

    def _scale(self) -> QPointF:
        camera = self._canvas.camera
        return QPointF(self.width() / camera.scene_width, self.height() / camera.scene_height)

    def _make_picture(self) -> QPixmap | None:
        made = self._canvas.overview()
        if made is None:
            return None
        ratio = self.devicePixelRatioF()
        size = self.size() * ratio
        picture = made[0].scaled(
            size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        picture.setDevicePixelRatio(ratio)
        return picture

    def _go(self, point: QPointF) -> None:
        scale = self._scale()
        self._canvas.go_to(point.x() / scale.x(), point.y() / scale.y())

    # Qt's overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize:
            self._picture = None
            self._follow()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look there."""
        self._go(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Look where the pointer is dragged."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep the click from the drawing below."""
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the overview and the frame."""
        del event
        theme, camera = theme_of(self), self._canvas.camera
        painter = QPainter(self)
        if self._picture is None or self._picture.deviceIndependentSize().toSize() != self.size():
            self._picture = self._make_picture()
        painter.fillRect(self.rect(), QColor(theme.panel))
        if self._picture is not None:
            painter.setOpacity(0.9)
            painter.drawPixmap(0, 0, self._picture)
            painter.setOpacity(1.0)
        painter.setPen(QPen(QColor(theme.border_strong), 1.0))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        left, top, right, bottom = camera.seen
        scale = self._scale()
        seen = QRectF(
            QPointF(left * scale.x(), top * scale.y()),
            QPointF(right * scale.x(), bottom * scale.y()),
        ) & QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(theme.accent), 1.5))
        painter.setBrush(translucent(theme.accent, 45))
        painter.drawRect(seen)
        painter.end()
