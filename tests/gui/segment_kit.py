"""Made segmentations: rectangles and a ring, so that every number can be counted by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from engine.values import (
    Box,
    Category,
    Frame,
    FrameResult,
    Instance,
    Instances,
    LabelMap,
    Region,
    Segmentation,
)
from tests.gui.fake_engine import CONV1, activation, result

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.gui.window_kit import Kit

SIZE = (48, 64)
PERSON, CAR, DOG = Category(1, "person"), Category(3, "car"), Category(18, "dog")
CATEGORIES = (PERSON, CAR, DOG)


def rectangle(left: int, top: int, width: int, height: int) -> Region:
    return Region(left, top, np.ones((height, width), np.bool_))


def item(
    region: Region, category: Category = PERSON, score: float = 0.9, track: int = 0
) -> Instance:
    return Instance(category.id, score, region.box, region, track)


def instances(*items: Instance) -> Instances:
    return Instances(SIZE, CATEGORIES, items)


def three() -> Instances:
    """Return a person left, a car right, and a person that overlaps the car's left half."""
    return instances(
        item(rectangle(4, 4, 10, 20), PERSON, 0.9),
        item(rectangle(40, 10, 16, 12), CAR, 0.8),
        item(rectangle(36, 8, 10, 30), PERSON, 0.5),
    )


def labels() -> LabelMap:
    """Return a person over the left half, a car in the lower right quarter, void at the corner."""
    plane = np.zeros(SIZE, np.uint8)
    plane[:, :32] = PERSON.id
    plane[24:, 32:] = CAR.id
    plane[0, 63] = 255
    confidence = np.full(SIZE, 204, np.uint8)
    confidence[:, :32] = 255
    return LabelMap(plane, CATEGORIES, confidence)


def picture(index: int = 0, name: str = "street.png") -> Frame:
    rng = np.random.default_rng(7 + index)
    image: NDArray[np.uint8] = rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    return Frame(image, index, float(index), name)


def answer(
    found: Segmentation | None,
    index: int = 0,
    values: NDArray[np.float32] | None = None,
    frame: Frame | None = None,
) -> FrameResult:
    """Return an answer to a picture, with the maps of one layer over all of it."""
    maps = activation(CONV1, values=values)
    given = result(maps, frame=frame or picture(index), name="tiny")
    return replace(given, segmentation=found, input_box=Box(0, 0, SIZE[1], SIZE[0]))


def show(kit: Kit, given: FrameResult) -> None:
    """Put an answer into the window, and have the lists follow at once."""
    kit.engine.put(given)
    if kit.window.segments.lists.is_due:
        kit.window.segments.lists.show_now()
