"""Label maps at the picture's resolution, against torch's own interpolation and softmax."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from engine.tasks import semantic
from engine.tasks.heads import View
from engine.tasks.semantic import SemanticHead
from engine.values import Box, Category, SegmentSettings

CATEGORIES = tuple(Category(number, f"thing {number}") for number in range(1, 6))
HEAD = SemanticHead(CATEGORIES)


@pytest.mark.parametrize("strip", [semantic.STRIP_VALUES, 1, 700])
def test_labels_are_the_largest_logits_at_the_pictures_resolution(
    strip: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(semantic, "STRIP_VALUES", strip)
    torch.manual_seed(6)
    logits = 3 * torch.randn(1, 6, 9, 12)
    view = View((31, 40), Box(0, 0, 40, 31), (9, 12))
    made = HEAD.read({"out": logits}, view).segmentation(SegmentSettings())
    fine = F.interpolate(logits, size=(31, 40), mode="bilinear", align_corners=False)[0]
    shares, labels = fine.softmax(0).max(0)
    np.testing.assert_array_equal(made.labels, labels.numpy())
    assert made.confidence is not None
    difference = made.confidence.astype(float) - 255 * shares.numpy()
    assert np.abs(difference).max() <= 0.501
    assert made.categories == CATEGORIES
    assert made.note == ""


def test_of_equals_the_first_wins() -> None:
    view = View((2, 2), Box(0, 0, 2, 2), (2, 2))
    made = HEAD.read(torch.zeros(1, 6, 2, 2), view).segmentation(SegmentSettings())
    assert made.labels.tolist() == [[0, 0], [0, 0]]
    assert made.confidence is not None
    assert made.confidence.tolist() == [[42, 42], [42, 42]]  # 255 / 6


def test_categories_that_do_not_count_are_background() -> None:
    logits = torch.full((1, 6, 1, 3), -9.0)
    for column, label in enumerate((1, 4, 0)):
        logits[0, label, 0, column] = 9.0
    view = View((1, 3), Box(0, 0, 3, 1), (1, 3))
    reading = HEAD.read(logits, view)
    assert reading.segmentation(SegmentSettings()).labels.tolist() == [[1, 4, 0]]
    only = SegmentSettings(categories=frozenset({4, 5}))
    assert reading.segmentation(only).labels.tolist() == [[0, 4, 0]]


def test_borders_of_the_input_are_left_out() -> None:
    logits = torch.zeros(1, 6, 4, 2)
    logits[0, 1, :1] = logits[0, 1, 3:] = 5.0  # in the borders above and below
    logits[0, 2, 1:3] = 5.0
    view = View((2, 2), Box(0, -1, 2, 3), (4, 2))
    assert HEAD.read(logits, view).segmentation(SegmentSettings()).labels.tolist() == [[2, 2]] * 2


def test_a_network_that_overflows_is_sure_of_nothing() -> None:
    view = View((2, 2), Box(0, 0, 2, 2), (2, 2))
    made = HEAD.read(torch.full((1, 6, 2, 2), torch.nan), view).segmentation(SegmentSettings())
    assert made.confidence is not None
    assert not made.labels.any()
    assert not made.confidence.any()
