"""The list of layers says what a pass shows: shapes, calls, geometry."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from engine.capture.layers import describe, list_layers, shape_of
from engine.values import LayerInfo, LayerKey
from tests.engine import tiny


def listed(net: nn.Module, side: int = tiny.SIDE) -> dict[str, LayerInfo]:
    layers = list_layers(net.eval(), torch.zeros(1, 3, side, side))
    return {layer.key.name: layer for layer in layers}


def test_a_network_is_listed_in_order_with_the_input_first() -> None:
    layers = listed(tiny.Reused())
    assert list(layers) == ["input", "conv", "side", "relu", "spare", "fc"]
    assert layers["input"] == LayerInfo(
        LayerKey("input"), "Input", (3, 4, 4), 0, is_leaf=True, detail="what the network sees"
    )
    assert layers["conv"] == LayerInfo(
        LayerKey("conv"), "Conv2d", (2, 4, 4), 6, is_leaf=True, calls=1, detail="1×1"
    )
    assert layers["relu"] == LayerInfo(LayerKey("relu"), "ReLU", (2, 4, 4), 0, True, calls=2)
    assert layers["fc"] == LayerInfo(
        LayerKey("fc"), "Linear", (3,), 6, is_leaf=True, detail="2 inputs"
    )


def test_a_layer_that_is_never_called_has_no_shape() -> None:
    spare = listed(tiny.Reused())["spare"]
    assert (spare.shape, spare.calls, spare.parameters) == (None, 1, 15)


def test_containers_count_their_childrens_parameters() -> None:
    body = listed(tiny.Seeded(), 8)["body"]
    assert body.parameters == (3 * 9 + 1) * 8 + 2 * 8 + (8 * 9 + 1) * 6
    assert not body.is_leaf
    assert body.shape == (6, 4, 4)


def test_a_module_that_stands_twice_is_listed_once() -> None:
    relu = nn.ReLU()
    layers = listed(nn.Sequential(relu, nn.Conv2d(3, 2, 1), relu))
    assert list(layers) == ["input", "0", "1"]
    assert (layers["0"].calls, layers["0"].shape) == (2, (3, 4, 4))  # the first call's


@pytest.mark.parametrize(
    ("pack", "shape"),
    [
        (lambda x: {"out": x, "aux": x[:, :1]}, (3,)),
        (lambda x: (x[:, :2], x), (2,)),
        (lambda x: tiny.Two(x, None), (3,)),
        (lambda _x: None, None),
        (lambda x: x[0], (3,)),
        (lambda x: x.sum(), (1,)),
    ],
)
def test_the_shape_of_whatever_a_layer_gives(pack: Any, shape: tuple[int, ...] | None) -> None:
    layers = listed(tiny.Wrapped(pack))
    assert layers["pack"].shape == shape
    assert layers["pack"].calls == 1


def test_tokens_have_their_shape_and_what_functions_do_has_none() -> None:
    layers = listed(tiny.Tokens())
    assert layers["block"].shape == layers["block.linear2"].shape == (5, 4)
    # Attention takes the weights of its output projection and never calls it.
    assert layers["block.self_attn.out_proj"].shape is None


def test_no_hook_is_left() -> None:
    net = tiny.Reused()
    listed(net)
    assert tiny.hooks_of(net) == 0


def test_no_hook_is_left_by_a_network_that_fails() -> None:
    net = nn.Sequential(nn.Conv2d(3, 2, 1), nn.Conv2d(5, 2, 1))
    with pytest.raises(RuntimeError, match="channels"):
        listed(net)
    assert tiny.hooks_of(net) == 0


def test_listing_changes_nothing_in_the_network() -> None:
    net = tiny.Seeded()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    listed(net, 8)
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, before[name])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((1, 3, 4, 5), (3, 4, 5)), ((1, 7), (7,)), ((7,), (7,)), ((), (1,)), ((1,), (1,))],
)
def test_a_shape_without_the_batch(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert shape_of(torch.zeros(shape)) == expected


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (nn.Conv2d(3, 8, 3, stride=2, padding=1), "3×3, stride 2, padding 1"),
        (nn.Conv2d(8, 8, 5, padding=2, groups=8), "5×5, padding 2, depthwise"),
        (nn.Conv2d(8, 8, (1, 7), padding=(0, 3), groups=2), "1×7, padding 0×3, groups 2"),
        (nn.Conv2d(3, 8, 3, dilation=2), "3×3, dilation 2"),
        (nn.Conv2d(3, 8, 3, padding="same"), "3×3"),
        (nn.Conv1d(3, 8, 3), "3"),
        (nn.Conv3d(3, 8, (1, 2, 2), stride=(1, 2, 2)), "1×2×2, stride 1×2×2"),
        (nn.ConvTranspose2d(8, 3, 2, stride=2), "2×2, stride 2"),
        (nn.MaxPool2d(3, 2, padding=1), "3×3, stride 2, padding 1"),
        (nn.AvgPool2d(2), "2×2, stride 2"),
        (nn.Linear(512, 10), "512 inputs"),
        (nn.Dropout(0.2), "p = 0.2"),
        (nn.ReLU(), ""),
    ],
)
def test_geometry_in_a_few_words(module: nn.Module, expected: str) -> None:
    assert describe(module) == expected
