"""Networks in fewer operations answer as they did."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from timm.layers.conv2d_same import Conv2dSame
from timm.layers.norm_act import BatchNormAct2d
from torch import Tensor, nn
from torchvision.ops import FrozenBatchNorm2d

from engine.models import registry
from engine.models.fusing import _Packed, fused
from engine.models.polyphase import raises

SIZE = (64, 64)


def _settled(module: nn.Module) -> nn.Module:
    """Give batch norms something to do: fresh ones change nothing."""
    generator = torch.Generator().manual_seed(3)
    for layer in module.modules():
        if isinstance(layer, (nn.BatchNorm2d, FrozenBatchNorm2d)):
            state = dict(layer.state_dict())
            for name in ("weight", "bias", "running_mean"):
                state[name].copy_(torch.randn(state[name].shape, generator=generator) / 2 + 0.5)
            spread = state["running_var"]
            spread.copy_(torch.rand(spread.shape, generator=generator) + 0.5)
    return module.eval().requires_grad_(False)


def _norms(module: nn.Module) -> int:
    return sum(isinstance(layer, (nn.BatchNorm2d, FrozenBatchNorm2d)) for layer in module.modules())


class _Odd(nn.Module):
    """What must not be put together: an answer that is read twice, a norm that runs twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
        self.twice, self.shared = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        x = x + self.norm(x)
        x = self.act(self.shared(self.twice(x)))
        y: Tensor = self.act(self.shared(self.twice(x)))
        return y


class _Raising(nn.Module):
    """A map is enlarged and convolved; on request another layer reads the enlarged one too."""

    def __init__(self, *, is_read_twice: bool) -> None:
        super().__init__()
        self.smooth, self.up = nn.Conv2d(3, 16, 3, padding=1), nn.Upsample(scale_factor=2.0)
        self.refine, self.norm, self.act = (
            nn.Conv2d(16, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.SiLU(inplace=True),
        )  # fmt: skip
        self.is_read_twice = is_read_twice

    def forward(self, x: Tensor) -> Tensor:
        raised = self.up(self.smooth(x))
        y: Tensor = self.act(self.norm(self.refine(raised)))
        return y + raised if self.is_read_twice else y


def _kinds(module: nn.Module) -> list[str]:
    return [type(layer).__name__ for layer in module.modules()]


@pytest.mark.parametrize("activation", [nn.SiLU, nn.ReLU, nn.Hardswish, nn.ReLU6, nn.Tanh])
@pytest.mark.parametrize("norm", [nn.BatchNorm2d, FrozenBatchNorm2d])
def test_norms_go_and_the_answer_stays(norm: type[nn.Module], activation: type[nn.Module]) -> None:
    torch.manual_seed(1)
    module = _settled(
        nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), norm(8), activation(),
            nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=4), norm(8), nn.Conv2d(8, 2, 1),
        )
    )  # fmt: skip
    faster = fused(module, SIZE)
    assert (_norms(module), _norms(faster)) == (2, 0)
    picture = torch.rand(1, 3, 40, 72)  # and of another size than the one it was made for
    with torch.inference_mode():
        torch.testing.assert_close(faster(picture), module(picture), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("size", [(64, 96), (63, 40), (33, 35)])
def test_norms_with_an_activation_and_convolutions_that_pad_themselves_go_too(
    size: tuple[int, int],
) -> None:
    torch.manual_seed(8)
    module = _settled(
        nn.Sequential(
            Conv2dSame(3, 8, 3, stride=2, bias=False), BatchNormAct2d(8, act_layer=nn.ReLU6),
            Conv2dSame(8, 8, 5, stride=2, groups=8), BatchNormAct2d(8, act_layer=nn.Tanh),
            nn.Conv2d(8, 8, 1, bias=False), BatchNormAct2d(8, apply_act=False), nn.ReLU6(),
            Conv2dSame(8, 2, 3, stride=1),
        )
    )  # fmt: skip
    faster = fused(module, SIZE)
    assert (_norms(module), _norms(faster)) == (3, 0)
    kinds = _kinds(faster)
    assert (kinds.count("SamePadded"), kinds.count("Tanh"), kinds.count("Conv2dSame")) == (2, 1, 3)
    picture = torch.rand(2, 3, *size)
    with torch.inference_mode():
        torch.testing.assert_close(faster(picture), module(picture), rtol=1e-4, atol=1e-5)


def test_what_is_read_or_run_twice_is_left_alone() -> None:
    torch.manual_seed(2)
    module = _settled(_Odd())
    picture = torch.rand(1, 3, 24, 24)
    with torch.inference_mode():
        expected = module(picture)
        torch.testing.assert_close(fused(module, SIZE)(picture), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("is_read_twice", [False, True])
@pytest.mark.parametrize("size", [(40, 72), (17, 1)])
def test_a_map_that_is_enlarged_for_a_convolution_alone_is_not_enlarged(
    size: tuple[int, int], *, is_read_twice: bool
) -> None:
    torch.manual_seed(5)
    module = _settled(_Raising(is_read_twice=is_read_twice))
    faster = fused(module, SIZE)
    assert ("Interleaved" in _kinds(faster), "Upsample" in _kinds(faster)) == (
        not is_read_twice, is_read_twice,
    )  # fmt: skip
    picture = torch.rand(2, 3, *size)
    with torch.inference_mode():
        torch.testing.assert_close(faster(picture), module(picture), rtol=1e-4, atol=1e-5)


def test_phases_are_for_that_one_kind_of_enlarging_and_convolving() -> None:
    conv, up = nn.Conv2d(2, 2, 3, padding=1), nn.Upsample(scale_factor=2.0)
    assert raises(up, conv)
    for other in (nn.Upsample(scale_factor=3.0), nn.Upsample(scale_factor=2.0, mode="bilinear"),
                  nn.Upsample(size=(4, 4)), nn.Identity()):  # fmt: skip
        assert not raises(other, conv)
    for kind in ({"kernel_size": 5, "padding": 1}, {"kernel_size": 3}, {"stride": 2}, {"groups": 2},
                 {"dilation": 2}, {"padding_mode": "reflect"}):  # fmt: skip
        wanted: dict[str, Any] = {"kernel_size": 3, "padding": 1, **kind}
        if kind == {"kernel_size": 3}:
            wanted["padding"] = 0
        assert not raises(up, nn.Conv2d(2, 2, **wanted))


def test_weights_are_put_in_order_once_for_each_size_of_pictures() -> None:
    torch.manual_seed(6)
    module = nn.Sequential(nn.Conv2d(3, 8, 3), nn.SiLU()).eval()
    faster = fused(module, SIZE)
    packed = [layer for layer in faster.modules() if isinstance(layer, _Packed)]
    with torch.inference_mode():
        for _ in range(2):
            for side in range(20, 100):
                picture = torch.rand(1, 3, side, side)
                expected = module(picture)
                torch.testing.assert_close(faster(picture), expected, rtol=1e-4, atol=1e-5)
    assert [len(layer._packed) for layer in packed] == [64]  # and no more: memory stays flat


def test_a_network_of_the_registry_answers_the_same_on_a_picture_of_its_own_size() -> None:
    torch.manual_seed(4)
    spec = registry.spec("yolov5s_seg")
    module = _settled(spec.build())
    faster = fused(module, (192, 192), has_any_size=True)
    assert _norms(faster) == 0
    picture = torch.rand(1, 3, 160, 224).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        expected, got = module(picture), faster(picture)
    for name, maps in expected.items():
        near = 1e-4 * float(maps.abs().max())
        torch.testing.assert_close(got[name], maps, rtol=1e-3, atol=near)


def test_what_fails_stays_as_it_is() -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(12, 2)).eval()
    assert fused(module, SIZE) is module
