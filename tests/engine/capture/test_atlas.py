"""The atlas: exact bytes, exact places."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.capture.atlas import choose_columns, compose, quantise, tile
from engine.capture.statistics import measure
from engine.values import AtlasStyle, ScaleMode

MAPS = torch.tensor([[[0.0, 1.0], [2.0, 4.0]], [[0.0, 0.0], [0.0, 8.0]]])


def made(maps: Tensor, style: AtlasStyle, *, is_signed: bool = False) -> Tensor:
    return compose(maps, measure(maps), style, None, is_signed=is_signed).picture


def test_scale_of_the_layer_shares_one_range() -> None:
    picture = made(MAPS, AtlasStyle(scale=ScaleMode.LAYER, aspect=2.0))
    assert picture.tolist() == [[0, 32, 0, 0], [64, 128, 0, 255]]


def test_scale_of_the_channel_gives_each_its_own_range() -> None:
    picture = made(MAPS, AtlasStyle(scale=ScaleMode.CHANNEL, aspect=2.0))
    assert picture.tolist() == [[0, 64, 0, 0], [128, 255, 0, 255]]


def test_fixed_scale_clips_on_both_sides() -> None:
    style = AtlasStyle(scale=ScaleMode.FIXED, fixed_low=1.0, fixed_high=2.0, aspect=2.0)
    assert made(MAPS, style).tolist() == [[0, 0, 0, 0], [255, 255, 0, 255]]


def test_signed_values_have_zero_in_the_middle() -> None:
    maps = torch.tensor([[[-2.0, 0.0], [1.0, 2.0]]])
    picture = made(maps, AtlasStyle(aspect=1.0), is_signed=True)
    assert picture.tolist() == [[0, 128], [192, 255]]


def test_gamma_lifts_weak_values_and_keeps_the_ends() -> None:
    maps = torch.tensor([[[0.0, 0.25], [0.5, 1.0]]])
    picture = made(maps, AtlasStyle(gamma=0.5, aspect=1.0))
    assert picture.tolist() == [[0, 128], [180, 255]]  # 255 * sqrt(0.25), 255 * sqrt(0.5)


def test_gamma_keeps_the_sign() -> None:
    maps = torch.tensor([[[-0.25, 0.0], [0.25, 1.0]]])
    picture = made(maps, AtlasStyle(gamma=0.5, aspect=1.0), is_signed=True)
    assert picture.tolist() == [[64, 128], [192, 255]]


@pytest.mark.parametrize(("is_signed", "byte"), [(False, 0), (True, 128)])
def test_a_constant_channel_is_dark_and_no_division_by_zero(is_signed: bool, byte: int) -> None:
    maps = torch.zeros(1, 2, 2)
    picture = made(maps, AtlasStyle(aspect=1.0), is_signed=is_signed)
    assert picture.tolist() == [[byte, byte], [byte, byte]]


def test_quantising_leaves_the_values_alone() -> None:
    maps = MAPS.clone()
    low, high = torch.zeros(2), torch.full((2,), 8.0)
    for gamma in (1.0, 0.5):
        for is_signed in (False, True):
            quantise(maps, low, high, gamma=gamma, is_signed=is_signed)
    assert torch.equal(maps, MAPS)


def test_tiles_stand_row_by_row_and_empty_places_are_blank() -> None:
    planes = torch.tensor([[[1]], [[2]], [[3]]], dtype=torch.uint8)
    assert tile(planes, 2, blank=9).tolist() == [[1, 2], [3, 9]]


def test_order_decides_who_stands_where() -> None:
    style = AtlasStyle(scale=ScaleMode.LAYER, aspect=2.0)
    atlas = compose(MAPS, measure(MAPS), style, torch.tensor([1, 0]), is_signed=False)
    assert atlas.picture.tolist() == [[0, 0, 0, 32], [0, 255, 64, 128]]


@pytest.mark.parametrize(
    ("count", "height", "width", "aspect", "columns"),
    [
        (64, 10, 10, 1.0, 8),
        (64, 10, 10, 4.0, 16),
        (1, 5, 5, 3.0, 1),
        (3, 1, 1, 100.0, 3),
        (1000, 1, 1, 0.001, 1),
        (10, 7, 7, 2.0, 5),  # two full rows, no column empty
    ],
)
def test_columns_fill_the_place(
    count: int, height: int, width: int, aspect: float, columns: int
) -> None:
    assert choose_columns(count, height, width, aspect) == columns


@pytest.mark.parametrize("count", range(1, 70))
@pytest.mark.parametrize("aspect", [0.3, 1.0, 1.7, 5.0])
def test_no_choice_of_columns_would_make_the_tiles_larger(count: int, aspect: float) -> None:
    def scale(columns: int) -> float:
        rows = -(-count // columns)
        return min(aspect / columns, 1 / rows)

    best = max(scale(n) for n in range(1, count + 1))
    assert scale(choose_columns(count, 7, 7, aspect)) == pytest.approx(best)
