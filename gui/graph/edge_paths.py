"""Edges as paths: one path holds the edges of a region, so that few calls draw thousands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QPainterPath

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.values import PlacedEdge
    from gui.graph.camera import Rect

__all__ = ["EdgeChunk", "add_arrow", "add_rounded", "chunks_of", "edge_path", "label_places"]

REGION = 1200.0
"""Side of the regions by which edges are gathered, in scene units."""
CORNER = 7.0
ARROW_LENGTH, ARROW_HALF = 7.0, 3.4

_Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class EdgeChunk:
    """The edges of a region.

    Attributes
    ----------
    area
        All of them lie within.
    coarse
        Straight pieces, for afar.
    fine
        With rounded corners.
    arrows
        The heads, to be filled.
    points
        Number of points of all edges.
    """

    area: Rect
    coarse: QPainterPath
    fine: QPainterPath
    arrows: QPainterPath
    points: int


def chunks_of(edges: Iterable[PlacedEdge]) -> tuple[EdgeChunk, ...]:
    """Gather edges by where their middle lies; those that go far are in chunks of their own."""
    regions: dict[tuple[int, int, int], list[tuple[PlacedEdge, Rect]]] = {}
    for edge in edges:
        area = _area(edge.points)
        size = max(area[2] - area[0], area[3] - area[1])
        # A far edge among near ones would make their region as large as itself.
        level = max(0, math.ceil(math.log2(max(size, 1.0) / REGION)))
        side = REGION * 2**level
        x, y = (area[0] + area[2]) / 2, (area[1] + area[3]) / 2
        regions.setdefault((level, int(x // side), int(y // side)), []).append((edge, area))
    return tuple(_chunk(members) for members in regions.values())


def _chunk(members: Sequence[tuple[PlacedEdge, Rect]]) -> EdgeChunk:
    coarse, fine, arrows = QPainterPath(), QPainterPath(), QPainterPath()
    for edge, _ in members:
        points = edge.points
        coarse.moveTo(*points[0])
        for point in points[1:]:
            coarse.lineTo(*point)
        add_rounded(fine, points)
        add_arrow(arrows, points)
    areas = [area for _, area in members]
    area = (
        min(it[0] for it in areas) - ARROW_HALF,
        min(it[1] for it in areas) - ARROW_HALF,
        max(it[2] for it in areas) + ARROW_HALF,
        max(it[3] for it in areas) + ARROW_HALF,
    )
    return EdgeChunk(area, coarse, fine, arrows, sum(len(edge.points) for edge, _ in members))


def edge_path(edge: PlacedEdge) -> QPainterPath:
    """Return one edge with rounded corners."""
    path = QPainterPath()
    add_rounded(path, edge.points)
    return path


def add_rounded(path: QPainterPath, points: Sequence[_Point]) -> None:
    """Add a polyline whose corners are rounded."""
    path.moveTo(*points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        one, other = _step(corner, before), _step(corner, after)
        path.lineTo(*one)
        path.quadTo(*corner, *other)
    path.lineTo(*points[-1])


def _step(start: _Point, towards: _Point) -> _Point:
    """Return the point a corner's radius away, at most half the way."""
    dx, dy = towards[0] - start[0], towards[1] - start[1]
    length = math.hypot(dx, dy)
    share = min(CORNER / length, 0.5) if length else 0.0
    return start[0] + dx * share, start[1] + dy * share


def add_arrow(path: QPainterPath, points: Sequence[_Point]) -> None:
    """Add the head of an edge that ends at the last point."""
    tip = points[-1]
    tail = next((p for p in reversed(points[:-1]) if p != tip), None)
    if tail is None:
        return
    length = math.dist(tail, tip)
    ux, uy = (tip[0] - tail[0]) / length, (tip[1] - tail[1]) / length
    base = tip[0] - ux * ARROW_LENGTH, tip[1] - uy * ARROW_LENGTH
    path.moveTo(*tip)
    path.lineTo(base[0] - uy * ARROW_HALF, base[1] + ux * ARROW_HALF)
    path.lineTo(base[0] + uy * ARROW_HALF, base[1] - ux * ARROW_HALF)
    path.closeSubpath()


def label_places(edges: Iterable[PlacedEdge]) -> list[tuple[float, float, str]]:
    """Return the shapes at edges: where the text begins, its baseline, the text."""
    return [
        (*placed.label_at, placed.edge.label)
        for placed in edges
        if placed.label_at is not None and placed.edge.label
    ]


def _area(points: Sequence[_Point]) -> Rect:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
