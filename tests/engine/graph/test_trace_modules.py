"""Traces of networks small enough to be written down in full: modules, control flow, the end."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.graph.trace import trace
from engine.values import OpKind
from tests.engine.graph.nets import Block, Do, edges, keys, left_behind, node, picture, traced

# ------------------------------------------------------------------------- modules and boxes


def test_a_reused_layer_is_two_nodes() -> None:
    graph = traced(lambda net, x: net.block(x), block=Block())
    assert keys(graph) == [
        "input", "block.conv", "block/add", "block.relu", "block/sub", "block.relu:1", "/output",
    ]  # fmt: skip
    assert {n.scope for n in graph.nodes if n.kind not in {OpKind.INPUT, OpKind.OUTPUT}} == {
        "block"
    }


def test_a_reused_container_is_two_boxes() -> None:
    graph = traced(lambda net, x: net.block(net.block(x)), block=nn.Sequential(Block()))
    assert [(b.path, b.parent, b.kind) for b in graph.boxes] == [
        ("block", "", "Sequential"),
        ("block.0", "block", "Block"),
        ("block:1", "", "Sequential"),
        ("block.0:1", "block:1", "Block"),
    ]
    assert graph.boxes[0].signature == graph.boxes[2].signature
    assert node(graph, "block.0/add:1").scope == "block.0:1"
    assert node(graph, "block.0.relu:3").scope == "block.0:1"


def test_blocks_built_alike_have_the_same_signature() -> None:
    net = nn.Sequential(Block(), Block(), nn.Conv2d(2, 4, 1), Block(width=4), Block(2, 4))
    graph = trace(net.eval(), picture())
    signature = {box.path: box.signature for box in graph.boxes}
    assert signature["0"] == signature["1"] == signature["3"]  # width does not count
    assert signature["4"] != signature["0"]  # stride does


def test_the_same_parts_wired_otherwise_are_not_built_alike() -> None:
    a = Do(lambda _net, x: (x * 2) * 3 + x)
    b = Do(lambda _net, x: (x * 2) * 3 + x * 1)
    c = Do(lambda _net, x: (x * 2) + (x * 3) * 1)
    graph = trace(Do(lambda net, x: net.a(x) + net.b(x) + net.c(x), a=a, b=b, c=c), picture())
    signatures = [box.signature for box in graph.boxes]
    assert len(signatures) == 3
    assert len(set(signatures)) == 3


def test_a_module_of_ones_own_with_one_operation_is_a_node_of_its_name() -> None:
    class Scale(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gamma = nn.Parameter(torch.ones(2, 1, 1))

        def forward(self, x: Tensor) -> Tensor:
            return self.gamma * x

    class Nothing(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x

    class Two(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * 2 + 1

    graph = trace(nn.Sequential(Scale(), Nothing(), Two()).eval(), picture())
    assert keys(graph) == ["input", "0", "1", "2/mul", "2/add", "/output"]
    assert [(n.op, n.parameters, n.is_module) for n in graph.nodes[1:3]] == [
        ("Scale", 2, True), ("Nothing", 0, True),
    ]  # fmt: skip
    assert [box.path for box in graph.boxes] == ["2"]
    assert edges(graph) == {
        ("input", "0"), ("0", "1"), ("1", "2/mul"), ("2/mul", "2/add"), ("2/add", "/output"),
    }  # fmt: skip


def test_a_module_whose_only_operation_is_not_its_answer_is_a_box() -> None:
    class Peek(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            self.last = x.mean()
            return x

    graph = trace(nn.Sequential(Peek(), nn.ReLU()), picture())
    assert edges(graph) == {("input", "0/mean"), ("input", "1"), ("1", "/output")}
    assert [box.path for box in graph.boxes] == ["0"]


def test_attention_is_one_node() -> None:
    graph = traced(
        lambda net, x: net.attend(x, x, x)[0],
        torch.rand(1, 5, 4),
        attend=nn.MultiheadAttention(4, 2, batch_first=True),
    )
    assert keys(graph) == ["input", "attend", "/output"]
    assert node(graph, "attend").kind is OpKind.ATTENTION
    assert [e.slot for e in graph.edges] == [0, 1, 2, 0]
    assert node(graph, "attend").parameters == 4 * 12 + 12 + 4 * 4 + 4


def test_a_parametrised_layer_is_still_a_layer() -> None:
    conv = torch.nn.utils.parametrizations.weight_norm(nn.Conv2d(2, 2, 1))
    graph = traced(lambda net, x: net.conv(x), conv=conv)
    assert keys(graph) == ["input", "conv", "/output"]


def test_a_network_may_be_a_single_layer() -> None:
    graph = trace(nn.Conv2d(2, 3, 1), picture())
    assert [(n.key.name, n.op) for n in graph.nodes] == [
        ("input", "input"), ("", "Conv2d"), ("/output", "output"),
    ]  # fmt: skip


def test_a_container_with_no_operation_has_no_box() -> None:
    silent = Do(lambda _net, x: x, unused=nn.ReLU())
    graph = traced(lambda net, x: net.silent(x).neg(), silent=silent)
    assert graph.boxes == ()
    assert edges(graph) == {("input", "/neg"), ("/neg", "/output")}


# ----------------------------------------------------------------------------- what it leaves


def test_nothing_is_left_behind() -> None:
    model = nn.Sequential(Block(), Block()).eval()
    trace(model, picture())
    assert left_behind(model) == 0


def test_nothing_is_left_behind_by_a_network_that_raises() -> None:
    model = nn.Sequential(Block(), nn.Linear(3, 3)).eval()
    with pytest.raises(RuntimeError):
        trace(model, picture())
    assert left_behind(model) == 0


def test_a_network_that_catches_an_exception_goes_on_in_its_own_scope() -> None:
    def forward(net: Any, x: Tensor) -> Any:
        try:
            x = net.block(x)
        except RuntimeError:
            x = x.neg()
        return x

    block = nn.Sequential(nn.ReLU(), nn.Linear(3, 3))
    graph = traced(forward, block=block)
    assert node(graph, "/neg").scope == ""
    assert ("input", "/neg") in edges(graph)


def test_the_input_is_left_as_it_is() -> None:
    example = torch.tensor([[-1.0, 2.0]])
    trace(nn.Sequential(nn.ReLU(inplace=True)), example)
    assert example.tolist() == [[-1.0, 2.0]]


def test_it_traces_in_inference_mode_all_the_same() -> None:
    with torch.inference_mode():
        graph = trace(Block().eval(), picture())
    assert node(graph, "relu").is_in_place


def test_another_thread_that_runs_the_network_meanwhile_is_not_traced() -> None:
    relu = nn.ReLU()

    def forward(net: Any, x: Tensor) -> Any:
        other = threading.Thread(target=lambda: net.relu(x + 1), name="other")
        other.start()
        other.join()
        return net.relu(x).neg()

    assert keys(traced(forward, relu=relu)) == ["input", "relu", "/neg", "/output"]


def test_no_values_are_needed() -> None:
    model = nn.Sequential(Block(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 3)).eval()
    examples = (picture(), picture().to("meta"))
    real, empty = (trace(model.to(example.device), example) for example in examples)
    assert empty.nodes == real.nodes
    assert empty.edges == real.edges
    assert empty.boxes == real.boxes
