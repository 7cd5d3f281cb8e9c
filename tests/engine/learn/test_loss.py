"""The loss for partly labelled photos, and what a gradient through it says, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.learn.data import CERTAIN
from engine.learn.loop import class_weights
from engine.learn.loss import dice_loss, partial_cross_entropy
from engine.learn.schedule import one_cycle
from engine.learn.scores import Confusion
from engine.values import VOID

ONES = torch.ones(4)
SCORES = (0.0, math.log(2), math.log(3), math.log(4))
"""Probabilities .1, .2, .3 and .4."""


def sets(*chosen: int) -> torch.Tensor:
    found = torch.zeros(1, 4, dtype=torch.bool)
    found[0, list(chosen)] = True
    return found


def one_pixel(label: int) -> tuple[torch.Tensor, torch.Tensor]:
    scores = torch.tensor(SCORES).view(1, 4, 1, 1).clone().requires_grad_()
    return scores, torch.full((1, 1, 1), label)


def test_a_marked_pixel_is_cross_entropy() -> None:
    scores, labels = one_pixel(2)
    loss = partial_cross_entropy(scores, labels, sets(0), sets(0), weight=ONES, background=0.7)
    assert loss.item() == pytest.approx(-math.log(0.3), rel=1e-6)
    torch.autograd.backward(loss)
    assert scores.grad is not None
    assert scores.grad.flatten().tolist() == pytest.approx([0.1, 0.2, -0.7, 0.4], abs=1e-6)


def test_without_a_mark_in_a_fully_labelled_photo_it_is_cross_entropy_too() -> None:
    scores, labels = one_pixel(0)
    loss = partial_cross_entropy(scores, labels, sets(0), sets(0), weight=ONES, background=0.3)
    assert loss.item() == pytest.approx(-math.log(0.1), rel=1e-6)
    torch.autograd.backward(loss)
    assert scores.grad is not None
    assert scores.grad.flatten().tolist() == pytest.approx([-0.9, 0.2, 0.3, 0.4], abs=1e-6)


def test_without_a_mark_in_a_partly_labelled_photo() -> None:
    """Class 3 is marked in this photo, 1 is stuff, 2 may be there unmarked.

    likely = {0, 1}: .3; possible = {0, 1, 2}: .6; b = .5 less by p(2) = .3: .35.
    The gradient of -log p(S) is p_k - [k in S] p_k / p(S).
    """
    scores, labels = one_pixel(0)
    loss = partial_cross_entropy(
        scores, labels, sets(0, 1), sets(0, 1, 2), weight=ONES, background=0.5
    )
    share = 0.5 * (1 - 0.3)
    expected = -share * math.log(0.3) - 0.5 * math.log(0.6)
    assert loss.item() == pytest.approx(expected, rel=1e-6)
    torch.autograd.backward(loss)
    p = [0.1, 0.2, 0.3, 0.4]
    by_hand = [
        share * (p[k] - (p[k] / 0.3 if k in {0, 1} else 0))
        + 0.5 * (p[k] - (p[k] / 0.6 if k in {0, 1, 2} else 0))
        for k in range(4)
    ]
    assert scores.grad is not None
    assert scores.grad.flatten().tolist() == pytest.approx(by_hand, abs=1e-6)
    # What is only not known is pushed down by less than what is known not to be there.
    assert by_hand[3] > 0
    assert by_hand[2] < 0.3 * (share + 0.5)


def test_what_is_to_be_ignored_counts_nowhere_and_what_is_certain_is_background() -> None:
    scores = torch.tensor(SCORES).view(1, 4, 1, 1).repeat(1, 1, 1, 2).requires_grad_()
    labels = torch.tensor([[[VOID, CERTAIN]]])
    loss = partial_cross_entropy(
        scores, labels, sets(0, 1), sets(0, 1, 2), weight=ONES, background=0.5
    )
    assert loss.item() == pytest.approx(-math.log(0.1), rel=1e-6)
    torch.autograd.backward(loss)
    assert scores.grad is not None
    assert scores.grad[..., 0].abs().max().item() == 0
    assert scores.grad[..., 1].flatten().tolist() == pytest.approx([-0.9, 0.2, 0.3, 0.4], abs=1e-6)


def test_weights_are_those_of_the_class_that_is_marked() -> None:
    scores = torch.tensor(SCORES).view(1, 4, 1, 1).repeat(1, 1, 1, 2)
    labels = torch.tensor([[[1, 3]]])
    weight = torch.tensor([1.0, 3.0, 1.0, 1.0])
    loss = partial_cross_entropy(scores, labels, sets(0), sets(0), weight=weight, background=0.5)
    expected = -(3 * math.log(0.2) + math.log(0.4)) / 4
    assert loss.item() == pytest.approx(expected, rel=1e-6)


def test_a_batch_of_nothing_but_void_is_no_loss() -> None:
    scores = torch.zeros(1, 4, 2, 2, requires_grad=True)
    labels = torch.full((1, 2, 2), VOID)
    loss = partial_cross_entropy(scores, labels, sets(0), sets(0), weight=ONES, background=0.5)
    assert loss.item() == 0
    assert dice_loss(scores, labels, sets(0)).item() == 0


def test_dice_of_one_class_by_hand() -> None:
    """Two pixels, class 1 marked on the first; p(1) = .2 on both: 2 * .2 / (.4 + 1), smoothed."""
    scores = torch.tensor(SCORES).view(1, 4, 1, 1).repeat(1, 1, 1, 2)
    labels = torch.tensor([[[1, 0]]])
    loss = dice_loss(scores, labels, sets(0))
    assert loss.item() == pytest.approx(1 - (2 * 0.2 + 1) / (0.4 + 1 + 1), rel=1e-6)


def test_dice_looks_only_at_marked_pixels_where_a_class_is_not_marked_everywhere() -> None:
    """Class 1 is possible on unmarked pixels, so the second pixel says nothing of it."""
    scores = torch.tensor(SCORES).view(1, 4, 1, 1).repeat(1, 1, 1, 2)
    labels = torch.tensor([[[1, 0]]])
    loss = dice_loss(scores, labels, sets(0, 1))
    assert loss.item() == pytest.approx(1 - (2 * 0.2 + 1) / (0.2 + 1 + 1), rel=1e-6)


def test_rare_classes_weigh_more_and_the_mean_pixel_weighs_one() -> None:
    frequencies = np.array([0.9, 0.0999, 0.0001])
    weights = class_weights(frequencies, 0.5)
    assert weights[1] / weights[0] == pytest.approx((0.9 / 0.0999) ** 0.5, rel=1e-5)
    assert float((weights * frequencies).sum()) == pytest.approx(1, rel=1e-5)
    assert class_weights(frequencies, 0.0).tolist() == [1, 1, 1]


def test_the_cycle_goes_up_then_down() -> None:
    rates = [one_cycle(step, 100, 2.0) for step in range(100)]
    assert rates[0] == pytest.approx(2 / 25)
    assert max(rates) == rates[15] == pytest.approx(2.0)
    assert rates[-1] == pytest.approx(2e-3)
    assert rates[:16] == sorted(rates[:16])
    assert rates[15:] == sorted(rates[15:], reverse=True)


def test_iou_and_accuracy_by_hand() -> None:
    confusion = Confusion.of(("background", "a", "b"))
    truth = np.array([[1, 1, 0, 0, VOID]], np.uint8)
    found = np.array([[1, 0, 1, 0, 2]], np.uint8)
    only = np.array([True, False, False])
    confusion.add(truth, found, only, only)
    assert dict(confusion.iou()) == pytest.approx({"background": 1 / 3, "a": 1 / 3})
    assert confusion.mean_iou == pytest.approx(1 / 3)
    assert confusion.accuracy == 0.5


def test_what_nobody_knows_is_not_counted() -> None:
    """On pixels without a mark: b is likely, so it is right; a is possible, so nobody knows."""
    confusion = Confusion.of(("background", "a", "b", "c"))
    truth = np.array([[0, 0, 0, CERTAIN]], np.uint8)
    found = np.array([[2, 1, 3, 2]], np.uint8)
    likely = np.array([True, False, True, False])
    possible = np.array([True, True, True, False])
    confusion.add(truth, found, likely, possible)
    assert confusion.counts[0].tolist() == [1, 0, 1, 1]
    assert int(confusion.counts.sum()) == 3
