"""Receptive fields, against what a gradient through a network of positive weights reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.errors import ModelError
from engine.graph.measured_field import measured_receptive_field
from engine.graph.receptive_field import field_box, receptive_fields
from engine.graph.structure import structure
from engine.graph.trace import trace
from engine.values import LayerKey, ReceptiveField

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE = (64, 48)


class Do(nn.Module):
    def __init__(self, do: Callable[..., Any], *layers: nn.Module) -> None:
        super().__init__()
        self.do = do
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Any:
        return self.do(x, *self.layers)


def positive(module: nn.Module) -> nn.Module:
    """Give every weight the same sign, so that no gradient cancels another."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(0.1)
    return module.eval().double()


def last_field(module: nn.Module, side: tuple[int, int] = SIDE) -> ReceptiveField:
    graph = trace(module, torch.zeros(1, 1, *side, dtype=torch.float64))
    return receptive_fields(graph)[graph.nodes[-1].id]


def reached(module: nn.Module, y: int, x: int) -> tuple[int, int, int, int]:
    """Return the box of the input that a cell of the output depends on, by its gradient."""
    image = torch.rand(1, 1, *SIDE, dtype=torch.float64, requires_grad=True)
    output = module(image)
    (gradient,) = torch.autograd.grad(output[0, :, y, x].sum(), image)
    rows, columns = torch.nonzero(gradient[0, 0].abs() > 0, as_tuple=True)
    return (
        int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1,
    )  # fmt: skip


def conv(kernel: Any = 3, **how: Any) -> nn.Module:
    return nn.Conv2d(1, 1, kernel, **how)


EXACT: dict[str, nn.Module] = {
    "conv": conv(5, padding=2),
    "strided": nn.Sequential(conv(7, stride=2, padding=3), conv(3, stride=2)),
    "oblong": nn.Sequential(conv((1, 7), padding=(0, 3)), conv((3, 1), stride=(1, 2))),
    "dilated": nn.Sequential(conv(3, dilation=3), conv(3, dilation=(2, 5), padding="same")),
    "even": nn.Sequential(conv(4, padding=1), conv(2)),
    "pooled": nn.Sequential(conv(), nn.AvgPool2d(3, 2, 1), conv(), nn.AvgPool2d(2)),
    "to a size": nn.Sequential(conv(3, padding=1), nn.AdaptiveAvgPool2d((16, 12)), conv()),
    "residual": Do(lambda x, a, b: a(x) + b(x), conv(7, padding=3), conv(1)),
    "joined": Do(
        lambda x, a, b: torch.cat([a(x), b(x)[..., 1:-1, 1:-1]], 1), conv(3), conv(5, padding=2)
    ),
    "cropped": Do(lambda x, a: a(x)[:, :, 3:-2, 2::2], conv(3)),
    "padded": Do(lambda x, a: a(F.pad(x, (2, 1, 1, 0))), conv(3)),
    "enlarged": nn.Sequential(conv(3, stride=2), nn.Upsample(scale_factor=1), conv(3)),
    "in channels": Do(lambda x, a: a(x).permute(0, 2, 3, 1).relu().permute(0, 3, 1, 2), conv(3)),
    "unshuffled": nn.Sequential(conv(3, padding=1), nn.PixelUnshuffle(2)),
}


@pytest.mark.parametrize("name", list(EXACT))
@pytest.mark.parametrize("cell", [(8, 8), (7, 9)])
def test_the_box_is_what_the_gradient_reaches(name: str, cell: tuple[int, int]) -> None:
    module = positive(EXACT[name])
    assert field_box(last_field(module), *cell, SIDE) == reached(module, *cell)


# not where the picture's edge cuts through the gaps of a dilated kernel: less is reached there
@pytest.mark.parametrize("name", [name for name in EXACT if name != "dilated"])
def test_the_box_ends_at_the_edge_of_the_picture(name: str) -> None:
    module = positive(EXACT[name])
    assert field_box(last_field(module), 0, 0, SIDE) == reached(module, 0, 0)


COVERED: dict[str, nn.Module] = {
    "transposed": nn.Sequential(
        conv(3, stride=2, padding=1), nn.ConvTranspose2d(1, 1, 4, 2, 1), conv(3, padding=1)
    ),
    "nearest": nn.Sequential(
        conv(3, stride=2, padding=1), nn.Upsample(scale_factor=2), conv(3, padding=1)
    ),
    "bilinear": nn.Sequential(
        conv(3, stride=4, padding=1), nn.Upsample(scale_factor=4, mode="bilinear")
    ),
    "aligned": nn.Sequential(
        conv(3, stride=4, padding=1),
        nn.Upsample(scale_factor=4, mode="bilinear", align_corners=True),
    ),
    "u": Do(
        lambda x, a, b, c: c(torch.cat([a(x), F.interpolate(b(a(x)), scale_factor=2)], 1)),
        conv(3, padding=1),
        conv(3, stride=2, padding=1),
        nn.Conv2d(2, 1, 3, padding=1),
    ),
}


@pytest.mark.parametrize("name", list(COVERED))
def test_what_is_enlarged_covers_what_the_gradient_reaches(name: str) -> None:
    """The field of an enlarged map differs from cell to cell; the largest is given."""
    module = positive(COVERED[name])
    field = last_field(module)
    slack = []
    for y in range(20, 36):
        top, left, bottom, right = field_box(field, y, y, SIDE)
        inner = reached(module, y, y)
        assert top <= inner[0]
        assert left <= inner[1]
        assert bottom >= inner[2]
        assert right >= inner[3]
        slack.append((bottom - top) - (inner[2] - inner[0]))
    assert min(slack) <= 5


def field_of(name: str, key: str) -> tuple[float, float, float]:
    graph = structure(name)
    node = next(n for n in graph.nodes if str(n.key) == key)
    field = receptive_fields(graph)[node.id]
    assert field.size[0] == field.size[1]
    return field.size[0], field.stride[0], field.start[0]


@pytest.mark.parametrize(
    ("name", "key", "expected"),
    [
        # Araujo, Norris, Sim (2019), table of common networks, and by hand
        ("alexnet", "features.12", (195, 32, 31)),
        ("vgg16", "features.30", (212, 32, 15.5)),
        ("resnet18", "layer4.1/add", (435, 32, 0)),
        (
            "resnet50",
            "layer4.2/add",
            (427, 32, 0),
        ),  # stride in the 3×3: 11+3·8+8+3·16+16+5·32+32+2·64
        ("resnet50", "avgpool", (0, 224, 96)),
        ("resnet50", "fc", (0, 224, 96)),
        ("vit_b_16", "conv_proj", (16, 16, 7.5)),
        ("vit_b_16", "encoder.layers.encoder_layer_0.self_attention", (0, 16, 7.5)),
    ],
)
def test_fields_of_known_networks(
    name: str, key: str, expected: tuple[float, float, float]
) -> None:
    assert field_of(name, key) == expected


@pytest.mark.parametrize(
    "module",
    [
        nn.AdaptiveAvgPool2d(1),
        nn.Sequential(nn.Flatten(), nn.Linear(64 * 48, 3)),
        Do(lambda x: x.mean((2, 3))),
        Do(lambda x: x * x.mean((2, 3), keepdim=True)),  # as squeeze and excitation does
        Do(lambda x: (x.flatten(2).mT @ x.flatten(2)).reshape(1, 1, -1)),
        Do(lambda x: x.sum((2, 3))),
    ],
)
def test_what_mixes_all_cells_has_all_of_the_input(module: nn.Module) -> None:
    field = last_field(module.double())
    assert list(field.size) == [0, 0]
    assert field_box(field, 0, 0, SIDE) == (0, 0, 64, 48)


def test_a_field_outside_the_picture_is_empty() -> None:
    field = ReceptiveField((3, 3), (1, 1), (-5, 0))
    assert field_box(field, 0, 0, (10, 10)) == (0, 0, 0, 2)


# -------------------------------------------------------------------------------- measured


def test_the_measured_field_of_one_convolution_is_its_kernel() -> None:
    net = nn.Conv2d(1, 1, 3, bias=False)
    weights = torch.tensor([[1.0, -2.0, 0.0], [4.0, 0.0, -1.0], [0.0, 2.0, 3.0]])
    with torch.no_grad():
        net.weight.copy_(weights)
    blob = measured_receptive_field(net, torch.rand(1, 1, 6, 7), LayerKey(""), (1, 2), samples=2)
    expected = np.zeros((6, 7), np.float32)
    expected[1:4, 2:5] = weights.abs() / 4
    assert blob.dtype == np.float32
    np.testing.assert_allclose(blob, expected, atol=1e-6)


def test_channels_are_added_by_their_squares() -> None:
    net = nn.Conv2d(1, 2, 1, bias=False)
    with torch.no_grad():
        net.weight.copy_(torch.tensor([3.0, -3.0]).reshape(2, 1, 1, 1))
    blob = measured_receptive_field(net, torch.rand(1, 1, 3, 3), LayerKey(""), (1, 1), samples=64)
    assert blob[1, 1] == 1  # the sum of both channels has no gradient at all
    assert blob.sum() == 1


@pytest.mark.parametrize("key", ["layers.1", "/add", "layers.0"])
def test_it_lies_in_the_theoretical_box(key: str) -> None:
    torch.manual_seed(0)
    net = Do(
        lambda x, a, b, relu: relu(relu(a(x)) + b(x)),
        nn.Conv2d(3, 8, 5, 2, 2),
        nn.Conv2d(3, 8, 1, 2),
        nn.ReLU(inplace=True),
    ).eval()
    picture = torch.rand(1, 3, 32, 32)
    graph = trace(net, picture)
    field = receptive_fields(graph)[next(n.id for n in graph.nodes if str(n.key) == key)]
    blob = measured_receptive_field(net, picture, LayerKey(key), (7, 5))
    rows, columns = np.nonzero(blob)
    box = (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1)
    assert box == field_box(field, 7, 5, (32, 32))
    assert blob.max() == 1


def test_measuring_leaves_network_and_picture_alone() -> None:
    net = nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(1, 1, 3)).requires_grad_(False)
    picture = torch.full((1, 1, 5, 5), -1.0)
    with torch.inference_mode():
        measured_receptive_field(net, picture, LayerKey("1"), (0, 0), samples=1)
    assert bool((picture == -1).all())
    assert not picture.requires_grad
    assert all(p.grad is None for p in net.parameters())
    assert not net[0]._forward_hooks


@pytest.mark.parametrize(
    ("key", "cell", "sentence"),
    [("0", (9, 0), "maps of 3 × 3; there is no cell 9, 0"), ("1", (0, 0), "gives nothing")],
)
def test_what_cannot_be_measured_is_said(key: str, cell: tuple[int, int], sentence: str) -> None:
    net = nn.Sequential(nn.Conv2d(1, 1, 3), Do(lambda x: x.argmax(1)))
    with pytest.raises(ModelError, match=sentence):
        measured_receptive_field(net, torch.rand(1, 1, 5, 5), LayerKey(key), cell)
