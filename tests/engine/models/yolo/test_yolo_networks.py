"""Our own YOLO networks: the shapes they give, and what their blocks compute."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import max_pool2d

from engine.models.yolo import blocks
from tests.engine.models.yolo.published import CLASSES, tiny_v5, tiny_v7


@pytest.mark.parametrize("network", [tiny_v5(), tiny_v7()], ids=["v5", "v7"])
def test_it_answers_at_three_strides_and_with_prototypes(network: nn.Module) -> None:
    with torch.inference_mode():
        answer = network(torch.rand(2, 3, 64, 96))
    numbers = 3 * (5 + CLASSES + 5)
    assert {name: tuple(maps.shape) for name, maps in answer.items()} == {
        "stride8": (2, numbers, 8, 12),
        "stride16": (2, numbers, 4, 6),
        "stride32": (2, numbers, 2, 3),
        "masks": (2, 5, 16, 24),
    }
    assert all(maps.isfinite().all() for maps in answer.values())


@pytest.mark.parametrize("network", [tiny_v5(), tiny_v7()], ids=["v5", "v7"])
def test_its_batch_norms_have_the_epsilon_of_the_weights(network: nn.Module) -> None:
    norms = [it for it in network.modules() if isinstance(it, nn.BatchNorm2d)]
    assert norms
    assert {norm.eps for norm in norms} == {1e-3}


def test_a_convolution_block_is_convolution_norm_and_silu() -> None:
    torch.manual_seed(1)
    block = blocks.ConvBlock(3, 4, 3, 2).eval()
    block.bn.running_mean.normal_()  # type: ignore[union-attr]
    block.bn.running_var.uniform_(0.5, 2)  # type: ignore[union-attr]
    x = torch.randn(1, 3, 9, 7)
    raw = nn.functional.conv2d(x, block.conv.weight, stride=2, padding=1)
    mean, variance = block.bn.running_mean, block.bn.running_var
    assert mean is not None
    assert variance is not None
    scaled = (raw - mean.view(-1, 1, 1)) / (variance + 1e-3).sqrt().view(-1, 1, 1)
    with torch.inference_mode():
        torch.testing.assert_close(block(x), scaled * scaled.sigmoid())


def test_pooling_three_times_over_is_pooling_at_three_sizes() -> None:
    seen: list[torch.Tensor] = []
    block = blocks.SPPF(8, 6).eval()
    block.merge.register_forward_pre_hook(lambda _module, given: seen.append(given[0]))
    with torch.inference_mode():
        x = torch.randn(1, 8, 16, 16)
        block(x)
        reduced = block.reduce(x)
    pools = [max_pool2d(reduced, size, 1, size // 2) for size in (5, 9, 13)]
    torch.testing.assert_close(seen[0], torch.cat([reduced, *pools], 1), rtol=0, atol=0)


@pytest.mark.parametrize(("every", "links"), [(1, (3, 2, 1, 0)), (2, (3, 1))])
def test_layer_aggregation_gathers_every_so_many_links(every: int, links: tuple[int, ...]) -> None:
    seen: dict[str, torch.Tensor] = {}
    block = blocks.ELAN(3, 4, 2, 5, every).eval()
    for name, module in block.named_modules():
        if isinstance(module, blocks.ConvBlock):
            module.register_forward_hook(lambda _m, _g, out, key=name: seen.update({key: out}))
    taken: list[torch.Tensor] = []
    block.merge.register_forward_pre_hook(lambda _module, given: taken.append(given[0]))
    with torch.inference_mode():
        assert block(torch.randn(1, 3, 6, 6)).shape == (1, 5, 6, 6)
    gathered = [seen[f"chain.{link}"] for link in links] + [seen["main"], seen["bypass"]]
    torch.testing.assert_close(taken[0], torch.cat(gathered, 1), rtol=0, atol=0)


@pytest.mark.parametrize("network", [tiny_v5(), tiny_v7()], ids=["v5", "v7"])
def test_an_untrained_network_claims_hardly_any_object(network: nn.Module) -> None:
    for layer in network.head.predict:  # type: ignore[union-attr]
        shares = layer.bias.view(3, -1)[:, 4].sigmoid()
        torch.testing.assert_close(shares, torch.full((3,), 0.01))
