"""Receptive fields are measured beside the live loop: pace, newest request, what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.commands import LoadModel, MeasureField, WatchLayers
from engine.errors import DeviceError, ModelError
from engine.events import FieldMeasured, ModelReady, Notice
from engine.field import FieldMeter, FieldTask
from engine.graph.measured_field import (
    FieldMeasurement,
    effective_size,
    measured_receptive_field,
)
from engine.graph.receptive_field import field_box, receptive_fields
from engine.graph.trace import trace
from engine.session import Session
from engine.values import Box, FieldRequest, InputFit, LayerKey
from tests.engine import tiny
from tests.engine.ear import Ear
from tests.engine.shelf import Loaded, Shelf, barrier

if TYPE_CHECKING:
    from collections.abc import Callable

CONV = LayerKey("net.conv")


# ------------------------------------------------------------------------------ effective size


def test_the_effective_size_is_the_shortest_run_with_that_share() -> None:
    blob = np.zeros((9, 7), np.float32)
    blob[2:7, 3] = np.sqrt([0.02, 0.30, 0.36, 0.30, 0.02])
    # rows 3..5 hold 0.96 of the energy, any two rows at most 0.66
    assert effective_size(blob) == (3, 1)
    assert effective_size(blob, 0.97) == (4, 1)
    assert effective_size(blob, 1.0) == (5, 1)
    assert effective_size(np.ones((100, 40), np.float32)) == (95, 38)
    assert effective_size(np.zeros((4, 4), np.float32)) == (0, 0)


# -------------------------------------------------------------------------------- measurement


class Dilated(nn.Module):
    """A dilated convolution beside a shortcut, then a strided one: 5 + 2 = 7 cells wide."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.wide = nn.Conv2d(3, 4, 3, padding=2, dilation=2)
        self.short = nn.Conv2d(3, 4, 1)
        self.down = nn.Conv2d(4, 2, 3, stride=2, padding=1)
        self.behind = nn.Conv2d(2, 2, 1)
        self.passes = 0

    def forward(self, x: Tensor) -> Tensor:
        y = self.down(self.wide(x) + self.short(x))
        self.passes += 1
        answer: Tensor = self.behind(y)
        return answer


@pytest.mark.parametrize("cell", [(4, 5), (0, 0), None])
def test_what_is_measured_is_what_theory_says(cell: tuple[int, int] | None) -> None:
    net = Dilated().eval().requires_grad_(requires_grad=False)
    picture = torch.rand(1, 3, 24, 20)
    graph = trace(net, picture)
    key = LayerKey("down")
    field = receptive_fields(graph)[next(n.id for n in graph.nodes if n.key == key)]
    assert (field.size, field.stride) == ((7, 7), (2, 2))
    measurement = FieldMeasurement(net, picture, key, cell, samples=2)
    measurement.step()
    measurement.step()
    assert measurement.is_done
    y, x = cell or (6, 5)  # the middle of 12 × 10
    assert measurement.cell == (y, x)
    rows, columns = np.nonzero(measurement.blob)
    reached = rows.min(), columns.min(), rows.max() + 1, columns.max() + 1
    assert reached == field_box(field, y, x, (24, 20))


def test_a_pass_ends_at_the_layer() -> None:
    net = Dilated().eval()
    measured_receptive_field(net, torch.rand(1, 3, 8, 8), LayerKey("down"), (0, 0), samples=3)
    measured_receptive_field(net, torch.rand(1, 3, 8, 8), LayerKey("/add"), (0, 0), samples=3)
    assert net.passes == 0  # none came to its end
    assert tiny.hooks_of(net) == 0


def test_the_inputs_own_cell_is_one_pixel() -> None:
    picture = torch.rand(1, 3, 6, 6)
    blob = measured_receptive_field(nn.Identity(), picture, LayerKey("input"), (2, 4), samples=1)
    assert blob[2, 4] == 1
    assert blob.sum() == 1


class Stubborn(nn.Module):
    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)
        self.error = error

    def forward(self, x: Tensor) -> Tensor:
        if self.error is not None:
            raise self.error
        answer: Tensor = self.conv(x)
        return answer


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (NotImplementedError("no derivative"), ModelError, "“conv” cannot be measured"),
        (MemoryError(), DeviceError, "memory"),
    ],
)
def test_what_breaks_is_said_in_a_sentence(
    error: Exception, kind: type[Exception], sentence: str
) -> None:
    measurement = FieldMeasurement(Stubborn(error), torch.rand(1, 3, 4, 4), LayerKey("conv"))
    with pytest.raises(kind, match=sentence):
        measurement.step()


# --------------------------------------------------------------------------------------- pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Slow(nn.Module):
    """A network whose passes take a time that is known."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 1, 1)
        self.clock, self.seconds = clock, seconds

    def forward(self, x: Tensor) -> Tensor:
        self.clock.now += self.seconds
        answer: Tensor = self.conv(x)
        return answer


def task(net: nn.Module, samples: int = 8) -> FieldTask:
    request = FieldRequest(LayerKey("conv"), (0, 0))
    measurement = FieldMeasurement(
        net, torch.rand(1, 3, 4, 4), request.key, request.cell, samples=samples
    )
    return FieldTask(request, measurement, "cat.png", Box(0, 0, 4, 4))


def test_without_frames_all_passes_follow_each_other() -> None:
    clock = Clock()
    meter = FieldMeter(clock)
    assert meter.wait_s() is None
    assert meter.step() is None
    meter.begin(task(Slow(clock, 0.25), samples=3))
    told = []
    while meter.wait_s() is not None:
        assert meter.wait_s() == 0
        told.append(meter.step())
    assert [it.samples for it in told if it is not None] == [1, 3]
    assert told[-1] is not None
    assert told[-1].is_final
    assert told[-1].frame_name == "cat.png"
    assert told[-1].size == (1, 1)
    assert clock.now == 100.75


def test_the_live_loop_keeps_most_of_its_time() -> None:
    clock = Clock()
    meter = FieldMeter(clock)
    meter.begin(task(Slow(clock, 0.25)))
    begun, measuring, frames = clock.now, 0.0, 0
    while meter.wait_s() is not None:
        before = clock.now
        meter.step()
        measuring += clock.now - before
        clock.now += 0.125  # a frame that stood waiting
        frames += 1
        meter.note_frame()
    assert measuring == 8 * 0.25
    assert frames * 0.125 / (clock.now - begun) > 0.6
    # 2 × 0.25 s after each pass but the last
    assert frames == 7 * 4 + 1


def test_the_newest_request_wins() -> None:
    clock = Clock()
    meter = FieldMeter(clock)
    first, second = task(Slow(clock, 0)), task(Slow(clock, 0), samples=1)
    meter.begin(first)
    meter.step()
    meter.begin(second)
    field = meter.step()
    assert field is not None
    assert field.request is second.request
    assert meter.wait_s() is None
    meter.begin(first)
    meter.drop()
    assert meter.step() is None


def test_what_fails_is_given_up() -> None:
    meter = FieldMeter(Clock())
    meter.begin(task(Stubborn(RuntimeError("no"))))
    with pytest.raises(ModelError):
        meter.step()
    assert meter.wait_s() is None


# ------------------------------------------------------------------------- session and thread


def test_a_session_measures_on_the_frame_that_stands() -> None:
    session = Session()
    with pytest.raises(ModelError, match="No network is loaded"):
        session.measure_field(FieldRequest(LayerKey("conv")))
    session.adopt(tiny.loaded())
    with pytest.raises(ModelError, match="no picture to measure on yet"):
        session.measure_field(FieldRequest(LayerKey("conv")))
    session.set_fit(InputFit.STRETCH)
    session.process(tiny.frame(name="ramp.png"))
    with pytest.raises(ModelError, match="no layer “cnv”"):
        session.measure_field(FieldRequest(LayerKey("cnv")))
    for name in ("conv", "/add", "input"):
        field = session.measure_field(FieldRequest(LayerKey(name), (1, 3))).step()
        expected = np.zeros((4, 4), np.float32)
        expected[1, 3] = 1
        np.testing.assert_array_equal(field.blob, expected)
        assert (field.frame_name, field.input_box) == ("ramp.png", Box(0, 0, 4, 4))
    whole = session.measure_field(FieldRequest(LayerKey("fc"))).step()
    assert whole.cell == (0, 0)
    assert bool((whole.blob > 0).all())


def test_the_engine_answers_a_request_between_frames(reused: Loaded, ear: Ear) -> None:
    reused.engine.frames.put(tiny.frame())
    ear.result(1)
    reused.engine.post(MeasureField(FieldRequest(CONV, (2, 1))))
    ear.wait(FieldMeasured, 2)
    first, last = (it.field for it in ear.of(FieldMeasured))
    assert (first.samples, first.is_final) == (1, False)
    assert (last.samples, last.is_final) == (8, True)
    assert last.request == FieldRequest(CONV, (2, 1))
    assert np.argwhere(last.blob).tolist() == [[2, 1]]
    assert len(ear.results) == 1  # the frame was not answered to again


def test_the_last_of_many_requests_is_the_one_that_is_answered(reused: Loaded, ear: Ear) -> None:
    reused.stand_in_a_pass(0)
    for row in range(4):
        reused.engine.post(MeasureField(FieldRequest(CONV, (row, 0))))
    reused.net.gate.set()
    ear.wait(FieldMeasured, 2)
    barrier(reused.engine, ear)
    assert {it.field.cell for it in ear.of(FieldMeasured)} == {(3, 0)}


def test_a_network_that_goes_takes_its_measurement_with_it(
    reused: Loaded, ear: Ear, shelf: Shelf
) -> None:
    reused.engine.frames.put(tiny.frame())
    ear.result(1)
    reused.engine.post(MeasureField(None))
    reused.engine.post(MeasureField(FieldRequest(CONV, (9, 0))))
    assert "there is no cell 9, 0" in ear.wait(Notice, topic="field").message
    reused.engine.post(MeasureField(FieldRequest(CONV)))
    ear.wait(Notice, topic="field", message="")
    ear.wait(FieldMeasured, 2)
    shelf.put("other")
    reused.engine.post(LoadModel("other"))
    ear.wait(ModelReady, 2)
    reused.engine.post(MeasureField(FieldRequest(CONV)))
    assert "no layer “net.conv”" in ear.wait(Notice, 3, topic="field").message
    reused.engine.post(WatchLayers((LayerKey("conv"),)))
    barrier(reused.engine, ear)


@pytest.mark.parametrize("make", [tiny.Tokens, tiny.Seeded])
def test_random_weights_are_measured_too(make: Callable[[], nn.Module]) -> None:
    session = Session()
    session.adopt(tiny.loaded(make(), side=8))
    session.process(tiny.frame())
    name = "patches" if make is tiny.Tokens else "body.3"
    field = session.measure_field(FieldRequest(LayerKey(name), (1, 1))).step()
    assert field.blob.shape == (8, 8)
    assert field.blob.max() == 1
