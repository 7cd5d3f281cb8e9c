"""Where everything of a visible graph is drawn.

Each open box is laid out by itself, the innermost first, and is then one thing with a size in the
box around it. See `engine.graph.layered` for how a level is laid out.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from engine.collecting import without_collections
from engine.graph.arrange import arrange
from engine.graph.labels import FRAME_SIZE, LABEL_SIZE, item_size, relative_path, text_width
from engine.graph.layered import Child, Level, NetSpec
from engine.graph.nesting import cut, frame_name
from engine.values.graph import (
    Direction,
    GraphItem,
    GraphLayout,
    PlacedBox,
    PlacedEdge,
    PlacedItem,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.graph.layered import Drawn, Place
    from engine.graph.nesting import Step
    from engine.jobs import JobControl
    from engine.values.graph import ItemEdge, ModuleBox, VisibleGraph

    _PlacedParts = tuple[tuple[PlacedItem, ...], tuple[PlacedBox, ...], tuple[PlacedEdge, ...]]
    _Placed = tuple[tuple[PlacedItem, ...], tuple[PlacedBox, ...], tuple[PlacedEdge, ...], Place]

__all__ = ["FRAME_PADDING", "FRAME_STRIP", "MARGIN", "layout"]

MARGIN = 24.0
"""Free room around the whole drawing."""
FRAME_PADDING = 14.0
"""Between a frame and its content."""
FRAME_STRIP = 22.0
"""Height of a frame's title strip."""
_SAME = 0.01
_LABEL_ROOM = 18.0
_LABEL_INSET = 6.0
_TITLE_INSET = 10.0
_MAX_TITLE = 110.0
"""A frame is widened for so much of its title beside the edge that comes in."""


def layout(
    view: VisibleGraph,
    direction: Direction = Direction.DOWN,
    control: JobControl | None = None,
) -> GraphLayout:
    """Place the items, frames and edges of a visible graph.

    The same graph gives the same drawing everywhere. No item overlaps another, frames hold
    exactly their content, edges begin and end on the borders of their items and run past all
    others.

    Parameters
    ----------
    direction
        Which way data flows.
    control
        Asked now and then whether to go on.

    Raises
    ------
    CancelledError
        `control` was cancelled.
    """
    start = time.perf_counter()
    with without_collections():
        items, boxes, edges, (width, height) = _place_all(view, direction, control)
    return GraphLayout(
        items=items,
        boxes=boxes,
        edges=edges,
        width=width,
        height=height,
        direction=direction,
        layout_ms=(time.perf_counter() - start) * 1e3,
    )


def _place_all(view: VisibleGraph, direction: Direction, control: JobControl | None) -> _Placed:
    """Draw, and let go at once of all it took: what is left is walked over by a collection."""
    drawing = _Drawing(view, direction, control.check if control else _never)
    return (*drawing.place(), drawing.size)


def _never() -> None:
    """Nobody asks to stop."""


class _Drawing:
    def __init__(self, view: VisibleGraph, direction: Direction, check: Callable[[], None]) -> None:
        self._view = view
        self._is_down = direction is Direction.DOWN
        self._check = check
        self._labels: dict[str, str] = {}
        for edge in view.edges:
            self._labels.setdefault(edge.source, edge.label)
        self._levels, self._steps = cut(view)
        self._drawn: dict[str, Drawn] = {}
        self._pads: dict[str, tuple[float, float, float, float]] = {}
        for path in reversed(self._levels):
            self._drawn[path] = arrange(self._level(path), check)
            self._pads[path] = self._padding(path)
        self._origins = self._place_levels()

    @property
    def size(self) -> Place:
        return self._turned(*self._frame_size(""))

    def place(self) -> _PlacedParts:
        items = tuple(self._placed_item(item) for item in self._view.items)
        boxes = tuple(self._placed_box(box) for box in self._view.open_boxes)
        self._check()
        told: set[tuple[str, str]] = set()
        edges = []
        for edge, steps in zip(self._view.edges, self._steps, strict=True):
            is_first = (edge.source, edge.label) not in told
            told.add((edge.source, edge.label))
            edges.append(self._placed_edge(edge, steps, is_first=is_first))
        return items, boxes, tuple(edges)

    # ------------------------------------------------------------------------- from the inside

    def _level(self, path: str) -> Level:
        contents = self._levels[path]
        return Level(
            children=tuple(map(self._child, contents.children)),
            nets=tuple(NetSpec(source, tuple(ends)) for source, ends in contents.nets.items()),
            entries=tuple(contents.entries),
            exits=tuple(contents.exits),
        )

    def _child(self, child: GraphItem | ModuleBox) -> Child:
        if isinstance(child, GraphItem):
            across, along = self._turned(*item_size(child))
            room, half = self._label_size(child.id)
            return Child(child.id, across, along, label_room=room, label_half=half)
        across, along = self._frame_size(child.path)
        before = self._pads[child.path][0]
        drawn = self._drawn[child.path]
        return Child(
            frame_name(child.path),
            across,
            along,
            {name: at + before for name, at in drawn.inlets.items()},
            {name: at + before for name, at in drawn.outlets.items()},
        )

    def _label_size(self, source: str) -> tuple[float, float]:
        """Return the room for the label behind an item: along, and from its middle across."""
        label = self._labels.get(source, "")
        width = text_width(label, LABEL_SIZE) if label else 0.0
        if self._is_down:
            return _LABEL_ROOM, width + _LABEL_INSET + 4.0
        return width + 2 * _LABEL_INSET, 0.0

    def _padding(self, path: str) -> tuple[float, float, float, float]:
        """Return the room around a level's content: before and behind it across, then along."""
        box = self._levels[path].box
        if box is None:
            return MARGIN, MARGIN, MARGIN, MARGIN
        if not self._is_down:
            drawn = self._drawn[path]
            missing = self._title_width(box) - drawn.along - 2 * FRAME_PADDING + 2 * _TITLE_INSET
            return FRAME_STRIP, FRAME_PADDING, FRAME_PADDING, FRAME_PADDING + max(0.0, missing)
        room = self._title_room(path, FRAME_PADDING)
        missing = max(0.0, self._title_width(box) - room)
        below = FRAME_PADDING if not self._drawn[path].outlets else 4.0
        return FRAME_PADDING + missing, FRAME_PADDING, FRAME_STRIP, below

    def _title_width(self, box: ModuleBox) -> float:
        name = relative_path(box.path, box.parent)
        return min(text_width(name, FRAME_SIZE) * 1.1, _MAX_TITLE)

    def _title_room(self, path: str, before: float) -> float:
        """Return the length of the strip that no edge crosses, from the left."""
        drawn = self._drawn[path]
        if self._is_down:
            first = min(drawn.inlets.values(), default=drawn.across + FRAME_PADDING)
            return before + first - 2 * _TITLE_INSET
        return sum(self._pads[path][2:]) + drawn.along - 2 * _TITLE_INSET

    def _frame_size(self, path: str) -> Place:
        drawn, pads = self._drawn[path], self._pads[path]
        return drawn.across + pads[0] + pads[1], drawn.along + pads[2] + pads[3]

    # ------------------------------------------------------------------------- from the outside

    def _place_levels(self) -> dict[str, Place]:
        """Return where each level's content begins."""
        origins = {"": (MARGIN, MARGIN)}
        for path, contents in self._levels.items():
            if contents.box is None:
                continue
            parent = contents.box.parent
            left, top = self._corner(parent, frame_name(path), origins)
            origins[path] = (left + self._pads[path][0], top + self._pads[path][2])
        return origins

    def _corner(self, path: str, name: str, origins: dict[str, Place]) -> Place:
        across, along = self._drawn[path].places[name]
        return across + origins[path][0], along + origins[path][1]

    def _turned(self, across: float, along: float) -> Place:
        return (across, along) if self._is_down else (along, across)

    def _placed_item(self, item: GraphItem) -> PlacedItem:
        left, top = self._turned(*self._corner(item.scope, item.id, self._origins))
        width, height = item_size(item)
        return PlacedItem(item, left, top, width, height)

    def _placed_box(self, box: ModuleBox) -> PlacedBox:
        left, top = self._turned(*self._corner(box.parent, frame_name(box.path), self._origins))
        width, height = self._turned(*self._frame_size(box.path))
        depth = 1
        parent = box.parent
        while parent:
            parent = self._levels[parent].box.parent  # type: ignore[union-attr] # only "" has none
            depth += 1
        room = self._title_room(box.path, self._pads[box.path][0])
        return PlacedBox(box, left, top, width, height, depth, room)

    def _placed_edge(self, edge: ItemEdge, steps: list[Step], *, is_first: bool) -> PlacedEdge:
        points: list[Place] = []
        for path, source, target in steps:
            across, along = self._origins[path]
            way = self._drawn[path].ways[source, target]
            points += [(x + across, y + along) for x, y in way]
        # One level's way has corners only.
        corners = _simplified(points) if len(steps) > 1 else tuple(points)
        if not self._is_down:
            corners = tuple([(y, x) for x, y in corners])
        return PlacedEdge(edge, corners, self._label_at(edge, corners) if is_first else None)

    def _label_at(self, edge: ItemEdge, points: tuple[Place, ...]) -> Place | None:
        """Return where the label begins: beside the first piece, or before a later end."""
        if self._labels.get(edge.source) == edge.label:
            x, y = points[0]
            return x + _LABEL_INSET, y + (13.0 if self._is_down else -5.0)
        return None


def _simplified(points: list[Place]) -> tuple[Place, ...]:
    """Leave out doubled points and those in the middle of a straight piece."""
    kept: list[Place] = []
    last_x = last_y = math.inf
    for point in points:
        x, y = point
        is_beside, is_level = abs(x - last_x) < _SAME, abs(y - last_y) < _SAME
        if is_beside and is_level:
            continue
        while len(kept) > 1 and (is_beside or is_level):
            before_x, before_y = kept[-2]
            if not (
                (is_beside and abs(before_x - last_x) < _SAME)
                or (is_level and abs(before_y - last_y) < _SAME)
            ):
                break
            kept.pop()
            last_x, last_y = before_x, before_y
            is_beside, is_level = abs(x - last_x) < _SAME, abs(y - last_y) < _SAME
        kept.append(point)
        last_x, last_y = point
    return tuple(kept)
