"""How the frames of open boxes are painted: a ground, a line around, a strip with the name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.graph.cards import legible
from gui.graph.tints import mixed
from gui.theme import text_font

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.values import PlacedBox
    from gui.graph.look import Look
    from gui.graph.scene import GraphScene
    from gui.theme import Theme

__all__ = ["STRIP", "frame_rect", "frame_title", "paint_frames", "strip_rect"]

STRIP = 22.0
"""Height of the strip with a frame's name, in scene units."""
TITLE_SIZE = 11.0
INSET = 10.0
"""From a frame's left to its title, in scene units."""
TITLES_FROM_ZOOM = 0.42
FROM_PX = 5.0
"""Frames narrower than this are not drawn."""


def frame_rect(frame: PlacedBox, zoom: float) -> QRectF:
    """Return where a frame is drawn, in pixels of the zoomed scene."""
    left, top = round(frame.left * zoom), round(frame.top * zoom)
    right = round((frame.left + frame.width) * zoom)
    bottom = round((frame.top + frame.height) * zoom)
    return QRectF(left, top, right - left, bottom - top)


def strip_rect(frame: PlacedBox, zoom: float) -> QRectF:
    """Return where the strip with a frame's name is, in pixels of the zoomed scene."""
    rect = frame_rect(frame, zoom)
    rect.setHeight(min(STRIP * zoom, rect.height()))
    return rect


def frame_title(frame: PlacedBox) -> str:
    """Return what stands on a frame: the last part of its path, and its class."""
    name = frame.box.path.rpartition(".")[2]
    return f"{name}  {frame.box.kind}" if frame.box.kind else name


def paint_frames(
    painter: QPainter, scene: GraphScene, look: Look, zoom: float, numbers: NDArray[np.intp]
) -> None:
    """Paint frames, parents first."""
    theme = look.theme
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number in numbers.tolist():
        frame = scene.frames[number]
        rect = frame_rect(frame, zoom)
        if min(rect.width(), rect.height()) >= FROM_PX:
            _paint_frame(painter, rect, frame.depth, theme, zoom)
    if zoom >= TITLES_FROM_ZOOM:
        _paint_titles(painter, scene, theme, zoom, numbers)
    painter.restore()


def _paint_frame(painter: QPainter, rect: QRectF, depth: int, theme: Theme, zoom: float) -> None:
    painter.setPen(QPen(QColor(theme.border if zoom < 0.3 else theme.border_strong), 1.0))
    painter.setBrush(_ground(theme, depth))
    radius = min(8.0, 8 * zoom + 1)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def _ground(theme: Theme, depth: int) -> QColor:
    """Return the ground of a frame: each one deeper is a little lighter, or in light, darker."""
    if theme.name == "dark":
        return mixed(theme.canvas, theme.hover, min(0.22 + 0.16 * depth, 0.8))
    return mixed(theme.canvas, "#ffffff", max(0.55 - 0.14 * depth, 0.1))


def _paint_titles(
    painter: QPainter, scene: GraphScene, theme: Theme, zoom: float, numbers: NDArray[np.intp]
) -> None:
    font = text_font(theme, "small", is_bold=True)
    font.setPixelSize(max(round(TITLE_SIZE * (zoom if zoom < 1 else zoom**0.45)), 9))
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(QColor(theme.text_muted))
    for number in numbers.tolist():
        frame = scene.frames[number]
        strip = strip_rect(frame, zoom)
        most = strip.width() - 2 * INSET * zoom
        room = min(frame.title_room * zoom, most) if frame.title_room else most
        if room < 14 or strip.height() < metrics.height() - 3:
            continue
        place = strip.adjusted(INSET * zoom, 0, 0, 0)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), _fitted(frame, metrics, room))


def _fitted(frame: PlacedBox, metrics: QFontMetricsF, room: float) -> str:
    """Return what of a frame's title has room: the class goes first."""
    title = frame_title(frame)
    if metrics.horizontalAdvance(title) <= room:
        return title
    name = frame.box.path.rpartition(".")[2]
    return legible(name, metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room))
