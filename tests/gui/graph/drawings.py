"""Small graphs and drawings made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.values import (
    Direction,
    GraphEdge,
    GraphItem,
    GraphLayout,
    GraphNode,
    ItemEdge,
    ItemKind,
    LayerKey,
    ModuleBox,
    NetworkGraph,
    OpKind,
    PlacedBox,
    PlacedEdge,
    PlacedItem,
    TensorInfo,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from gui.graph.view import GraphView

WIDE, HIGH = 120.0, 40.0
MAPS = TensorInfo((1, 64, 56, 56), "float32")


def node(number: int, name: str, kind: OpKind = OpKind.CONVOLUTION, scope: str = "") -> GraphNode:
    return GraphNode(
        id=number,
        key=LayerKey(name),
        scope=scope,
        op="Conv2d" if kind is OpKind.CONVOLUTION else kind.value,
        kind=kind,
        outputs=(MAPS,),
        is_module=kind is OpKind.CONVOLUTION,
        parameters=36_864 if kind is OpKind.CONVOLUTION else 0,
        attributes=(("kernel", "3×3"),),
        source="net.py:12",
    )


def residual() -> NetworkGraph:
    """Return a stem, a block of two convolutions with a shortcut, and a head.

    0 stem -> 1 block.a -> 2 block.b -> 3 block/add -> 4 head, and 0 -> 3 besides.
    """
    nodes = (
        node(0, "stem"),
        node(1, "block.a", scope="block"),
        node(2, "block.b", scope="block"),
        node(3, "block/add", OpKind.ADD, "block"),
        node(4, "head", OpKind.LINEAR),
    )
    pairs = ((0, 1, 0), (1, 2, 0), (2, 3, 0), (0, 3, 1), (3, 4, 0))
    edges = tuple(GraphEdge(source, target, MAPS, slot) for source, target, slot in pairs)
    return NetworkGraph("residual", nodes, edges, (ModuleBox("block", "Block", ""),))


def item(number: int, title: str = "", kind: OpKind = OpKind.CONVOLUTION) -> GraphItem:
    name = title or f"conv{number}"
    return GraphItem(
        id=f"n{number}",
        item=ItemKind.NODE,
        title=name,
        subtitle="Conv2d 3×3",
        kind=kind,
        scope="",
        output=MAPS,
        nodes=(number,),
        parameters=36_864,
        key=LayerKey(name),
    )


def box(path: str, nodes: tuple[int, ...], count: int = 1) -> GraphItem:
    is_run = count > 1
    return GraphItem(
        id=("r" if is_run else "b") + path,
        item=ItemKind.RUN if is_run else ItemKind.BOX,
        title=path,
        subtitle="Block",
        kind=OpKind.CONVOLUTION,
        scope="",
        output=MAPS,
        nodes=nodes,
        count=count,
        key=LayerKey(path),
    )


def placed(it: GraphItem, left: float, top: float) -> PlacedItem:
    return PlacedItem(it, left, top, WIDE, HIGH)


def edge(source: str, target: str, *points: tuple[float, float]) -> PlacedEdge:
    return PlacedEdge(ItemEdge(source, target, "64×56×56"), points, (points[0][0] + 6, 60.0))


def chain(count: int = 4) -> GraphLayout:
    """Return convolutions one below the other, each 120 × 40, 100 apart."""
    items = tuple(placed(item(n), 40, 20 + 100 * n) for n in range(count))
    edges = tuple(
        edge(f"n{n}", f"n{n + 1}", (100, 60 + 100 * n), (100, 120 + 100 * n))
        for n in range(count - 1)
    )
    return GraphLayout(items, (), edges, 200, 100 * count)


def diamond(direction: Direction = Direction.DOWN) -> GraphLayout:
    """Return n0 above n1 and n2 side by side, above n3; beside n1 and n2 stands n4."""
    places = {0: (200, 20), 1: (60, 120), 2: (340, 120), 3: (200, 220), 4: (480, 130)}
    if direction is Direction.RIGHT:
        places = {number: (2 * y, x) for number, (x, y) in places.items()}
    pairs = ((0, 1), (0, 2), (1, 3), (2, 3))
    items = tuple(placed(item(n), *place) for n, place in places.items())
    edges = tuple(edge(f"n{a}", f"n{b}", _middle(places[a]), _middle(places[b])) for a, b in pairs)
    return GraphLayout(items, (), edges, 640, 640, direction)


def framed() -> GraphLayout:
    """Return an open box "block" with a frame from (20, 20) to (220, 220), and n1 inside."""
    frame = PlacedBox(ModuleBox("block", "Block", ""), 20, 20, 200, 200, 1)
    return GraphLayout((placed(item(1), 60, 100),), (frame,), (), 240, 240)


def grid(columns: int, rows: int) -> GraphLayout:
    """Return many items, 200 × 90 apart, each above the next of its column."""
    items = tuple(
        placed(item(row * columns + column), 200 * column, 90 * row)
        for row in range(rows)
        for column in range(columns)
    )
    edges = tuple(
        edge(
            f"n{row * columns + column}",
            f"n{(row + 1) * columns + column}",
            (200 * column + 60, 90 * row + 40),
            (200 * column + 60, 90 * row + 90),
        )
        for row in range(rows - 1)
        for column in range(columns)
    )
    return GraphLayout(items, (), edges, 200.0 * columns, 90.0 * rows)


def _middle(corner: tuple[float, float]) -> tuple[float, float]:
    return corner[0] + WIDE / 2, corner[1] + HIGH / 2


def picture_of(view: GraphView) -> QImage:
    """Return what a view shows once it is painted completely, however slow the machine is."""
    picture = view.grab()
    while not (view.is_settled or view.is_moving):
        picture = view.grab()
    return picture.toImage()
