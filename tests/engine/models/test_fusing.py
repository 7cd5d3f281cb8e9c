"""Networks in fewer operations answer as they did."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torchvision.ops import FrozenBatchNorm2d

from engine.models import registry
from engine.models.fusing import fused

SIZE = (64, 64)


def _settled(module: nn.Module) -> nn.Module:
    """Give batch norms something to do: fresh ones change nothing."""
    generator = torch.Generator().manual_seed(3)
    for layer in module.modules():
        if isinstance(layer, (nn.BatchNorm2d, FrozenBatchNorm2d)):
            for values in (layer.weight, layer.bias, layer.running_mean):
                values.data.copy_(torch.randn(values.shape, generator=generator) / 2 + 0.5)
            layer.running_var.copy_(torch.rand(layer.running_var.shape, generator=generator) + 0.5)
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
        return self.act(self.shared(self.twice(x)))


@pytest.mark.parametrize("activation", [nn.SiLU, nn.ReLU, nn.Hardswish, nn.Tanh])
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


def test_what_is_read_or_run_twice_is_left_alone() -> None:
    torch.manual_seed(2)
    module = _settled(_Odd())
    picture = torch.rand(1, 3, 24, 24)
    with torch.inference_mode():
        expected = module(picture)
        torch.testing.assert_close(fused(module, SIZE)(picture), expected, rtol=1e-4, atol=1e-5)


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
