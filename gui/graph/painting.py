"""How a drawing is painted at any zoom: frames, edges, items, shapes at edges.

Everything is painted in pixels of the zoomed scene, so that text is never stretched and borders
fall on pixels. Afar, items are bare rectangles, thousands to a call; nearer come titles, then
what else there is room for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.graph.cards import Cards, Texts
from gui.graph.frame_painting import paint_frames
from gui.graph.item_text import (
    LABEL_SIZE,
    SMALLEST_PX,
    STACK_FROM_PX,
    TEXT_GROWTH,
    TextPainter,
)
from gui.graph.scene import is_openable
from gui.theme import text_font

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gui.graph.camera import Rect
    from gui.graph.look import Look
    from gui.graph.scene import GraphScene

__all__ = ["CARDS_FROM_PX", "GraphPainter", "edge_colour", "item_rect"]

CARDS_FROM_PX = 11.0
"""From this height on, an item is a card with a title; below it is a bare rectangle."""
LABELS_FROM_ZOOM = 0.7
ARROWS_FROM_ZOOM = 0.3
THICK_FROM_ZOOM = 1.1
MOST_THICK = 500
DIMMED = 0.22
FRAMES_FROM_PX = 3.0


def edge_colour(look: Look) -> QColor:
    """Return the colour of edges."""
    return QColor(look.theme.axis)


def item_rect(scene: GraphScene, row: int, zoom: float) -> QRectF:
    """Return where an item is drawn, in pixels of the zoomed scene: whole ones."""
    it = scene.items[row]
    left, top = round(it.left * zoom), round(it.top * zoom)
    right, bottom = round((it.left + it.width) * zoom), round((it.top + it.height) * zoom)
    return QRectF(left, top, max(right - left, 1), max(bottom - top, 1))


class GraphPainter:
    """Paints parts of scenes; keeps cards and texts for the next part.

    Parameters
    ----------
    ratio
        The screen's pixels in a device-independent one.
    """

    def __init__(self, ratio: float = 1.0) -> None:
        self.ratio = ratio
        self._cards = Cards()
        self._text = TextPainter(Texts())

    def paint(
        self, painter: QPainter, scene: GraphScene, look: Look, zoom: float, area: QRectF
    ) -> None:
        """Paint a part of the scene.

        Parameters
        ----------
        painter
            Its origin is the scene's corner; its unit a pixel.
        scene, look
            What to paint, and how.
        zoom
            Pixels in a unit of the scene.
        area
            What is needed, in pixels of the zoomed scene.
        """
        seen = (
            area.left() / zoom - 8,
            area.top() / zoom - 8,
            area.right() / zoom + 8,
            area.bottom() / zoom + 8,
        )
        rows = scene.index.touching(seen)
        numbers = scene.frame_index.touching(seen)
        is_dim = look.highlight is not None
        painter.setOpacity(DIMMED if is_dim else 1.0)
        paint_frames(painter, scene, look, zoom, numbers)
        self._paint_edges(painter, scene, look, zoom, seen)
        self._paint_items(painter, scene, look, zoom, rows)
        self._paint_labels(painter, scene, look, zoom, seen)
        painter.setOpacity(1.0)
        if look.highlight is not None:
            _paint_lit_edges(painter, look, zoom)
            lit = rows[look.highlight[rows]]
            self._paint_items(painter, scene, look, zoom, lit)

    def _paint_edges(
        self, painter: QPainter, scene: GraphScene, look: Look, zoom: float, seen: Rect
    ) -> None:
        colour = edge_colour(look)
        is_near = zoom >= ARROWS_FROM_ZOOM
        chunks = [it for it in scene.chunks if _touches(it.area, seen)]
        # Lines of one pixel have a fast way of their own; others are outlined first, all of them.
        is_thick = zoom >= THICK_FROM_ZOOM and sum(it.points for it in chunks) <= MOST_THICK
        pen = QPen(colour, 1.4 if is_thick else 1.0)
        pen.setCosmetic(True)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(zoom, zoom)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for chunk in chunks:
            painter.drawPath(chunk.fine if is_near else chunk.coarse)
        if is_near:
            for chunk in chunks:
                painter.fillPath(chunk.arrows, colour)
        painter.restore()

    def _paint_items(
        self,
        painter: QPainter,
        scene: GraphScene,
        look: Look,
        zoom: float,
        rows: NDArray[np.intp],
    ) -> None:
        if not len(rows):
            return
        rects = scene.index.rects[rows]
        # By the usual height: one tall item among small ones decides nothing.
        height = _median(rects[:, 3] - rects[:, 1]) * zoom
        if height < CARDS_FROM_PX:
            _paint_bare(painter, scene, look, zoom, rows)
            return
        places = [item_rect(scene, row, zoom) for row in rows.tolist()]
        self._paint_cards(painter, scene, look, rows.tolist(), places)
        self._text.paint(painter, scene, look, zoom, list(zip(rows.tolist(), places, strict=True)))

    def _paint_cards(
        self,
        painter: QPainter,
        scene: GraphScene,
        look: Look,
        rows: list[int],
        places: list[QRectF],
    ) -> None:
        tints, numbers = look.palette.tints, look.palette.numbers
        for row, place in zip(rows, places, strict=True):
            radius = min(6.0, place.height() / 6 + 1)
            is_stack = is_openable(scene.items[row].item) and place.height() >= STACK_FROM_PX
            size = (int(place.width()), int(place.height()))
            tint = tints[numbers[row]]
            card = self._cards.card(size, tint, (radius, self.ratio), is_stack=is_stack)
            painter.drawPixmap(place.topLeft(), card)

    def _paint_labels(
        self, painter: QPainter, scene: GraphScene, look: Look, zoom: float, seen: Rect
    ) -> None:
        if zoom < LABELS_FROM_ZOOM:
            return
        # A label begins left of what is seen where only its end is seen.
        left, top, right, bottom = seen
        numbers = scene.label_index.touching((left - 120, top - 10, right, bottom + 10))
        if not len(numbers):
            return
        pixels = max(round(LABEL_SIZE * (zoom if zoom < 1 else zoom**TEXT_GROWTH)), SMALLEST_PX)
        font, _ = self._text.texts.font(text_font(look.theme), pixels, is_bold=False)
        painter.setFont(font)
        painter.setPen(QColor(look.theme.text_muted))
        for number in numbers.tolist():
            x, y, text = scene.labels[number]
            painter.drawText(QPointF(x * zoom, y * zoom), text)


def _median(values: NDArray[np.float64]) -> float:
    """Return the (upper) median; NumPy's own loads masked arrays first, which takes a frame."""
    middle = len(values) // 2
    return float(np.partition(values, middle)[middle])


def _paint_lit_edges(painter: QPainter, look: Look, zoom: float) -> None:
    """Paint the edges between items that are not dimmed."""
    if look.lit_edges is None:
        return
    pen = QPen(QColor(look.theme.text_muted), 1.0)
    pen.setCosmetic(True)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(zoom, zoom)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(look.lit_edges)
    painter.restore()


def _paint_bare(
    painter: QPainter, scene: GraphScene, look: Look, zoom: float, rows: NDArray[np.intp]
) -> None:
    """Paint items as rectangles, all of a colour at once."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(zoom, zoom)
    painter.setPen(Qt.PenStyle.NoPen)
    numbers = look.palette.numbers[rows]
    rects = scene.rects
    for number in sorted(set(numbers.tolist())):
        painter.setBrush(look.palette.tints[number].strong)
        painter.drawRects([rects[row] for row in rows[numbers == number].tolist()])
    painter.restore()


def _touches(one: Rect, other: Rect) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]
