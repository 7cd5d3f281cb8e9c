"""The engine thread traces a network beside the one that is loaded."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from engine.commands import CancelOther, LoadModel, TraceOther
from engine.events import ModelReady, OtherFailed, OtherProgress, OtherTraced
from engine.values import NetworkGraph, WeightsChoice
from tests.engine.ear import WAIT_S
from tests.engine.shelf import barrier

if TYPE_CHECKING:
    from engine.jobs import JobControl
    from engine.thread import EngineThread
    from tests.engine.ear import Ear


@pytest.mark.usefixtures("tiny_registry")
def test_another_is_traced_and_the_loaded_one_stays(engine: EngineThread, ear: Ear) -> None:
    engine.post(LoadModel("tokens", WeightsChoice.RANDOM))
    ear.wait(ModelReady)
    engine.post(TraceOther("reused"))
    traced = ear.wait(OtherTraced)
    assert (traced.name, traced.graph.model) == ("reused", "reused")
    assert ear.of(OtherProgress) == [OtherProgress("reused", "Tracing")]
    assert len(ear.of(ModelReady)) == 1


@pytest.mark.usefixtures("tiny_registry")
def test_a_shape_that_it_does_not_take_gives_way_to_its_usual_one(
    engine: EngineThread, ear: Ear
) -> None:
    engine.post(TraceOther("reused"))
    usual = ear.wait(OtherTraced).graph.input_shapes
    engine.post(TraceOther("reused", (1, 7, 2, 2)))
    assert ear.wait(OtherTraced, 2).graph.input_shapes == usual


def test_what_cannot_be_traced_is_told(engine: EngineThread, ear: Ear) -> None:
    engine.post(TraceOther("nothing"))
    failed = ear.wait(OtherFailed)
    assert failed.name == "nothing"
    assert 'no network named "nothing"' in failed.message


def test_what_is_given_up_is_told_no_more(
    engine: EngineThread, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, gate = threading.Event(), threading.Event()

    def slow(name: str, _shape: object, control: JobControl) -> NetworkGraph:
        entered.set()
        assert gate.wait(WAIT_S)
        control.check()
        return NetworkGraph(name, (), (), ())

    monkeypatch.setattr("engine.graph.any_structure.any_structure", slow)
    engine.post(TraceOther("reused"))
    assert entered.wait(WAIT_S)
    engine.post(CancelOther())
    barrier(engine, ear)
    gate.set()
    for job in engine._beside._jobs:
        job.join()
    assert (ear.of(OtherTraced), ear.of(OtherFailed)) == ([], [])


def test_the_newest_wish_wins(
    engine: EngineThread, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def slow(name: str, _shape: object, control: JobControl) -> NetworkGraph:
        assert name == "second" or gate.wait(WAIT_S)
        control.check()
        return NetworkGraph(name, (), (), ())

    monkeypatch.setattr("engine.graph.any_structure.any_structure", slow)
    engine.post(TraceOther("first"))
    engine.post(TraceOther("second"))
    ear.wait(OtherTraced)
    gate.set()
    for job in engine._beside._jobs:
        job.join()
    assert [event.name for event in ear.of(OtherTraced)] == ["second"]
