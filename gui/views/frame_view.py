"""The live picture, with what the network saw of it and an overlay of one map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from gui.theme import theme_of
from gui.views.drawing import badge_rect, draw_badge, translucent
from gui.views.field_mark import FieldMark, draw_field
from gui.views.image_tools import CELLS_FROM, draw_overlay, resample, to_qimage
from gui.views.picture_view import PictureView

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from engine.values import Box
    from gui.views.viewport import Placement

__all__ = ["FrameView", "PixelInfo"]

DIM_ALPHA = 150


@dataclass(frozen=True, slots=True)
class PixelInfo:
    """The pixel under the pointer: column, row, and red, green and blue in 0..255."""

    x: int
    y: int
    rgb: tuple[int, int, int]


class FrameView(PictureView):
    """Shows one picture of a source.

    Signals
    -------
    pixel_hovered : PixelInfo or None
        What lies under the pointer.
    """

    pixel_hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: NDArray[np.uint8] | None = None
        self._box: Box | None = None
        self._overlay: NDArray[np.uint8] | None = None
        self._overlay_box: Box | None = None
        self._opacity = 0.6
        self._field: FieldMark | None = None
        self._badges: dict[str, tuple[str, bool]] = {}
        self._hovered: PixelInfo | None = None
        self._message = self.tr("Open a picture, a video or a camera, or drop one here")
        self.setAccessibleName(self.tr("Picture"))
        self.setAccessibleDescription(self.tr("The picture that the network looks at"))

    # ------------------------------------------------------------------------------ for callers

    @property
    def has_frame(self) -> bool:
        """Whether a picture is shown."""
        return self._image is not None

    def show_frame(self, image: NDArray[np.uint8]) -> None:
        """Show a picture.

        Parameters
        ----------
        image : ndarray, (H, W, 3), uint8
            RGB; kept, not copied.
        """
        self._image = image
        self._fit_to_widget()
        self._viewport.set_content(image.shape[1], image.shape[0])
        self._renew()
        if self._pointer is not None:
            self._hover_changed()

    def clear(self, message: str = "") -> None:
        """Show no picture, but a sentence that says what to do next."""
        self._image = None
        self._overlay = None
        self._box = None
        if message:
            self._message = message
        self._moved()

    def set_input_box(self, box: Box | None) -> None:
        """Outline the part that the network saw, in picture pixels, and dim the rest."""
        if box != self._box:
            self._box = box
            self.update()

    def set_overlay(
        self, rgba: NDArray[np.uint8] | None, box: Box | None = None, opacity: float = 0.6
    ) -> None:
        """Lay a map over the picture.

        Parameters
        ----------
        rgba : ndarray, (h, w, 4), uint8, or None
            Straight alpha; None takes it away.
        box
            Which part of the picture it covers, in pixels; None = all of it.
        opacity
            In 0..1.
        """
        self._overlay, self._overlay_box, self._opacity = rgba, box, opacity
        self.update()

    @property
    def field(self) -> FieldMark | None:
        """The receptive field that is drawn."""
        return self._field

    def set_field(self, mark: FieldMark | None) -> None:
        """Draw a receptive field over the picture; None takes it away."""
        if mark is not None or self._field is not None:
            self._field = mark
            self.update()

    def set_badge(self, key: str, text: str, *, is_warning: bool = False) -> None:
        """Put a short word into the corner ("frozen"); an empty text takes that of `key` away."""
        if text:
            self._badges[key] = (text, is_warning)
        else:
            self._badges.pop(key, None)
        self.update()

    # --------------------------------------------------------------------------------- the rest

    def _has_picture(self) -> bool:
        return self._image is not None

    def _compose(self, place: Placement) -> tuple[QImage, int, int]:
        assert self._image is not None  # noqa: S101 - _has_picture was asked
        part, left, top = resample(self._image, place, is_smooth=place.scale < CELLS_FROM)
        # What the screen holds: drawing it again needs no conversion.
        return to_qimage(part).convertToFormat(QImage.Format.Format_RGB32), left, top

    def _picture_rect(self) -> QRectF:
        if self._image is None:
            return QRectF()
        return self._to_view(0, 0, self._image.shape[1], self._image.shape[0])

    def _paint_marks(self, painter: QPainter, place: Placement) -> None:
        del place
        picture = self._picture_rect()
        painter.setClipRect(picture)
        has_heat = self._field is not None and self._field.heat is not None
        if self._overlay is not None and not has_heat:  # two maps in one place say nothing
            target = picture if self._overlay_box is None else self._rect_of(self._overlay_box)
            draw_overlay(painter, target, self._overlay, self._opacity)
        if self._box is not None:
            self._paint_input_box(painter, picture, self._rect_of(self._box) & picture)
        if self._field is not None:
            draw_field(painter, self._field, self._rect_of, picture, theme_of(self))
        painter.setClipping(False)

    def _paint_signs(self, painter: QPainter) -> None:
        theme = theme_of(self)
        for rect, (text, is_warning) in zip(
            self._badge_rects(), self._badges.values(), strict=True
        ):
            draw_badge(painter, rect, text, theme, is_warning=is_warning)

    def _badge_rects(self) -> list[QRectF]:
        """Return where the badges stand: side by side, from the picture's corner on the right."""
        theme, area = theme_of(self), self._picture_rect() & QRectF(self.rect())
        corner, rects = QPointF(area.right() - theme.gap, area.top() + theme.gap), []
        for text, _ in self._badges.values():
            rects.append(badge_rect(corner, text, theme))
            corner.setX(rects[-1].left() - theme.unit)
        return rects

    def _rect_of(self, box: Box) -> QRectF:
        return self._to_view(box.left, box.top, box.right, box.bottom)

    def _paint_input_box(self, painter: QPainter, picture: QRectF, seen: QRectF) -> None:
        if seen == picture:
            return  # It saw everything: nothing to tell.
        theme = theme_of(self)
        self._dim_outside(painter, picture, seen)
        pen = QPen(QColor(theme.marker), 1.0)
        pen.setDashPattern([4, 4])
        pen.setCosmetic(True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.marker_halo), 1.0))
        frame = seen.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRect(frame)
        painter.setPen(pen)
        painter.drawRect(frame)

    @staticmethod
    def _dim_outside(painter: QPainter, picture: QRectF, seen: QRectF) -> None:
        """Dim four rectangles about what was seen: a path with a hole takes ten times as long."""
        dim = translucent("#000000", DIM_ALPHA)
        top, bottom = seen.top(), seen.bottom()
        left, right = picture.left(), picture.right()
        painter.fillRect(QRectF(QPointF(left, picture.top()), QPointF(right, top)), dim)
        painter.fillRect(QRectF(QPointF(left, bottom), QPointF(right, picture.bottom())), dim)
        painter.fillRect(QRectF(QPointF(left, top), QPointF(seen.left(), bottom)), dim)
        painter.fillRect(QRectF(QPointF(seen.right(), top), QPointF(right, bottom)), dim)

    def _hover_changed(self) -> None:
        hovered = self._pixel()
        if hovered != self._hovered:
            self._hovered = hovered
            self.pixel_hovered.emit(hovered)

    def _pixel(self) -> PixelInfo | None:
        point = self._pointed()
        if point is None or self._image is None:
            return None
        x, y = int(point[0] // 1), int(point[1] // 1)
        if not (0 <= x < self._image.shape[1] and 0 <= y < self._image.shape[0]):
            return None
        red, green, blue = (int(value) for value in self._image[y, x])
        return PixelInfo(x, y, (red, green, blue))
