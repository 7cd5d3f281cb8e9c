"""Coarse maps at the picture's resolution, against torch's own interpolation."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.tasks.resample import Window, above, resample
from engine.values import Box


@pytest.mark.parametrize("size", [(12, 15), (3, 4), (40, 9), (1, 1)])
def test_the_whole_picture_is_as_torch_interpolates_it(size: tuple[int, int]) -> None:
    torch.manual_seed(1)
    maps = torch.randn(3, 5, 7)
    height, width = size
    made = resample(maps, Box(0, 0, width, height), Window(0, 0, width, height))
    expected = F.interpolate(maps[None], size=size, mode="bilinear", align_corners=False)[0]
    torch.testing.assert_close(made, expected)


@pytest.mark.parametrize("window", [Window(2, 3, 9, 5), Window(0, 0, 1, 1), Window(14, 11, 15, 12)])
def test_a_window_is_a_part_of_the_whole(window: Window) -> None:
    torch.manual_seed(2)
    maps = torch.randn(2, 5, 7)
    whole = F.interpolate(maps[None], size=(12, 15), mode="bilinear", align_corners=False)[0]
    made = resample(maps, Box(0, 0, 15, 12), window)
    torch.testing.assert_close(
        made, whole[:, window.top : window.bottom, window.left : window.right]
    )


def test_borders_of_the_input_are_left_out() -> None:
    # An input of 8 x 8 over a picture of 8 x 4 with a border of 2 above and below.
    maps = torch.arange(8.0).view(1, 8, 1).expand(1, 8, 8).contiguous()
    made = resample(maps, Box(0, -2, 8, 6), Window(0, 0, 8, 4))
    assert made[0, :, 0].tolist() == [2, 3, 4, 5]


def test_half_a_pixel_is_half_way() -> None:
    maps = torch.tensor([[[0.0, 4.0]]])
    made = resample(maps, Box(0.5, 0, 4.5, 1), Window(1, 0, 4, 1))  # samples lie at 1.5 and 3.5
    assert made[0, 0].tolist() == [0.0, 2.0, 4.0]


def test_pixels_belong_to_a_box_where_their_centres_do() -> None:
    assert Window.inside(Box(0.4, 0.6, 3.4, 3.6), (10, 10)) == Window(0, 1, 3, 4)
    assert Window.inside(Box(-5, -5, 50, 50), (8, 9)) == Window(0, 0, 9, 8)
    assert Window.inside(Box(20, 0, 30, 5), (8, 9)).is_empty


@pytest.mark.parametrize("size", [(120, 150), (9, 8), (12, 40)])
@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_where_a_map_is_above_a_value_it_need_not_be_made(
    size: tuple[int, int], threshold: float
) -> None:
    torch.manual_seed(3)
    coarse = torch.randn(6, 7)
    height, width = size
    extent = Box(-1.3, -2.7, width + 1, height + 0.5)
    window = Window(1, 2, width - 1, height)
    made = above(coarse, extent, window, threshold)
    expected = resample(coarse[None], extent, window)[0] > threshold
    np.testing.assert_array_equal(made, expected.numpy())
    assert made.any()
    assert not made.all()


@pytest.mark.parametrize("size", [(700, 900), (95, 61)])
@pytest.mark.parametrize("is_smooth", [True, False])
def test_smooth_maps_and_noise_are_as_if_they_were_made(
    size: tuple[int, int], is_smooth: bool
) -> None:
    torch.manual_seed(4)
    coarse = torch.randn(1, 1, *((3, 4) if is_smooth else (30, 40)))
    coarse = F.interpolate(coarse, size=(30, 40), mode="bicubic")[0, 0] + 0.3
    height, width = size
    extent = Box(0, -7.5, width, height + 4.25)
    window = Window(width // 9, 0, width - 3, height - 2)
    made = above(coarse, extent, window, 0.25)
    expected = resample(coarse[None], extent, window)[0] > 0.25
    np.testing.assert_array_equal(made, expected.numpy())
    assert made.any()
    assert not made.all()
