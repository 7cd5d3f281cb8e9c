"""Small networks to trace, and how their graphs are read in tests."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.overrides import _get_current_function_mode_stack

from engine.graph.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import GraphNode, NetworkGraph


class Do(nn.Module):
    """A network that is a function and has layers to call."""

    def __init__(self, forward: Callable[..., Any], **layers: nn.Module) -> None:
        super().__init__()
        self.do = forward
        for name, layer in layers.items():
            self.add_module(name, layer)
        self.eval()

    def forward(self, *inputs: Any) -> Any:
        return self.do(self, *inputs)


def picture(*shape: int) -> Tensor:
    return torch.arange(float(math.prod(shape or (1, 2, 4, 4)))).reshape(shape or (1, 2, 4, 4))


def traced(forward: Callable[..., Any], *inputs: Any, **layers: nn.Module) -> NetworkGraph:
    return trace(Do(forward, **layers), inputs or (picture(),))


def keys(graph: NetworkGraph) -> list[str]:
    return [str(node.key) for node in graph.nodes]


def edges(graph: NetworkGraph) -> set[tuple[str, str]]:
    names = keys(graph)
    return {(names[edge.source], names[edge.target]) for edge in graph.edges}


def node(graph: NetworkGraph, key: str) -> GraphNode:
    return next(n for n in graph.nodes if str(n.key) == key)


def left_behind(model: nn.Module) -> int:
    hooks = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())
    modes = _get_current_function_mode_stack()  # type: ignore[no-untyped-call]  # torch's
    return hooks + len(modes)


class Block(nn.Module):
    def __init__(self, stride: int = 1, width: int = 2) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, stride, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.relu(self.conv(x) + 1)
        z: Tensor = self.relu(y - 1)
        return z
