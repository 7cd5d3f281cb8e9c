"""The graph and the cost follow the network, the watched layers and the live loop."""

from __future__ import annotations

import csv
import dataclasses
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from engine.commands import MeasureCost, SetSurvey, TraceGraph
from engine.events import CostMeasured, GraphTraced, Notice, Severity
from engine.values import (
    GraphEdge,
    GraphNode,
    LayerCost,
    LayerKey,
    NetworkCost,
    NetworkGraph,
    NodeSummary,
    OpKind,
    SurveyRequest,
    TensorInfo,
    Timing,
)
from gui.graph.measures import ColourBy
from tests.gui.fake_engine import CONV1, activation, result

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit

ADD = LayerKey("/add")
MAP = TensorInfo((1, 4, 8, 8), "float32")


def graph() -> NetworkGraph:
    """A convolution with a shortcut around it."""
    parts = (
        (LayerKey("input"), "input", OpKind.INPUT),
        (CONV1, "Conv2d", OpKind.CONVOLUTION),
        (ADD, "add", OpKind.ADD),
        (LayerKey("/output"), "output", OpKind.OUTPUT),
    )
    nodes = tuple(
        GraphNode(number, key, "", op, kind, (MAP,)) for number, (key, op, kind) in enumerate(parts)
    )
    ways = ((0, 1, 0), (0, 2, 0), (1, 2, 1), (2, 3, 0))
    edges = tuple(GraphEdge(source, target, MAP, slot) for source, target, slot in ways)
    return NetworkGraph("tiny", nodes, edges, ())


def cost(time_ms: float | None = None) -> NetworkCost:
    layers = tuple(
        LayerCost(n.id, n.key, n.op, n.kind, MAP.shape, 256, 1.0, (), 10, 1000, time_ms=time_ms)
        for n in graph().nodes[1:3]
    )
    return NetworkCost("tiny", 1, (3, 8, 8), layers, 20, 2000, 2.0, time_ms)


@pytest.fixture
def traced(kit: Kit, qtbot: QtBot) -> Kit:
    """A window whose network was traced and drawn."""
    kit.engine.load()
    kit.window.docks["graph"].raise_()
    with qtbot.waitSignal(kit.window.graph.browser.drawn, timeout=20_000):
        kit.engine.tell(GraphTraced(graph()))
    kit.engine.tell(CostMeasured(cost()))
    return kit


def test_a_network_that_was_loaded_is_traced_and_counted(kit: Kit) -> None:
    kit.engine.load()
    assert kit.engine.of(TraceGraph) == [TraceGraph()]
    assert kit.engine.of(MeasureCost) == [MeasureCost()]
    assert "Tracing" in kit.window.graph.view._card.text  # the card comes up after a moment


def test_a_graph_that_cannot_be_had_says_why(kit: Kit) -> None:
    kit.engine.load()
    kit.engine.tell(Notice("graph", "It cannot be run; choose another.", Severity.ERROR))
    assert "cannot be run" in kit.window.graph.view.state_text


def test_choosing_an_operation_in_the_graph_watches_it_and_marks_it(traced: Kit) -> None:
    traced.window.graph.layer_chosen.emit(ADD)
    assert traced.window.inspect.current == ADD
    assert traced.window.graph.view.marks.current == ADD
    assert traced.window.cost.current_key() == ADD


def test_choosing_a_row_of_the_costs_watches_the_layer(traced: Kit) -> None:
    traced.window.cost.layer_chosen.emit(ADD)
    assert traced.window.inspect.current == ADD


def test_the_layer_of_the_tree_is_marked_in_the_graph(traced: Kit) -> None:
    traced.window.inspect.watch(CONV1)
    assert traced.window.graph.view.marks.current == CONV1


def test_pictures_on_the_graph_have_what_is_seen_summed_up(traced: Kit, qtbot: QtBot) -> None:
    with qtbot.waitSignal(traced.window.graph.seen_changed, timeout=20_000):
        traced.trigger("graph_pictures")
    (request,) = [c.request for c in traced.engine.of(SetSurvey) if c.request is not None]
    assert request == SurveyRequest(frozenset(traced.window.graph.seen_keys), has_thumbnails=True)
    assert {CONV1, ADD} <= request.keys
    with qtbot.waitSignal(traced.window.graph.seen_changed, timeout=20_000):
        traced.trigger("graph_pictures")
    assert traced.engine.of(SetSurvey)[-1] == SetSurvey(None)


def test_a_survey_colours_the_graph_and_shows_where_a_sum_comes_from(traced: Kit) -> None:
    panel = traced.window.graph
    panel.bar.set_colour_by(ColourBy.SPARSITY)
    panel.bar.colour_changed.emit(ColourBy.SPARSITY)
    thumbnail = np.full((4, 4), 9, np.uint8)
    survey = (
        NodeSummary(CONV1, mean=2.0, zeros=0.25, dead=0.0, strongest=0, thumbnail=thumbnail),
        NodeSummary(ADD, mean=3.0, zeros=0.5, dead=0.0, strongest=1, shares=(0.3, 0.7)),
    )
    plain = result(activation(CONV1))
    timing = dataclasses.replace(plain.timing, survey_ms=12.4)
    traced.engine.put(dataclasses.replace(plain, survey=survey, timing=timing))
    measure = panel.view.measure
    assert measure is not None
    assert sorted(measure.values.values()) == [0.25, 0.5]
    assert "12 ms" in panel.bar._note.text()
    panel.bar.set_colour_by(ColourBy.KIND)
    panel.bar.colour_changed.emit(ColourBy.KIND)
    traced.engine.put(dataclasses.replace(plain, survey=survey, timing=timing))
    assert panel.bar._note.text() == ""  # that one came after the last wish


def test_colouring_by_time_measures_it(traced: Kit) -> None:
    panel = traced.window.graph
    panel.bar.set_colour_by(ColourBy.TIME)
    panel.bar.colour_changed.emit(ColourBy.TIME)
    assert traced.engine.of(MeasureCost)[-1] == MeasureCost(has_times=True)
    assert not traced.window.cost._measure.isEnabled()
    traced.engine.tell(CostMeasured(cost(1.5)))
    assert traced.window.cost._measure.isEnabled()
    measure = panel.view.measure
    assert measure is not None
    assert set(measure.values.values()) == {1.5}


def test_a_frame_without_a_survey_leaves_the_graph_alone(traced: Kit) -> None:
    before = traced.window.graph.view.measure
    traced.engine.put(dataclasses.replace(result(activation(CONV1)), timing=Timing(survey_ms=3.0)))
    assert traced.window.graph.view.measure is before


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_the_graph_is_saved(traced: Kit, tmp_path: Path, qtbot: QtBot, suffix: str) -> None:
    path = tmp_path / f"graph{suffix}"
    job = traced.window.graphs.save_graph(str(path))
    assert job is not None
    qtbot.waitUntil(lambda: not job.is_running, timeout=20_000)
    if suffix == ".svg":
        assert "add" in "".join(ET.parse(path).getroot().itertext())
    else:
        assert path.read_bytes().startswith(b"\x89PNG")


def test_what_is_seen_of_the_graph_is_saved(traced: Kit, tmp_path: Path, qtbot: QtBot) -> None:
    view = traced.window.graph.view
    assert view.scene is not None
    first = view.scene.layout.items[0]
    view.camera.zoom = 1.0
    view.camera.left, view.camera.top = first.left, first.top
    view.camera.width, view.camera.height = first.width, first.height
    path = tmp_path / "part.svg"
    job = traced.window.graphs.save_graph(str(path), is_part=True)
    assert job is not None
    qtbot.waitUntil(lambda: not job.is_running, timeout=20_000)
    texts = "".join(ET.parse(path).getroot().itertext())
    assert first.item.title in texts
    assert "add" not in texts


def test_a_graph_of_another_suffix_is_refused_in_a_sentence(
    traced: Kit, tmp_path: Path, qtbot: QtBot
) -> None:
    job = traced.window.graphs.save_graph(str(tmp_path / "graph.bmp"))
    assert job is not None
    qtbot.waitUntil(lambda: "export" in traced.notices, timeout=20_000)
    assert "neither" in traced.notices["export"]
    assert list(tmp_path.glob("graph*")) == []


def test_the_costs_are_saved_as_a_table(traced: Kit, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "cost.csv"
    job = traced.window.graphs.save_cost(str(path))
    qtbot.waitUntil(lambda: not job.is_running, timeout=20_000)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert any("/add" in row for row in rows)
