"""Corrections by hand, against distances between pixels and hand-counted ones."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw

from engine.correct import operations, regions
from engine.values import Box, Category, Instance, Instances, Region

if TYPE_CHECKING:
    from numpy.typing import NDArray

CATEGORIES = (Category(1, "person"), Category(3, "car"))


def picture(*masks: list[str], categories: tuple[int, ...] = ()) -> Instances:
    """Return instances drawn as text: "#" belongs."""
    arrays = [np.array([list(row) for row in rows]) == "#" for rows in masks]
    called = categories or (1,) * len(masks)
    items = tuple(
        Instance(category, 0.9 - n / 10, Region.of(mask).box, Region.of(mask), track=n + 1)
        for n, (mask, category) in enumerate(zip(arrays, called, strict=True))
    )
    return Instances(arrays[0].shape, CATEGORIES, items)


def drawn(instances: Instances, place: int) -> list[str]:
    full = instances.items[place].region.full(instances.size)
    return ["".join("#" if it else "." for it in row) for row in full]


def near(mask: NDArray[np.bool_], distance: int) -> NDArray[np.bool_]:
    """Return the pixels that are at most so far from one of the mask's."""
    y, x = np.nonzero(mask)
    rows, columns = np.mgrid[: mask.shape[0], : mask.shape[1]]
    squares = (rows[..., None] - y) ** 2 + (columns[..., None] - x) ** 2
    found: NDArray[np.bool_] = (squares <= distance**2).any(axis=-1)
    return found


LEFT = ["##....", "##....", "......"]
RIGHT = ["....##", "....##", "......"]
RING = ["......", ".####.", ".#..#.", ".####.", "......"]


def test_delete_leaves_the_others_shared() -> None:
    before = picture(LEFT, RIGHT)
    after = operations.delete(before, [0])
    assert after.items == (before.items[1],)
    assert after.items[0].region is before.items[1].region
    assert len(before.items) == 2


def test_relabel_changes_only_the_name() -> None:
    before = picture(LEFT, RIGHT)
    after = operations.relabel(before, 1, 3)
    assert [item.category for item in after.items] == [1, 3]
    assert after.items[1].region is before.items[1].region
    with pytest.raises(ValueError, match="no category has the id 2"):
        operations.relabel(before, 0, 2)


def test_merge_takes_the_name_of_the_most_certain() -> None:
    after = operations.merge(picture(LEFT, RIGHT, categories=(3, 1)), [1, 0])
    assert len(after.items) == 1
    assert drawn(after, 0) == ["##..##", "##..##", "......"]
    merged = after.items[0]
    assert (merged.category, merged.score, merged.track) == (3, 0.9, 1)
    assert merged.box == Box(0, 0, 6, 2)


def test_merging_one_changes_nothing() -> None:
    before = picture(LEFT, RIGHT)
    assert operations.merge(before, [1, 1]) is before


def test_split_gives_each_part_its_own_object() -> None:
    both = ["##....", "###..#", "......"]
    before = picture(RING[:3], both)
    after = operations.split(before, 1)
    assert [drawn(after, n) for n in (1, 2)] == [
        ["##....", "###...", "......"],
        ["......", ".....#", "......"],
    ]
    assert [item.track for item in after.items] == [1, 2, 0]
    assert operations.split(after, 1) is after


def test_parts_that_touch_by_a_corner_are_one() -> None:
    before = picture(["#..", ".#.", "..."])
    assert operations.split(before, 0) is before


def test_fill_holes_and_only_holes() -> None:
    before = picture(RING)
    after = operations.fill_holes(before, 0)
    full = before.items[0].region.full(before.size)
    # What paint that is poured into the corner does not reach.
    poured = Image.fromarray(full.astype(np.uint8)).copy()  # its own, to be written to
    ImageDraw.floodfill(poured, (0, 0), 7)
    expected = np.asarray(poured) != 7
    assert (after.items[0].region.full(before.size) == expected).all()
    assert operations.fill_holes(after, 0) is after
    open_ring = ["......", ".####.", ".#....", ".####.", "......"]
    before = picture(open_ring)
    assert operations.fill_holes(before, 0) is before


def test_what_is_enclosed_by_corners_is_a_hole() -> None:
    after = operations.fill_holes(picture([".....", "..#..", ".#.#.", "..#..", "....."]), 0)
    assert drawn(after, 0) == [".....", "..#..", ".###.", "..#..", "....."]


@pytest.mark.parametrize("distance", [1, 2, 5])
def test_grow_and_shrink_go_by_distance(distance: int) -> None:
    rng = np.random.default_rng(distance)
    mask = near(rng.random((40, 50)) < 0.01, 4)
    before = Instances(
        mask.shape, CATEGORIES, (Instance(1, 0.5, Box(0, 0, 1, 1), Region.of(mask)),)
    )
    grown = operations.grow(before, 0, distance).items[0]
    assert (grown.region.full(mask.shape) == near(mask, distance)).all()
    assert grown.box == grown.region.box
    shrunk = operations.shrink(before, 0, distance)
    # All beyond the picture is outside.
    expected = ~near(~np.pad(mask, distance), distance)[distance:-distance, distance:-distance]
    if expected.any():
        assert (shrunk.items[0].region.full(mask.shape) == expected).all()
    else:
        assert shrunk.items == ()


def test_grow_stays_in_the_picture() -> None:
    after = operations.grow(picture(["#..", "...", "..#"]), 0, 1)
    assert drawn(after, 0) == ["##.", "#.#", ".##"]


def test_what_shrinks_to_nothing_goes() -> None:
    after = operations.shrink(picture(LEFT, RIGHT), 0, 2)
    assert len(after.items) == 1


def test_paint_and_erase_follow_the_pointer() -> None:
    before = picture(["." * 12] * 5, ["#" + "." * 11] * 5)
    before = operations.delete(before, [0])
    painted = operations.paint(before, 0, [(2.5, 2.5), (8.5, 2.5)], 1.0)
    assert drawn(painted, 0) == [
        "#...........",
        "#.#######...",
        "##########..",
        "#.#######...",
        "#...........",
    ]
    erased = operations.erase(painted, 0, [(0.5, 0.5)], 1.0)
    assert drawn(erased, 0)[:2] == ["." * 12, "..#######..."]
    assert operations.erase(painted, 0, [(11.5, 4.5)], 0.4) is painted


def test_a_stroke_is_all_within_the_radius() -> None:
    rng = np.random.default_rng(5)
    points = rng.uniform(-5, 45, (6, 2))
    found = regions.stroke([tuple(p) for p in points], 4.5, (30, 40)).full((30, 40))
    y, x = np.mgrid[:30, :40] + 0.5
    fine = np.concatenate(
        [a + np.linspace(0, 1, 2000)[:, None] * (b - a) for a, b in itertools.pairwise(points)]
    )
    nearest = np.full((30, 40), np.inf)
    for px, py in fine:
        np.minimum(nearest, np.hypot(x - px, y - py), out=nearest)
    clear = np.abs(nearest - 4.5) > 1e-3  # samples of the way may miss its nearest place
    assert (found == (nearest <= 4.5))[clear].all()


def test_a_stroke_beside_the_picture_is_nothing() -> None:
    assert regions.stroke([(-20, -20)], 3, (10, 10)).area == 0
    assert regions.stroke([], 3, (10, 10)).area == 0


def test_everything_erased_goes() -> None:
    assert operations.erase(picture(LEFT), 0, [(1, 1)], 9).items == ()


def test_drop_small_keeps_the_order() -> None:
    before = picture(["#....", "....."], ["###..", "....."], ["##...", "....."])
    after = operations.drop_small(before, 2)
    assert [item.region.area for item in after.items] == [3, 2]
    assert operations.drop_small(after, 2) is after


def test_union_with_nothing_and_minus_of_far() -> None:
    nothing = Region(0, 0, np.zeros((0, 0), np.bool_))
    one = Region(5, 5, np.ones((2, 2), np.bool_))
    assert regions.union(nothing, one) is one
    assert regions.union(one, nothing) is one
    assert regions.minus(one, Region(20, 20, np.ones((2, 2), np.bool_))) is one
