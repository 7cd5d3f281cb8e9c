"""A survey's numbers, against what the same tensors say when they are looked at directly."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.capture.survey import Budget, Survey, branch_shares, summarise
from engine.graph.scopes import observing
from engine.graph.trace import trace
from engine.values import LayerKey, SurveyRequest

SIZE = (4, 4)
KEY = LayerKey("x")


class Residual(nn.Module):
    """A branch and a shortcut, added in place as torchvision does."""

    def __init__(self) -> None:
        super().__init__()
        self.branch = nn.Conv2d(1, 1, 1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        with torch.no_grad():
            self.branch.weight.fill_(2.0)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.branch(x)
        out += x
        result: Tensor = self.relu(out)
        return result


def test_numbers_of_a_small_map() -> None:
    maps = torch.tensor([[[[0.0, -2.0], [0.0, 2.0]], [[0.0, 0.0], [0.0, 0.0]], [[1.0] * 2] * 2]])
    got = summarise(KEY, maps, SIZE, has_thumbnail=True)
    assert (got.mean, got.zeros, got.dead) == pytest.approx((2 / 3, 0.5, 1 / 3))
    assert got.strongest == 0  # the mean of its absolute values ties with channel 2: the first
    assert got.thumbnail is not None
    assert got.thumbnail.tolist() == [[127, 0], [127, 255]]


def test_a_channel_with_one_value_off_the_sample_is_not_dead() -> None:
    maps = torch.zeros(1, 1, 1024, 1024)
    maps[0, 0, 1, 1] = 3.0  # between the sampled rows
    assert summarise(KEY, maps, SIZE).dead == 0.0


def test_a_thumbnail_is_at_most_32_on_a_side_and_keeps_proportions() -> None:
    got = summarise(KEY, torch.rand(1, 2, 60, 120), SIZE, has_thumbnail=True)
    assert got.thumbnail is not None
    assert got.thumbnail.shape == (16, 32)
    assert got.thumbnail.dtype == np.uint8


def test_a_vector_has_no_thumbnail() -> None:
    assert summarise(KEY, torch.rand(1, 10), SIZE, has_thumbnail=True).thumbnail is None


def test_values_that_are_not_numbers_do_no_harm() -> None:
    got = summarise(KEY, torch.full((1, 2, 3, 3), float("nan")), SIZE, has_thumbnail=True)
    assert got.mean == 0.0


def test_shares_of_an_addition() -> None:
    first, second = torch.full((1, 4), 1.0), torch.full((1, 4), 2.0)
    assert branch_shares((first, second), first + second) == pytest.approx((0.2, 0.8))


def test_shares_of_an_addition_in_place() -> None:
    first, second = torch.full((1, 4), 1.0), torch.full((1, 4), 2.0)
    first += second
    assert branch_shares((first, second), first) == pytest.approx((0.2, 0.8))


def test_adding_a_number_has_no_shares() -> None:
    first = torch.ones(1, 4)
    assert branch_shares((first, 1.0), first + 1.0) == ()


def test_every_node_of_the_graph_is_summed_up_and_no_hook_is_left() -> None:
    model = Residual().eval()
    picture = torch.tensor([[[[1.0, -1.0], [1.0, 1.0]]]])
    graph = trace(model, picture)
    request = SurveyRequest(frozenset(node.key for node in graph.nodes))
    survey = Survey(request, SIZE)
    with torch.inference_mode(), observing(model, survey):
        model(picture)
    inner = {node.key for node in graph.nodes if node.key.name not in ("input", "/output")}
    assert set(survey.found) == inner
    add = next(node.key for node in graph.nodes if node.op == "add")
    assert survey.found[add].shares == pytest.approx((0.8, 0.2))
    # Taken before the ReLU behind it wrote over the sum.
    assert survey.found[add].zeros == 0.0
    assert survey.found[LayerKey("relu")].zeros == 0.25
    assert not any(module._forward_hooks for module in model.modules())


def test_only_what_is_wanted_is_summed_up() -> None:
    model = Residual().eval()
    survey = Survey(SurveyRequest(frozenset({LayerKey("relu")})), SIZE)
    with torch.inference_mode(), observing(model, survey):
        model(torch.ones(1, 1, 2, 2))
    assert set(survey.found) == {LayerKey("relu")}


def test_the_budget_leaves_the_loop_its_pace() -> None:
    budget = Budget(least_s=0.1, share=0.25)
    assert budget.is_due(0.0)
    budget.note(0.0, cost_s=0.05)
    assert not budget.is_due(0.19)  # 0.05 s may come every 0.2 s at a quarter of the time
    assert budget.is_due(0.2)
    budget.note(0.2, cost_s=0.0)
    assert not budget.is_due(0.29)
    assert budget.is_due(0.31)
    assert budget.cost_ms == 0.0
