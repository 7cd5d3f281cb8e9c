"""The tracer against torchlens, which wraps every torch function: same operations, same edges.

Systematic differences, all bridged below:

- torchlens looks into the layers of torch.nn; what happens inside one (the eight operations of a
  MultiheadAttention) is one node here, and edges inside it none;
- it has a node for each output of an operation (`chunk`), we have one with several outputs;
- it has nodes for buffers; to us they are constants, as parameters are to both;
- names: it writes `__add__`, `__iadd__`, `add_` as they are called.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn

from engine.graph.ops import op_name
from engine.graph.trace import trace

if TYPE_CHECKING:
    from engine.values import NetworkGraph

torchlens = pytest.importorskip("torchlens")
models = pytest.importorskip("torchvision.models")

Edge = tuple[Any, Any]


class Stage(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.relu(self.conv(x)))


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([Stage(3, 4), Stage(4, 8)])
        self.pool = nn.MaxPool2d(2)
        self.middle = Stage(8, 16)
        self.up = nn.ModuleList([nn.ConvTranspose2d(16, 8, 2, 2), nn.ConvTranspose2d(8, 4, 2, 2)])
        self.join = nn.ModuleList([Stage(16, 8), Stage(8, 4)])
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        kept = []
        for stage in self.down:
            x = stage(x)
            kept.append(x)
            x = self.pool(x)
        x = self.middle(x)
        for up, join in zip(self.up, self.join, strict=True):
            x = join(torch.cat([kept.pop(), up(x)], dim=1))
        scores = self.head(x)
        first, second = scores.chunk(2, dim=1)
        return {"out": scores, "edge": first - second}


def networks() -> dict[str, tuple[Any, int]]:
    return {
        "resnet18": (models.resnet18, 64),
        "densenet121": (models.densenet121, 64),
        "googlenet": (lambda: models.googlenet(init_weights=False, transform_input=True), 64),
        "inception_v3": (lambda: models.inception_v3(init_weights=False), 128),
        "unet": (UNet, 32),
        "deeplabv3": (
            lambda: models.segmentation.deeplabv3_mobilenet_v3_large(
                weights=None, weights_backbone=None
            ),
            64,
        ),
        "vit_b_16": (lambda: models.VisionTransformer(32, 8, 12, 2, 16, 32), 32),  # narrow
    }


def ours(graph: NetworkGraph) -> tuple[Counter[Any], Counter[Edge]]:
    names = {node.id: (node.key.name, node.key.call) for node in graph.nodes}
    pairs = {(names[edge.source], names[edge.target]) for edge in graph.edges}
    return Counter(names.values()), Counter(pairs)


def theirs(seen: Any, leaves: set[tuple[str, int]]) -> tuple[Counter[Any], Counter[Edge]]:
    """Give torchlens's operations our names; those inside a leaf have the leaf's."""
    calls: Counter[str] = Counter()
    by_call: dict[Any, tuple[str, int]] = {}
    names: dict[str, tuple[str, int]] = {}
    for op in seen.layer_list:
        if op.is_buffer:
            continue
        if op.is_input or op.is_output:
            name = "input" if op.is_input else "/output"
            names[op.label] = (name, calls[name])
            calls[name] += 1
            continue
        modules = [split(call) for call in op.modules]
        leaf = next((module for module in modules if module in leaves), None)
        if leaf is None and op.func_call_id in by_call:
            names[op.label] = by_call[op.func_call_id]
            continue
        if leaf is None:
            scope = modules[-1][0] if modules else ""
            name = f"{scope}/{plain(op.func_name)}"
            leaf = (name, calls[name])
            calls[name] += 1
        names[op.label] = by_call[op.func_call_id] = leaf
    pairs = {
        (names[parent], names[op.label])
        for op in seen.layer_list
        if op.label in names
        for parent in map(full_label, op.parents)
        if parent in names
    }
    return Counter(dict.fromkeys(names.values(), 1)), Counter(
        {pair for pair in pairs if pair[0] != pair[1]}
    )


def full_label(label: str) -> str:
    """Write out the pass, which torchlens leaves out for what has one only."""
    return label if ":" in label else f"{label}:1"


def split(call: str) -> tuple[str, int]:
    path, _, number = call.rpartition(":")
    return path, int(number) - 1


def plain(name: str) -> str:
    def function() -> None:
        """Stand for a torch function of that name."""

    function.__name__ = name
    return op_name(function)


@pytest.mark.parametrize("name", list(networks()))
@pytest.mark.filterwarnings("ignore")  # torchlens's own, and what it makes torch say
def test_same_operations_and_same_edges(name: str) -> None:
    build, side = networks()[name]
    torch.manual_seed(0)
    model = build().eval()
    picture = torch.rand(1, 3, side, side)
    graph = trace(model, picture)
    leaves = {(n.key.name, n.key.call) for n in graph.nodes if n.is_module}
    seen = torchlens.trace(model, picture)
    nodes, edges = ours(graph)
    their_nodes, their_edges = theirs(seen, leaves)
    assert nodes == their_nodes
    assert edges == their_edges
    assert len(graph.nodes) > 20
