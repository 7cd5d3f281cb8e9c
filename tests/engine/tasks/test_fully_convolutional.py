"""The fully convolutional view: the classifier's own answers, place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
import torchvision.models as tv
from torch import nn

from engine.errors import ModelError
from engine.graph.cost import cost
from engine.graph.trace import trace
from engine.jobs import JobControl
from engine.models import loading
from engine.tasks.fully_convolutional import FullyConvolutional, sharing_copy
from engine.values import WeightsChoice
from tests.engine import tiny

if TYPE_CHECKING:
    from collections.abc import Callable

torch.set_num_threads(1)


def lively(module: nn.Module) -> nn.Module:
    """Give the statistics of batch norms values, or a deep random network answers 0 everywhere."""
    torch.manual_seed(3)
    for one in module.modules():
        if isinstance(one, nn.BatchNorm2d):
            one.running_mean = torch.randn(one.num_features) * 0.05
            one.running_var = torch.rand(one.num_features) * 0.2 + 0.1
    return module.eval().requires_grad_(requires_grad=False)


def picture(side: int, width: int | None = None) -> torch.Tensor:
    return torch.randn(1, 3, side, width or side, generator=torch.Generator().manual_seed(1))


class Excited(nn.Module):
    """Squeeze and excitation, a hard head, and a strided sum."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.stem = nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.excite = nn.Conv2d(6, 6, 1)
        self.main = nn.Conv2d(6, 8, 3, stride=2, padding=1)
        self.side = nn.Conv2d(6, 8, 1, stride=2)
        self.head = nn.Sequential(nn.Linear(8, 5), nn.Hardswish(), nn.Linear(5, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        x = x * self.excite(self.squeeze(x)).sigmoid()
        x = torch.relu(self.main(x) + self.side(x))
        logits: torch.Tensor = self.head(x.mean([-2, -1]))
        return logits


class Pooled(nn.Module):
    """Every pooling that can be spread, on odd sizes."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(4)
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding="same"),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            nn.Conv2d(4, 4, (1, 5), padding=(0, 2), groups=2),
            nn.AvgPool2d(3, 2, padding=1, count_include_pad=False),
            nn.Conv2d(4, 4, 3, stride=2, padding=2, dilation=2),
            nn.ReLU(inplace=True),
            nn.AvgPool2d(2),
            nn.Conv2d(4, 6, 3, padding=1),
        )
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(6, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.fc(torch.flatten(self.pool(self.body(x)), 1))
        return logits


def small_vgg() -> nn.Module:
    torch.manual_seed(6)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.MaxPool2d(2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(4 * 4 * 4, 5), nn.ReLU(), nn.Dropout(), nn.Linear(5, 3),
    ).eval()  # fmt: skip


# ------------------------------------------------------------------------------------- parity


def test_each_place_of_a_network_computed_by_hand() -> None:
    x = picture(4)
    red, green, blue = x[0]
    first = (red - green).clamp_min(0), blue.clamp_min(0)
    second = first[0].clamp_min(0), (first[1] - green).clamp_min(0)
    expected = torch.stack((*second, torch.zeros_like(red)))
    view = FullyConvolutional(tiny.Reused().eval(), (4, 4), "Tiny")
    asked = view(x)
    torch.testing.assert_close(asked.logits[0], expected)
    # conv and side: 2 x 3 weights at 16 places each; the head: 3 x 2 at 16 places.
    assert asked.macs == 16 * (6 + 6 + 6)


def test_published_network_answers_the_mean_of_its_map() -> None:
    loaded = loading.load("efficientnet_lite0", WeightsChoice.PUBLISHED, JobControl())
    view = FullyConvolutional(loaded.module, (224, 224), "EfficientNet-Lite0")
    x = picture(224)
    with torch.inference_mode():
        answer = loaded.module(x)
    own = view(x)
    assert (view.stride, view.kernel, view.is_linear) == (32, (1, 1), True)
    assert own.logits.shape == (1, 1000, 7, 7)
    torch.testing.assert_close(own.logits.mean((2, 3)), answer, atol=1e-4, rtol=0)
    torch.testing.assert_close(view(x, cells=(7, 7)).logits[..., 0, 0], answer, atol=1e-4, rtol=0)
    # TensorFlow's padding is on one side only; spread, it stays there.
    for stride, size in ((16, 14), (8, 28)):
        fine = view(x, stride).logits
        assert fine.shape[2:] == (size, size)
        every = 32 // stride
        torch.testing.assert_close(fine[..., ::every, ::every], own.logits, atol=1e-3, rtol=0)


FAMILIES: dict[str, Callable[[], nn.Module]] = {
    "resnet": tv.resnet18,
    "densenet": tv.densenet121,
    "mobilenet v2": tv.mobilenet_v2,
    "squeezenet": tv.squeezenet1_1,
    "shufflenet": tv.shufflenet_v2_x0_5,
    "regnet x": tv.regnet_x_400mf,
    "googlenet": lambda: tv.googlenet(init_weights=False),
    "mnasnet": tv.mnasnet0_5,
    "inception": lambda: tv.inception_v3(init_weights=False),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_family_averages_to_its_answer_and_is_refined_exactly(family: str) -> None:
    net = lively(FAMILIES[family]())
    side = 299 if family == "inception" else 224
    view = FullyConvolutional(net, (side, side), family)
    x = picture(side)
    with torch.inference_mode():
        answer = net(x)
    own = view(x).logits
    scale = float(own.abs().max())
    assert float(answer.std()) > 0
    assert view.is_linear
    torch.testing.assert_close(own.mean((2, 3)), answer, atol=1e-5 * scale, rtol=0)
    fine = view(x, view.stride // 2).logits
    assert fine.shape[2:] == tuple(2 * side for side in own.shape[2:])
    torch.testing.assert_close(fine[..., ::2, ::2], own, atol=1e-4 * scale, rtol=0)
    assert not torch.allclose(fine[..., 1::2, 1::2], own, atol=1e-3 * scale)


@pytest.mark.parametrize(
    "build", [tv.efficientnet_b0, tv.mobilenet_v3_small, tv.regnet_y_400mf, tv.convnext_tiny]
)
def test_window_of_the_whole_map_answers_as_the_network(build: Callable[[], nn.Module]) -> None:
    net = lively(build())
    view = FullyConvolutional(net, (224, 224), "net")
    x = picture(224)
    with torch.inference_mode():
        answer = net(x)
    scale = float(answer.abs().max())
    one = view(x, cells=view.cells_of((224, 224))).logits
    torch.testing.assert_close(one[..., 0, 0], answer, atol=1e-5 * scale, rtol=1e-5)
    # Its mean is another matter where the head is not linear.
    assert view.is_linear == (build in {tv.efficientnet_b0, tv.regnet_y_400mf})


@pytest.mark.parametrize("build", [tv.alexnet, tv.vgg11])
def test_linear_layers_on_a_grid_become_convolutions(build: Callable[[], nn.Module]) -> None:
    net = lively(build())
    view = FullyConvolutional(net, (224, 224), "net")
    x = picture(256, 288)
    own = view(x, 32).logits
    assert own.shape[2:] == (2, 3)
    with torch.inference_mode():
        answer = net(x[..., :224, :224])
    # Its zeros lie elsewhere in the larger picture, so only the network's own size is the same.
    alone = view(x[..., :224, :224]).logits
    torch.testing.assert_close(alone[..., 0, 0], answer, atol=1e-5, rtol=1e-4)


def test_poolings_of_every_kind_are_spread() -> None:
    net = Pooled().eval()
    view = FullyConvolutional(net, (70, 70), "Pooled")
    x = picture(70, 103)
    own = view(x).logits
    assert view.stride == 16
    for stride in (8, 4, 2, 1):
        every = 16 // stride
        fine = view(x, stride).logits
        assert fine.shape[2:] == tuple(every * side for side in own.shape[2:])
        torch.testing.assert_close(fine[..., ::every, ::every], own)


def test_squeeze_and_excitation_and_a_head_that_is_not_linear() -> None:
    net = Excited().eval()
    view = FullyConvolutional(net, (32, 32), "Excited")
    assert (view.stride, view.is_linear) == (4, False)
    x = picture(32, 48)
    with torch.inference_mode():
        answer = net(x)
    torch.testing.assert_close(view(x, cells=(8, 12)).logits[..., 0, 0], answer)
    assert view(x, 2).logits.shape == (1, 3, 16, 24)


def test_flattened_map_without_a_pooling() -> None:
    net = small_vgg()
    view = FullyConvolutional(net, (16, 16), "Small")
    assert (view.stride, view.kernel) == (4, (4, 4))
    x = picture(16)
    with torch.inference_mode():
        torch.testing.assert_close(view(x).logits[..., 0, 0], net(x))
    assert view(picture(24, 16)).logits.shape == (1, 3, 3, 1)
    with pytest.raises(ModelError, match="cannot run windows of 24 x 24 pixels; use 16"):
        view.cells_of((24, 24))


# -------------------------------------------------------------------------- nothing is touched


def test_network_stays_as_it_was() -> None:
    net = lively(tv.resnet18())
    before = {name: (t.data_ptr(), t.clone()) for name, t in net.state_dict().items()}
    text = repr(net)
    FullyConvolutional(net, (224, 224), "net")(picture(64), 8)
    assert repr(net) == text
    assert tiny.hooks_of(net) == 0
    for name, tensor in net.state_dict().items():
        assert tensor.data_ptr() == before[name][0]
        assert torch.equal(tensor, before[name][1])


def test_copy_shares_weights_and_no_hooks() -> None:
    net = tiny.Seeded().eval()
    other = sharing_copy(net)
    pairs = zip(net.state_dict().values(), other.state_dict().values(), strict=True)
    assert all(ours.data_ptr() == theirs.data_ptr() for ours, theirs in pairs)
    runs = tiny.count_runs(net)
    other(picture(8))
    assert runs == []


# ------------------------------------------------------------------------------------- counting


@pytest.mark.parametrize("build", [tv.resnet18, tv.alexnet, tv.shufflenet_v2_x0_5])
def test_multiply_adds_are_those_of_the_cost_table(build: Callable[[], nn.Module]) -> None:
    net = lively(build())
    x = picture(224)
    counted = cost(trace(net, x, name="net")).macs
    assert FullyConvolutional(net, (224, 224), "net").answer(x).macs == counted


# --------------------------------------------------------------------------------------- errors


def test_attention_has_no_places() -> None:
    with pytest.raises(ModelError, match="mixes all places by attention"):
        FullyConvolutional(tiny.Tokens().eval(), (4, 4), "Tokens")


def test_network_without_a_head_is_refused() -> None:
    with pytest.raises(ModelError, match="no fully convolutional view"):
        FullyConvolutional(nn.Conv2d(3, 2, 1), (4, 4), "Conv")


def test_picture_that_is_too_small_is_refused() -> None:
    view = FullyConvolutional(tv.alexnet().eval(), (224, 224), "AlexNet")
    with pytest.raises(ModelError, match="cannot be asked place by place on 32 x 32 pixels"):
        view(picture(32))
