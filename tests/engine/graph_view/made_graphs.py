"""Networks' graphs made by hand, and what must hold of every drawing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.values import (
    GraphEdge,
    GraphNode,
    LayerKey,
    ModuleBox,
    NetworkGraph,
    OpKind,
    TensorInfo,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.values import GraphLayout, PlacedBox, PlacedEdge, PlacedItem, VisibleGraph

_KINDS = {
    "input": OpKind.INPUT,
    "output": OpKind.OUTPUT,
    "Conv2d": OpKind.CONVOLUTION,
    "Linear": OpKind.LINEAR,
    "BatchNorm2d": OpKind.NORMALISATION,
    "ReLU": OpKind.ACTIVATION,
    "MaxPool2d": OpKind.POOLING,
    "add": OpKind.ADD,
    "cat": OpKind.CONCATENATION,
}


@dataclass
class Builder:
    """Notes nodes in order of execution."""

    nodes: list[GraphNode] = field(default_factory=list)
    edges: list[GraphEdge] = field(default_factory=list)
    boxes: list[ModuleBox] = field(default_factory=list)

    def node(self, op: str, *sources: int, at: str = "", shape: Sequence[int] = (8, 4, 4)) -> int:
        """Add an operation; `at` is its path, a layer's own or a function's module and "/"."""
        scope, _, name = at.rpartition("/") if "/" in at else at.rpartition(".")
        is_module = bool(name) and "/" not in at
        key = LayerKey(at or op) if is_module or not scope else LayerKey(f"{scope}/{op}")
        number = len(self.nodes)
        tensor = TensorInfo((1, *shape), "float32")
        attributes = (("kernel", "3×3"), ("stride", "2×2")) if op == "Conv2d" else ()
        self.nodes.append(
            GraphNode(
                id=number,
                key=key,
                scope=scope,
                op=op,
                kind=_KINDS.get(op, OpKind.OTHER),
                outputs=(tensor,),
                is_module=is_module,
                parameters=10 if op == "Conv2d" else 0,
                attributes=attributes,
                source=f"net.py:{number}",
            )
        )
        for slot, source in enumerate(sources):
            self.edges.append(GraphEdge(source, number, self.nodes[source].outputs[0], slot))
        return number

    def box(self, path: str, kind: str = "Block", signature: str = "", parent: str = "?") -> str:
        """Add a container; its parent is what its path says unless told."""
        inside = path.rpartition(".")[0] if parent == "?" else parent
        self.boxes.append(ModuleBox(path, kind, inside, signature))
        return path

    def graph(self) -> NetworkGraph:
        shapes = ((1, 3, 8, 8),)
        return NetworkGraph("made", tuple(self.nodes), tuple(self.edges), tuple(self.boxes), shapes)


def chain(length: int) -> NetworkGraph:
    make = Builder()
    last = make.node("input")
    for at in range(1, length):
        last = make.node("Conv2d", last, at=f"conv{at}")
    return make.graph()


def _basic_block(make: Builder, path: str, source: int, *, has_shortcut: bool = False) -> int:
    kind = "shortcut" if has_shortcut else "plain"
    make.box(path, "BasicBlock", signature=kind)
    conv = make.node("Conv2d", source, at=f"{path}.conv1")
    relu = make.node("ReLU", conv, at=f"{path}.relu")
    last = make.node("Conv2d", relu, at=f"{path}.conv2")
    if has_shortcut:
        make.box(f"{path}.down", "Sequential", signature="down")
        middle = make.node("Conv2d", source, at=f"{path}.down.0")
        source = make.node("BatchNorm2d", middle, at=f"{path}.down.1")
    return make.node("add", last, source, at=f"{path}/add")


def residual() -> NetworkGraph:
    """Nodes: 0 input, 1 stem, then blocks a.0 to a.2 of four, b.0 of six, b.1 of four; output."""
    make = Builder()
    last = make.node("Conv2d", make.node("input", shape=(3, 8, 8)), at="stem")
    make.box("a", "Sequential")
    for number in range(3):
        last = _basic_block(make, f"a.{number}", last)
    make.box("b", "Sequential")
    last = _basic_block(make, "b.0", last, has_shortcut=True)
    last = _basic_block(make, "b.1", last)
    make.node("output", last)
    return make.graph()


def dense(layers: int) -> NetworkGraph:
    """Each layer concatenates all before it, inside a box of its own."""
    make = Builder()
    features = [make.node("input")]
    make.box("block", "DenseBlock")
    for number in range(layers):
        path = make.box(f"block.l{number}", "DenseLayer", signature=f"{number}")
        joined = make.node("cat", *features, at=f"{path}/cat")
        features.append(make.node("Conv2d", joined, at=f"{path}.conv"))
    make.node("output", make.node("cat", *features, at="block/cat"))
    return make.graph()


def flat_dense(blocks: int, layers: int) -> NetworkGraph:
    make = Builder()
    last = make.node("input")
    for _ in range(blocks):
        features = [last]
        for _ in range(layers):
            joined = make.node("cat", *features)
            features.append(make.node("Conv2d", joined))
        last = make.node("cat", *features)
    return make.graph()


def hub(length: int, consumers: int) -> NetworkGraph:
    """A chain whose first node is also needed at so many places further down."""
    make = Builder()
    first = last = make.node("input")
    needed = {length * n // (consumers + 1) for n in range(1, consumers + 1)}
    for at in range(1, length):
        last = make.node("add", last, first) if at in needed else make.node("Conv2d", last)
    return make.graph()


def inception() -> NetworkGraph:
    make = Builder()
    source = make.node("input")
    path = make.box("mixed", "Inception")
    ends = []
    for branch in range(4):
        last = source
        for part in range(branch + 1):
            last = make.node("Conv2d", last, at=f"{path}.b{branch}_{part}")
        ends.append(last)
    make.node("output", make.node("cat", *ends, at=f"{path}/cat"))
    return make.graph()


def u_net(levels: int) -> NetworkGraph:
    """`downs` and `ups` are lists of modules, which are no boxes themselves."""
    make = Builder()
    last = make.node("input")
    kept = []
    for level in range(levels):
        path = make.box(f"downs.{level}", "Sequential", "down", parent="")
        last = make.node("ReLU", make.node("Conv2d", last, at=f"{path}.0"), at=f"{path}.1")
        kept.append(last)
        last = make.node("MaxPool2d", last, at="pool")
    for level, skip in enumerate(reversed(kept)):
        last = make.node("cat", last, skip)
        path = make.box(f"ups.{level}", "Sequential", "up", parent="")
        last = make.node("ReLU", make.node("Conv2d", last, at=f"{path}.0"), at=f"{path}.1")
    make.node("output", last)
    return make.graph()


def circular() -> NetworkGraph:
    """Two boxes whose content takes turns: seen as boxes, data flows in a circle."""
    make = Builder()
    one, other = make.box("one"), make.box("other")
    last = make.node("input")
    for turn in range(3):
        last = make.node("Conv2d", last, at=f"{one}.{turn}")
        last = make.node("ReLU", last, at=f"{other}.{turn}")
    make.node("output", last)
    return make.graph()


def scattered() -> NetworkGraph:
    """Three pieces that nothing connects, one of them in a box, and a constant."""
    make = Builder()
    box = make.box("box")
    for _ in range(2):
        make.node("output", make.node("Conv2d", make.node("input")))
    first = make.node("Conv2d", at=f"{box}.a")
    make.node("Conv2d", first, at=f"{box}.b")
    make.node("Conv2d", at=f"{box}.alone")
    return make.graph()


def unrolled(times: int) -> NetworkGraph:
    """A loop over boxes, as detectors have it: many small operations beside each other."""
    make = Builder()
    source = make.node("Conv2d", make.node("input"), at="conv")
    parts = []
    for _ in range(times):
        part = make.node("getitem", source)
        parts.append(make.node("sub", part, make.node("mul", part)))
    make.node("output", make.node("cat", *parts))
    return make.graph()


# ----------------------------------------------------------------- what holds of every drawing

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
