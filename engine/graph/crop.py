"""A part of a drawing as a drawing of its own: what a view shows of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from engine.values import PlacedBox, PlacedItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.values import GraphLayout, PlacedEdge

__all__ = ["cropped"]

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
Placed = TypeVar("Placed", PlacedItem, PlacedBox)


def cropped(layout: GraphLayout, part: Rect) -> GraphLayout:
    """Return what of a drawing lies in a part of it.

    Items are kept whole or not at all: those whose middle is inside, for which the part grows.
    Frames and edges end where it ends.

    Parameters
    ----------
    part
        Left, top, right and bottom, in scene units.
    """
    items = [it for it in layout.items if _has(part, _middle(it))]
    rects = [_rect(it) for it in items]
    left = max(0.0, min([part[0], *(it[0] for it in rects)]))
    top = max(0.0, min([part[1], *(it[1] for it in rects)]))
    right = min(layout.width, max([part[2], *(it[2] for it in rects)]))
    bottom = min(layout.height, max([part[3], *(it[3] for it in rects)]))
    if right <= left or bottom <= top:  # nothing of it is there
        return replace(layout, items=(), boxes=(), edges=(), width=1.0, height=1.0)
    whole = (left, top, right, bottom)
    return replace(
        layout,
        items=tuple(_moved(it, left, top) for it in items),
        boxes=tuple(it for box in layout.boxes for it in _clipped(box, whole)),
        edges=tuple(it for edge in layout.edges for it in _pieces(edge, whole)),
        width=right - left,
        height=bottom - top,
    )


def _rect(placed: PlacedItem | PlacedBox) -> Rect:
    return placed.left, placed.top, placed.left + placed.width, placed.top + placed.height


def _middle(placed: PlacedItem) -> Point:
    return placed.left + placed.width / 2, placed.top + placed.height / 2


def _has(rect: Rect, point: Point) -> bool:
    return rect[0] <= point[0] <= rect[2] and rect[1] <= point[1] <= rect[3]


def _moved(placed: Placed, left: float, top: float) -> Placed:
    return replace(placed, left=placed.left - left, top=placed.top - top)


def _clipped(box: PlacedBox, part: Rect) -> Iterator[PlacedBox]:
    """Yield the frame as far as it lies in the part."""
    rect = _rect(box)
    if _has(part, rect[:2]) and _has(part, rect[2:]):
        yield _moved(box, part[0], part[1])
        return
    left, top = max(rect[0], part[0]), max(rect[1], part[1])
    width, height = min(rect[2], part[2]) - left, min(rect[3], part[3]) - top
    if width > 0 and height > 0:
        # Where its head is cut off, the title would stand on what is below it.
        room = min(box.title_room, width) if top == rect[1] else 0.0
        yield replace(
            box,
            left=left - part[0],
            top=top - part[1],
            width=width,
            height=height,
            title_room=room,
        )


def _pieces(edge: PlacedEdge, part: Rect) -> Iterator[PlacedEdge]:
    """Yield the ways of an edge inside the part; the first one has the label."""
    label = edge.label_at if edge.label_at is not None and _has(part, edge.label_at) else None
    if label is not None:
        label = (label[0] - part[0], label[1] - part[1])
    way: list[Point] = []
    for start, end in zip(edge.points, edge.points[1:], strict=False):
        inside = _inside(start, end, part)
        if inside is None or (way and way[-1] != inside[0]):
            if len(way) > 1:
                yield _piece(edge, way, label, part)
                label = None
            way = []
        if inside is not None:
            way = [*(way or inside[:1]), inside[1]]
    if len(way) > 1:
        yield _piece(edge, way, label, part)


def _piece(edge: PlacedEdge, way: list[Point], label: Point | None, part: Rect) -> PlacedEdge:
    points = tuple((x - part[0], y - part[1]) for x, y in way)
    return replace(edge, points=points, label_at=label)


def _inside(start: Point, end: Point, part: Rect) -> tuple[Point, Point] | None:
    """Return what of a line lies in the part (Y. Liang and B. Barsky, 1984), or None."""
    low, high = 0.0, 1.0
    for axis in (0, 1):
        along = end[axis] - start[axis]
        to_low, to_high = part[axis] - start[axis], part[axis + 2] - start[axis]
        if not along:
            if to_low > 0 or to_high < 0:
                return None
            continue
        ends = sorted((to_low / along, to_high / along))
        low, high = max(low, ends[0]), min(high, ends[1])
    if low >= high:
        return None
    first, last = (
        (start[0] + (end[0] - start[0]) * at, start[1] + (end[1] - start[1]) * at)
        for at in (low, high)
    )
    return (start if low == 0 else first), (end if high == 1 else last)
