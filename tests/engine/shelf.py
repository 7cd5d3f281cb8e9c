"""Networks that an engine thread can load, at once or when a test lets it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from engine.commands import LoadModel, SetDevice
from engine.events import ModelReady, Notice
from engine.values import DeviceRequest, WeightsChoice
from tests.engine import tiny
from tests.engine.ear import WAIT_S, Ear

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.jobs import JobControl
    from engine.models.loading import LoadedModel
    from engine.thread import EngineThread

RANDOM = WeightsChoice.RANDOM
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
