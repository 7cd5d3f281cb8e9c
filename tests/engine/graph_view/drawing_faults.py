"""What must hold of every drawing of a graph."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values import GraphLayout, PlacedBox, PlacedEdge, PlacedItem, VisibleGraph

Rect = tuple[float, float, float, float]
_SLACK = 0.02


def rect(placed: PlacedItem | PlacedBox) -> Rect:
    """Left, top, right, bottom."""
    return placed.left, placed.top, placed.left + placed.width, placed.top + placed.height


def overlap(one: Rect, other: Rect) -> bool:
    return (
        one[0] < other[2] - _SLACK
        and other[0] < one[2] - _SLACK
        and one[1] < other[3] - _SLACK
        and other[1] < one[3] - _SLACK
    )


def holds(outer: Rect, inner: Rect) -> bool:
    return (
        outer[0] < inner[0] and outer[1] < inner[1] and inner[2] < outer[2] and inner[3] < outer[3]
    )


def scopes(view: VisibleGraph, scope: str) -> set[str]:
    """Return the open boxes around something in `scope`."""
    parents = {box.path: box.parent for box in view.open_boxes}
    found = set()
    while scope:
        found.add(scope)
        scope = parents[scope]
    return found


def faults(view: VisibleGraph, layout: GraphLayout) -> list[str]:
    """Return everything that is wrong with a drawing, in words."""
    found = [*_overlaps(layout), *_wrong_frames(view, layout), *_outside(layout)]
    places = {placed.item.id: placed for placed in layout.items}
    for edge in layout.edges:
        found += _wrong_ends(edge, places)
        found += _collisions(edge, layout.items)
    return found


def _overlaps(layout: GraphLayout) -> Iterable[str]:
    items = sorted(layout.items, key=lambda placed: placed.top)
    for at, one in enumerate(items):
        for other in items[at + 1 :]:
            if other.top >= one.top + one.height:
                break
            if overlap(rect(one), rect(other)):
                yield f"{one.item.id} overlaps {other.item.id}"


def _wrong_frames(view: VisibleGraph, layout: GraphLayout) -> Iterable[str]:
    for box in layout.boxes:
        for placed in layout.items:
            is_in = box.box.path in scopes(view, placed.item.scope)
            if is_in and not holds(rect(box), rect(placed)):
                yield f"frame {box.box.path} does not hold {placed.item.id}"
            if not is_in and overlap(rect(box), rect(placed)):
                yield f"frame {box.box.path} covers {placed.item.id}"
        for other in layout.boxes:
            if other is box:
                continue
            if box.box.path in scopes(view, other.box.parent):
                if not holds(rect(box), rect(other)):
                    yield f"frame {box.box.path} does not hold frame {other.box.path}"
            elif other.box.path not in scopes(view, box.box.parent) and overlap(
                rect(box), rect(other)
            ):
                yield f"frame {box.box.path} covers frame {other.box.path}"


def _outside(layout: GraphLayout) -> Iterable[str]:
    page = (-_SLACK, -_SLACK, layout.width + _SLACK, layout.height + _SLACK)
    for corners in (*map(rect, layout.items), *map(rect, layout.boxes)):
        if not holds(page, corners):
            yield f"{corners} is not on the page"
    for edge in layout.edges:
        if not all(holds(page, (x, y, x, y)) for x, y in edge.points):
            yield f"{edge.edge} leaves the page"


def _wrong_ends(edge: PlacedEdge, places: dict[str, PlacedItem]) -> Iterable[str]:
    if len(edge.points) < 2:
        yield f"{edge.edge} has no length"
    for point, name in ((edge.points[0], edge.edge.source), (edge.points[-1], edge.edge.target)):
        left, top, right, bottom = rect(places[name])
        x, y = point
        is_on = (
            left - _SLACK <= x <= right + _SLACK and min(abs(y - top), abs(y - bottom)) < _SLACK
        ) or (top - _SLACK <= y <= bottom + _SLACK and min(abs(x - left), abs(x - right)) < _SLACK)
        if not is_on:
            yield f"{edge.edge} does not touch {name}: {point}, {rect(places[name])}"


def _collisions(edge: PlacedEdge, items: tuple[PlacedItem, ...]) -> Iterable[str]:
    for (x0, y0), (x1, y1) in zip(edge.points, edge.points[1:], strict=False):
        if min(abs(x1 - x0), abs(y1 - y0)) > _SLACK:
            yield f"{edge.edge} is slanted"
        line = (min(x0, x1), min(y0, y1), max(x0, x1) + 1e-3, max(y0, y1) + 1e-3)
        for placed in items:
            left, top, right, bottom = rect(placed)
            inner = (left + 0.1, top + 0.1, right - 0.1, bottom - 0.1)
            if line[1] < inner[3] and inner[1] < line[3] and overlap_thin(line, inner):
                yield f"{edge.edge} runs through {placed.item.id}"


def overlap_thin(line: Rect, inner: Rect) -> bool:
    return line[0] < inner[2] and inner[0] < line[2] and line[1] < inner[3] and inner[1] < line[3]


def lines_on_lines(layout: GraphLayout) -> Iterable[str]:
    """Lines of edges with nothing in common may cross, but not lie on each other."""
    pieces: dict[tuple[int, float], list[tuple[float, float, PlacedEdge]]] = {}
    for edge in layout.edges:
        for first, second in pairwise(edge.points):
            axis = 0 if abs(first[0] - second[0]) < _SLACK else 1
            low, high = sorted((first[1 - axis], second[1 - axis]))
            pieces.setdefault((axis, round(first[axis], 1)), []).append((low, high, edge))
    for line in pieces.values():
        for at, (low, high, edge) in enumerate(line):
            for low2, high2, other in line[at + 1 :]:
                ends = {edge.edge.source, edge.edge.target}
                is_apart = ends.isdisjoint({other.edge.source, other.edge.target})
                if is_apart and min(high, high2) - max(low, low2) > 1.0:
                    yield f"{edge.edge} lies on {other.edge}"
