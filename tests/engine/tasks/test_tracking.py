"""Objects keep their numbers: exact, on boxes made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from engine.tasks.tracking import Tracker, box_iou
from engine.values import Box, Category, Frame, Instance, Instances, Region

CATEGORIES = (Category(1, "person"), Category(2, "cat"))
PICTURE = np.zeros((4, 4, 3), np.uint8)


def _objects(*given: tuple[int, float]) -> Instances:
    """Return squares of side 10, each of a category and with its left edge."""
    region = Region(0, 0, np.ones((1, 1), np.bool_))
    items = (Instance(it, 0.9, Box(left, 0, left + 10, 10), region) for it, left in given)
    return Instances((20, 200), CATEGORIES, tuple(items))


def _numbers(tracker: Tracker, index: int, *given: tuple[int, float], name: str = "a") -> list[int]:
    found = tracker.follow(_objects(*given), Frame(PICTURE, index, float(index), name))
    return [item.track for item in found.items]


def test_numbers_begin_at_one_and_stay_with_what_moves_a_little() -> None:
    tracker = Tracker()
    assert _numbers(tracker, 0, (1, 0), (1, 50)) == [1, 2]
    assert _numbers(tracker, 1, (1, 52), (1, 3)) == [2, 1]
    assert _numbers(tracker, 2, (1, 5), (1, 90), (1, 54)) == [1, 3, 2]


def test_another_category_is_another_object() -> None:
    tracker = Tracker()
    assert _numbers(tracker, 0, (1, 0)) == [1]
    assert _numbers(tracker, 1, (2, 0)) == [2]
    assert _numbers(tracker, 2, (2, 0), (1, 0)) == [2, 1]  # the first one was waited for


def test_what_overlaps_too_little_is_another_object() -> None:
    # Squares of side 10 that are 5 apart share a third: 5 x 10 of 15 x 10.
    tracker = Tracker(least_iou=0.34)
    assert _numbers(tracker, 0, (1, 0)) == [1]
    assert _numbers(tracker, 1, (1, 5)) == [2]
    tracker = Tracker(least_iou=0.33)
    assert _numbers(tracker, 0, (1, 0)) == [1]
    assert _numbers(tracker, 1, (1, 5)) == [1]


def test_those_that_overlap_most_are_joined_first() -> None:
    tracker = Tracker(least_iou=0.1)
    assert _numbers(tracker, 0, (1, 0), (1, 8)) == [1, 2]
    # 6 is nearer to 8 than to 0, though the first track could take it too.
    assert _numbers(tracker, 1, (1, 6), (1, 1)) == [2, 1]


def test_a_track_is_waited_for_and_then_ends() -> None:
    tracker = Tracker(grace=2)
    assert _numbers(tracker, 0, (1, 0)) == [1]
    assert _numbers(tracker, 1) == []
    assert _numbers(tracker, 2) == []
    assert _numbers(tracker, 3, (1, 0)) == [1]
    for index in (4, 5, 6):
        assert _numbers(tracker, index) == []
    assert _numbers(tracker, 7, (1, 0)) == [2]


def test_objects_that_cross_keep_their_numbers() -> None:
    tracker = Tracker()
    # One goes right and one left, 4 pixels a frame; half-way each stands where the other was.
    for index in range(15):
        numbers = _numbers(tracker, index, (1, 4 * index), (1, 52 - 4 * index))
        assert numbers == [1, 2], index


def test_what_vanishes_on_its_way_is_expected_further_on() -> None:
    tracker = Tracker()
    for index in range(4):
        assert _numbers(tracker, index, (1, 5 * index), (1, 150)) == [1, 2]
    for index in range(4, 9):
        assert _numbers(tracker, index, (1, 150)) == [2]
    assert _numbers(tracker, 9, (1, 45), (1, 150)) == [1, 2]


def test_frames_that_were_left_out_count_as_way() -> None:
    tracker = Tracker()
    places = {0: 0, 1: 5, 5: 25, 6: 30}
    for index, left in places.items():
        assert _numbers(tracker, index, (1, left)) == [1], index


def test_what_stops_at_once_is_not_lost() -> None:
    tracker = Tracker()
    for index in range(4):
        assert _numbers(tracker, index, (1, 5 * index)) == [1]
    for index in range(4, 8):
        assert _numbers(tracker, index, (1, 15)) == [1]


def test_another_source_begins_anew_and_so_does_a_video_that_starts_over() -> None:
    tracker = Tracker()
    assert _numbers(tracker, 0, (1, 0), (1, 50)) == [1, 2]
    assert _numbers(tracker, 1, (1, 50), name="b") == [1]
    assert _numbers(tracker, 2, (1, 50), (1, 0), name="b") == [1, 2]
    assert _numbers(tracker, 0, (1, 0), name="b") == [1]
    tracker.reset()
    assert _numbers(tracker, 1, (1, 90), name="b") == [1]


def test_the_same_frame_again_counts_once() -> None:
    tracker = Tracker(grace=1)
    assert _numbers(tracker, 0, (1, 0)) == [1]
    assert _numbers(tracker, 1, (1, 50)) == [2]
    # Other settings: now the first object is seen as well, and the second is not.
    for _ in range(5):
        assert _numbers(tracker, 1, (1, 0)) == [1]
    assert _numbers(tracker, 1, (1, 0), (1, 50)) == [1, 2]
    assert _numbers(tracker, 2, (1, 50), (1, 0)) == [2, 1]


def test_overlap_is_that_of_coco() -> None:
    rng = np.random.default_rng(1)
    edges = rng.uniform(0, 40, (2, 7, 4))
    edges[..., 2:] = edges[..., :2] + rng.uniform(1, 30, (2, 7, 2))
    some, others = ([Box(*row) for row in side] for side in edges.tolist())
    sides = edges.copy()
    sides[..., 2:] -= sides[..., :2]
    expected = coco_mask.iou(sides[0], sides[1], [0] * 7)
    np.testing.assert_allclose(box_iou(some, others), expected, atol=1e-12)


def test_empty_boxes_overlap_nothing() -> None:
    assert box_iou([Box(1, 1, 1, 1)], [Box(1, 1, 1, 1)]) == pytest.approx(np.zeros((1, 1)))
    assert box_iou([], [Box(0, 0, 1, 1)]).shape == (0, 1)
