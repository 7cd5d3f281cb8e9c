"""Numbers of a channel against numpy, and silence counted in frames."""

from __future__ import annotations

import numpy as np
import torch

from engine.capture.statistics import SilenceCounter, finite, measure, to_stats


def test_numbers_agree_with_numpy_in_double_precision() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(100.0, 0.5, (4, 9, 11)).astype(np.float32)  # a mean that would cancel
    values[2] = np.maximum(values[2] - 100, 0)
    got = to_stats(measure(torch.from_numpy(values)), np.zeros(4, bool))
    flat = values.reshape(4, -1).astype(np.float64)
    np.testing.assert_array_equal(got.minimum, flat.min(1))
    np.testing.assert_array_equal(got.maximum, flat.max(1))
    np.testing.assert_allclose(got.mean, flat.mean(1), rtol=1e-5)
    np.testing.assert_allclose(got.std, flat.std(1), rtol=1e-4)
    np.testing.assert_allclose(got.zeros, (flat == 0).mean(1), atol=1e-6)
    assert 0.3 < got.zeros[2] < 0.7


def test_values_that_are_not_finite_are_drawn_as_zero_and_told() -> None:
    maps = torch.tensor([[[1.0, float("nan")], [float("inf"), -float("inf")]]])
    cleaned, had_some = finite(maps)
    assert had_some
    assert cleaned.tolist() == [[[1.0, 0.0], [0.0, 0.0]]]


def test_large_finite_values_are_left_alone() -> None:
    maps = torch.full((1, 2, 2), 3e38)  # the sum overflows, the values do not
    cleaned, had_some = finite(maps)
    assert not had_some
    assert cleaned is maps


def test_a_channel_is_dead_after_so_many_silent_frames_and_revives() -> None:
    counter = SilenceCounter(dead_after=3)
    frames = [object() for _ in range(5)]
    for frame in frames[:2]:
        counter.update(np.array([True, False]), frame)
    assert counter.dead.tolist() == [False, False]
    counter.update(np.array([True, True]), frames[2])
    assert counter.dead.tolist() == [True, False]
    counter.update(np.array([False, True]), frames[3])
    assert counter.dead.tolist() == [False, False]


def test_the_same_frame_again_counts_once() -> None:
    counter = SilenceCounter(dead_after=2)
    frame = object()
    for _ in range(5):
        counter.update(np.array([True]), frame)
    assert not counter.dead[0]
