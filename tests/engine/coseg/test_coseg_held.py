"""A set held in hand: seeds and undo, other settings, groups, parts, reasons, and live use."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch

from engine.coseg import pictures
from engine.coseg.pipeline import CosegSet
from engine.errors import CancelledError, SourceError
from engine.events import Notice
from engine.jobs import JobControl, Progress
from engine.session import Session
from engine.sources.decode import read_picture
from engine.values import (
    CosegRequest,
    CosegResult,
    CosegSeed,
    CosegSettings,
    Frame,
    WeightsChoice,
)
from engine.values.coseg import WhyMap
from tests.engine.coseg.test_coseg_run import SETTINGS, SIZE, fill, photo

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def discs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    folder = tmp_path_factory.mktemp("held") / "discs"
    fill(folder, 6)
    return tuple(sorted(folder.iterdir()))


@pytest.fixture(scope="module")
def held(discs: tuple[Path, ...]) -> CosegSet:
    one = CosegSet(CosegRequest(discs, SETTINGS))
    one.run(JobControl())
    return one


def masks(result: CosegResult) -> list[bytes]:
    return [one.packed.bits for one in result.pictures]


def seed(path: Path, at: tuple[int, int], *, is_object: bool) -> CosegSeed:
    return CosegSeed(path, slice(at[0], at[0] + 1), slice(at[1], at[1] + 1), is_object)


def test_a_word_about_one_picture_moves_all_and_is_undone_without_a_trace(
    held: CosegSet, discs: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held.with_settings(SETTINGS, JobControl())
    monkeypatch.setattr(pictures, "describe_picture", None)  # nothing is described again
    mask = photo(0)[1]
    row, column = (int(np.median(side)) for side in np.nonzero(mask))
    no = seed(discs[0], (row, column), is_object=False)
    after = held.steered((no,), JobControl())
    assert after.pictures[0].seeds.min() == -1
    assert np.count_nonzero(after.pictures[0].seeds) == 1
    assert not after.pictures[0].region.full(SIZE)[row, column]
    for one, other in zip(before.pictures[1:], after.pictures[1:], strict=True):
        assert other.soft.max() < one.soft.max()  # the disc is less likely everywhere
    again = held.steered((no,), JobControl())
    assert masks(again) == masks(after)
    fresh = CosegSet(CosegRequest(discs, SETTINGS, seeds=(no,))).run(JobControl())
    assert masks(fresh) == masks(after)
    assert masks(held.steered((), JobControl())) == masks(before)


def test_a_word_for_the_object_takes_an_outlier_back(tmp_path: Path) -> None:
    fill(tmp_path / "set", 12, odd=(7,))
    paths = tuple(sorted((tmp_path / "set").iterdir()))
    odd = next(path for path in paths if path.name == "p7.png")
    one = CosegSet(CosegRequest(paths, SETTINGS))
    found = {it.path: it for it in one.run(JobControl()).pictures}
    assert found[odd].is_outlier
    yes = seed(odd, (48, 64), is_object=True)
    found = {it.path: it for it in one.steered((yes,), JobControl()).pictures}
    assert not found[odd].is_outlier
    assert found[odd].region.has(48, 64)


def test_other_settings_are_answered_as_by_a_fresh_run(
    held: CosegSet, discs: tuple[Path, ...]
) -> None:
    settings = CosegSettings(method="evidence", refinement="none", long_side=256, parts=3)
    found = held.with_settings(settings, JobControl())
    fresh = CosegSet(CosegRequest(discs, settings)).run(JobControl())
    assert masks(found) == masks(fresh)
    for one, other in zip(found.pictures, fresh.pictures, strict=True):
        assert one.parts is not None
        assert other.parts is not None
        np.testing.assert_array_equal(one.parts, other.parts)
        assert one.parts.shape == one.soft.shape
        assert set(np.unique(one.parts)) <= {0, 1, 2, 3}
    assert held.with_settings(SETTINGS, JobControl()).pictures[0].parts is None


def test_both_parts_of_the_disc_are_in_every_picture(held: CosegSet) -> None:
    settings = CosegSettings(long_side=256, parts=2)
    found = held.with_settings(settings, JobControl())
    for one in found.pictures:
        assert one.parts is not None
        inside = one.parts[one.parts > 0]
        assert np.bincount(inside, minlength=3)[1:].min() >= 2


@pytest.mark.parametrize("kind", get_args(WhyMap))
def test_reasons_are_maps_of_cells(held: CosegSet, discs: tuple[Path, ...], kind: WhyMap) -> None:
    held.with_settings(SETTINGS, JobControl())
    found = held.why(discs[2], kind, JobControl())
    assert found.shape == (12, 16)
    if kind == "labels":
        assert found.dtype == np.uint8
    else:
        assert found.dtype == np.float32
        assert 0 <= float(found.min()) <= float(found.max()) <= 1
    with pytest.raises(SourceError, match=r"“gone.png” is not among"):
        held.why(Path("gone.png"), kind, JobControl())


def test_two_kinds_are_split_on_request(tmp_path: Path) -> None:
    fill(tmp_path / "set", 12, odd=(1, 3, 5, 7, 9, 11))
    paths = tuple(sorted((tmp_path / "set").iterdir()))
    one = CosegSet(CosegRequest(paths, CosegSettings(long_side=256, groups=2)))
    found = one.run(JobControl())
    kinds = [it.group for it in found.pictures]
    is_odd = [int(path.stem[1:]) % 2 for path in paths]
    assert kinds == [1 + odd for odd in is_odd]
    assert [(it.number, it.pictures) for it in found.groups] == [(1, 6), (2, 6)]
    assert {it.groups for it in found.pictures} == {2}
    auto = one.with_settings(CosegSettings(long_side=256, groups=0), JobControl())
    assert [it.group for it in auto.pictures] == kinds
    told = one.with_settings(SETTINGS, JobControl())
    assert "split them into 2 groups" in told.note
    assert {it.group for it in told.pictures} == {1}


@pytest.mark.parametrize("stage", ["Describing pictures", "Comparing pictures", "Cutting out"])
def test_a_run_that_was_cancelled_may_be_begun_again(discs: tuple[Path, ...], stage: str) -> None:
    def hear(progress: Progress) -> None:
        if progress.stage == stage and progress.done == 2:
            control.cancel()

    control = JobControl(hear)
    one = CosegSet(CosegRequest(discs, SETTINGS))
    with pytest.raises(CancelledError):
        one.run(control)
    assert masks(one.run(JobControl())) == masks(
        CosegSet(CosegRequest(discs, SETTINGS)).run(JobControl())
    )


def test_what_the_set_taught_finds_the_object_in_other_pictures(
    held: CosegSet, tmp_path: Path
) -> None:
    held.with_settings(SETTINGS, JobControl())
    model = held.model()
    assert (model.model, model.long_side, len(model.slopes)) == ("efficientnet_lite0", 256, 432)
    fill(tmp_path / "new", 9)
    heard: list[Notice] = []
    session = Session(heard.append)
    session.load("efficientnet_lite0", WeightsChoice.PUBLISHED)
    picture = read_picture(tmp_path / "new" / "p8.png")
    assert session.process(Frame(picture)).common is None  # nobody asked
    session.set_common(model)
    found = session.process(Frame(picture)).common
    assert found is not None
    assert found.size == SIZE
    mask, truth = found.items[0].region.full(SIZE), photo(8)[1]
    assert (mask & truth).sum() / (mask | truth).sum() > 0.5
    session.load("shufflenet_v2_x0_5", WeightsChoice.RANDOM)
    assert session.process(Frame(picture)).common is None
    assert (heard[-1].topic, "load that network" in heard[-1].message) == ("common", True)
    session.set_common(None)
    assert heard[-1] == Notice("common", "")
    with pytest.raises(SourceError, match="Nothing was found"):
        held.model(2)
