"""What is marked over the drawing: the current layer, watched ones, hits, the pointed item."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.graph.frame_painting import frame_rect
from gui.graph.painting import item_rect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values import LayerKey
    from gui.graph.camera import Camera
    from gui.graph.scene import GraphScene
    from gui.theme import Theme

__all__ = ["Marks", "paint_marks"]

DOT = 4.5
MOST_HITS = 2000


@dataclass(slots=True)
class Marks:
    """What is marked, by key or by the item's id.

    Attributes
    ----------
    current
        The layer whose maps are shown.
    watched
        The layers that have a tab.
    hits, hit
        Ids of what was found, and of the one that is stepped to.
    selected
        Id of the item that keys mean, or path of the frame ("f" before it).
    hovered
        Id of the item under the pointer.
    """

    current: LayerKey | None = None
    watched: frozenset[LayerKey] = field(default_factory=frozenset)
    hits: frozenset[str] = field(default_factory=frozenset)
    hit: str | None = None
    selected: str | None = None
    hovered: str | None = None


def paint_marks(
    painter: QPainter, scene: GraphScene, marks: Marks, camera: Camera, theme: Theme
) -> None:
    """Paint the marks over what the view shows; the painter is on the view."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(-round(camera.left), -round(camera.top))
    _paint_hits(painter, scene, marks, camera, theme)
    for id_, colour, width, away in (
        (marks.hovered, theme.text_muted, 1.2, 1.0),
        (marks.selected, theme.text, 1.6, 1.5),
    ):
        rect = _place_of(scene, id_, camera.zoom)
        if rect is not None:
            _frame(painter, rect, colour, width, away)
    _paint_current(painter, scene, marks, camera.zoom, theme)
    _paint_watched(painter, scene, marks.watched, camera.zoom, theme)
    painter.restore()


def _paint_hits(
    painter: QPainter, scene: GraphScene, marks: Marks, camera: Camera, theme: Theme
) -> None:
    rows = [scene.row_of[it] for it in marks.hits if it in scene.row_of]
    seen = set(scene.index.touching(camera.seen).tolist())
    for row in [it for it in rows if it in seen][:MOST_HITS]:
        _frame(painter, item_rect(scene, row, camera.zoom), theme.warning, 1.6, 1.5)
    rect = _place_of(scene, marks.hit, camera.zoom)
    if rect is not None:
        _frame(painter, rect, theme.warning, 3.2, 3.0)


def _paint_current(
    painter: QPainter, scene: GraphScene, marks: Marks, zoom: float, theme: Theme
) -> None:
    if marks.current is None:
        return
    frame = scene.frame_of_key(marks.current)
    row = scene.row_of_key(marks.current) if frame is None else None
    if frame is not None:
        _frame(painter, frame_rect(scene.frames[frame], zoom), theme.accent, 2.0, 1.0)
    elif row is not None:
        rect = item_rect(scene, row, zoom)
        glow = QColor(theme.accent)
        glow.setAlpha(70)
        painter.setPen(QPen(glow, 7.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), 8, 8)
        _frame(painter, rect, theme.accent, 2.4, 1.6)


def _paint_watched(
    painter: QPainter,
    scene: GraphScene,
    watched: Iterable[LayerKey],
    zoom: float,
    theme: Theme,
) -> None:
    """Put a dot to the upper left corner of what has a tab."""
    painter.setPen(QPen(QColor(theme.canvas), 1.5))
    painter.setBrush(QColor(theme.accent))
    for key in watched:
        frame = scene.frame_of_key(key)
        row = scene.row_of_key(key) if frame is None else None
        if frame is not None:
            rect = frame_rect(scene.frames[frame], zoom)
        elif row is not None:
            rect = item_rect(scene, row, zoom)
        else:
            continue
        painter.drawEllipse(rect.topLeft(), DOT, DOT)


def _place_of(scene: GraphScene, id_: str | None, zoom: float) -> QRectF | None:
    if id_ is None:
        return None
    row = scene.row_of.get(id_)
    if row is not None:
        return item_rect(scene, row, zoom)
    number = scene.frame_of.get(id_[1:]) if id_.startswith("f") else None
    return frame_rect(scene.frames[number], zoom) if number is not None else None


def _frame(painter: QPainter, rect: QRectF, colour: str, width: float, away: float) -> None:
    painter.setPen(QPen(QColor(colour), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = min(6.0 + away, rect.height() / 4 + away)
    painter.drawRoundedRect(rect.adjusted(-away, -away, away, away), radius, radius)
