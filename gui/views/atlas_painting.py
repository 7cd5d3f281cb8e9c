"""How a grid of channels is drawn: colours and lines as one picture, marks as another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from gui.theme import text_font
from gui.views.drawing import translucent
from gui.views.image_tools import colour, is_drawn_smooth, pack_colour, packed_to_qimage, resample
from gui.views.viewport import LINE_FROM_PX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import Activation
    from gui.theme import Theme
    from gui.views.atlas_geometry import AtlasGeometry
    from gui.views.image_tools import PackedLut
    from gui.views.viewport import Placement

__all__ = ["NUMBERS_FROM_PX", "AtlasMarks", "compose_atlas"]

NUMBERS_FROM_PX = 48
"""From this tile size on, in device-independent pixels, each tile carries its channel number."""
DEAD_ALPHA = 140


def compose_atlas(
    activation: Activation, geometry: AtlasGeometry, place: Placement, lut: PackedLut, canvas: str
) -> tuple[QImage, int, int]:
    """Return the visible part of the grid in colour, and its left and top in device pixels."""
    is_smooth = is_drawn_smooth(activation.map_size, place.scale)
    part, left, top = resample(
        activation.atlas, place, tile=activation.map_size, is_smooth=is_smooth
    )
    packed = colour(part, lut)
    ground = pack_colour(QColor(canvas))
    x = place.left - left + _edges(geometry.columns, geometry.width, place.scale)
    y = place.top - top + _edges(geometry.rows, geometry.height, place.scale)
    if min(geometry.width, geometry.height) * place.scale >= LINE_FROM_PX:
        packed[:, _within(x[1:-1], packed.shape[1])] = ground
        packed[_within(y[1:-1], packed.shape[0])] = ground
    last = geometry.count % geometry.columns
    if last:
        packed[max(0, y[-2]) :, max(0, x[last]) :] = ground
    return packed_to_qimage(packed), left, top


def _edges(count: int, size: int, scale: float) -> NDArray[np.intp]:
    """Return the borders of tiles, as `Placement.edge` does for one of them."""
    edges: NDArray[np.intp] = np.ceil(np.arange(count + 1) * size * scale - 0.5).astype(np.intp)
    return edges


def _within(places: NDArray[np.intp], limit: int) -> NDArray[np.intp]:
    return places[(places >= 0) & (places < limit)]


@dataclass(frozen=True)
class _Key:
    place: Placement
    columns: int
    order: bytes
    dead: bytes
    ratio: float
    theme: str


class AtlasMarks:
    """Channel numbers and the marks of dead channels, drawn once for a layout."""

    def __init__(self) -> None:
        self._key: _Key | None = None
        self._image: QImage | None = None

    def image(
        self,
        activation: Activation,
        geometry: AtlasGeometry,
        place: Placement,
        ratio: float,
        theme: Theme,
    ) -> QImage | None:
        """Return a translucent picture of the view's size, or None where nothing is marked."""
        dead = activation.stats.dead
        has_numbers = min(geometry.width, geometry.height) * place.scale >= NUMBERS_FROM_PX * ratio
        if not has_numbers and not dead.any():
            return None
        order = activation.order.tobytes()
        key = _Key(place, geometry.columns, order, dead.tobytes(), ratio, theme.name)
        if key != self._key or self._image is None:
            self._key = key
            size = place.view_width, place.view_height
            self._image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
            self._image.fill(Qt.GlobalColor.transparent)
            self._image.setDevicePixelRatio(ratio)
            painter = QPainter(self._image)
            tiles = _visible_tiles(geometry, place, ratio)
            _paint_dead(painter, [rect for channel, rect in tiles if dead[channel]], theme)
            if has_numbers:
                _paint_numbers(painter, tiles, theme)
            painter.end()
        return self._image


def _visible_tiles(
    geometry: AtlasGeometry, place: Placement, ratio: float
) -> list[tuple[int, QRectF]]:
    """Return the channels in view with their tiles, in device-independent pixels."""
    x = place.left + _edges(geometry.columns, geometry.width, place.scale)
    y = place.top + _edges(geometry.rows, geometry.height, place.scale)
    columns = np.flatnonzero((x[1:] > 0) & (x[:-1] < place.view_width)).tolist()
    rows = np.flatnonzero((y[1:] > 0) & (y[:-1] < place.view_height)).tolist()
    return [
        (
            geometry.channel_at(row * geometry.columns + column),
            QRectF(QPointF(x[column], y[row]) / ratio, QPointF(x[column + 1], y[row + 1]) / ratio),
        )
        for row in rows
        for column in columns
        if row * geometry.columns + column < geometry.count
    ]


def _paint_dead(painter: QPainter, rects: list[QRectF], theme: Theme) -> None:
    if not rects:
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(translucent(theme.canvas, DEAD_ALPHA))
    painter.drawRects(rects)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    arm = min(5.0, min(rects[0].width(), rects[0].height()) * 0.22)
    lines = [
        QLineF(rect.center() - across, rect.center() + across)
        for rect in rects
        for across in (QPointF(arm, arm), QPointF(arm, -arm))
    ]
    painter.setPen(QPen(QColor(theme.dead), 1.0 if arm < 4 else 1.5))
    painter.drawLines(lines)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _paint_numbers(painter: QPainter, tiles: list[tuple[int, QRectF]], theme: Theme) -> None:
    font = text_font(theme, "small")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(translucent("#000000", 120))
    boxes = [
        QRectF(rect.left() + 2, rect.top() + 2, metrics.horizontalAdvance(str(channel)) + 6, 14)
        for channel, rect in tiles
    ]
    painter.drawRects(boxes)
    painter.setPen(QColor(theme.marker))
    for (channel, _rect), box in zip(tiles, boxes, strict=True):
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), str(channel))
