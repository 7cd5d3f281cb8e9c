"""The engine thread ends when told to, whatever it is at."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.commands import LoadModel, SetStyle, WatchLayers
from engine.jobs import Job, JobControl
from engine.session import Session
from engine.thread import EngineThread
from engine.values import AtlasStyle, LayerKey, WeightsChoice
from tests.engine import tiny
from tests.engine.ear import WAIT_S, Ear
from tests.engine.shelf import Loaded, Shelf, barrier

if TYPE_CHECKING:
    from engine.models.loading import LoadedModel

ROOT = Path(__file__).parents[2]
RANDOM = WeightsChoice.RANDOM
CONV, RELU = LayerKey("net.conv"), LayerKey("net.relu")


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
