"""From numbers of layers to colours of items."""

from __future__ import annotations

import pytest

from engine.values import (
    GraphLayout,
    LayerCost,
    LayerKey,
    NetworkCost,
    OpKind,
)
from gui.graph.measures import ColourBy, cost_values, measure_of, shares_of
from gui.graph.scene import GraphScene, build_scene
from tests.gui.graph.drawings import box, item, placed, residual


def scene_of(*ids: str) -> GraphScene:
    known = {
        "n0": item(0, "stem"),
        "n3": item(3, "block/add", OpKind.ADD),
        "n2": item(2, "block.b"),
        "bblock": box("block", (1, 2, 3)),
        "n4": item(4, "head", OpKind.LINEAR),
    }
    items = tuple(placed(known[id_], 0, 100 * n) for n, id_ in enumerate(ids))
    return build_scene(GraphLayout(items, (), (), 200, 500), residual())


def row(node: int, name: str, macs: int, time_ms: float | None = None) -> LayerCost:
    return LayerCost(
        node,
        LayerKey(name),
        "Conv2d",
        OpKind.CONVOLUTION,
        (1, 2, 2),
        4,
        16.0,
        (),
        3000,
        macs,
        time_ms=time_ms,
    )


COST = NetworkCost(
    "residual",
    1,
    (3, 8, 8),
    (row(0, "stem", 2_000_000, 0.5), row(1, "block.a", 1_000_000), row(2, "block.b", 500_000)),
    9000,
    3_500_000,
    48.0,
)


@pytest.mark.parametrize(
    ("colour_by", "stem"),
    [
        (ColourBy.MACS, 2.0),
        (ColourBy.PARAMETERS, 3.0),
        (ColourBy.MEMORY, 16.0),
        (ColourBy.TIME, 0.5),
    ],
)
def test_costs_in_the_unit_they_are_shown_in(colour_by: ColourBy, stem: float) -> None:
    assert cost_values(COST, colour_by)[LayerKey("stem")] == stem


def test_what_was_not_measured_has_no_value() -> None:
    assert set(cost_values(COST, ColourBy.TIME)) == {LayerKey("stem")}
    assert cost_values(COST, ColourBy.KIND) == {}


def test_a_box_adds_up_what_costs() -> None:
    values = cost_values(COST, ColourBy.MACS)
    measure = measure_of(scene_of("n0", "bblock", "n4"), values, ColourBy.MACS)
    assert measure.values == {"n0": 2.0, "bblock": 1.5}
    assert (measure.low, measure.high) == (0.0, 2.0)


def test_a_box_has_the_activation_of_its_output() -> None:
    values = {LayerKey("stem"): 0.2, LayerKey("block/add"): 0.7, LayerKey("block.a"): 0.9}
    measure = measure_of(scene_of("n0", "bblock"), values, ColourBy.MEAN)
    assert measure.values == {"n0": 0.2, "bblock": 0.7}
    own = measure_of(scene_of("bblock"), {**values, LayerKey("block"): 0.4}, ColourBy.MEAN)
    assert own.values == {"bblock": 0.4}


def test_shares_are_shown_from_0_to_1() -> None:
    measure = measure_of(scene_of("n0"), {LayerKey("stem"): 0.25}, ColourBy.SPARSITY)
    assert (measure.low, measure.high) == (0.0, 1.0)


def test_nothing_known_is_no_error() -> None:
    measure = measure_of(scene_of("n0"), {LayerKey("stem"): float("nan")}, ColourBy.MEAN)
    assert measure.values == {}
    assert measure.high > measure.low


def test_what_comes_by_each_branch_of_a_sum() -> None:
    energies = {LayerKey("block/add"): (3.0, 1.0)}
    shares = shares_of(scene_of("n0", "n2", "n3"), energies)
    assert shares == {"n3": (("n2", 0.75), ("n0", 0.25))}
    assert shares_of(scene_of("n0", "n3"), energies) == {"n3": (("n0", 0.25),)}
    assert shares_of(scene_of("n0", "n2", "n3"), {LayerKey("block/add"): (0.0, 0.0)}) == {}
