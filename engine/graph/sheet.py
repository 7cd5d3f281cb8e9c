"""A drawing on its sheet: title, legend and graph, the same for SVG and PNG.

Lengths are in scene units: one pixel at zoom 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.graph.labels import (
    BADGE_WIDTH,
    FRAME_SIZE,
    SUBTITLE_SIZE,
    TITLE_SIZE,
    clipped,
    has_sign,
    relative_path,
    text_width,
)
from engine.graph.palette import KIND_TITLES
from engine.values.graph import OpKind

if TYPE_CHECKING:
    from engine.values.graph import GraphLayout, PlacedBox, PlacedEdge, PlacedItem

__all__ = [
    "ARROW",
    "Legend",
    "Sheet",
    "arrow",
    "frame_title",
    "item_texts",
    "kind_inset",
    "radius",
    "rounded",
    "sheet",
]

ARROW = 6.0
"""Length of an arrowhead."""

_MARGIN = 24.0
_MIN_WIDTH = 520.0
_TITLE_BASELINE = 24.0 + 20.0
_SUBTITLE_BASELINE = _TITLE_BASELINE + 20.0
_LEGEND_TOP = _SUBTITLE_BASELINE + 12.0
_LEGEND_ROW = 20.0
_SWATCH = 12.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Legend:
    """One kind in the legend."""

    kind: OpKind
    text: str
    left: float
    top: float
    """Of its swatch."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where the parts of the page stand."""

    width: float
    height: float
    left: float
    top: float
    """Where the graph's corner is."""
    title_at: Point
    subtitle_at: Point
    """Left ends of the baselines."""
    legend: tuple[Legend, ...]
    swatch: float = _SWATCH


def sheet(layout: GraphLayout, title: str, subtitle: str) -> Sheet:
    """Return the page for a drawing, wide enough for its title."""
    wide = max(text_width(title, 20), text_width(subtitle, 12)) + 2 * _MARGIN
    width = max(layout.width, min(wide, 2 * _MIN_WIDTH), _MIN_WIDTH)
    legend = _legend(layout, width)
    top = (legend[-1].top + _LEGEND_ROW) if legend else _LEGEND_TOP
    return Sheet(
        width=width,
        height=top + layout.height,
        left=(width - layout.width) / 2,
        top=top,
        title_at=(_MARGIN, _TITLE_BASELINE),
        subtitle_at=(_MARGIN, _SUBTITLE_BASELINE),
        legend=legend,
    )


def _legend(layout: GraphLayout, width: float) -> tuple[Legend, ...]:
    kinds = {placed.item.kind for placed in layout.items}
    rows: list[Legend] = []
    left, top = _MARGIN, _LEGEND_TOP
    if OpKind.INPUT in kinds:
        kinds.discard(OpKind.OUTPUT)  # they have the same colour
    for kind in OpKind:
        if kind not in kinds:
            continue
        text = "Input, output" if kind is OpKind.INPUT else KIND_TITLES[kind]
        needed = _SWATCH + 6.0 + text_width(text, 11) + 16.0
        if left > _MARGIN and left + needed > width - _MARGIN:
            left, top = _MARGIN, top + _LEGEND_ROW
        rows.append(Legend(kind, text, left, top))
        left += needed
    return tuple(rows)


# ---------------------------------------------------------------------------------- the parts


def radius(placed: PlacedItem) -> float:
    """Return the radius of an item's corners."""
    item = placed.item
    is_round = has_sign(placed.item) or item.kind in {OpKind.INPUT, OpKind.OUTPUT}
    return placed.height / 2 if is_round else 6.0


def item_texts(placed: PlacedItem) -> tuple[str, str]:
    """Return title and subtitle of an item, cut to its width."""
    room = placed.width - 20.0
    if placed.item.count > 1:
        room -= BADGE_WIDTH
    elif has_sign(placed.item):
        room -= 16.0
    return (
        clipped(placed.item.title, TITLE_SIZE, room),
        clipped(placed.item.subtitle, SUBTITLE_SIZE, room),
    )


def frame_title(placed: PlacedBox) -> tuple[str, str]:
    """Return what stands on a frame: its name, and as far as there is room its class."""
    name = relative_path(placed.box.path, placed.box.parent)
    name = clipped(name, FRAME_SIZE, placed.title_room)
    room = placed.title_room - kind_inset(name)
    kind = placed.box.kind
    return name, kind if text_width(kind, SUBTITLE_SIZE) <= room else ""


def kind_inset(name: str) -> float:
    """Return how far behind its name a frame's class stands: the name is in heavy letters."""
    return text_width(name, FRAME_SIZE) * 1.1 + 8.0


def arrow(points: tuple[Point, ...]) -> tuple[Point, Point, Point]:
    """Return the triangle at the end of a way along the axes, its tip first."""
    (x0, y0), (x, y) = points[-2:]
    dx, dy = _direction(x0, y0, x, y)
    back, side = ARROW, ARROW * 0.55
    return (
        (x, y),
        (x - dx * back - dy * side, y - dy * back + dx * side),
        (x - dx * back + dy * side, y - dy * back - dx * side),
    )


def _direction(x0: float, y0: float, x: float, y: float) -> Point:
    length = max(abs(x - x0) + abs(y - y0), 1e-9)
    return (x - x0) / length, (y - y0) / length


def rounded(edge: PlacedEdge, corner: float = 6.0) -> list[tuple[Point, Point, Point]]:
    """Return an edge's corners as curves: where each begins, its corner, where it ends.

    The first and the last are the edge's two ends; the last stops where the arrowhead begins.
    """
    points = list(edge.points)
    dx, dy = _direction(*points[-2], *points[-1])
    points[-1] = (points[-1][0] - dx * (ARROW - 1), points[-1][1] - dy * (ARROW - 1))
    curves = [(points[0], points[0], points[0])]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        lengths = (_length(before, at), _length(at, after))
        by = min(corner, lengths[0] / 2, lengths[1] / 2)
        curves.append((_towards(at, before, by), at, _towards(at, after, by)))
    curves.append((points[-1], points[-1], points[-1]))
    return curves


def _length(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(one: Point, other: Point, by: float) -> Point:
    dx, dy = _direction(*one, *other)
    return one[0] + dx * by, one[1] + dy * by
