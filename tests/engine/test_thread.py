"""The engine thread does every command in its order, and answers to the newest frame."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from torch import Tensor

import engine.session
from engine.commands import LoadModel, SetClassification, SetDevice, SetFit, SetStyle, WatchLayers
from engine.errors import ModelError
from engine.events import ModelReady, Notice, Severity
from engine.jobs import SOMETHING_WENT_WRONG
from engine.session import Session
from engine.thread import EngineThread
from engine.values import AtlasStyle, DeviceRequest, InputFit, LayerKey, ScaleMode, WeightsChoice
from tests.engine import tiny
from tests.engine.ear import WAIT_S, Ear
from tests.engine.shelf import REFUSED, Loaded, Shelf, barrier

if TYPE_CHECKING:
    pass

RANDOM = WeightsChoice.RANDOM
CONV, RELU = LayerKey("net.conv"), LayerKey("net.relu")


# ------------------------------------------------------------------------------------ the commands


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


# -------------------------------------------------------------------------------------- the frames


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


# --------------------------------------------------------------------------------- what goes wrong


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
