"""The clock: whose time is told, and that nothing is left behind. No test tells how long."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.graph import measure as clocks
from engine.graph.cost import cost
from engine.graph.measure import measure, with_times
from engine.graph.trace import trace


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.conv(x)) + 1
        y: Tensor = self.relu(x)
        return y


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Make the clock go on by one millisecond, then two, then three ... each time it is read."""
    now = [0.0, 0.0]

    def read() -> float:
        now[1] += 1e-3
        now[0] += now[1]
        return now[0]

    class Time:
        perf_counter = staticmethod(read)

    monkeypatch.setattr(clocks, "time", Time)
    return now


def test_every_node_has_the_median_of_its_own_calls(ticks: list[float]) -> None:
    net = Net().eval()
    picture = torch.ones(1, 1, 2, 2)
    graph = trace(net, picture)
    times = measure(net, picture, graph, repeats=3)
    by_key = {str(n.key): times.nodes.get(n.id) for n in graph.nodes}
    # The warm-up reads the clock once, three whole passes twice each: readings 1 .. 7. Then each
    # pass reads it at the network's begin, twice a node, and at the network's end; what a node
    # takes is the number of the reading at its end.
    passes = [[7 + 10 * p + 3 + 2 * node for p in range(3)] for node in range(4)]
    expected = [sorted(readings)[1] for readings in passes]
    assert [by_key[key] for key in ("conv", "relu", "/add", "relu:1")] == pytest.approx(expected)
    assert times.whole_ms == pytest.approx(5)  # the median of 3, 5 and 7
    assert times.device == "cpu"
    assert by_key["input"] is by_key["/output"] is None


def test_the_times_are_put_into_the_table(ticks: list[float]) -> None:
    net = Net().eval()
    picture = torch.ones(1, 1, 2, 2)
    graph = trace(net, picture)
    times = measure(net, (picture,), graph, repeats=1)
    table = with_times(cost(graph), times)
    assert [row.time_ms for row in table.layers] == [times.nodes[row.node] for row in table.layers]
    assert (table.time_ms, table.device) == (times.whole_ms, "cpu")
    assert table.macs == 2 * 4


def test_network_and_input_are_left_as_they_were() -> None:
    net: Any = nn.Sequential(nn.ReLU(inplace=True))
    picture = torch.full((1, 1, 2, 2), -1.0)
    measure(net, picture, trace(net, picture), repeats=2)
    assert bool((picture == -1).all())
    assert not net._forward_hooks
    assert not net[0]._forward_pre_hooks


def test_what_the_pass_does_not_reach_has_no_time() -> None:
    class Branch(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.exp() * 2 if x.sum() > 0 else x.neg() * 2

    net = Branch()
    graph = trace(net, torch.ones(1))
    times = measure(net, -torch.ones(1), graph, repeats=1)
    reached = {str(n.key) for n in graph.nodes if n.id in times.nodes}
    assert reached == {"/sum", "/gt", "/mul"}
