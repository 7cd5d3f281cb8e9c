"""Which channels carry an object, against sums over single pixels and hand-made numbers."""

from __future__ import annotations

import numpy as np
import pytest

from engine.tasks.contrast import MOST, cell_shares, channel_contrast
from engine.values import Box, Region


def region(size: tuple[int, int], rows: slice, columns: slice) -> Region:
    mask = np.zeros(size, np.bool_)
    mask[rows, columns] = True
    return Region.of(mask)


def test_whole_cells_are_covered_whole_and_halves_by_half() -> None:
    # 8 x 8 pixels on 4 x 4 cells of 2 pixels; rows 2..5, columns 1..4.
    shares = cell_shares(region((8, 8), slice(2, 6), slice(1, 5)), Box(0, 0, 8, 8), (4, 4))
    expected = np.outer([0, 1, 1, 0], [0.5, 1, 0.5, 0])
    np.testing.assert_allclose(shares, expected, atol=1e-6)


@pytest.mark.parametrize("box", [Box(-3.5, 2.25, 20.5, 14.75), Box(4, 3, 13, 9), Box(0, 0, 17, 11)])
def test_shares_are_those_of_a_fine_grid(box: Box) -> None:
    rng = np.random.default_rng(3)
    mask = rng.random((11, 17)) < 0.4
    shares = cell_shares(Region.of(mask), box, (5, 6))
    fine = 400
    x = box.left + (np.arange(6 * fine) + 0.5) / (6 * fine) * box.width
    y = box.top + (np.arange(5 * fine) + 0.5) / (5 * fine) * box.height
    inside = (x >= 0) & (x < 17), (y >= 0) & (y < 11)
    sampled = np.zeros((len(y), len(x)), np.bool_)
    columns, rows = x[inside[0]].astype(int), y[inside[1]].astype(int)
    sampled[np.ix_(inside[1], inside[0])] = mask[np.ix_(rows, columns)]
    expected = sampled.reshape(5, fine, 6, fine).mean(axis=(1, 3))
    np.testing.assert_allclose(shares, expected, atol=0.01)


def test_the_contrast_of_whole_cells_is_cohens_d() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(6, 8, 8)).astype(np.float32)
    mask = np.zeros((8, 8), np.bool_)
    mask[1:4, 2:7] = True
    found = channel_contrast(values, Region.of(mask), Box(0, 0, 8, 8), (8, 8))
    assert found is not None
    a, b = values[:, mask].astype(np.float64), values[:, ~mask].astype(np.float64)
    pooled = (a.var(axis=1) * a.shape[1] + b.var(axis=1) * b.shape[1]) / 64
    expected = (a.mean(axis=1) - b.mean(axis=1)) / np.sqrt(pooled)
    np.testing.assert_allclose(found.contrast, expected, rtol=1e-4)
    np.testing.assert_allclose(found.inside, a.mean(axis=1), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.outside, b.mean(axis=1), rtol=1e-4, atol=1e-6)
    assert found.ranked(2).tolist() == np.argsort(-np.abs(expected))[:2].tolist()


def test_the_mask_itself_wins_and_a_constant_has_no_contrast() -> None:
    mask = np.zeros((16, 16), np.bool_)
    mask[:, :8] = True
    values = np.zeros((4, 4, 4), np.float32)
    values[0] = 7.0
    values[1, :, :2] = 1.0
    values[2, :, 2:] = 1.0
    values[3] = np.nan
    found = channel_contrast(values, Region.of(mask), Box(0, 0, 16, 16), (16, 16))
    assert found is not None
    np.testing.assert_allclose(found.contrast, [0.0, MOST, -MOST, 0.0])
    assert found.ranked(2).tolist() == [1, 2]


def test_what_is_beyond_the_picture_is_no_background() -> None:
    # A picture of 8 x 4 padded to 8 x 8: the rows of padding hold a value that must not count.
    values = np.full((1, 4, 4), 100.0, np.float32)
    values[0, 1:3] = [[5, 5, 1, 1], [5, 5, 2, 2]]
    found = channel_contrast(
        values, region((4, 8), slice(0, 4), slice(0, 4)), Box(0, -2, 8, 6), (4, 8)
    )
    assert found is not None
    assert (found.inside[0], found.outside[0]) == pytest.approx((5.0, 1.5))
    # Variance 0 inside and 0.25 outside, four cells each.
    assert found.contrast[0] == pytest.approx(3.5 / np.sqrt(0.125), rel=1e-4)


def test_nothing_inside_or_nothing_outside_has_no_contrast() -> None:
    values = np.ones((2, 4, 4), np.float32)
    everything = region((8, 8), slice(0, 8), slice(0, 8))
    assert channel_contrast(values, everything, Box(0, 0, 8, 8), (8, 8)) is None
    corner = region((8, 8), slice(0, 1), slice(0, 1))
    assert channel_contrast(values, corner, Box(4, 4, 8, 8), (8, 8)) is None


def test_large_values_keep_small_differences() -> None:
    mask = np.zeros((8, 8), np.bool_)
    mask[:4] = True
    noise = np.random.default_rng(1).normal(size=(1, 8, 8)).astype(np.float32)
    noise[:, :4] += 2
    plain = channel_contrast(noise, Region.of(mask), Box(0, 0, 8, 8), (8, 8))
    lifted = channel_contrast(noise + 4096, Region.of(mask), Box(0, 0, 8, 8), (8, 8))
    assert plain is not None
    assert lifted is not None
    np.testing.assert_allclose(lifted.contrast, plain.contrast, rtol=1e-3)
