"""Window by window against one pass: the same map, counted by arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from engine.commands import CancelRace, LoadModel, StartRace
from engine.errors import CancelledError, ModelError
from engine.events import EngineEvent, RaceFailed, RaceMoved
from engine.jobs import JobControl
from engine.session import Session
from engine.tasks.fully_convolutional import FullyConvolutional, sharing_copy
from engine.tasks.sliding_window import agreement, raced_size, single_pass, slide
from engine.thread import EngineThread
from engine.values import Frame, Race, RaceSettings
from tests.engine import tiny
from tests.engine.ear import WAIT_S, Ear
from tests.engine.shelf import RANDOM, Shelf

torch.set_num_threads(1)


class Patches(nn.Module):
    """Patches of 8 x 8 and no padding: two filters, a mean, three classes."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(8)
        self.patch = nn.Conv2d(3, 2, 8, stride=8)
        self.fc = nn.Linear(2, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.fc(torch.relu(self.patch(x / 255)).mean((2, 3)))
        return logits


class Padded(nn.Module):
    """Two padded layers at stride 8: a cell sees 8 x (1 + 2) + ... pixels around it."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(9)
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 8, stride=8), nn.ReLU(), nn.Conv2d(4, 5, 3, padding=1), nn.ReLU()
        )
        self.fc = nn.Linear(5, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.fc(self.body(x / 255).mean((2, 3)))
        return logits


def frame(height: int, width: int) -> Frame:
    rng = np.random.default_rng(5)
    return Frame(rng.integers(0, 256, (height, width, 3), np.uint8), name="noise")


def session(net: nn.Module, picture: Frame) -> Session:
    made = Session()
    made.adopt(tiny.loaded(net, side=64))
    made.process(picture)
    return made


def raced(net: nn.Module, picture: Frame, settings: RaceSettings) -> list[Race]:
    told: list[Race] = []
    session(net, picture).race(settings).run(JobControl(), told.append)
    return told


# --------------------------------------------------------------------------- what is computed


def test_course_example_has_2014_windows() -> None:
    settings = RaceSettings(window=64, stride=8)
    assert raced_size(frame(360, 480), settings) == (360, 480)
    race = raced(Patches(), frame(360, 480), settings)[-1]
    assert race.is_done
    assert race.sliding.scores.shape == race.single.scores.shape == (38, 53)
    assert (race.sliding.passes, race.single.passes) == (2014, 1)
    # A window has 8 x 8 patches of 2 x (3 x 8 x 8), then 3 x 2; the picture 45 x 60 patches once.
    assert race.sliding.macs == 2014 * (64 * 2 * 192 + 6)
    assert race.single.macs == 45 * 60 * 2 * 192 + 38 * 53 * 6


def test_without_padding_both_maps_are_the_same() -> None:
    race = raced(Patches(), frame(120, 160), RaceSettings(window=32, stride=8, long_side=160))[-1]
    assert race.agreement is not None
    assert race.agreement.max_difference < 1e-5
    assert race.agreement.correlation > 1 - 1e-9
    assert race.agreement.same_best == 1.0
    assert np.isfinite(race.sliding.scores).all()
    assert race.sliding.scores.std() > 0


def test_scores_are_the_classifiers_own() -> None:
    net, settings = Padded().eval(), RaceSettings(window=32, stride=8)
    x = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(2)) * 255
    view = FullyConvolutional(net, (64, 64), "Padded")
    asked = torch.cat([part.logits for part in slide(view, x, settings)])
    assert asked.shape == (3 * 5, 3)
    with torch.inference_mode():
        torch.testing.assert_close(asked[7:8], net(x[..., 8:40, 16:48]))


def test_padding_sets_them_apart_until_the_context_covers_what_a_cell_sees() -> None:
    picture = frame(96, 192)

    def settings(context: int) -> RaceSettings:
        return RaceSettings(window=32, stride=8, context=context, long_side=192, class_index=1)

    alone, covered = (raced(Padded(), picture, settings(c))[-1] for c in (0, 8))
    assert alone.agreement is not None
    assert covered.agreement is not None
    assert alone.agreement.max_difference > 1e-3
    assert alone.agreement.correlation < 0.999
    # A cell sees one cell of 8 pixels to each side.
    assert covered.agreement.max_difference < 1e-5
    assert covered.agreement.same_best == 1.0
    # Each window brought its surroundings along, and no more.
    assert alone.sliding.macs < covered.sliding.macs < covered.sliding.passes * covered.single.macs


@pytest.mark.parametrize("stride", [16, 4, 2])
def test_other_strides_than_the_networks_own(stride: int) -> None:
    settings = RaceSettings(window=16, stride=stride, long_side=64)
    race = raced(Patches(), frame(40, 64), settings)[-1]
    rows, columns = (race.size[0] - 16) // stride + 1, (64 - 16) // stride + 1
    assert race.sliding.scores.shape == (rows, columns)
    assert race.agreement is not None
    assert race.agreement.max_difference < 1e-5


def test_picture_that_is_no_whole_number_of_cells() -> None:
    x = torch.rand(1, 3, 52, 60) * 255
    settings = RaceSettings(window=16, stride=4)
    view = FullyConvolutional(Patches().eval(), (64, 64), "Patches")
    maps, _ = single_pass(view, x, settings)
    asked = torch.cat([part.logits for part in slide(view, x, settings)])
    assert maps.shape == (3, 10, 12)
    torch.testing.assert_close(maps.flatten(1).T, asked)


def test_agreement_is_measured_on_what_both_have() -> None:
    rng = np.random.default_rng(1)
    ours = rng.normal(size=(4, 5)).astype(np.float32)
    theirs = (ours + rng.normal(size=(4, 5)) * 0.1).astype(np.float32)
    partly = ours.copy()
    partly[2:] = np.nan
    found = agreement(partly, theirs, 0.25)
    a, b = ours[:2].ravel(), theirs[:2].ravel()
    assert found.correlation == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-6)
    assert found.max_difference == pytest.approx(np.abs(a - b).max())
    assert found.same_best == 0.25
    assert np.isnan(agreement(np.zeros((2, 2), np.float32), theirs[:2, :2], 1.0).correlation)


def test_class_of_the_whole_picture_is_raced_unless_one_is_named() -> None:
    picture, settings = frame(64, 64), RaceSettings(window=32, stride=8, long_side=64)
    one = session(Patches(), picture)
    answer = one.process(picture).classification
    assert answer is not None
    race = one.race(settings).run(JobControl(), lambda _race: None)
    assert race.class_index == answer.top[0].index
    assert race.label == tiny.CATEGORIES[race.class_index]


# ----------------------------------------------------------------------------------- as it goes


def test_map_fills_row_by_row_and_stops_when_cancelled() -> None:
    control, told = JobControl(), []

    def hear(race: Race) -> None:
        told.append(race)
        control.cancel()

    run = session(Patches(), frame(120, 160)).race(RaceSettings(window=32, stride=8))
    with pytest.raises(CancelledError):
        run.run(control, hear)
    (race,) = told
    assert not race.is_done
    assert race.single.is_done
    assert np.isnan(race.sliding.scores).all()


def test_place_of_a_window() -> None:
    race = raced(Patches(), frame(64, 96), RaceSettings(window=32, stride=16, long_side=96))[-1]
    assert race.sliding.scores.shape == (3, 5)
    assert race.place(7) == (32, 16, 64, 48)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (RaceSettings(stride=12), "A stride of 12 does not fit the cells of Tiny, 8 pixels apart"),
        (RaceSettings(window=60), "whole multiples of 8 pixels; 60 is none"),
        (RaceSettings(class_index=3), "has no class 3; choose one below 3"),
    ],
)
def test_settings_that_cannot_be(settings: RaceSettings, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        session(Patches(), frame(64, 64)).race(settings)


def test_race_needs_a_picture() -> None:
    one = Session()
    one.adopt(tiny.loaded(Patches(), side=64))
    with pytest.raises(ModelError, match="There is no picture yet"):
        one.race(RaceSettings())


# ------------------------------------------------------------------------------- in the thread


def test_engine_races_beside_the_live_loop(engine: EngineThread, ear: Ear, shelf: Shelf) -> None:
    shelf.loads["net"] = lambda _control: tiny.loaded(Patches(), "net", side=64)
    engine.post(LoadModel("net", RANDOM))
    engine.frames.put(frame(64, 96))
    ear.result(1)
    engine.post(StartRace(RaceSettings(window=32, stride=32, long_side=96)))
    ear.until(lambda: any(event.race.is_done for event in ear.of(RaceMoved)))
    last = ear.of(RaceMoved)[-1].race
    assert last.sliding.scores.shape == (2, 3)
    assert ear.of(RaceFailed) == []


def test_engine_stops_a_race(
    engine: EngineThread, ear: Ear, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hear(event: EngineEvent) -> None:
        """Let the race stand until it has been told to stop."""
        ear.hear(event)
        if isinstance(event, RaceMoved):
            engine.post(CancelRace())
            race = engine._beside._race
            assert race is not None
            assert race.control._cancelled.wait(WAIT_S)

    monkeypatch.setattr(engine._beside, "_on_event", hear)
    shelf.loads["net"] = lambda _control: tiny.loaded(Patches(), "net", side=64)
    engine.post(LoadModel("net", RANDOM))
    engine.frames.put(frame(64, 96))
    ear.result(1)
    engine.post(StartRace(RaceSettings(window=32, stride=8)))
    assert ear.wait(RaceFailed).message == ""
    (moved,) = ear.of(RaceMoved)
    assert not moved.race.is_done


def test_network_that_cannot_be_shared_is_not_raced() -> None:
    with pytest.raises(ModelError, match="cannot be run twice at the same time"):
        sharing_copy(tiny.Gated(Patches()))


def test_engine_says_why_it_cannot_race(engine: EngineThread, ear: Ear) -> None:
    engine.post(StartRace(RaceSettings()))
    assert ear.wait(RaceFailed).message == "No network is loaded; choose one first."
    engine.post(CancelRace())
