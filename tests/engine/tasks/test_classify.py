"""Logits become names; equals, averages and numbers that are none are settled."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.tasks.classify import Classifier, Smoother, classify, has_answer, softmax
from engine.values import Classification, Frame

NAN, INF = float("nan"), float("inf")


def f32(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, np.float32)


def frame(at: float = 0.0, name: str = "") -> Frame:
    return Frame(np.zeros((1, 1, 3), np.uint8), captured_at=at, name=name)


def test_softmax_agrees_with_torch() -> None:
    logits = np.random.default_rng(2).normal(0, 20, 1000).astype(np.float32)
    expected = torch.softmax(torch.from_numpy(logits).double(), 0).numpy()
    np.testing.assert_allclose(softmax(logits), expected, rtol=1e-12, atol=0)


def test_softmax_of_what_would_overflow() -> None:
    assert softmax(f32(3e38, 0, -3e38)).tolist() == [1, 0, 0]
    assert softmax(f32(0, -INF, 0)).tolist() == [0.5, 0, 0.5]


def test_the_best_come_first_with_their_names() -> None:
    answer = classify(np.array([0.1, 0.6, 0.3]), ("cat", "dog", "owl"), 2)
    assert [(one.index, one.label, one.probability) for one in answer.top] == [
        (1, "dog", 0.6),
        (2, "owl", 0.3),
    ]


def test_names_that_are_missing_are_numbers() -> None:
    answer = classify(np.array([0.1, 0.2, 0.7]), ("cat",), 3)
    assert [one.label for one in answer.top] == ["class 2", "class 1", "cat"]


@pytest.mark.parametrize("count", [2, 5, 40, 1000])
def test_of_equals_the_first_come_first(count: int) -> None:
    """Those at the border of the top too, where a partition takes any of them."""
    answer = classify(np.full(1000, 0.001), (), count)
    assert [one.index for one in answer.top] == list(range(count))
    some = np.full(1000, 0.0005)
    some[[999, 500, 250]] = 0.1
    assert [one.index for one in classify(some, (), 4).top] == [250, 500, 999, 0]


def test_more_than_there_are_gives_all() -> None:
    assert [one.index for one in classify(np.array([0.25, 0.75]), (), 5).top] == [1, 0]


@pytest.mark.parametrize(
    ("probabilities", "bits"),
    [([1.0, 0.0], 0.0), ([0.5, 0.5], 1.0), ([0.25] * 4, 2.0), ([0.5, 0.25, 0.125, 0.125], 1.75)],
)
def test_entropy_is_in_bits(probabilities: list[float], bits: float) -> None:
    entropy = classify(np.array(probabilities), (), 1).entropy
    assert entropy == bits
    assert math.copysign(1, entropy) == 1  # no "-0.00 bits"


def test_the_average_follows_its_closed_form() -> None:
    """After frames at t_0, t_1, ... the state is the sum of each with its weight."""
    rng = np.random.default_rng(7)
    times = np.cumsum(rng.uniform(0.01, 0.4, 12))
    seen = rng.dirichlet(np.ones(6), 12)
    tau = 0.3
    smoother = Smoother(tau)
    for probabilities, now in zip(seen, times, strict=True):
        got = smoother.update(probabilities, float(now))
    # The first frame fills the average whole; each other enters with 1 - exp(-step / tau).
    enters = np.concatenate(([1.0], 1 - np.exp(-np.diff(times) / tau)))
    weights = enters * np.exp(-(times[-1] - times) / tau)
    np.testing.assert_allclose(weights.sum(), 1, rtol=1e-12)
    np.testing.assert_allclose(got, weights @ seen, rtol=1e-12)


def test_a_step_is_met_by_1_over_e_after_the_time_constant() -> None:
    smoother = Smoother(2.0)
    smoother.update(np.array([1.0, 0.0]), 10.0)
    after = [smoother.update(np.array([0.0, 1.0]), 10.0 + t) for t in (0.5, 1.0, 2.0)][-1]
    np.testing.assert_allclose(after, [math.exp(-1), 1 - math.exp(-1)], rtol=1e-12)


def test_without_a_time_constant_nothing_is_averaged() -> None:
    smoother = Smoother()
    smoother.update(np.array([1.0, 0.0]), 0.0)
    assert smoother.update(np.array([0.0, 1.0]), 0.1).tolist() == [0, 1]


def test_a_frame_seen_again_or_a_clock_gone_back_changes_nothing() -> None:
    smoother = Smoother(1.0)
    smoother.update(np.array([1.0, 0.0]), 5.0)
    for now in (5.0, 4.0):
        assert smoother.update(np.array([0.0, 1.0]), now).tolist() == [1, 0]


def test_another_number_of_categories_starts_anew() -> None:
    smoother = Smoother(100.0)
    smoother.update(np.array([1.0, 0.0]), 0.0)
    assert smoother.update(np.array([0.2, 0.3, 0.5]), 0.1).tolist() == [0.2, 0.3, 0.5]
    smoother.reset()
    assert smoother.update(np.array([0.5, 0.3, 0.2]), 0.2).tolist() == [0.5, 0.3, 0.2]


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        (f32(1, 2), True),
        (f32(-INF, 2), True),
        (f32(1, NAN), False),
        (f32(NAN, 1), False),
        (f32(INF, 1), False),
        (f32(-INF, -INF), False),
        (f32(-INF, NAN), False),
        (f32(), False),
    ],
)
def test_which_logits_have_an_answer(
    logits: np.ndarray[tuple[int], np.dtype[np.float32]], expected: bool
) -> None:
    assert has_answer(logits) is expected
    assert (Classifier().answer(logits, (), frame()) is not None) is expected


def shares(answer: Classification | None) -> dict[int, float]:
    assert answer is not None
    return {one.index: one.probability for one in answer.top}


def test_logits_that_are_no_numbers_do_not_spoil_the_average() -> None:
    classifier = Classifier()
    classifier.configure(2, 1.0)
    classifier.answer(f32(0, -INF), (), frame(0.0))
    assert classifier.answer(f32(NAN, 0), (), frame(0.5)) is None
    got = shares(classifier.answer(f32(-INF, 0), (), frame(1.0)))
    assert got == pytest.approx({0: math.exp(-1), 1: 1 - math.exp(-1)}, rel=1e-12)


def test_another_picture_is_not_averaged_with_the_one_before() -> None:
    """A still picture is seen once: what is mixed into its answer would stay there."""
    classifier = Classifier()
    classifier.configure(1, 1000.0)
    classifier.answer(f32(0, -INF), (), frame(0.0, "cat.jpg"))
    assert shares(classifier.answer(f32(-INF, 0), (), frame(0.1, "dog.jpg"))) == {1: 1.0}
    assert shares(classifier.answer(f32(0, -INF), (), frame(0.1, "dog.jpg"))) == {1: 1.0}


def test_settings_out_of_range_are_brought_into_it() -> None:
    classifier = Classifier()
    classifier.configure(0, -3.0)
    classifier.answer(f32(0, -INF), (), frame(0.0))
    assert shares(classifier.answer(f32(-INF, 0), (), frame(0.1))) == {1: 1.0}
