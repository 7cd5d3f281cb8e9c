"""Containers that never run themselves: which of them get a box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.graph.trace import trace

if TYPE_CHECKING:
    from engine.values import NetworkGraph


class Flat(nn.Module):
    """Layers in plain containers, called one after the other."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.order = names
        for name in names:
            owner: nn.Module = self
            *containers, last = name.split(".")
            for container in containers:
                if not hasattr(owner, container):
                    owner.add_module(container, nn.Module())
                owner = getattr(owner, container)
            owner.add_module(last, nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        for name in self.order:
            x = self.get_submodule(name)(x)
        return x


def traced(*names: str) -> NetworkGraph:
    return trace(Flat(*names), torch.zeros(1, 2))


def test_names_become_boxes_in_order_of_execution() -> None:
    graph = traced("stem", "a.x.one", "a.x.two", "a.y.one", "b.one")
    assert [(box.path, box.parent) for box in graph.boxes] == [
        ("a", ""), ("a.x", "a"), ("a.y", "a"), ("b", ""),
    ]  # fmt: skip
    assert [node.scope for node in graph.nodes] == ["", "", "a.x", "a.x", "a.y", "b", ""]
    assert [box.kind for box in graph.boxes] == ["Module"] * 4


def test_boxes_that_are_built_alike_can_be_folded() -> None:
    signature = {
        box.path: box.signature for box in traced("a.one", "a.two", "b.one", "b.two", "c.one").boxes
    }
    assert signature["a"] == signature["b"] != signature["c"]


def test_a_container_that_data_comes_back_to_gets_no_box() -> None:
    graph = traced("a.x.one", "b.one", "a.x.two", "c.one")
    assert [box.path for box in graph.boxes] == ["b", "c"]
    assert [node.scope for node in graph.nodes] == ["", "", "b", "", "c", ""]


def test_only_the_container_that_data_comes_back_to_goes_without() -> None:
    graph = traced("a.x.one", "b.one", "a.y.one")
    assert [(box.path, box.parent) for box in graph.boxes] == [("a.x", ""), ("b", ""), ("a.y", "")]
