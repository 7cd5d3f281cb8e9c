"""Heads that predict only where they are read say the same as those that predict everywhere."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest
import torch

from engine.models.yolo.head import BOX_NUMBERS, Places, SegmentHead, likely, made_sparse
from engine.tasks.heads import View
from engine.tasks.yolo import YoloHead
from engine.values import Box, Category, SegmentSettings

if TYPE_CHECKING:
    from torch import Tensor

WIDTHS = (8, 16, 12)
CLASSES, PROTOTYPES = 3, 4
NUMBERS = BOX_NUMBERS + CLASSES + PROTOTYPES
ANCHORS = (((10, 13), (16, 30), (33, 23)),) * 3


def _heads(*, has_implicit: bool) -> tuple[SegmentHead, SegmentHead]:
    torch.manual_seed(1)
    dense = SegmentHead(
        WIDTHS, CLASSES, prototypes=PROTOTYPES, prototype_width=8, has_implicit=has_implicit
    ).eval()
    for layer in dense.predict:
        torch.nn.init.normal_(layer.bias, std=0.5)  # type: ignore[arg-type]
    sparse = copy.deepcopy(dense)
    made_sparse(sparse, dense)
    return dense, sparse


def _maps() -> list[Tensor]:
    return [torch.randn(1, c, 16 >> n, 24 >> n) for n, c in enumerate(WIDTHS)]


@pytest.mark.parametrize("has_implicit", [False, True])
@torch.inference_mode()
def test_the_same_places_in_the_same_order_with_the_same_numbers(*, has_implicit: bool) -> None:
    dense, sparse = _heads(has_implicit=has_implicit)
    maps = _maps()
    expected, got = dense(*maps), sparse(*maps)
    for scale in range(3):
        name = f"stride{8 << scale}"
        assert isinstance(got[name], Places)
        for least in (-0.5, 0.7, 50.0):
            places, numbers = likely(expected[name], least)
            where, found = likely(got[name], least)
            assert torch.equal(places, where)
            assert numbers.shape == found.shape == (len(places), NUMBERS)
            torch.testing.assert_close(found, numbers, rtol=1e-4, atol=1e-5)
        places, numbers = likely(expected[name], 0.7)
        assert 0 < len(places) < expected[name].numel() // NUMBERS  # it does choose
        assert bool((numbers[:, 4] > 0.7).all())


@torch.inference_mode()
def test_objects_are_the_same() -> None:
    dense, sparse = _heads(has_implicit=False)
    maps = _maps()
    reader = YoloHead(tuple(Category(n + 1, f"c{n}") for n in range(CLASSES)), ANCHORS)
    view = View((128, 192), Box(0, 0, 192, 128), (128, 192))
    settings = SegmentSettings(score=0.3)
    expected, got = (
        reader.read(head(*maps), view).segmentation(settings) for head in (dense, sparse)
    )
    assert len(expected.items) == len(got.items) > 3
    for one, other in zip(expected.items, got.items, strict=True):
        assert one.category == other.category
        assert one.score == pytest.approx(other.score, abs=1e-5)
        assert (one.region.pixels == other.region.pixels).all()


@torch.inference_mode()
def test_the_weights_are_the_other_head_s_own() -> None:
    dense, sparse = _heads(has_implicit=False)
    maps = _maps()
    dense.predict[0].bias.fill_(3.0)  # type: ignore[operator]
    where, found = likely(sparse(*maps)["stride8"], -100.0)
    assert len(where) == 3 * 16 * 24
    assert float(found[:, 4].mean()) == pytest.approx(3.0, abs=0.5)
