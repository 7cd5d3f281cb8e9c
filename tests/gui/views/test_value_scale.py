"""Values to places on the colour bar, and numbers for the ticks."""

from __future__ import annotations

import numpy as np
import pytest

from gui.views.value_scale import ValueScale, format_value, nice_step, nice_ticks


def test_unsigned_positions() -> None:
    scale = ValueScale(-1.0, 3.0)
    assert [scale.position(v) for v in (-2, -1, 1, 3, 9)] == pytest.approx([0, 0, 0.5, 1, 1])


def test_gamma_lifts_weak_values() -> None:
    assert ValueScale(0, 1, gamma=0.5).position(0.25) == pytest.approx(0.5)
    assert ValueScale(-4, 4, gamma=0.5, is_signed=True).position(-1) == pytest.approx(0.25)


def test_signed_zero_is_the_middle_whatever_the_ends() -> None:
    scale = ValueScale(-1.0, 4.0, is_signed=True)
    assert scale.position(0.0) == 0.5
    values = np.array([-9, -4, 0, 4, np.nan], np.float32)
    np.testing.assert_array_equal(scale.indices(values), [0, 0, 128, 255, 128])


def test_unsigned_indices() -> None:
    values = np.array([0, 1, 2, 3], np.float32)
    np.testing.assert_array_equal(ValueScale(0, 2).indices(values), [0, 128, 255, 255])


@pytest.mark.parametrize("is_signed", [False, True])
def test_an_empty_range_has_one_colour(is_signed: bool) -> None:
    values = np.array([0, 0], np.float32)
    expected = 128 if is_signed else 0
    assert ValueScale(0, 0, 1, is_signed).indices(values).tolist() == [expected] * 2


@pytest.mark.parametrize(
    ("span", "count", "step"), [(1, 5, 0.2), (1, 4, 0.5), (7, 5, 2), (95, 10, 10), (0.03, 3, 0.01)]
)
def test_nice_steps(span: float, count: int, step: float) -> None:
    assert nice_step(span, count) == pytest.approx(step)


def test_nice_ticks() -> None:
    assert nice_ticks(-0.31, 0.42, 4) == pytest.approx([-0.2, 0.0, 0.2, 0.4])
    assert nice_ticks(2.0, 2.0, 4) == [2.0]


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.30000000000000004, 0.1, "0.3"),
        (-2.0, 0.5, "−2.0"),
        (120.0, 20.0, "120"),
        (1.23456, 0.0, "1.235"),
        (0.0, 0.1, "0"),
        (2e6, 1e6, "2e6"),
        (0.000012, 0.0, "1.20e−5"),
        (float("nan"), 0.0, "NaN"),
        (float("-inf"), 0.0, "−∞"),
    ],
)
def test_format(value: float, step: float, text: str) -> None:
    assert format_value(value, step) == text
