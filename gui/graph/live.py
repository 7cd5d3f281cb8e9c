"""What changes with each frame: small pictures on items, and what comes by each branch of an add.

Both are painted over the squares at each repaint, only where they are seen and large enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from engine.values import Direction
from gui.graph.item_text import PICTURE_FROM_PX, picture_rect
from gui.graph.painting import item_rect
from gui.theme import number_font
from gui.views.image_tools import SMALL_MAP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gui.graph.camera import Camera
    from gui.graph.look import Share
    from gui.graph.scene import GraphScene
    from gui.theme import Theme

__all__ = ["paint_shares", "paint_thumbnails", "thumbnail_image"]

SHARES_FROM_ZOOM = 0.3
LEAST_WIDTH, MOST_WIDTH = 1.0, 7.0
AWAY_PX = 6.0


def thumbnail_image(picture: NDArray[np.uint8]) -> QImage:
    """Return a picture as an image with pixels of its own.

    Parameters
    ----------
    picture : ndarray, (h, w) or (h, w, 3), uint8
        Grey or RGB.

    Raises
    ------
    ValueError
        Another shape or type.
    """
    is_grey = picture.ndim == 2
    if picture.dtype != np.uint8 or not (is_grey or picture.shape[2:] == (3,)):
        raise ValueError(
            f"thumbnail: expected (h, w) or (h, w, 3) uint8, got {picture.shape} {picture.dtype}"
        )
    picture = np.ascontiguousarray(picture)
    kind = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_RGB888
    image = QImage(picture.data, picture.shape[1], picture.shape[0], picture.strides[0], kind)
    # What the screen holds: drawing it again needs no conversion.
    return image.convertToFormat(QImage.Format.Format_RGB32)


def paint_thumbnails(
    painter: QPainter, scene: GraphScene, images: Mapping[str, QImage], camera: Camera, theme: Theme
) -> None:
    """Paint the small pictures on the items that are seen; the painter is on the view."""
    if not images:
        return
    painter.save()
    painter.translate(-round(camera.left), -round(camera.top))
    painter.setPen(QPen(QColor(theme.border_strong), 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for row in scene.index.touching(camera.seen).tolist():
        image = images.get(scene.items[row].item.id)
        if image is None:
            continue
        place = item_rect(scene, row, camera.zoom)
        if place.height() < PICTURE_FROM_PX:
            continue
        room = picture_rect(place)
        size = image.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF(QPointF(), size.toSizeF())
        target.moveCenter(room.center())
        is_smooth = max(image.width(), image.height()) > SMALL_MAP
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        painter.drawImage(target, image)
        painter.drawRect(target.adjusted(-0.5, -0.5, 0.5, 0.5))
    painter.restore()


def paint_shares(
    painter: QPainter,
    scene: GraphScene,
    shares: Mapping[str, tuple[Share, ...]],
    camera: Camera,
    theme: Theme,
) -> None:
    """Paint at each sum how much comes by which edge: its width, and per cent near its end."""
    if not shares or camera.zoom < SHARES_FROM_ZOOM:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-round(camera.left), -round(camera.top))
    painter.setFont(number_font(theme, "small"))
    for row in scene.index.touching(_wider(camera)).tolist():
        target = scene.items[row].item.id
        found = [
            (number, share)
            for source, share in shares.get(target, ())
            if (number := scene.edge_number.get((source, target))) is not None
        ]
        for number, share in found:
            _paint_branch(painter, scene, number, share, (camera.zoom, theme))
        first = min((scene.layout.edges[number].points[-1] for number, _ in found), default=None)
        for number, share in found:
            is_first = scene.layout.edges[number].points[-1] == first
            _paint_percent(painter, scene, number, share, (camera.zoom, theme, is_first))
    painter.restore()


def _paint_branch(
    painter: QPainter, scene: GraphScene, number: int, share: float, look: tuple[float, Theme]
) -> None:
    zoom, theme = look
    colour = QColor(theme.accent)
    colour.setAlpha(190)
    width = LEAST_WIDTH + (MOST_WIDTH - LEAST_WIDTH) * min(max(share, 0.0), 1.0)
    pen = QPen(colour, max(width * min(zoom, 1.5), 1.0))
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.save()
    painter.scale(zoom, zoom)
    painter.strokePath(scene.edge_path(number), pen)
    painter.restore()


def _paint_percent(
    painter: QPainter, scene: GraphScene, number: int, share: float, look: tuple[float, Theme, bool]
) -> None:
    """Write a share beside its edge's end: the first one on one side, the others on the other."""
    zoom, theme, is_first = look
    x, y = (value * zoom for value in scene.layout.edges[number].points[-1])
    text = f"{100 * share:.0f} %"
    metrics = QFontMetricsF(painter.font())
    size = QRectF(0, 0, metrics.horizontalAdvance(text) + 6, metrics.height())
    if scene.layout.direction is Direction.DOWN:
        away = size.width() / 2 + AWAY_PX
        size.moveCenter(QPointF(x - away if is_first else x + away, y - size.height() / 2 - 4))
    else:
        away = size.height() / 2 + AWAY_PX
        size.moveCenter(QPointF(x - size.width() / 2 - 8, y - away if is_first else y + away))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.accent))
    painter.drawRoundedRect(size, 4, 4)
    painter.setPen(QColor(theme.accent_text))
    painter.drawText(size, int(Qt.AlignmentFlag.AlignCenter), text)


def _wider(camera: Camera) -> tuple[float, float, float, float]:
    """Return what is seen, and something around it: an edge is seen before the sum it goes to."""
    left, top, right, bottom = camera.seen
    return left - 300, top - 300, right + 300, bottom + 300
