"""The engine thread loads one network at a time: the last that was asked for."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

import pytest

from engine import device
from engine.commands import CancelLoading, ListModels, LoadModel, SetDevice, WatchLayers
from engine.errors import CancelledError, WeightsUnavailableError
from engine.events import (
    LoadingCancelled,
    LoadingFailed,
    LoadingProgress,
    ModelReady,
    ModelsListed,
    Notice,
)
from engine.jobs import SOMETHING_WENT_WRONG, JobControl
from engine.models.user.opening import OpenedModel
from engine.models.user.options import OpenOptions
from engine.models.user.report import FileKind
from engine.session import Session
from engine.thread import EngineThread
from engine.values import DeviceRequest, LayerKey, WeightsChoice
from tests.engine import tiny
from tests.engine.ear import WAIT_S, Ear
from tests.engine.shelf import Loaded, Shelf, barrier, join_loadings

if TYPE_CHECKING:
    from engine.models.loading import LoadedModel
    from engine.models.spec import ModelSpec

RANDOM, PUBLISHED = WeightsChoice.RANDOM, WeightsChoice.PUBLISHED
CONV = LayerKey("net.conv")


def test_loading_tells_its_progress_and_its_end(
    engine: EngineThread, ear: Ear, tiny_registry: dict[str, ModelSpec]
) -> None:
    engine.post(LoadModel("tokens", RANDOM))
    info = ear.wait(ModelReady).info
    assert (info.card.name, info.is_random) == ("tokens", True)
    building = LoadingProgress("tokens", "Building the network")
    assert ear.events == [building, ModelReady(info, "tokens")]


@pytest.mark.usefixtures("tiny_registry")
@pytest.mark.parametrize(
    ("command", "message", "can_run_random"),
    [
        (LoadModel("reused", PUBLISHED), "No weights are published for Reused; ", True),
        (LoadModel("nothing", RANDOM), 'There is no network named "nothing"; ', False),
        (LoadModel("picky", RANDOM), "Picky failed on an input of its own usual size; ", False),
        (LoadModel("broken", RANDOM), SOMETHING_WENT_WRONG, False),
    ],
)
def test_what_cannot_be_loaded_is_told_and_the_one_before_runs_on(
    engine: EngineThread,
    ear: Ear,
    command: LoadModel,
    message: str,
    can_run_random: bool,
) -> None:
    engine.post(LoadModel("tokens", RANDOM))
    ear.wait(ModelReady)
    engine.post(command)
    failed = ear.wait(LoadingFailed)
    assert (failed.model, failed.can_run_random) == (command.name, can_run_random)
    assert failed.message.startswith(message)
    engine.frames.put(tiny.frame())
    assert ear.result(1).model == "tokens"
    assert ear.of(Notice) == []


def test_a_defect_while_adopting_ends_the_loading(
    monkeypatch: pytest.MonkeyPatch,
    engine: EngineThread,
    ear: Ear,
    shelf: Shelf,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_self: Session, _loaded: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Session, "adopt", fail)
    shelf.put("net")
    engine.post(LoadModel("net", RANDOM))
    assert ear.wait(LoadingFailed) == LoadingFailed("net", SOMETHING_WENT_WRONG, False)
    assert "ZeroDivisionError" in caplog.text


def test_the_network_that_runs_goes_on_while_another_is_loaded(
    reused: Loaded, ear: Ear, shelf: Shelf
) -> None:
    shelf.hold("other")
    reused.engine.post(LoadModel("other", RANDOM))
    assert shelf.entered["other"].wait(WAIT_S)
    reused.engine.frames.put(tiny.frame(1))
    assert ear.result(1).model == "net"
    shelf.gates["other"].set()
    assert ear.result(2).model == "other"  # the frame that stands, at once
    assert ear.result(2).frame.index == 1


def test_loading_is_cancelled(engine: EngineThread, ear: Ear, shelf: Shelf) -> None:
    is_waiting = threading.Event()

    def load(control: JobControl) -> LoadedModel:
        is_waiting.set()
        control.wait(WAIT_S)
        raise AssertionError("nobody cancelled")

    shelf.loads["slow"] = load
    engine.post(CancelLoading())  # nothing to cancel
    engine.post(LoadModel("slow", RANDOM))
    assert is_waiting.wait(WAIT_S)
    engine.post(CancelLoading())
    ear.wait(LoadingCancelled)
    barrier(engine, ear)
    assert ear.events[:-1] == [LoadingCancelled("slow")]
    shelf.put("slow")
    engine.post(LoadModel("slow", RANDOM))
    ear.wait(ModelReady)
    engine.post(CancelLoading())  # too late: it runs
    barrier(engine, ear)
    assert len(ear.of(LoadingCancelled)) == 1


@pytest.mark.parametrize(
    "ending", [None, WeightsUnavailableError("The connection broke.")], ids=["loaded", "failed"]
)
def test_cancelling_holds_for_a_loading_that_notices_too_late(
    engine: EngineThread, ear: Ear, shelf: Shelf, ending: Exception | None
) -> None:
    shelf.hold("slow", ending)
    engine.post(LoadModel("slow", RANDOM))
    assert shelf.entered["slow"].wait(WAIT_S)
    engine.post(CancelLoading())
    barrier(engine, ear)
    shelf.gates["slow"].set()
    ear.wait(LoadingCancelled)
    join_loadings()
    barrier(engine, ear)
    assert [it for it in ear.events if not isinstance(it, Notice)] == [LoadingCancelled("slow")]


@pytest.mark.parametrize(
    "ending",
    [None, WeightsUnavailableError("The connection broke."), ZeroDivisionError()],
    ids=["loaded", "failed", "defect"],
)
@pytest.mark.parametrize("older", ["older", "newer"])
def test_an_older_loading_that_ends_late_replaces_nothing(
    engine: EngineThread, ear: Ear, shelf: Shelf, ending: Exception | None, older: str
) -> None:
    """Not even one of the same network, as when published weights are given up for random ones."""
    shelf.hold(older, ending)
    engine.post(LoadModel(older, PUBLISHED))
    assert shelf.entered[older].wait(WAIT_S)
    gate = shelf.gates[older]
    shelf.put("newer")
    engine.post(LoadModel("newer", RANDOM))
    info = ear.wait(ModelReady).info
    gate.set()
    join_loadings()
    barrier(engine, ear)
    assert [it for it in ear.events if not isinstance(it, Notice)] == [ModelReady(info, "newer")]
    engine.frames.put(tiny.frame())
    assert ear.result(1).model == "newer"


def test_of_many_loadings_the_last_wins(engine: EngineThread, ear: Ear, shelf: Shelf) -> None:
    names = [f"net{n}" for n in range(6)]
    for name in names:
        shelf.hold(name)
        engine.post(LoadModel(name, RANDOM))
        assert shelf.entered[name].wait(WAIT_S)
    for name in reversed(names):
        shelf.gates[name].set()
    join_loadings()
    barrier(engine, ear)
    assert [it.info.card.name for it in ear.of(ModelReady)] == ["net5"]
    assert ear.of(LoadingCancelled) == []
    assert ear.of(LoadingFailed) == []


def test_the_newer_loading_stops_the_older(engine: EngineThread, ear: Ear, shelf: Shelf) -> None:
    is_waiting, is_stopped = threading.Event(), threading.Event()

    def load(control: JobControl) -> LoadedModel:
        is_waiting.set()
        try:
            control.wait(WAIT_S)
        except CancelledError:
            is_stopped.set()
            raise
        raise AssertionError("nobody cancelled")

    shelf.loads["slow"] = load
    shelf.put("quick")
    engine.post(LoadModel("slow", RANDOM))
    assert is_waiting.wait(WAIT_S)
    engine.post(LoadModel("quick", RANDOM))
    assert ear.wait(ModelReady).info.card.name == "quick"
    assert is_stopped.wait(WAIT_S)
    join_loadings()
    assert ear.of(LoadingCancelled) == []


def test_a_move_is_told_and_answered(reused: Loaded, ear: Ear) -> None:
    reused.engine.post(WatchLayers((CONV,)))
    reused.engine.frames.put(tiny.frame(2))
    ear.result(1)
    reused.engine.post(SetDevice(DeviceRequest("cpu", threads=1)))
    assert ear.wait(ModelReady, 2).info.device.name == "cpu"
    again = ear.result(2)
    assert (again.frame.index, [it.key for it in again.activations]) == (2, [CONV])


def test_every_network_is_listed_as_often_as_asked(
    engine: EngineThread, ear: Ear, tiny_registry: dict[str, ModelSpec]
) -> None:
    for _ in range(3):
        engine.post(ListModels())
    listed = ear.wait(ModelsListed, 3)
    assert [card.name for card in listed.cards] == list(tiny_registry)
    assert listed.devices == device.available()


def test_a_list_that_fails_is_told(
    monkeypatch: pytest.MonkeyPatch, engine: EngineThread, ear: Ear, tiny_registry: object
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(device, "available", fail)
    engine.post(ListModels())
    assert ear.wait(Notice).message == SOMETHING_WENT_WRONG


def test_what_a_file_leaves_open_is_told_and_cleared_by_the_next_network(
    engine: EngineThread, ear: Ear, shelf: Shelf
) -> None:
    plain = tiny.loaded(None, "guessed")
    fields = {field.name: getattr(plain, field.name) for field in dataclasses.fields(plain)}
    guessed = OpenedModel(
        **fields,
        kind=FileKind.STATE_DICT,
        options=OpenOptions(),
        warnings=("Its mean was guessed.", "Check it."),
    )
    shelf.loads["guessed"] = lambda _control: guessed
    shelf.put("plain")
    engine.post(LoadModel("guessed", RANDOM))
    ear.wait(ModelReady)
    assert ear.of(Notice, topic="file")[-1].message == "Its mean was guessed. Check it."
    engine.post(LoadModel("plain", RANDOM))
    ear.wait(ModelReady, 2)
    assert [it.message for it in ear.of(Notice, topic="file")][1:] == [""]
