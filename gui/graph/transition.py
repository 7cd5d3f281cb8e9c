"""From one drawing to the next: what is in both slides, what was inside a box comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from gui.graph.cards import draw_card
from gui.graph.frame_painting import paint_frames
from gui.graph.painting import CARDS_FROM_PX, edge_colour
from gui.graph.scene import is_openable
from gui.theme import text_font

if TYPE_CHECKING:
    from engine.values import GraphItem
    from gui.graph.camera import Camera
    from gui.graph.look import Look
    from gui.graph.scene import GraphScene
    from gui.graph.tints import Tint

__all__ = ["DURATION_MS", "MOST_SEEN", "Stage", "Transition"]

DURATION_MS = 180
MOST_SEEN = 200
"""Where more than this is seen, the change is shown at once: it could not be followed anyway."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A scene, how it looks, and what of it is seen."""

    scene: GraphScene
    look: Look
    camera: Camera


@dataclass(frozen=True, slots=True)
class _Move:
    item: GraphItem
    tint: Tint
    start: QRectF
    end: QRectF
    fade: tuple[float, float]
    """Opacity at the start and at the end."""


class Transition:
    """Paints the way between two stages.

    Parameters
    ----------
    before, after
        What was seen and what will be.
    """

    def __init__(self, before: Stage, after: Stage) -> None:
        self._before, self._after = before, after
        seen = [len(it.scene.index.touching(it.camera.seen)) for it in (before, after)]
        self._moves: list[_Move] = []
        if max(seen) <= MOST_SEEN:
            self._moves = [*_leaving(before, after), *_arriving(before, after)]

    @property
    def is_worth_it(self) -> bool:
        """Whether anything moves that could be followed."""
        return bool(self._moves)

    def paint(self, painter: QPainter, time: float, ground: QColor) -> None:
        """Paint the view as it is at `time`, in 0..1."""
        share = 1 - (1 - time) ** 3
        camera = self._after.camera
        painter.fillRect(QRectF(0, 0, camera.width, camera.height), ground)
        _paint_ground(painter, self._before, max(0.0, 1 - 2.5 * share))
        _paint_ground(painter, self._after, share)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._after.look.theme
        font = text_font(theme, is_bold=True)
        font.setPixelSize(max(round(theme.text_normal * min(camera.zoom, 1.4)), 9))
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        for move in self._moves:
            _paint_move(painter, move, share, metrics)
        painter.setOpacity(1.0)


def _place(camera: Camera, rect: tuple[float, float, float, float]) -> QRectF:
    left, top = camera.to_view(rect[0], rect[1])
    right, bottom = camera.to_view(rect[2], rect[3])
    return QRectF(left, top, right - left, bottom - top)


def _arriving(before: Stage, after: Stage) -> list[_Move]:
    """Return the moves of what is in the new drawing, as far as it is seen on its way."""
    old, new = before.scene, after.scene
    moves = []
    for row in _rows_on_the_way(before, after):
        placed = new.items[row]
        end = _place(after.camera, new.rect(row))
        origin = old.row_of.get(placed.item.id)
        fade = (1.0, 1.0)
        if origin is None:
            holder = new.holder(placed.item, old.row_of.__contains__)
            origin, fade = old.row_of.get(holder or ""), (0.0, 1.0)
        start = _place(before.camera, old.rect(origin)) if origin is not None else end
        tint = after.look.palette.tints[after.look.palette.numbers[row]]
        moves.append(_Move(placed.item, tint, start, end, fade))
    return moves


def _rows_on_the_way(before: Stage, after: Stage) -> list[int]:
    """Return the new drawing's items that are seen at the end, or were at the start."""
    rows = set(after.scene.index.touching(after.camera.seen).tolist())
    for row in before.scene.index.touching(before.camera.seen).tolist():
        id_ = before.scene.items[row].item.id
        if id_ in after.scene.row_of:
            rows.add(after.scene.row_of[id_])
    return sorted(rows)


def _leaving(before: Stage, after: Stage) -> list[_Move]:
    """Return the moves of what is only in the old drawing: into the box that closes over it."""
    old, new = before.scene, after.scene
    moves = []
    for row in old.index.touching(before.camera.seen).tolist():
        placed = old.items[row]
        if placed.item.id in new.row_of:
            continue
        start = _place(before.camera, old.rect(row))
        holder = old.holder(placed.item, new.row_of.__contains__)
        goal = new.row_of.get(holder or "")
        end = _place(after.camera, new.rect(goal)) if goal is not None else start
        tint = before.look.palette.tints[before.look.palette.numbers[row]]
        moves.append(_Move(placed.item, tint, start, end, (1.0, 0.0)))
    return moves


def _paint_ground(painter: QPainter, stage: Stage, opacity: float) -> None:
    """Paint frames and edges of a stage."""
    if opacity <= 0:
        return
    scene, camera = stage.scene, stage.camera
    painter.save()
    painter.translate(-camera.left, -camera.top)
    painter.setOpacity(opacity)
    numbers = scene.frame_index.touching(camera.seen)
    paint_frames(painter, scene, stage.look, camera.zoom, numbers)
    painter.scale(camera.zoom, camera.zoom)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = painter.pen()
    pen.setColor(edge_colour(stage.look))
    pen.setCosmetic(True)
    pen.setWidthF(1.0)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for chunk in scene.chunks:
        painter.drawPath(chunk.coarse)
    painter.restore()


def _paint_move(painter: QPainter, move: _Move, share: float, metrics: QFontMetricsF) -> None:
    rect = QRectF(
        _between(move.start.left(), move.end.left(), share),
        _between(move.start.top(), move.end.top(), share),
        max(_between(move.start.width(), move.end.width(), share), 1.0),
        max(_between(move.start.height(), move.end.height(), share), 1.0),
    )
    painter.setOpacity(_between(*move.fade, share))
    if rect.height() < CARDS_FROM_PX:
        painter.fillRect(rect, move.tint.strong)
        return
    radius = min(6.0, rect.height() / 6 + 1)
    draw_card(painter, rect, move.tint, radius, is_stack=is_openable(move.item))
    painter.setPen(move.tint.text)
    text = metrics.elidedText(move.item.title, Qt.TextElideMode.ElideMiddle, rect.width() - 14)
    left = rect.center().x() - metrics.horizontalAdvance(text) / 2
    # About where it will stand when the lines below it are back.
    low = 2.0 if move.item.subtitle else metrics.ascent() / 2 - 1
    painter.drawText(QPointF(left, rect.center().y() + low), text)


def _between(start: float, end: float, share: float) -> float:
    return start + (end - start) * share
