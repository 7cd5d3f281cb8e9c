"""Regions, instances and label maps: what they hold and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from engine.values import (
    VOID,
    Box,
    Category,
    Instance,
    Instances,
    LabelMap,
    OverlayStyle,
    Region,
    SegmentSettings,
)


def _mask() -> np.ndarray:
    mask = np.zeros((6, 8), np.bool_)
    mask[2:4, 3:6] = True
    mask[4, 5] = True
    return mask


def test_a_region_is_the_smallest_rectangle_and_gives_its_mask_back() -> None:
    region = Region.of(_mask())
    assert (region.left, region.top, region.pixels.shape) == (3, 2, (3, 3))
    assert region.area == 7
    assert region.box == Box(3, 2, 6, 5)
    np.testing.assert_array_equal(region.full((6, 8)), _mask())


def test_a_region_of_a_part_of_the_picture_lies_where_the_part_lies() -> None:
    region = Region.of(_mask(), left=10, top=20)
    assert (region.left, region.top) == (13, 22)
    assert region.has(22, 13)
    assert not region.has(24, 13)
    assert not region.has(0, 0)


def test_an_empty_mask_is_an_empty_region() -> None:
    region = Region.of(np.zeros((4, 4), np.bool_))
    assert region.area == 0
    assert not region.full((4, 4)).any()


@pytest.mark.parametrize("number", [0, VOID])
def test_a_category_is_neither_background_nor_void(number: int) -> None:
    with pytest.raises(ValueError, match="expected 1 or more"):
        Category(number, "cat")


def test_instances_refuse_an_unknown_category() -> None:
    item = Instance(7, 0.9, Box(0, 0, 2, 2), Region.of(_mask()))
    with pytest.raises(ValueError, match="no category has the id 7"):
        Instances((6, 8), (Category(1, "cat"),), (item,))


def test_instances_refuse_a_region_beyond_the_picture() -> None:
    item = Instance(1, 0.9, Box(0, 0, 2, 2), Region.of(_mask(), left=4))
    with pytest.raises(ValueError, match="reaches beyond the picture of 6 x 8"):
        Instances((6, 8), (Category(1, "cat"),), (item,))


def test_a_label_map_and_its_confidence_have_one_shape() -> None:
    with pytest.raises(ValueError, match=r"expected \(4, 4\), got \(4, 5\)"):
        LabelMap(np.zeros((4, 4), np.uint8), (), np.zeros((4, 5), np.uint8))
    with pytest.raises(ValueError, match="uint8 or uint16"):
        LabelMap(np.zeros((4, 4), np.int64), ())  # type: ignore[arg-type]  # on purpose


def test_settings_and_style_say_what_they_expect() -> None:
    with pytest.raises(ValueError, match=r"score: expected 0..1, got 1.5"):
        SegmentSettings(score=1.5)
    with pytest.raises(ValueError, match="most: expected 1 or more"):
        SegmentSettings(most=0)
    with pytest.raises(ValueError, match=r"opacity: expected 0..1"):
        OverlayStyle(opacity=2.0)
    with pytest.raises(ValueError, match="contour: expected 0 or more"):
        OverlayStyle(contour=-1)
