"""Reading the maps of a YOLO head: one object put in by hand comes out where it was put."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.models.preprocess import prepare
from engine.models.spec import Preprocessing, WholePicture
from engine.models.yolo.v5 import ANCHORS
from engine.tasks.heads import View
from engine.tasks.yolo import YoloHead
from engine.values import Box, Category, InputFit, SegmentSettings

CATEGORIES = (Category(1, "person"), Category(2, "cat"))
NUMBERS = 5 + 2 + 3
HEAD = YoloHead(CATEGORIES, ANCHORS)


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _nothing(height: int, width: int) -> dict[str, torch.Tensor]:
    maps = {
        f"stride{stride}": torch.full((1, 3 * NUMBERS, height // stride, width // stride), -20.0)
        for stride in (8, 16, 32)
    }
    return {**maps, "masks": torch.ones(1, 3, height // 4, width // 4)}


def _put(
    raw: dict[str, torch.Tensor],
    scale: int,
    anchor: int,
    box: tuple[float, float, float, float],
    *,
    category: int = 0,
    score: float = 0.9,
) -> None:
    """Write the numbers that say "here is a box", by turning the published formula around."""
    stride = 8 << scale
    left, top, right, bottom = box
    x, y = (left + right) / 2 / stride, (top + bottom) / 2 / stride
    column, row = int(x), int(y)
    width, height = ANCHORS[scale][anchor]
    shares = [
        (x - column + 0.5) / 2,
        (y - row + 0.5) / 2,
        math.sqrt((right - left) / width) / 2,
        math.sqrt((bottom - top) / height) / 2,
        score,
    ]
    at = anchor * NUMBERS
    maps = raw[f"stride{stride}"][0]
    maps[at : at + 5, row, column] = torch.tensor([_logit(it) for it in shares])
    maps[at + 5 + category, row, column] = 20.0
    maps[at + 7 : at + 10, row, column] = torch.tensor([1.0, 0, 0])


@pytest.mark.parametrize(
    ("scale", "anchor", "box"),
    [
        (0, 0, (10.0, 20.0, 22.0, 31.0)),
        (1, 2, (30.0, 40.0, 100.0, 90.0)),
        (2, 1, (5.0, 3.0, 150.0, 120.0)),
    ],
)
def test_a_box_comes_out_where_it_was_put(
    scale: int, anchor: int, box: tuple[float, float, float, float]
) -> None:
    raw = _nothing(128, 160)
    _put(raw, scale, anchor, box, category=1, score=0.8)
    view = View((128, 160), Box(0, 0, 160, 128), (128, 160))
    (item,) = HEAD.read(raw, view).segmentation(SegmentSettings()).items
    found = (item.box.left, item.box.top, item.box.right, item.box.bottom)
    assert found == pytest.approx(box, abs=1e-3)
    assert item.score == pytest.approx(0.8, abs=1e-5)
    assert item.category == 2


def test_the_letterbox_is_undone() -> None:
    """A white rectangle in a picture lies in the input where the head's box comes back from."""
    preprocessing = Preprocessing(
        (640, 640), 640, (0, 0, 0), (1, 1, 1), "bilinear",
        whole=WholePicture(640, 640, 32, 114),
    )  # fmt: skip
    picture = np.zeros((330, 500, 3), np.uint8)
    picture[100:200, 150:400] = 255
    tensor, box = prepare(picture, preprocessing, InputFit.CROP, torch.device("cpu"))
    assert tensor.shape == (1, 3, 448, 640)  # 422.4 rows, to whole 32s
    assert tensor[0, 0, 0, 0].item() == pytest.approx(114 / 255)
    assert tensor[0, 0, 12].tolist() == pytest.approx([114 / 255] * 640)
    assert tensor[0, 0, 13, 0].item() == 0  # (448 - 422) / 2 rows of grey
    white = (tensor[0, 0] > 0.5).nonzero()
    (top, left), (bottom, right) = white.min(0).values.tolist(), white.max(0).values.tolist()
    assert box.left == 0
    assert box.right == 500
    assert box.top == pytest.approx(-13 * 330 / 422)
    assert box.bottom == pytest.approx(330 + 13 * 330 / 422)

    raw = _nothing(448, 640)
    _put(raw, 2, 2, (left, top, right + 1, bottom + 1))
    view = View((330, 500), box, (448, 640))
    (item,) = HEAD.read(raw, view).segmentation(SegmentSettings()).items
    found = (item.box.left, item.box.top, item.box.right, item.box.bottom)
    # Within the half pixel of the input that the edge of the white may be rounded by.
    assert found == pytest.approx((150, 100, 400, 200), abs=0.5)
    assert item.region.box == Box(*(round(edge) for edge in found))


def test_candidates_below_the_floor_are_not_kept() -> None:
    raw = _nothing(128, 160)
    _put(raw, 0, 0, (10.0, 20.0, 22.0, 31.0), score=0.049)
    _put(raw, 0, 1, (60.0, 20.0, 78.0, 55.0), score=0.051)
    view = View((128, 160), Box(0, 0, 160, 128), (128, 160))
    found = HEAD.read(raw, view).segmentation(SegmentSettings(score=0.0))
    assert [item.score for item in found.items] == pytest.approx([0.051], abs=1e-5)


def test_values_that_are_no_numbers_are_no_objects() -> None:
    raw = {name: torch.full_like(maps, torch.nan) for name, maps in _nothing(64, 64).items()}
    view = View((64, 64), Box(0, 0, 64, 64), (64, 64))
    assert HEAD.read(raw, view).segmentation(SegmentSettings()).items == ()


def test_a_network_that_sees_objects_everywhere_is_read_all_the_same() -> None:
    raw = {name: torch.zeros_like(maps) for name, maps in _nothing(640, 640).items()}
    view = View((480, 640), Box(0, -80, 640, 560), (640, 640))
    found = HEAD.read(raw, view).segmentation(SegmentSettings(score=0.2, iou=0.9, most=50))
    assert len(found.items) <= 50
