"""Sets without a window: their order, what was said of them, small masks, maps of reasons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from engine.coseg.evaluate import PictureScores
from engine.overlay import colour_of
from engine.values import CosegFailure, CosegSeed, Instances, OverlayStyle, Region
from gui.coseg.collection import COMMON_OBJECT, Collection, Entry
from gui.coseg.look import CosegLook
from gui.coseg.order import Show, SortBy, arranged
from gui.coseg.reasons import painted, reasons
from gui.coseg.seeds import SeedHistory
from gui.coseg.small_masks import parts_of, small_labels, small_overlay
from gui.coseg.words import mark_of, numbers_text, seems_to_be_several
from gui.segment.drawn import Drawn
from tests.gui.coseg_kit import GRID, SIZE, picture, rectangle

NOTHING = Region(0, 0, np.zeros((0, 0), np.bool_))


def entry(name: str, **found: object) -> Entry:
    path = Path(name)
    region = found.pop("region", rectangle(0, 0, 10, 10))
    assert isinstance(region, Region)
    return Entry(path, PurePosixPath(name), picture(path, region, **found))  # type: ignore[arg-type]


ENTRIES = (
    entry("a", confidence=0.9, region=rectangle(0, 0, 10, 10)),
    entry("b", confidence=0.2, region=rectangle(0, 0, 30, 20), group=2),
    entry("c", is_outlier=True, region=NOTHING),
    Entry(Path("d"), PurePosixPath("d")),
    Entry(Path("e"), PurePosixPath("e"), failure="e is damaged."),
)


def test_what_needs_a_look_comes_first_and_what_has_no_answer_last() -> None:
    assert arranged(ENTRIES, SortBy.NAME) == (0, 1, 2, 3, 4)
    assert arranged(ENTRIES, SortBy.SURENESS) == (2, 1, 0, 3, 4)
    assert arranged(ENTRIES, SortBy.AREA) == (1, 0, 2, 3, 4)
    scored = (
        replace(ENTRIES[0], score=PictureScores("a", 0.8, 0.9)),
        replace(ENTRIES[1], score=PictureScores("b", 0.3, 0.9)),
        ENTRIES[3],
    )
    assert arranged(scored, SortBy.JACCARD) == (1, 0, 2)


@pytest.mark.parametrize(
    ("show", "group", "places"),
    [
        (Show.ALL, 0, (0, 1, 2, 3, 4)),
        (Show.OUTLIERS, 0, (2,)),
        (Show.UNSURE, 0, (1,)),
        (Show.FAILED, 0, (4,)),
        (Show.CORRECTED, 0, ()),
        (Show.ALL, 2, (1,)),
        (Show.ALL, 1, (0, 2)),
    ],
)
def test_only_pictures_of_a_kind_are_shown(show: Show, group: int, places: tuple[int, ...]) -> None:
    assert arranged(ENTRIES, SortBy.NAME, show, group) == places


def _word(collection: Collection) -> str:
    mark = mark_of(collection[0])
    return mark[1] if mark is not None else ""


def test_a_correction_stays_and_takes_the_mark_away() -> None:
    collection = Collection([(Path("c"), PurePosixPath("c"))])
    collection.take(picture(Path("c"), NOTHING, is_outlier=True))
    assert _word(collection) == "outlier"
    by_hand = Instances(SIZE, (COMMON_OBJECT,))
    collection.change(0, corrected=by_hand)
    collection.take(picture(Path("c"), rectangle(1, 1, 5, 5)))
    assert collection[0].shown is by_hand
    assert _word(collection) == "corrected"


def test_what_cannot_be_read_is_known_and_comes_back_when_it_can() -> None:
    collection = Collection([(Path("a"), PurePosixPath("a"))])
    collection.take_failures(
        [CosegFailure(Path("a"), "a is damaged."), CosegFailure(Path("x"), "")]
    )
    assert collection[0].failure == "a is damaged."
    assert collection.take(picture(Path("a"), NOTHING)) == 0
    assert collection[0].failure == ""
    assert collection.take(picture(Path("x"), NOTHING)) is None


def test_numbers_below_a_picture() -> None:
    assert numbers_text(ENTRIES[0]) == "90 % sure · area 4.2 %"
    assert numbers_text(ENTRIES[2]) == "left empty"
    assert numbers_text(ENTRIES[3]) == ""
    scored = replace(ENTRIES[0], score=PictureScores("a", 0.8, 0.9))
    assert numbers_text(scored) == "J 0.80 · 90 % sure"


def seed(path: str, x: int, *, is_object: bool = True) -> CosegSeed:
    return CosegSeed(Path(path), slice(3, 4), slice(x, x + 1), is_object)


def test_everything_said_can_be_undone_and_done_again() -> None:
    history = SeedHistory()
    first, second = seed("a", 1), seed("b", 2)
    history.add(first)
    history.add(second)
    history.flip(1)
    assert list(history.now) == [first, replace(second, is_object=False)]
    assert history.of(Path("b")) == ((1, history.now[1]),)
    history.remove(0)
    assert list(history.now) == [replace(second, is_object=False)]
    for _ in range(4):
        assert history.undo()
    assert not history.undo()
    assert list(history.now) == []
    assert history.redo()
    assert list(history.now) == [first]
    history.clear()
    assert not history.can_redo
    assert list(history.now) == []


def test_a_small_mask_covers_what_the_large_one_does() -> None:
    one = entry("a", region=rectangle(15, 10, 30, 20))
    labels = small_labels(one, (20, 30), has_parts=False)
    expected = np.zeros((20, 30), np.uint8)
    expected[5:15, 8:22] = 1
    assert (labels == 1)[6:14, 8:22].all()
    assert np.count_nonzero(labels != expected) <= 2 * 10  # of a column on each side
    second = entry("a", region=rectangle(15, 10, 30, 20), group=2)
    of_second = small_labels(second, (20, 30), has_parts=False)
    assert set(np.unique(of_second).tolist()) == {0, 2}


def test_parts_have_the_same_colours_in_all_pictures() -> None:
    one = entry("a", region=rectangle(0, 0, 60, 40), parts=4)
    look = CosegLook(drawn=Drawn.FILL, opacity=1.0, has_parts=True)
    rgba = small_overlay(one, SIZE, look)
    for number, column in ((1, 2), (2, 20), (3, 35), (4, 58)):
        assert tuple(rgba[20, column, :3]) == colour_of(number, OverlayStyle())
    assert (rgba[..., 3] == 255).all()
    assert one.picture is not None
    whole = parts_of(one.picture)
    assert whole is not None
    assert whole.shape == SIZE
    assert set(np.unique(whole).tolist()) == {1, 2, 3, 4}
    assert parts_of(picture(Path("a"), NOTHING)) is None


def test_an_outline_is_opaque_and_its_inside_clear() -> None:
    one = entry("a", region=rectangle(10, 10, 30, 20))
    alpha = small_overlay(one, SIZE, CosegLook(drawn=Drawn.OUTLINE))[..., 3]
    assert alpha[10, 25] == 255
    assert alpha[20, 25] == 0
    filled = small_overlay(one, SIZE, CosegLook(drawn=Drawn.FILL, opacity=0.5))[..., 3]
    assert filled[20, 25] == filled[10, 25] == 128
    assert filled[5, 25] == 0


def test_reasons_are_painted_over_the_picture_in_grey() -> None:
    grey = np.full((*SIZE, 3), 128, np.uint8)
    low = painted(np.zeros(GRID, np.float32), "dff", grey)
    high = painted(np.ones(GRID, np.float32), "dff", grey)
    assert low.shape == (*SIZE, 3)
    assert low[0, 0].sum() < high[0, 0].sum()  # viridis goes from dark to light
    numbers = np.arange(40, dtype=np.uint8).reshape(GRID)
    labels = painted(numbers, "labels", grey, strength=1.0)
    assert tuple(labels[0, 0]) == colour_of(1, OverlayStyle())
    assert tuple(labels[-1, -1]) == colour_of(40, OverlayStyle())
    large = painted(numbers.astype(np.float32), "ddt", np.zeros((600, 900, 3), np.uint8))
    assert large.shape == (160, 240, 3)


def test_each_reason_names_its_paper() -> None:
    kinds = [one.kind for one in reasons()]
    assert len(set(kinds)) == len(kinds) == 7
    assert all("\n" in one.tip and any(c.isdigit() for c in one.tip) for one in reasons())


def test_a_note_of_several_objects_is_known() -> None:
    assert seems_to_be_several("The set seems to be two groups; split it.")
    assert not seems_to_be_several("Low confidence: the masks cover almost nothing.")
