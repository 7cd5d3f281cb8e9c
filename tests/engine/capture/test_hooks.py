"""Capture takes what a layer answered, not what an in-place layer behind it made of it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.capture.hooks import capture, first_tensor
from engine.values import LayerKey


class Twice(nn.Module):
    """One ReLU that fires twice, in place, as torchvision's residual blocks have it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        with torch.no_grad():
            self.conv.weight.copy_(torch.tensor([[[[1.0]]], [[[-1.0]]]]))

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        first = self.relu(self.conv(x))
        second = self.relu(first - 1.0)
        return second, {"second": second}


@pytest.fixture
def picture() -> Tensor:
    return torch.tensor([[[[2.0, -3.0]]]])


def hooks_of(model: nn.Module) -> int:
    return sum(len(m._forward_hooks) for m in model.modules())


def test_the_map_is_taken_before_an_in_place_layer_overwrites_it(picture: Tensor) -> None:
    model = Twice()
    with capture(model, [LayerKey("conv")]) as taken:
        model(picture)
    assert taken[LayerKey("conv")].tolist() == [[[[2.0, -3.0]], [[-2.0, 3.0]]]]


def test_each_call_of_a_reused_module_has_its_own_map(picture: Tensor) -> None:
    model = Twice()
    first, second = LayerKey("relu", 0), LayerKey("relu", 1)
    with capture(model, [first, second]) as taken:
        model(picture)
    assert taken[first].tolist() == [[[[2.0, 0.0]], [[0.0, 3.0]]]]
    assert taken[second].tolist() == [[[[1.0, 0.0]], [[0.0, 2.0]]]]


def test_only_the_wanted_call_is_copied(picture: Tensor) -> None:
    model = Twice()
    with capture(model, [LayerKey("relu", 1)]) as taken:
        model(picture)
    assert list(taken) == [LayerKey("relu", 1)]


def test_no_hook_is_left_even_when_the_network_raises(picture: Tensor) -> None:
    model = Twice()
    keys = [LayerKey("conv"), LayerKey("relu")]

    def run_on_something_impossible() -> None:
        with capture(model, keys):
            assert hooks_of(model) == 2
            model(picture[0, 0])  # two dimensions: the convolution refuses

    with pytest.raises(RuntimeError):
        run_on_something_impossible()
    assert hooks_of(model) == 0


def test_no_hook_is_left_when_a_layer_does_not_exist() -> None:
    model = Twice()
    with (
        pytest.raises(KeyError, match="nowhere"),
        capture(model, [LayerKey("conv"), LayerKey("nowhere")]),
    ):
        pass
    assert hooks_of(model) == 0


def test_the_copy_is_planar_float32_whatever_the_layer_gave() -> None:
    conv = nn.Conv2d(3, 4, 1).to(memory_format=torch.channels_last).to(torch.bfloat16)
    model = nn.Sequential(conv)
    with torch.inference_mode(), capture(model, [LayerKey("0")]) as taken:
        expected = model(torch.ones(1, 3, 5, 6, dtype=torch.bfloat16))
    got = taken[LayerKey("0")]
    assert got.dtype is torch.float32
    assert got.is_contiguous()
    assert torch.equal(got, expected.float())


@pytest.mark.parametrize(
    "output",
    [
        torch.ones(2),
        (torch.ones(2), None),
        [None, torch.ones(2)],
        {"out": torch.ones(2), "aux": torch.zeros(2)},
        ((), {"deep": [torch.ones(2)]}),
    ],
)
def test_the_first_tensor_is_found_in_any_nesting(output: object) -> None:
    found = first_tensor(output)
    assert found is not None
    assert found.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("output", [None, (), {}, "text", 3])
def test_an_output_without_a_tensor_is_none(output: object) -> None:
    assert first_tensor(output) is None
