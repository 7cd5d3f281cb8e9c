"""Networks' graphs made by hand, and any number of wild ones."""

from __future__ import annotations

import random
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
    from collections.abc import Sequence

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


def wild(seed: int) -> NetworkGraph:
    """Anything: boxes in boxes, branches, skips across borders, circles of boxes, loose ends."""
    chance = random.Random(seed)
    make = Builder()
    make.node("input")
    paths = [""]
    for number in range(chance.randint(2, 7)):
        parent = chance.choice(paths)
        path = f"{parent}.m{number}" if parent else f"m{number}"
        paths.append(make.box(path, parent=parent))
    path = ""
    for number in range(1, chance.randint(10, 45)):
        if chance.random() < 0.3:
            path = chance.choice(paths)
        reach = chance.choice((2, 2, 4, number))
        sources = {
            max(0, number - chance.randint(1, reach)) for _ in range(chance.choice((1, 1, 2, 3)))
        }
        if chance.random() < 0.08:
            sources = set()
        op = chance.choice(("Conv2d", "ReLU", "cat", "add"))
        make.node(op, *sorted(sources), at=f"{path}/{op}")
    return make.graph()
