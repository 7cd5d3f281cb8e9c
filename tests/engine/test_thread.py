"""The engine thread: every command in its order, the newest frame, and no way to stop but one."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from torch import Tensor

import engine.session
from engine import device
from engine.commands import (
    CancelLoading,
    ListModels,
    LoadModel,
    SetClassification,
    SetDevice,
    SetFit,
    SetStyle,
    WatchLayers,
)
from engine.errors import CancelledError, ModelError, WeightsUnavailableError
from engine.events import (
    LoadingCancelled,
    LoadingFailed,
    LoadingProgress,
    ModelReady,
    ModelsListed,
    Notice,
    Severity,
)
from engine.jobs import SOMETHING_WENT_WRONG, Job, JobControl
from engine.models import loading
from engine.session import Session
from engine.thread import EngineThread
from engine.values import (
    AtlasStyle,
    DeviceRequest,
    InputFit,
    LayerKey,
    ScaleMode,
    WeightsChoice,
)
from tests.engine import tiny
from tests.engine.ear import WAIT_S, Ear

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.models.loading import LoadedModel
    from engine.models.spec import ModelSpec

ROOT = Path(__file__).parents[2]
RANDOM, PUBLISHED = WeightsChoice.RANDOM, WeightsChoice.PUBLISHED
CONV, RELU = LayerKey("net.conv"), LayerKey("net.relu")
REFUSED = SetDevice(DeviceRequest("tpu"))


class Shelf:
    """What stands in for the loading of networks, one function a name.

    Attributes
    ----------
    loads
        Given name and control, it returns a network, or raises.
    """

    def __init__(self) -> None:
        self.loads: dict[str, Callable[[JobControl], LoadedModel]] = {}
        self.entered: dict[str, threading.Event] = {}
        self.gates: dict[str, threading.Event] = {}

    def load(self, name: str, _choice: WeightsChoice, control: JobControl) -> LoadedModel:
        return self.loads[name](control)

    def put(self, name: str, net: Any = None) -> None:
        """Let a network be had at once."""
        self.loads[name] = lambda _control: tiny.loaded(net, name)

    def hold(self, name: str, ending: Exception | None = None) -> None:
        """Let a loading stand without a safe point until its gate is opened, then end so."""
        self.entered[name], self.gates[name] = threading.Event(), threading.Event()

        def load(_control: JobControl) -> LoadedModel:
            self.entered[name].set()
            assert self.gates[name].wait(WAIT_S)
            if ending is not None:
                raise ending
            return tiny.loaded(None, name)

        self.loads[name] = load


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf()
    monkeypatch.setattr(loading, "load", shelf.load)
    return shelf


class Loaded:
    """An engine with a network on it that can be made to wait within a pass."""

    def __init__(self, engine: EngineThread, ear: Ear, shelf: Shelf, net: Any) -> None:
        self.engine, self.ear = engine, ear
        self.net = tiny.Gated(net)
        shelf.put("net", self.net)
        engine.post(LoadModel("net", RANDOM))
        ear.wait(ModelReady)
        self.runs = tiny.count_runs(self.net)

    def stand_in_a_pass(self, index: int = 0) -> None:
        self.net.gate.clear()
        self.net.entered.clear()
        self.engine.frames.put(tiny.frame(index))
        assert self.net.entered.wait(WAIT_S)


@pytest.fixture
def reused(engine: EngineThread, ear: Ear, shelf: Shelf) -> Loaded:
    return Loaded(engine, ear, shelf, tiny.Reused())


def barrier(engine: EngineThread, ear: Ear) -> None:
    """Wait until the engine has done all that it was given: a refused command is answered last."""
    number = len(ear.of(Notice, topic="device"))
    engine.post(REFUSED)
    ear.wait(Notice, number + 1, topic="device")


def join_loadings() -> None:
    for thread in threading.enumerate():
        if thread.name == "layerscope-load":
            thread.join(WAIT_S)
            assert not thread.is_alive()


# ----------------------------------------------------------------------------------- the commands


def test_no_command_is_lost_and_each_threads_come_in_order(
    monkeypatch: pytest.MonkeyPatch, ear: Ear
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(Session, "set_classification", lambda _self, top, _time: seen.append(top))
    engine = EngineThread(ear.hear)
    start = threading.Barrier(4)

    def storm(number: int) -> None:
        start.wait(WAIT_S)
        for n in range(250):
            engine.post(SetClassification(1000 * number + n))

    threads = [threading.Thread(target=storm, args=(number,)) for number in range(4)]
    engine.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    barrier(engine, ear)
    assert engine.stop(WAIT_S)
    assert len(seen) == 1000
    for number in range(4):
        mine = [n for n in seen if n // 1000 == number]
        assert mine == [1000 * number + n for n in range(250)]


def test_commands_are_done_in_order_and_before_the_frame(reused: Loaded, ear: Ear) -> None:
    """Those that came while a pass was under way, too."""
    reused.stand_in_a_pass(0)
    for layer in (CONV, RELU):
        reused.engine.post(WatchLayers((layer,)))
    reused.engine.post(SetStyle(AtlasStyle(ScaleMode.FIXED, fixed_low=-3, fixed_high=300)))
    reused.engine.post(SetClassification(2))
    reused.engine.frames.put(tiny.frame(1))
    reused.net.gate.set()
    assert ear.result(1).activations == ()
    result = ear.result(2)
    assert result.frame.index == 1
    assert [it.key for it in result.activations] == [RELU]
    assert result.activations[0].low.tolist() == [-3, -3]
    assert result.classification is not None
    assert len(result.classification.top) == 2
    assert len(reused.runs) == 2


def test_a_command_that_is_refused_is_told_each_time_and_cleared_by_one_that_is_not(
    reused: Loaded, ear: Ear
) -> None:
    wrong = WatchLayers((LayerKey("cnv"),))
    reused.engine.post(WatchLayers((CONV,)))
    reused.engine.frames.put(tiny.frame())
    ear.result(1)
    for _ in range(2):
        reused.engine.post(wrong)
    reused.engine.post(REFUSED)
    reused.engine.post(WatchLayers((RELU,)))
    assert [it.key for it in ear.result(2).activations] == [RELU]
    sentence = "Net has no layer “cnv”. Did you mean net.conv?"
    tpu = 'There is no device "tpu" here; choose auto or cpu.'
    assert ear.notices[:2] == [("layers", sentence)] * 2
    assert ear.notices[2][0] == "device"
    assert ear.notices[2][1].startswith(tpu.partition(";")[0])
    assert ear.notices[3:] == [("layers", "")]
    assert ear.of(Notice)[0].severity is Severity.ERROR
    reused.engine.post(SetDevice(DeviceRequest("cpu")))
    ear.wait(Notice, topic="device", message="")


def test_a_command_with_a_defect_is_logged_and_the_loop_lives(
    monkeypatch: pytest.MonkeyPatch,
    reused: Loaded,
    ear: Ear,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(_self: Session, _style: AtlasStyle) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Session, "set_style", fail)
    reused.engine.post(SetStyle(AtlasStyle()))
    ear.wait(Notice, topic="command", message=SOMETHING_WENT_WRONG)
    assert "ZeroDivisionError" in caplog.text
    reused.engine.frames.put(tiny.frame())
    ear.result(1)


# ------------------------------------------------------------------------------------- the frames


def test_the_newest_frame_wins(reused: Loaded, ear: Ear) -> None:
    reused.stand_in_a_pass(0)
    for index in range(1, 6):
        reused.engine.frames.put(tiny.frame(index))
    reused.net.gate.set()
    assert [ear.result(n).frame.index for n in (1, 2)] == [0, 5]
    barrier(reused.engine, ear)
    assert len(reused.runs) == len(ear.results) == 2
    assert reused.engine.frames.dropped == 4


def test_results_wait_in_a_mailbox_for_the_newest(shelf: Shelf, ear: Ear) -> None:
    nudges = threading.Semaphore(0)
    engine = EngineThread(ear.hear, nudges.release)
    engine.start()
    shelf.put("net")
    engine.post(LoadModel("net", RANDOM))
    ear.wait(ModelReady)
    for index in range(3):
        engine.frames.put(tiny.frame(index))
        assert nudges.acquire(timeout=WAIT_S)
    assert engine.stop(WAIT_S)
    result = engine.results.take()
    assert result is not None
    assert result.frame.index == 2
    assert engine.results.take() is None
    assert engine.results.dropped == 2


def test_a_frame_before_the_network_is_answered_when_it_is_there(
    engine: EngineThread, ear: Ear, shelf: Shelf
) -> None:
    engine.frames.put(tiny.frame(7))
    barrier(engine, ear)
    assert ear.results == []
    shelf.put("net")
    engine.post(LoadModel("net", RANDOM))
    assert ear.result(1).frame.index == 7
    assert [topic for topic, _ in ear.notices] == ["device"]  # the barrier's own


def test_a_still_picture_is_composed_again_without_a_pass(reused: Loaded, ear: Ear) -> None:
    reused.engine.post(WatchLayers((CONV,)))
    barrier(reused.engine, ear)
    reused.engine.frames.put(tiny.frame(3))
    ear.result(1)
    reused.engine.post(SetStyle(AtlasStyle(gamma=0.5)))
    second = ear.result(2)
    assert (second.frame.index, second.activations[0].gamma) == (3, 0.5)
    reused.engine.post(SetClassification(1))
    third = ear.result(3)
    assert third.classification is not None
    assert len(third.classification.top) == 1
    assert len(reused.runs) == 1
    reused.engine.post(WatchLayers((CONV, RELU)))
    assert [it.key for it in ear.result(4).activations] == [CONV, RELU]
    assert len(reused.runs) == 2
    reused.engine.post(SetFit(InputFit.PAD))
    ear.result(5)
    assert len(reused.runs) == 3


def test_without_a_frame_no_command_makes_a_result(reused: Loaded, ear: Ear) -> None:
    reused.engine.post(SetStyle(AtlasStyle(gamma=0.5)))
    barrier(reused.engine, ear)
    assert ear.results == []


# -------------------------------------------------------------------------------- what goes wrong


class Failing:
    """A function that raises what stands in `error`."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def __call__(self, x: Tensor) -> Tensor:
        if self.error is not None:
            raise self.error
        return x.mean((2, 3))


def test_a_frame_that_fails_is_told_once_and_cleared_when_it_is_over(
    engine: EngineThread, ear: Ear, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    work = Failing()
    loaded = Loaded(engine, ear, shelf, tiny.Do(work))
    work.error = ArithmeticError("a defect of the network")
    for index in range(4):
        loaded.stand_in_a_pass(index)
        loaded.net.gate.set()
    barrier(engine, ear)
    sentence = "Net failed on this picture; choose another network (the log has the details)."
    assert ear.of(Notice, topic="engine") == [Notice("engine", sentence, Severity.ERROR)]
    assert caplog.text.count("ArithmeticError: a defect of the network") == 1
    work.error = None
    engine.frames.put(tiny.frame(9))
    assert ear.result(1).frame.index == 9
    ear.wait(Notice, topic="engine", message="")
    engine.frames.put(tiny.frame(10))
    ear.result(2)
    barrier(engine, ear)
    assert len(ear.of(Notice, topic="engine")) == 2


def test_a_defect_while_answering_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, reused: Loaded, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(engine.session, "memory_mib", fail)
        for index in range(3):
            reused.stand_in_a_pass(index)
            reused.net.gate.set()
        barrier(reused.engine, ear)
    assert ear.of(Notice, topic="engine") == [
        Notice("engine", SOMETHING_WENT_WRONG, Severity.ERROR)
    ]
    assert caplog.text.count("Traceback") == 1
    reused.engine.frames.put(tiny.frame(9))
    assert ear.result(1).frame.index == 9
    ear.wait(Notice, topic="engine", message="")


def test_another_trouble_is_told_too(engine: EngineThread, ear: Ear, shelf: Shelf) -> None:
    work = Failing()
    Loaded(engine, ear, shelf, tiny.Do(work))
    work.error = ModelError("First.")  # an error for the person from the network itself
    engine.frames.put(tiny.frame(0))
    ear.wait(Notice, topic="engine")
    work.error = MemoryError()
    engine.frames.put(tiny.frame(1))
    second = ear.wait(Notice, 2, topic="engine")
    assert second.message.startswith("There is not enough memory for this network; ")


def test_a_move_that_the_session_made_itself_is_told(
    monkeypatch: pytest.MonkeyPatch, reused: Loaded, ear: Ear
) -> None:
    """A full GPU sends a network to the CPU in the middle of a frame."""
    process = Session.process

    def move_first(session: Session, frame: Any) -> Any:
        session.set_device(DeviceRequest("cpu", threads=1))
        return process(session, frame)

    monkeypatch.setattr(Session, "process", move_first)
    first = ear.wait(ModelReady).info
    reused.engine.frames.put(tiny.frame())
    second = ear.wait(ModelReady, 2).info
    assert second is not first
    assert second.card == first.card


def test_an_engine_that_cannot_start_says_so(
    monkeypatch: pytest.MonkeyPatch, ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_self: Session, _on_notice: object) -> None:
        raise OSError("a library of torch is missing")

    monkeypatch.setattr(Session, "__init__", fail)
    engine = EngineThread(ear.hear)
    engine.start()
    notice = ear.wait(Notice)
    assert notice.message.startswith("The networks cannot be started; install Layerscope again")
    assert "a library of torch is missing" in caplog.text
    assert engine.stop(WAIT_S)


# ------------------------------------------------------------------------------- loading a network


def test_loading_tells_its_progress_and_its_end(
    engine: EngineThread, ear: Ear, tiny_registry: dict[str, ModelSpec]
) -> None:
    engine.post(LoadModel("tokens", RANDOM))
    info = ear.wait(ModelReady).info
    assert (info.card.name, info.is_random) == ("tokens", True)
    assert ear.events == [LoadingProgress("tokens", "Building the network"), ModelReady(info)]


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
    assert [it for it in ear.events if not isinstance(it, Notice)] == [ModelReady(info)]
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


# ---------------------------------------------------------------------------------------- the end


def test_stopping_while_networks_are_loaded(
    ear: Ear, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older loading that was given up, and the newer one: neither is left."""
    joined: list[object] = []
    join = Job.join

    def note(job: Job[object], timeout: float | None = None) -> None:
        joined.append(job)
        join(job, timeout)

    monkeypatch.setattr(Job, "join", note)
    is_waiting = threading.Semaphore(0)

    def load(control: JobControl) -> LoadedModel:
        is_waiting.release()
        control.wait(10 * WAIT_S)
        raise AssertionError("nobody cancelled")

    shelf.loads["slow"] = load
    engine = EngineThread(ear.hear)
    engine.start()
    shelf.hold("stubborn")
    engine.post(LoadModel("stubborn", RANDOM))
    assert shelf.entered["stubborn"].wait(WAIT_S)
    engine.post(LoadModel("slow", RANDOM))
    assert is_waiting.acquire(timeout=WAIT_S)
    shelf.gates["stubborn"].set()
    assert engine.stop(WAIT_S)
    assert len(joined) == 2
    assert not [it for it in threading.enumerate() if it.name == "layerscope-load"]


def test_stopping_in_a_pass_ends_after_it(shelf: Shelf, ear: Ear) -> None:
    engine = EngineThread(ear.hear, ear.nudge)
    ear.engine = engine
    engine.start()
    loaded = Loaded(engine, ear, shelf, tiny.Reused())
    loaded.stand_in_a_pass(0)
    engine.frames.put(tiny.frame(1))
    engine.post(SetStyle(AtlasStyle(gamma=0.5)))
    assert not engine.stop(timeout=0.0)
    loaded.net.gate.set()
    assert engine.stop(WAIT_S)
    assert len(loaded.runs) == len(ear.results) == 1
    assert tiny.hooks_of(loaded.net) == 0


def test_stopping_among_commands_begins_no_pass(
    monkeypatch: pytest.MonkeyPatch, shelf: Shelf, ear: Ear
) -> None:
    entered, gate = threading.Event(), threading.Event()

    def stand(_self: Session, _style: AtlasStyle) -> None:
        entered.set()
        assert gate.wait(WAIT_S)

    monkeypatch.setattr(Session, "set_style", stand)
    engine = EngineThread(ear.hear, ear.nudge)
    ear.engine = engine
    engine.start()
    loaded = Loaded(engine, ear, shelf, tiny.Reused())
    engine.post(SetStyle(AtlasStyle()))
    assert entered.wait(WAIT_S)
    engine.frames.put(tiny.frame())
    assert not engine.stop(timeout=0.0)
    gate.set()
    assert engine.stop(WAIT_S)
    assert loaded.runs == []


def test_stopping_twice_or_before_the_start(ear: Ear) -> None:
    engine = EngineThread(ear.hear)
    assert engine.stop()
    engine.start()
    assert engine.stop(WAIT_S)
    assert engine.stop()
    assert ear.events == []


def test_the_session_is_closed_at_the_end(
    monkeypatch: pytest.MonkeyPatch, shelf: Shelf, ear: Ear
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(
        Session, "close", lambda _self: closed.append(threading.current_thread().name)
    )
    engine = EngineThread(ear.hear)
    engine.start()
    assert engine.stop(WAIT_S)
    assert closed == ["layerscope-engine"]


TORCH_COMES_LATE = """
import sys, threading
from engine.commands import SetDevice
from engine.thread import EngineThread
from engine.values import DeviceRequest

heard = threading.Event()
engine = EngineThread(lambda event: heard.set())
engine.post(SetDevice(DeviceRequest("tpu")))
assert "torch" not in sys.modules, "too early"
engine.start()
assert heard.wait(60)
assert "torch" in sys.modules, "not at all"
assert engine.stop(60)
"""


def test_torch_is_imported_in_the_thread_and_not_before() -> None:
    words = [sys.executable, "-c", TORCH_COMES_LATE]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.stderr == ""
    assert done.returncode == 0


def test_frames_and_layers_at_random_leave_nothing(reused: Loaded, ear: Ear) -> None:
    """Two hundred frames with the layers switched among them, and a hook is left on none."""
    keys = [CONV, RELU, LayerKey("net.relu", 1), LayerKey("net.fc"), LayerKey("input")]
    choices = itertools.cycle([keys[:2], keys[2:], [], keys])
    rng = np.random.default_rng(4)
    net = reused.net.net
    for index in range(200):
        if index % 5 == 0:
            reused.engine.post(WatchLayers(tuple(next(choices))))
        reused.engine.frames.put(tiny.frame(index, red=int(rng.integers(200))))
    ear.until(lambda: bool(ear.results) and ear.results[-1].frame.index == 199)
    barrier(reused.engine, ear)
    assert tiny.hooks_of(net) == 0
    shown = [it.frame.index for it in ear.results]
    assert shown == sorted(shown)
    assert [topic for topic, _ in ear.notices] == ["device"]
