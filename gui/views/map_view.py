"""One channel, large: cells to be seen one by one, their values to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from engine import colormaps
from gui.theme import number_font, theme_of
from gui.views.atlas_geometry import AtlasGeometry, HoverInfo
from gui.views.drawing import draw_tag
from gui.views.image_tools import colour, is_drawn_smooth, pack_lut, packed_to_qimage, resample
from gui.views.picture_view import PictureView
from gui.views.value_scale import ValueScale, format_value

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from engine.values import Activation
    from gui.views.viewport import Placement

__all__ = ["MapView"]

NUMBERS_FROM_PX = 36
"""From this cell size on, in device-independent pixels, each cell carries its value."""


class MapView(PictureView):
    """One map with a cross-hair.

    Signals
    -------
    cell_hovered : HoverInfo or None
        The cell under the pointer; told again when its value changes.
    """

    cell_hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.float32] | None = None
        self._indices = np.zeros((1, 1), np.uint8)
        self._is_signed = False
        self._channel = 0
        self._hovered: HoverInfo | None = None
        self._sequential = colormaps.lut(colormaps.DEFAULT)
        self._diverging = colormaps.lut(colormaps.DEFAULT_DIVERGING)
        self._viewport.tile_width = 1
        self._message = self.tr("Click a channel to see it large here")
        self.setAccessibleName(self.tr("Chosen channel"))
        self.setAccessibleDescription(self.tr("One channel's map; the pointer reads its values"))

    # ------------------------------------------------------------------------------ for callers

    def show_channel(self, activation: Activation, channel: int) -> None:
        """Show a channel in exactly the bytes that the grid shows.

        Raises
        ------
        IndexError
            There is no such channel.
        """
        geometry = AtlasGeometry(activation)
        left, top, right, bottom = geometry.tile(geometry.place_of(channel))
        self._channel = channel
        self._is_signed = activation.is_signed
        self._show(activation.values[channel], activation.atlas[top:bottom, left:right])

    def show_map(self, values: NDArray[np.float32], scale: ValueScale, channel: int = 0) -> None:
        """Show any map.

        Parameters
        ----------
        values : ndarray, (h, w), float32
        scale
            Which value gets which colour.
        channel
            What `cell_hovered` calls it.
        """
        self._channel = channel
        self._is_signed = scale.is_signed
        self._show(values, scale.indices(values))

    def clear(self, message: str = "") -> None:
        """Show nothing, but a sentence that says what to do next."""
        self._values = None
        if message:
            self._message = message
        self._moved()

    def set_luts(self, sequential: NDArray[np.uint8], diverging: NDArray[np.uint8]) -> None:
        """Take colour tables, (256, 3) uint8 each: for magnitudes and for signed values."""
        self._sequential, self._diverging = sequential, diverging
        self._renew()

    # --------------------------------------------------------------------------------- the rest

    @property
    def _lut(self) -> NDArray[np.uint8]:
        return self._diverging if self._is_signed else self._sequential

    def _show(self, values: NDArray[np.float32], indices: NDArray[np.uint8]) -> None:
        self._values, self._indices = values, indices
        self._fit_to_widget()
        self._viewport.set_content(values.shape[1], values.shape[0])
        self._renew()
        if self._pointer is not None:
            self._hover_changed()

    def _has_picture(self) -> bool:
        return self._values is not None

    def _compose(self, place: Placement) -> tuple[QImage, int, int]:
        is_smooth = is_drawn_smooth(self._indices.shape, place.scale)
        part, left, top = resample(self._indices, place, is_smooth=is_smooth)
        return packed_to_qimage(colour(part, pack_lut(self._lut))), left, top

    def _paint_marks(self, painter: QPainter, place: Placement) -> None:
        if place.scale >= NUMBERS_FROM_PX * self.devicePixelRatioF():
            self._paint_numbers(painter, place)
        if self._hovered is not None:
            self._paint_cross(painter, self._hovered)

    def _paint_numbers(self, painter: QPainter, place: Placement) -> None:
        values = self._values
        if values is None:
            return
        painter.setFont(number_font(theme_of(self), "small"))
        x0, y0 = place.to_picture(0, 0)
        x1, y1 = place.to_picture(place.view_width, place.view_height)
        for y in range(max(0, int(y0)), min(values.shape[0], int(y1) + 1)):
            for x in range(max(0, int(x0)), min(values.shape[1], int(x1) + 1)):
                # Black or white, whichever stands out more from the cell's colour.
                red, green, blue = (float(v) for v in self._lut[self._indices[y, x]])
                is_light = 0.299 * red + 0.587 * green + 0.114 * blue > 140
                painter.setPen(QColor("#000000" if is_light else "#ffffff"))
                cell = self._to_view(x, y, x + 1, y + 1)
                text = format_value(float(f"{float(values[y, x]):.3g}"))
                painter.drawText(cell, int(Qt.AlignmentFlag.AlignCenter), text)

    def _paint_cross(self, painter: QPainter, at: HoverInfo) -> None:
        theme = theme_of(self)
        cell = self._to_view(at.x, at.y, at.x + 1, at.y + 1)
        area = (
            QRectF(self._corner, self._picture.deviceIndependentSize()) if self._picture else cell
        )
        middle = cell.center()
        lines = [
            QLineF(area.left(), middle.y(), cell.left(), middle.y()),
            QLineF(cell.right(), middle.y(), area.right(), middle.y()),
            QLineF(middle.x(), area.top(), middle.x(), cell.top()),
            QLineF(middle.x(), cell.bottom(), middle.x(), area.bottom()),
        ]
        for value, width in ((theme.marker_halo, 3.0), (theme.marker, 1.0)):
            painter.setPen(QPen(QColor(value), width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawLines(lines)
            painter.drawRect(cell)
        corner = QPointF(cell.right() + 6, cell.bottom() + 6)
        text = self.tr("y {0}  x {1}  {2}").format(at.y, at.x, format_value(at.value))
        draw_tag(painter, corner, text, theme, QRectF(self.rect()))

    def _hover_changed(self) -> None:
        hovered = self._cell()
        if hovered != self._hovered:
            self._hovered = hovered
            self.cell_hovered.emit(hovered)
            self.update()

    def _cell(self) -> HoverInfo | None:
        point = self._pointed()
        if point is None or self._values is None:
            return None
        x, y = int(point[0] // 1), int(point[1] // 1)
        height, width = self._values.shape
        if not (0 <= x < width and 0 <= y < height):
            return None
        return HoverInfo(self._channel, y, x, float(self._values[y, x]))
