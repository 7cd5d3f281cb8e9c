"""Which candidates count, and their masks: exact, on candidates and prototypes made by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pycocotools import mask as coco_mask
from torchvision.ops import nms

from engine.tasks.instance import BoxMasks, Candidates, InstanceReading, Prototyped
from engine.tasks.labels import FROM_INSTANCES, label_map
from engine.values import (
    Box,
    Category,
    Instance,
    Instances,
    Region,
    SegmentSettings,
)

CATEGORIES = (Category(1, "person"), Category(2, "cat"), Category(3, "cup"))
ALL = SegmentSettings(score=0.0, iou=1.0, most=1000)


def _reading(
    boxes: list[list[float]],
    scores: list[float],
    labels: list[int],
    size: tuple[int, int] = (40, 60),
) -> InstanceReading:
    """Return candidates whose masks fill their boxes."""
    masks = Prototyped(torch.ones(1, 5, 5), torch.ones(len(boxes), 1), Box(0, 0, size[1], size[0]))
    found = Candidates(
        torch.tensor(boxes, dtype=torch.float32).view(-1, 4),
        torch.tensor(scores),
        torch.tensor(labels),
        masks,
    )
    return InstanceReading(size, CATEGORIES, found)


def _scores(reading: InstanceReading, **settings: object) -> list[float]:
    chosen = SegmentSettings(**{"score": 0.0, "iou": 1.0, **settings})  # type: ignore[arg-type]
    return [round(item.score, 3) for item in reading.segmentation(chosen).items]


def test_the_most_certain_stand_first_and_thresholds_act() -> None:
    reading = _reading(
        [[0, 0, 9, 9], [10, 0, 19, 9], [20, 0, 29, 9], [30, 0, 39, 9]],
        [0.3, 0.9, 0.1, 0.5],
        [0, 1, 2, 0],
    )
    assert _scores(reading) == [0.9, 0.5, 0.3, 0.1]
    assert _scores(reading, score=0.3) == [0.9, 0.5, 0.3]
    assert _scores(reading, score=0.31) == [0.9, 0.5]
    assert _scores(reading, most=1) == [0.9]
    assert _scores(reading, categories=frozenset({1, 3})) == [0.5, 0.3, 0.1]
    assert _scores(reading, categories=frozenset()) == []
    assert _scores(reading) == [0.9, 0.5, 0.3, 0.1]  # nothing is lost


def test_of_a_category_that_overlaps_the_less_certain_goes() -> None:
    # The first two share 50 of 150: an overlap of a third.
    boxes: list[list[float]] = [[0, 0, 10, 10], [5, 0, 15, 10], [0, 0, 10, 10]]
    reading = _reading(boxes, [0.8, 0.9, 0.7], [0, 0, 1])
    assert _scores(reading, iou=0.34) == [0.9, 0.8, 0.7]
    assert _scores(reading, iou=0.33) == [0.9, 0.7]


def test_suppression_is_that_of_torchvision_category_by_category() -> None:
    torch.manual_seed(4)
    corners = torch.rand(200, 2) * 30
    boxes = torch.cat((corners, corners + 2 + torch.rand(200, 2) * 12), 1)
    scores, labels = torch.rand(200), torch.randint(0, 3, (200,))
    reading = _reading(boxes.tolist(), scores.tolist(), labels.tolist(), (60, 60))
    expected: list[float] = []
    for label in range(3):
        own = (labels == label).nonzero()[:, 0]
        expected += scores[own][nms(boxes[own], scores[own], 0.4)].tolist()
    found = reading.segmentation(SegmentSettings(score=0.0, iou=0.4, most=1000))
    assert [item.score for item in found.items] == pytest.approx(sorted(expected, reverse=True))
    assert 0 < len(expected) < 200


def test_a_mask_is_the_sum_of_prototypes_cut_to_its_box() -> None:
    # Over a picture of 8 x 4: the first prototype says left, the second top.
    left = torch.tensor([[1.0, 1, -1, -1]]).repeat(2, 1)
    top = torch.tensor([[1.0], [-1]]).repeat(1, 4)
    masks = Prototyped(
        torch.stack((left, top)),
        torch.tensor([[1.0, 0], [0, -1], [-1, 2]]),
        Box(0, 0, 8, 4),
    )
    boxes = torch.tensor([[1.0, 1, 7, 3], [0, 0, 8, 4], [0, 0, 8, 4]])
    found = Candidates(boxes, torch.tensor([0.9, 0.8, 0.7]), torch.tensor([0, 1, 2]), masks)
    one, two, three = InstanceReading((4, 8), CATEGORIES, found).segmentation(ALL).items
    assert one.region.box == Box(1, 1, 4, 3)
    assert one.region.pixels.all()
    assert two.region.box == Box(0, 2, 8, 4)
    assert two.region.pixels.all()
    # Where 2 top > left, worked out by hand at the centres of the pixels.
    across = np.interp(np.arange(8) + 0.5, [1, 3, 5, 7], [1, 1, -1, -1])
    down = np.interp(np.arange(4) + 0.5, [1, 3], [1, -1])
    np.testing.assert_array_equal(three.region.full((4, 8)), 2 * down[:, None] - across[None] > 0)
    assert [it.category for it in (one, two, three)] == [1, 2, 3]


def test_boxes_stay_in_the_picture_and_an_object_without_pixels_is_none() -> None:
    reading = _reading([[-5, -5, 70, 20], [100, 100, 120, 120]], [0.9, 0.8], [0, 0])
    (item,) = reading.segmentation(ALL).items
    assert item.box == Box(0, 0, 60, 20)
    assert item.region.box == Box(0, 0, 60, 20)


def test_masks_of_boxes_of_their_own() -> None:
    maps = torch.tensor([[[0.9, 0.1], [0.9, 0.1]]])
    boxes = torch.tensor([[10.0, 10, 30, 30]])
    found = Candidates(boxes, torch.tensor([0.9]), torch.tensor([1]), BoxMasks(maps, boxes))
    (item,) = InstanceReading((40, 60), CATEGORIES, found).segmentation(ALL).items
    # Around the mask there is nothing: it fades from 0.9 at 15 to 0 at 5, and to 0.1 at 25.
    assert item.region.box.left == 11
    assert item.region.box.right == 20
    assert (item.region.box.top, item.region.box.bottom) == (11, 29)


def test_a_picture_without_objects() -> None:
    found = _reading([], [], []).segmentation(ALL)
    assert found.items == ()
    assert (found.size, found.categories) == ((40, 60), CATEGORIES)


def test_three_hundred_objects_of_a_4k_picture_take_no_more_than_their_boxes() -> None:
    boxes = [[12.0 * at, 7.0 * at, 12.0 * at + 40, 7.0 * at + 30] for at in range(300)]
    reading = _reading(boxes, [0.5] * 300, [0] * 300, (2160, 3840))
    items = reading.segmentation(SegmentSettings(score=0.1, iou=1.0, most=300)).items
    assert len(items) == 300
    assert sum(it.region.pixels.nbytes for it in items) == 300 * 40 * 30


# ---------------------------------------------------------------------- a label map from objects


def _instance(category: int, score: float, left: int, top: int, mask: np.ndarray) -> Instance:
    region = Region(left, top, mask)
    return Instance(category, score, region.box, region)


def test_where_objects_overlap_the_higher_score_wins() -> None:
    square = np.ones((3, 3), np.bool_)
    objects = Instances(
        (5, 6), CATEGORIES, (_instance(2, 0.8, 0, 0, square), _instance(3, 0.6, 2, 2, square))
    )
    made = label_map(objects)
    assert made.labels.tolist() == [
        [2, 2, 2, 0, 0, 0],
        [2, 2, 2, 0, 0, 0],
        [2, 2, 2, 3, 3, 0],
        [0, 0, 3, 3, 3, 0],
        [0, 0, 3, 3, 3, 0],
    ]
    assert made.note == FROM_INSTANCES == "objects, from instances"
    assert made.categories == CATEGORIES
    assert made.confidence is not None
    assert made.confidence[0, 0] == 204
    assert made.confidence[4, 4] == 153
    assert made.confidence[0, 5] == 0


def test_ids_beyond_a_byte_need_two() -> None:
    objects = Instances((2, 2), (Category(300, "thing"),))
    assert label_map(objects).labels.dtype == np.uint16


def test_areas_are_those_that_coco_counts() -> None:
    reading = _reading([[3.2, 4.9, 20.1, 31.5]], [0.9], [0])
    (item,) = reading.segmentation(ALL).items
    encoded = coco_mask.encode(np.asfortranarray(item.region.full((40, 60)).astype(np.uint8)))
    assert coco_mask.area(encoded) == item.region.area == 17 * 27
