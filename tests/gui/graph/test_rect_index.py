"""Which rectangles touch a part of the scene, against asking each of them."""

from __future__ import annotations

import numpy as np

from gui.graph.index import RectIndex


def test_as_asking_each() -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 1000, (500, 2))
    sizes = rng.uniform(0, 60, (500, 2))
    rects = [(x, y, x + w, y + h) for (x, y), (w, h) in zip(corners, sizes, strict=True)]
    index = RectIndex(rects)
    for left, top in rng.uniform(-50, 1000, (40, 2)):
        area = (left, top, left + 90, top + 70)
        expected = [
            number
            for number, (x0, y0, x1, y1) in enumerate(rects)
            if x0 <= area[2] and x1 >= area[0] and y0 <= area[3] and y1 >= area[1]
        ]
        assert index.touching(area).tolist() == expected


def test_the_upper_one_is_under_the_point() -> None:
    index = RectIndex([(0, 0, 10, 10), (5, 5, 15, 15)])
    assert index.at(7, 7) == 1
    assert index.at(2, 2) == 0
    assert index.at(20, 20) is None


def test_the_nearest() -> None:
    index = RectIndex([(0, 0, 10, 10), (100, 0, 110, 10)])
    assert index.nearest(54, 5) == 0
    assert index.nearest(56, 5) == 1


def test_none() -> None:
    index = RectIndex([])
    assert len(index) == 0
    assert index.at(0, 0) is None
    assert index.nearest(0, 0) is None
