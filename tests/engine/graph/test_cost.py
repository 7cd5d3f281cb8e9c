"""What a layer costs: the lecture's digits, and what is published with torchvision's weights."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.graph.cost import cost
from engine.graph.structure import structure
from engine.graph.trace import trace
from engine.values import LayerCost, NetworkCost


def costs(module: nn.Module, *shape: int) -> NetworkCost:
    return cost(trace(module.eval(), torch.zeros(shape)))


def layer(whole: NetworkCost, key: str) -> LayerCost:
    return next(row for row in whole.layers if str(row.key) == key)


class Do(nn.Module):
    def __init__(self, do: Any) -> None:
        super().__init__()
        self.do = do

    def forward(self, x: Tensor) -> Any:
        return self.do(x)


# --------------------------------------------------------------------------- the lecture's digits


def test_the_first_layer_of_alexnet() -> None:
    whole = cost(structure("alexnet", (3, 227, 227)))
    first = whole.layers[0]
    assert str(first.key) == "features.0"
    assert first.output_shape == (1, 64, 56, 56)
    assert first.elements == 200_704
    assert first.memory_kib == 784
    assert first.weight_shape == (64, 3, 11, 11)
    assert first.parameters == 23_296
    assert first.macs == 72_855_552
    assert first.flops == 145_711_104
    assert dict(first.formulas) == {
        "output height": "(227 + 2 × 2 − 11) ÷ 4 + 1 = 56",
        "output width": "(227 + 2 × 2 − 11) ÷ 4 + 1 = 56",
        "elements": "64 × 56 × 56 = 200,704",
        "memory": "200,704 × 4 bytes ÷ 1,024 = 784 KiB",
        "parameters": "64 × 3 × 11 × 11 + 64 = 23,296",
        "multiply-adds": "64 × 56 × 56 × (3 × 11 × 11) = 200,704 × 363 = 72,855,552",
        "FLOPs": "2 × 72,855,552 = 145,711,104",
    }
    assert (whole.batch, whole.input_shape) == (1, (3, 227, 227))
    assert whole.parameters == 61_100_840


def test_the_pooling_behind_it_rounds_down() -> None:
    pool = cost(structure("alexnet")).layers[2]
    assert dict(pool.formulas)["output height"] == "(55 − 3) ÷ 2 + 1 = 27"
    pool = cost(structure("alexnet", (3, 227, 227))).layers[2]
    assert dict(pool.formulas)["output height"] == "⌊(56 − 3) ÷ 2⌋ + 1 = 27"
    assert pool.macs == pool.parameters == 0


# ------------------------------------------------------------------------ against what is published

CHEAP = [
    "alexnet", "vgg16", "googlenet", "resnet18", "resnet50", "densenet121", "squeezenet1_1",
    "mobilenet_v3_large", "efficientnet_b0", "convnext_tiny", "vit_b_16", "regnet_y_400mf",
    "shufflenet_v2_x1_0", "mnasnet1_0", "resnext50_32x4d", "swin_t",
]  # fmt: skip


@pytest.mark.parametrize("name", CHEAP)
def test_the_sums_are_those_published_with_the_weights(name: str) -> None:
    models = pytest.importorskip("torchvision.models")
    meta = models.get_model_weights(name).DEFAULT.meta
    whole = cost(structure(name))
    # published in GFLOPs of one multiply-add each, with three decimals
    assert whole.macs / 1e9 == pytest.approx(meta["_ops"], abs=0.6e-3)
    # its aux heads are left out by the app and by the number published with them
    assert whole.parameters == meta["num_params"]
    assert whole.flops == 2 * whole.macs


def test_the_parts_add_up_and_containers_do_not_count_again() -> None:
    whole = cost(structure("resnet18"))
    module = pytest.importorskip("torchvision.models").resnet18()
    by_name = {str(row.key): row.parameters for row in whole.layers if row.parameters}
    expected = {
        name: sum(p.numel() for p in one.parameters(recurse=False))
        for name, one in module.named_modules()
        if next(one.parameters(recurse=False), None) is not None
    }
    assert by_name == expected
    assert sum(by_name.values()) == whole.parameters == 11_689_512
    assert sum(row.macs for row in whole.layers) == whole.macs
    assert sum(row.memory_kib for row in whole.layers) == whole.memory_kib
    assert len(whole.layers) == 69


# ---------------------------------------------------------------------------- each rule by hand


def count(module: nn.Module, *shape: int) -> int:
    return costs(module, *shape).macs


@pytest.mark.parametrize(
    ("module", "shape", "expected"),
    [
        (nn.Conv2d(4, 6, 3, groups=2), (1, 4, 10, 10), 6 * 8 * 8 * (2 * 3 * 3)),
        (nn.Conv2d(4, 4, 3, groups=4, padding=1), (1, 4, 10, 10), 4 * 10 * 10 * 9),
        (nn.Conv2d(2, 3, 3, dilation=2), (1, 2, 10, 10), 3 * 6 * 6 * (2 * 9)),
        (nn.Conv2d(2, 3, (1, 5), stride=(2, 1)), (1, 2, 9, 9), 3 * 5 * 5 * (2 * 5)),
        (nn.Conv2d(2, 3, 3), (4, 2, 5, 5), 4 * 3 * 3 * 3 * (2 * 9)),
        (nn.Conv1d(2, 3, 3), (1, 2, 10), 3 * 8 * (2 * 3)),
        (nn.Conv3d(2, 3, 2), (1, 2, 4, 4, 4), 3 * 27 * (2 * 8)),
        # each of the 2 × 5 × 5 inputs is multiplied with 3 × 4 × 4 weights
        (nn.ConvTranspose2d(2, 3, 4, stride=2, padding=1), (1, 2, 5, 5), 2 * 25 * (3 * 16)),
        (nn.ConvTranspose2d(4, 6, 2, groups=2), (1, 4, 5, 5), 4 * 25 * (3 * 4)),
        (nn.Linear(7, 5), (1, 7), 35),
        (nn.Linear(7, 5, bias=False), (2, 3, 7), 2 * 3 * 35),
        # four projections of 6 tokens of width 8, and twice the table of 6 × 6
        (Do(lambda x: F.scaled_dot_product_attention(x, x, x)), (1, 2, 6, 4), 2 * 2 * 6 * 6 * 4),
        (Do(lambda x: x @ x.mT), (1, 3, 4, 5), 3 * 4 * 4 * 5),
        (Do(lambda x: torch.bmm(x, x.mT)), (2, 4, 5), 2 * 4 * 4 * 5),
        (Do(lambda x: torch.einsum("bij,bkj->bik", x, x)), (2, 4, 5), 2 * 4 * 4 * 5),
        (Do(lambda x: torch.einsum("...ij, ...kj -> ...ik", x, x)), (2, 4, 5), 2 * 4 * 4 * 5),
        (Do(lambda x: torch.addmm(x, x, x)), (3, 3), 27),
        (Do(lambda x: torch.addbmm(x[0], x, x)), (2, 3, 3), 2 * 27),
        (Do(lambda x: F.linear(x, torch.ones(6, 5))), (4, 5), 4 * 6 * 5),
        (Do(lambda x: F.conv2d(x, torch.ones(6, 2, 3, 3))), (1, 2, 5, 5), 6 * 9 * 18),
        (nn.LSTM(3, 5, num_layers=2), (7, 1, 3), 7 * 4 * 5 * (3 + 5) + 7 * 4 * 5 * (5 + 5)),
        (nn.GRUCell(3, 5), (2, 3), 2 * 3 * 5 * (3 + 5)),
        (nn.LSTMCell(3, 5), (1, 3), 4 * 5 * (3 + 5)),
        (nn.RNNCell(3, 5), (4, 3), 4 * 5 * (3 + 5)),
        # its state has two values of five, made by a further matrix
        pytest.param(
            nn.LSTM(3, 5, proj_size=2),
            (7, 1, 3),
            7 * (4 * 5 * (3 + 2) + 5 * 2),
            marks=pytest.mark.filterwarnings("ignore:LSTM with projections"),
        ),
        (nn.BatchNorm2d(2), (1, 2, 5, 5), 0),
        (nn.ReLU(), (1, 2, 5, 5), 0),
        (nn.AdaptiveAvgPool2d(1), (1, 2, 5, 5), 0),
        (Do(lambda x: x + x), (1, 2, 5, 5), 0),
        (nn.Upsample(scale_factor=2), (1, 2, 5, 5), 0),
    ],
)
def test_multiply_adds(module: nn.Module, shape: tuple[int, ...], expected: int) -> None:
    assert count(module, *shape) == expected


class Attend(nn.Module):
    def __init__(self, *, is_batch_first: bool) -> None:
        super().__init__()
        self.attend = nn.MultiheadAttention(8, 2, batch_first=is_batch_first)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.attend(x, x, x)[0]
        return answer


@pytest.mark.parametrize("is_batch_first", [True, False])
def test_attention_counts_projections_and_both_products(*, is_batch_first: bool) -> None:
    shape = (2, 6, 8) if is_batch_first else (6, 2, 8)
    whole = costs(Attend(is_batch_first=is_batch_first), *shape)
    assert whole.macs == 4 * (2 * 6) * (8 * 8) + 2 * (2 * 6 * 6 * 8)
    row = layer(whole, "attend")
    assert dict(row.formulas)["parameters"] == "24 × 8 + 24 + 8 × 8 + 8 = 288"
    assert row.parameters == 288 == whole.parameters


def test_a_reused_layer_costs_twice_but_holds_its_weights_once() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(2, 2, 1)

        def forward(self, x: Tensor) -> Tensor:
            y: Tensor = self.conv(self.conv(x))
            return y

    whole = costs(Twice(), 1, 2, 3, 3)
    assert [row.parameters for row in whole.layers] == [6, 6]
    assert whole.parameters == 6
    assert whole.macs == 2 * 36


def test_several_outputs_and_small_types() -> None:
    whole = costs(Do(lambda x: (x > 0).chunk(2, dim=1)), 1, 4, 3)
    chunk = layer(whole, "/chunk")
    assert chunk.elements == 12
    assert chunk.memory_kib == 12 / 1024
    assert chunk.output_shape == (1, 2, 3)


@pytest.mark.parametrize(
    ("module", "shape", "name", "formula"),
    [
        (nn.Conv2d(2, 3, 3, dilation=2, padding=2), (1, 2, 8, 8), "output height",
         "(8 + 2 × 2 − 5) + 1 = 8"),
        (nn.Conv2d(2, 3, 3, dilation=2, padding=2), (1, 2, 8, 8), "kernel height with its gaps",
         "2 × (3 − 1) + 1 = 5"),
        (nn.ConvTranspose2d(2, 3, 3, 2, 1, 1), (1, 2, 8, 8), "output width",
         "(8 − 1) × 2 − 2 × 1 + 3 + 1 = 16"),
        (nn.MaxPool2d(3, 2, ceil_mode=True), (1, 2, 8, 8), "output width",
         "⌈(8 − 3) ÷ 2⌉ + 1 = 4"),
        (nn.Linear(1000, 2000), (1, 1000), "multiply-adds", "2,000 × 1,000 = 2,000,000"),
        (nn.Linear(1000, 2000), (1, 1000), "parameters", "2,000 × 1,000 + 2,000 = 2,002,000"),
        (nn.Conv2d(2, 3, 1, bias=False), (1, 2, 8, 8), "parameters", "3 × 2 × 1 × 1 = 6"),
        (nn.BatchNorm2d(5), (1, 5, 2, 2), "parameters", "5 + 5 = 10"),
        (nn.Conv2d(1, 2, 3), (4, 1, 5, 5), "multiply-adds",
         "4 × 2 × 3 × 3 × (1 × 3 × 3) = 72 × 9 = 648"),
    ],
)  # fmt: skip
def test_formulas(module: nn.Module, shape: tuple[int, ...], name: str, formula: str) -> None:
    assert dict(costs(module, *shape).layers[0].formulas)[name] == formula


def test_every_formula_of_a_network_is_true() -> None:
    for name in ("googlenet", "vit_b_16", "efficientnet_b0", "shufflenet_v2_x1_0"):
        for row in cost(structure(name)).layers:
            for _, formula in row.formulas:
                sides = [value_of(side) for side in formula.split(" = ")]
                assert all(math.isclose(side, sides[0], rel_tol=5e-3) for side in sides), formula


def value_of(text: str) -> float:
    """Work a formula out, as a person with a calculator would."""
    text = text.replace(",", "").replace(" KiB", "").replace(" bytes", "")
    text = text.replace("×", "*").replace("÷", "/").replace("−", "-")
    text = text.replace("⌊", "math.floor(").replace("⌋", ")")
    text = text.replace("⌈", "math.ceil(").replace("⌉", ")")
    return float(eval(text, {"math": math}))  # our own text
