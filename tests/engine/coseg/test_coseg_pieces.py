"""Steering, groups, parts, shared classes, the figure/ground model and packed masks."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from numpy.typing import NDArray
from PIL import Image

from engine.coseg import refine
from engine.coseg.confidence import set_sentence
from engine.coseg.contact_sheet import COLUMNS, ROWS, ContactSheet, thumbnail
from engine.coseg.cutting import Cutter, ToCut
from engine.coseg.features import Features
from engine.coseg.figure_ground import Logistic, refined_in_rounds
from engine.coseg.grouping import found_groups, given_groups, relative_likeness, within
from engine.coseg.live import chance_of_cells
from engine.coseg.parts import Parts, coverage, part_pixels
from engine.coseg.shared_classes import class_map, class_shares, named
from engine.coseg.steering import MOST_CELLS, Steering, seed_cells, thinned
from engine.errors import CancelledError
from engine.jobs import JobControl
from engine.values import (
    CosegGroup,
    CosegPicture,
    CosegSeed,
    CosegSettings,
    FigureGround,
    PackedRegion,
    Region,
    WeightsChoice,
)

torch.set_num_threads(1)

PATH = Path("a.png")


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def nothing() -> None:
    """Check nothing."""


# ----------------------------------------------------------------------------------- values


def test_a_packed_region_gives_back_its_pixels_and_takes_less() -> None:
    mask = np.zeros((300, 400), np.bool_)
    mask[50:200, 100:350] = True
    mask[60, 110] = False
    packed = PackedRegion.of(Region.of(mask))
    np.testing.assert_array_equal(packed.region.full((300, 400)), mask)
    assert packed.area == 150 * 250 - 1
    assert len(packed.bits) < 1000
    empty = PackedRegion.of(Region.of(np.zeros((3, 4), np.bool_)))
    assert empty.region.area == empty.area == 0


@pytest.mark.parametrize("wrong", [{"parts": 1}, {"parts": 13}, {"groups": -1}, {"groups": 21}])
def test_settings_refuse_what_cannot_be(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        CosegSettings(**wrong)  # type: ignore[arg-type]  # the parameter's names


@pytest.mark.parametrize("side", [slice(3, 3), slice(-1, 2), slice(None, 2)])
def test_a_seed_covers_at_least_a_pixel(side: slice) -> None:
    with pytest.raises(ValueError, match=r"CosegSeed.rows"):
        CosegSeed(PATH, side, slice(0, 1), is_object=True)


# --------------------------------------------------------------------------------- steering


def test_a_click_is_its_cell_and_a_box_its_cells_and_the_last_word_holds() -> None:
    size, grid = (100, 200), (5, 10)  # cells of 20 x 20 pixels
    box = CosegSeed(PATH, slice(20, 60), slice(40, 100), is_object=True)
    click = CosegSeed(PATH, slice(45, 46), slice(99, 100), is_object=False)
    other = CosegSeed(Path("b.png"), slice(0, 100), slice(0, 200), is_object=True)
    said = seed_cells((box, click, other), PATH, size, grid)
    expected = np.zeros(grid, np.int8)
    expected[1:3, 2:5] = 1
    expected[2, 4] = -1
    np.testing.assert_array_equal(said, expected)
    corner = CosegSeed(PATH, slice(99, 100), slice(199, 200), is_object=True)
    assert np.argwhere(seed_cells((corner,), PATH, size, grid)).tolist() == [[4, 9]]
    beyond = CosegSeed(PATH, slice(99, 300), slice(199, 500), is_object=True)
    assert np.argwhere(seed_cells((beyond,), PATH, size, grid)).tolist() == [[4, 9]]


def test_of_a_large_box_few_cells_speak() -> None:
    said = np.ones((20, 20), np.int8)
    chosen = thinned(said)
    assert len(chosen) == len(np.unique(chosen)) == MOST_CELLS
    assert (chosen[0], chosen[-1]) == (0, 399)
    np.testing.assert_array_equal(thinned(np.eye(3, dtype=np.int8)), [0, 4, 8])


def test_a_word_moves_what_looks_alike_and_nothing_else() -> None:
    cells = np.eye(3, dtype=np.float32)
    scores = np.full(3, 0.5, np.float32)
    steering = Steering.fit(cells[:1], np.array([1], np.int8), scores[:1], 0.72)
    alike = np.array([[0.9, np.sqrt(1 - 0.81), 0]], np.float32)
    moved = steering.soft(np.concatenate([cells, alike]), np.full(4, 0.5, np.float32))
    # The log-odds are (.5 - .72) / .07 and are to be 4; a ridge of .1 takes an eleventh off.
    pull = (4 - (0.5 - 0.72) / 0.07) / 1.1
    assert moved[0] == pytest.approx(0.5 + 0.07 * pull, abs=1e-4)
    near = (np.exp(-((0.1 / 0.45) ** 2)) - 0.05) / 0.95
    assert moved[3] == pytest.approx(0.5 + 0.07 * pull * near, abs=1e-4)
    np.testing.assert_array_equal(moved[1:3], [0.5, 0.5])


def test_what_is_right_already_is_left_as_it_is() -> None:
    cells = np.eye(2, dtype=np.float32)
    scores = np.array([1.0, 0.1], np.float32)
    steering = Steering.fit(cells, np.array([1, -1], np.int8), scores, 0.6)
    np.testing.assert_array_equal(steering.pulls, [0, 0])
    np.testing.assert_array_equal(steering.soft(cells, scores), scores)


# ------------------------------------------------------------------------------------ groups


def kinds(*counts: int, noise: float = 0.25) -> NDArray[np.float32]:
    """Return rows around directions at right angles, so many around each."""
    drawn = rng()
    rows = [
        np.eye(40)[number] + noise / np.sqrt(40) * drawn.normal(size=(count, 40)) * 3
        for number, count in enumerate(counts)
    ]
    return np.concatenate(rows).astype(np.float32)


def test_likeness_within_and_across_by_counting() -> None:
    rows = kinds(4, 3)
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = [units[i] @ units[j] for i in range(4) for j in range(4) if i != j]
    assert within(units[:4]) == pytest.approx(np.mean(pairs), abs=1e-5)
    assert within(units[:1]) == 1
    across = (units[:4] @ units[4:].T).mean()
    expected = across / np.sqrt(within(units[:4]) * within(units[4:]))
    assert relative_likeness(units[:4], units[4:]) == pytest.approx(expected, abs=1e-5)


def test_groups_are_found_and_numbered_by_their_first_pictures() -> None:
    order = np.array([8, 0, 9, 1, 10, 2, 11, 3, 12, 4, 13, 5, 6, 7])
    rows = kinds(8, 6)[order]
    np.testing.assert_array_equal(found_groups(rows, rng(), nothing), (order < 8).astype(int))
    np.testing.assert_array_equal(given_groups(rows, 2, rng(), nothing), (order < 8).astype(int))
    three = found_groups(kinds(6, 6, 6), rng(), nothing)
    np.testing.assert_array_equal(three, np.repeat([0, 1, 2], 6))


def test_one_group_stays_one_and_so_do_pictures_without_anything_in_common() -> None:
    assert not found_groups(kinds(20), rng(), nothing).any()
    assert not found_groups(kinds(*[1] * 20), rng(), nothing).any()
    assert not found_groups(kinds(2, 2), rng(), nothing).any()  # too few to tell
    assert not found_groups(kinds(1), rng(), nothing).any()


def test_a_set_of_two_kinds_is_told_to_be_split() -> None:
    one = CosegGroup(1, 9, note="")
    assert set_sentence([one], 1) == ""
    assert "2 different objects; split them into 2 groups" in set_sentence([one], 2)
    two = [one, CosegGroup(2, 3, note="Low confidence: x.")]
    assert set_sentence(two, 2) == "Group 2: Low confidence: x."


# ------------------------------------------------------------------------------------- parts


def test_parts_have_the_same_number_in_every_picture_the_largest_first() -> None:
    base = np.ones(6)
    kinds_ = [base + 2 * np.eye(6)[number] for number in range(3)]
    rows = np.repeat(kinds_, [10, 30, 20], axis=0).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    parts = Parts.fit([rows[:25], rows[25:]], 3, rng())
    assert parts is not None
    picture = np.repeat(rows[[0, 15, 45]], 16, axis=0).reshape(3, 4, 4, 6).transpose(1, 0, 2, 3)
    labels = parts.labels(picture.reshape(-1, 6), np.ones((4, 12), np.float32))
    np.testing.assert_array_equal(labels[:, [0, 5, 10]], np.tile([3, 1, 2], (4, 1)))
    half = np.ones((4, 12), np.float32)
    half[:, :6] = 0.4
    assert not parts.labels(picture.reshape(-1, 6), half)[:, :6].any()
    assert Parts.fit([], 3, rng()) is None


def test_parts_reach_every_pixel_of_the_mask_and_none_beyond() -> None:
    parts = np.array([[0, 1, 0], [0, 0, 2]], np.uint8)
    mask = np.zeros((20, 30), np.bool_)
    mask[2:18, 3:] = True
    found = part_pixels(parts, mask)
    np.testing.assert_array_equal(found > 0, mask)
    assert (found[5, 15], found[15, 25]) == (1, 2)
    assert not part_pixels(np.zeros((2, 3), np.uint8), mask).any()
    np.testing.assert_allclose(coverage(mask, (2, 3)), [[0.56, 0.8, 0.8], [0.56, 0.8, 0.8]])


# ---------------------------------------------------------------------- classes and the model


def test_classes_that_many_pictures_hold_for_possible_come_first() -> None:
    logits = np.log(np.array([[0.6, 0.3, 0.1], [0.01, 0.3, 0.69]], np.float32))
    shares = class_shares(logits)
    expected = np.array([0.305 * 0.5, 0.3 * 1, 0.395 * 1])
    np.testing.assert_allclose(shares, expected / expected.sum(), atol=1e-6)
    assert [name for name, _ in named(shares, ("a", "b", "c"))] == ["c", "b", "a"]
    assert named(shares, ("a", "b")) == ()


def test_a_class_map_is_high_where_the_class_is_seen() -> None:
    dense = np.zeros((3, 2, 2), np.float16)
    dense[1, 0, 1] = 4
    features = Features(
        np.zeros((2, 2, 4), np.float16), np.ones((2, 2), np.float32), np.zeros(3, np.float32), dense
    )
    found = class_map(features, np.array([0, 1, 0], np.float32))
    np.testing.assert_array_equal(found, [[0, 1], [0, 0]])
    assert not class_map(features, np.ones(5, np.float32)).any()  # names no classes


def test_the_model_learns_what_separates_and_is_that_of_an_independent_solver() -> None:
    drawn = rng()
    rows = drawn.normal(size=(400, 3)).astype(np.float32)
    targets = (rows @ [2, -1, 0] + 0.5 > 0).astype(np.float32)
    found = Logistic.fit(rows, targets)
    table = torch.tensor(np.c_[rows, np.ones(400)], dtype=torch.float64)
    weights = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    solver = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")
    wanted = torch.tensor(targets, dtype=torch.float64)
    ridge = torch.tensor([1e-4, 1e-4, 1e-4, 1e-6], dtype=torch.float64) / 2

    def loss() -> torch.Tensor:
        solver.zero_grad()
        odds = table @ weights
        value = torch.nn.functional.binary_cross_entropy_with_logits(odds, wanted)
        value = value + (ridge * weights * weights).sum()
        value.backward()  # type: ignore[no-untyped-call]  # torch's own
        return value

    solver.step(loss)  # type: ignore[no-untyped-call]  # torch's own
    # Eight steps of Newton's come near.
    expected = torch.sigmoid(table @ weights.detach()).numpy()
    assert np.abs(found.chance(rows) - expected).mean() < 0.02


def test_rounds_mend_a_first_guess_that_is_mostly_right() -> None:
    rows = np.repeat(np.eye(2, dtype=np.float32), 50, axis=0)
    guess = np.repeat([0.9, 0.1], 50).astype(np.float32)
    guess[::10] = 0.5  # undecided
    guess[3] = 0.1  # wrong
    model = refined_in_rounds([rows[:50], rows[50:]], [guess[:50], guess[50:]])
    chance = model.chance(rows)
    assert chance[:50].min() > 0.8
    assert chance[50:].max() < 0.2


def test_live_cells_are_described_as_the_set_was() -> None:
    torch.manual_seed(0)
    fine, coarse = torch.randn(4, 4, 6), torch.randn(3, 2, 3)
    slopes = np.asarray(np.arange(7) / 3, np.float32)
    model = FigureGround("net", WeightsChoice.RANDOM, "", 64, slopes, -0.3)
    large = torch.nn.functional.interpolate(coarse[None], size=(4, 6), mode="bilinear")[0]
    cells = torch.cat([fine / fine.norm(dim=0), large / large.norm(dim=0)]).permute(1, 2, 0)
    rows = (cells / 2**0.5).reshape(-1, 7).numpy()
    expected = Logistic(slopes, -0.3).chance(rows).reshape(4, 6)
    np.testing.assert_allclose(chance_of_cells(fine, coarse, model), expected, atol=1e-5)


# ----------------------------------------------------------------------- cutting and the sheet


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = []
    for name in ("chelsea", "coffee", "astronaut"):
        image = getattr(skimage.data, name)()[::2, ::2]
        Image.fromarray(image).save(tmp_path / f"{name}.png")
        paths.append(tmp_path / f"{name}.png")
    return paths


def middle() -> NDArray[np.float32]:
    soft = np.full((10, 12), 0.3, np.float32)
    soft[3:8, 3:9] = 0.9
    return soft


def test_the_cut_does_not_depend_on_threads_and_comes_in_order(
    photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [ToCut(path, middle(), 0.72, "grabcut") for path in photos * 3]
    alone = [
        refine.refined(np.asarray(Image.open(path)), middle(), "grabcut", 0.72) for path in photos
    ] * 3
    for threads in (1, 4):
        monkeypatch.setattr(os, "cpu_count", lambda threads=threads: threads)
        found = list(Cutter().cut(wanted, lambda _place: None))
        assert [place for place, _ in found] == list(range(9))
        for (_, cut), mask in zip(found, alone, strict=True):
            np.testing.assert_array_equal(cut.packed.region.full(mask.shape), mask)


def test_only_what_changed_is_cut_again(
    photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    cutter = Cutter()
    wanted = [ToCut(path, middle(), 0.72, "none") for path in photos]
    first = [cut.packed for _, cut in cutter.cut(wanted, lambda _place: None)]
    calls = []
    real = refine.refined

    def counted(*words: object) -> object:
        calls.append(words)
        return real(*words)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(refine, "refined", counted)
    again = [*wanted[:2], ToCut(photos[2], middle() + 0.01, 0.72, "none")]
    second = [cut.packed for _, cut in cutter.cut(again, lambda _place: None)]
    assert len(calls) == 1
    assert second[:2] == first[:2]
    empty = next(iter(cutter.cut([ToCut(photos[0], None, 0.72, "none")], lambda _place: None)))
    assert empty[1].packed.area == 0


def test_a_picture_that_went_away_is_told_and_a_cancel_stops_the_threads(
    photos: list[Path], tmp_path: Path
) -> None:
    gone = ToCut(tmp_path / "gone.png", middle(), 0.72, "none")
    (_, cut) = next(iter(Cutter().cut([gone], lambda _place: None)))
    assert "gone.png" in cut.trouble
    control = JobControl()

    def check(place: int) -> None:
        if place == 1:
            control.cancel()
        control.check()

    wanted = [ToCut(path, middle(), 0.72, "none") for path in photos * 5]
    with pytest.raises(CancelledError):
        list(Cutter().cut(wanted, check))


def picture_of(number: int, mask: NDArray[np.bool_]) -> CosegPicture:
    height, width = mask.shape
    return CosegPicture(
        Path(f"p{number}.png"), (height, width), PackedRegion.of(Region.of(mask)),
        np.zeros((2, 3), np.float32), 0.8, 0.5, is_outlier=False, seeds=np.zeros((2, 3), np.int8),
    )  # fmt: skip


def test_a_contact_sheet_turns_the_page(tmp_path: Path) -> None:
    mask = np.zeros((20, 30), np.bool_)
    mask[:10] = True
    image = np.full((20, 30, 3), 200, np.uint8)
    sheet = ContactSheet(tmp_path)
    for number in range(COLUMNS * ROWS + 2):
        sheet.add(picture_of(number, mask), image)
    assert [path.name for path in tmp_path.iterdir()] == ["contact_sheet.png"]  # while it goes on
    sheet.finish()
    first, second = (
        np.asarray(Image.open(tmp_path / name))
        for name in ("contact_sheet.png", "contact_sheet_2.png")
    )
    assert first.shape[1] == second.shape[1]
    assert first.shape[0] == 12 + ROWS * 212
    assert second.shape[0] == 12 + 212
    small = thumbnail(image, mask, (0, 0, 0))
    np.testing.assert_array_equal(small[::19, 0, 0], [110, 200])  # .45 of the way to black
