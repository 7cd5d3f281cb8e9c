"""Decoders and encoders: shapes, bilinear transposed convolutions, and switches."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, get_args

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from engine.errors import ModelError
from engine.learn.networks.build import SegmentationNetwork, make_decoder
from engine.learn.networks.encoder import STRIDES, Encoder, chain_of, encoder_of
from engine.learn.networks.fcn import FcnDecoder
from engine.learn.networks.unet import UNetDecoder
from engine.learn.networks.upsample import Upsample, transposed_convolution
from engine.models import registry
from engine.values import Architecture, SkipSwitches, Upsampling

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

CHANNELS = (4, 5, 6, 8)


def maps(height: int = 64, width: int = 96) -> list[Tensor]:
    random = torch.Generator().manual_seed(3)
    return [
        torch.randn(2, channels, height // stride, width // stride, generator=random)
        for channels, stride in zip(CHANNELS, STRIDES, strict=True)
    ]


@pytest.mark.parametrize("architecture", get_args(Architecture))
@pytest.mark.parametrize("upsampling", get_args(Upsampling))
def test_every_decoder_scores_places(architecture: Architecture, upsampling: Upsampling) -> None:
    decoder = make_decoder(architecture, CHANNELS, 7, upsampling)
    stride = {"unet": 4, "lraspp": 8, "deeplab": 16}.get(architecture, 1)
    scores = decoder(maps())
    assert scores.shape == (2, 7, 64 // stride, 96 // stride)
    torch.autograd.backward(scores.square().mean())
    # Everything that learns is reached.
    assert all(it.grad is not None for it in decoder.parameters())


@pytest.mark.parametrize("factor", [2, 8, 32])
def test_a_transposed_convolution_begins_as_bilinear_interpolation(factor: int) -> None:
    x = torch.randn(1, 3, 6, 7)
    ours = transposed_convolution(3, factor)(x)
    expected = F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
    assert ours.shape == expected.shape
    # At the borders the one assumes zeros, the other the last value.
    inside = slice(factor, -factor)
    torch.testing.assert_close(
        ours[..., inside, inside], expected[..., inside, inside], rtol=1e-5, atol=1e-5
    )


def test_fcn_adds_finer_scores_that_begin_at_zero() -> None:
    torch.manual_seed(0)
    coarse = FcnDecoder(CHANNELS, 3, 32).eval()
    fine = FcnDecoder(CHANNELS, 3, 8).eval()
    fine.score32.load_state_dict(coarse.score32.state_dict())
    inside = slice(32, -32)
    with torch.inference_mode():
        expected = coarse(maps(192, 192))[..., inside, inside]
        ours = fine(maps(192, 192))[..., inside, inside]
    # Three bilinear steps are not quite the same as one, but they follow it.
    assert float((ours - expected).abs().mean() / expected.std()) < 0.2


def test_skips_and_upsampling_are_switched_while_it_runs() -> None:
    torch.manual_seed(0)
    decoder = UNetDecoder(CHANNELS, 3, "bilinear").eval()
    network = SegmentationNetwork(nn.Identity(), decoder)  # type: ignore[arg-type]  # takes maps as they are
    given = maps()
    with torch.inference_mode():
        plain = network(given)
        network.switch(SkipSwitches((True, True, False)))
        changed = [it.clone() for it in given]
        changed[0] += 1
        torch.testing.assert_close(network(given), network(changed))
        assert not torch.equal(network(given), plain)
        network.switch(SkipSwitches(upsampling="nearest"))
        assert {step.up.kind for step in decoder.steps} == {"nearest"}
        assert not torch.equal(network(given), plain)
        network.switch(SkipSwitches())
        torch.testing.assert_close(network(given), plain, rtol=0, atol=0)


def test_an_uneven_kernel_draws_a_checkerboard_and_an_even_one_does_not() -> None:
    flat = torch.ones(1, 1, 8, 8)
    inside = slice(4, -4)
    bilinear, trained = Upsample(1, "bilinear"), Upsample(1, "transposed")
    bilinear.switch("transposed")
    uneven = bilinear(flat)[0, 0, inside, inside]
    even = trained(flat)[0, 0, inside, inside]
    assert uneven.shape == even.shape
    # A 3 x 3 kernel at stride 2 covers a pixel once, twice or four times.
    assert sorted(set((uneven * 9 / 4).round().flatten().tolist())) == [1, 2, 4]
    torch.testing.assert_close(even, torch.ones_like(even))
    with pytest.raises(ValueError, match="expected one of"):
        trained.switch("cubic")  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize(
    ("name", "channels"),
    [
        ("efficientnet_lite0", (24, 40, 112, 1280)),
        ("resnet18", (64, 128, 256, 512)),
        ("mobilenet_v3_large", (24, 40, 112, 960)),
        ("vgg11", (256, 512, 512, 512)),
        ("densenet121", (256, 512, 1024, 1024)),
        ("shufflenet_v2_x0_5", (24, 48, 96, 1024)),
    ],
)
def test_an_encoder_gives_the_last_maps_of_each_stride(
    name: str, channels: tuple[int, ...]
) -> None:
    torch.manual_seed(0)
    network = registry.spec(name).build().eval()
    encoder = encoder_of(name, network).eval()
    assert encoder.channels == channels
    with torch.inference_mode():
        given = encoder(torch.randn(1, 3, 64, 96))
    assert [tuple(it.shape[1:]) for it in given] == [
        (wide, 64 // stride, 96 // stride) for wide, stride in zip(channels, STRIDES, strict=True)
    ]
    # What stands in a table is what a pass finds out.
    probed = Encoder(network, chain_of(name, network))
    assert (probed.taps, probed.channels) == (encoder.taps, encoder.channels)


def test_the_encoder_is_the_classifier_without_its_head() -> None:
    torch.manual_seed(0)
    network = registry.spec("efficientnet_lite0").build().eval()
    x = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        expected = cast("Callable[[Tensor], Tensor]", network.forward_features)(x)
        encoder = encoder_of("efficientnet_lite0", network).eval()
        torch.testing.assert_close(encoder(x)[3], expected, rtol=0, atol=0)
        # In two parts, as the cache has it, it is the same.
        half, taken = encoder.run(x, (), 0, 8)
        _, both = encoder.run(half, taken, 8, len(encoder.chain))
        for ours, theirs in zip(both, encoder(x), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=0)


@pytest.mark.parametrize("name", ["vit_b_16", "alexnet"])
def test_what_cannot_be_a_backbone_is_refused(name: str) -> None:
    with torch.device("meta"), pytest.raises(ModelError, match="cannot be a backbone yet; choose"):
        encoder_of(name, registry.spec(name).build())
