"""The table of costs: what stands where, how it is sorted and searched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from engine.values import LayerCost, LayerKey, NetworkCost, OpKind, ReceptiveField
from gui.models.cost_columns import COLUMNS
from gui.models.cost_table import (
    KEY_ROLE,
    SHARE_ROLE,
    CostFilterModel,
    CostTableModel,
    CostTotalsModel,
)

NAMES = [column.name for column in COLUMNS]

# AlexNet's first layers on 3 × 227 × 227, as the lecture counts them.
CONV1 = LayerCost(
    node=1,
    key=LayerKey("features.0"),
    op="Conv2d",
    kind=OpKind.CONVOLUTION,
    output_shape=(1, 64, 56, 56),
    elements=200_704,
    memory_kib=784.0,
    weight_shape=(64, 3, 11, 11),
    parameters=23_296,
    macs=72_855_552,
    receptive_field=ReceptiveField((11, 11), (4, 4), (3, 3)),
    time_ms=1.25,
    formulas=(("multiply-adds", "64 × 56 × 56 × (3 × 11 × 11) = 72,855,552"),),
)
RELU = LayerCost(
    2, LayerKey("features.1"), "ReLU", OpKind.ACTIVATION, (1, 64, 56, 56), 200_704, 784.0, (), 0, 0
)
FC = LayerCost(
    3,
    LayerKey("classifier.1"),
    "Linear",
    OpKind.LINEAR,
    (1, 1000),
    1000,
    3.90625,
    (1000, 4096),
    4_097_000,
    4_096_000,
    receptive_field=ReceptiveField((0, 0), (0, 0), (0, 0)),
)
COST = NetworkCost(
    "alexnet", 1, (3, 227, 227), (CONV1, RELU, FC), 4_120_296, 76_951_552, 1571.90625
)


@pytest.fixture
def model() -> CostTableModel:
    it = CostTableModel()
    it.set_cost(COST)
    return it


def cells(model: CostTableModel, row: int) -> dict[str, str]:
    return {name: model.index(row, number).data() for number, name in enumerate(NAMES)}


def test_the_lectures_numbers(model: CostTableModel) -> None:
    assert cells(model, 0) == {
        "layer": "features.0",
        "kind": "Conv2d",
        "output_shape": "64 × 56 × 56",
        "elements": "200,704",
        "memory_kib": "784",
        "weight_shape": "64 × 3 × 11 × 11",
        "parameters": "23,296",
        "macs": "72,855,552",
        "flops": "145,711,104",
        "share": "94.7",
        "time_ms": "1.250",
        "receptive_field": "11 / 4",
    }


def test_what_is_nothing_is_not_written(model: CostTableModel) -> None:
    row = cells(model, 1)
    for name in ("weight_shape", "parameters", "macs", "flops", "share", "time_ms"):
        assert row[name] == "", name
    assert cells(model, 2)["receptive_field"] == "all"
    assert cells(model, 2)["memory_kib"] == "3.91"


def test_the_sums() -> None:
    model = CostTotalsModel()
    assert model.rowCount() == 0
    model.set_cost(COST)
    row = {name: model.index(0, number).data() for number, name in enumerate(NAMES)}
    assert row["layer"] == "3 operations"
    assert row["parameters"] == "4,120,296"
    assert row["macs"] == "76,951,552"
    assert row["flops"] == "153,903,104"
    assert row["share"] == "100"
    assert row["memory_kib"] == "1,571.9"
    assert row["time_ms"] == ""
    assert row["kind"] == row["elements"] == ""


def test_roles(model: CostTableModel) -> None:
    macs = NAMES.index("macs")
    assert model.index(0, macs).data(SHARE_ROLE) == 1.0
    assert model.index(2, macs).data(SHARE_ROLE) == pytest.approx(4_096_000 / 72_855_552)
    assert model.index(0, 0).data(SHARE_ROLE) is None
    assert model.index(2, 4).data(KEY_ROLE) == LayerKey("classifier.1")
    assert model.row_of(LayerKey("features.1")) == 1
    assert model.row_of(LayerKey("gone")) is None
    titles = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(len(NAMES))]
    assert titles[7:9] == ["MACs", "FLOPs"]


@pytest.mark.parametrize(
    ("column", "names"),
    [
        ("layer", ["features.0", "features.1", "classifier.1"]),
        ("macs", ["features.1", "classifier.1", "features.0"]),
        ("parameters", ["features.1", "features.0", "classifier.1"]),
        ("time_ms", ["features.1", "classifier.1", "features.0"]),
        ("receptive_field", ["features.1", "features.0", "classifier.1"]),
        ("weight_shape", ["features.1", "features.0", "classifier.1"]),
    ],
)
def test_numbers_are_sorted_as_numbers(
    model: CostTableModel, column: str, names: list[str]
) -> None:
    proxy = CostFilterModel()
    proxy.setSourceModel(model)
    proxy.sort(NAMES.index(column))
    assert [proxy.index(row, 0).data() for row in range(3)] == names
    proxy.sort(NAMES.index(column), Qt.SortOrder.DescendingOrder)
    top = proxy.index(0, 0).data()
    assert top == names[-1]


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 3), ("features", 2), ("LINEAR", 1), ("64x56", 2), ("64 × 56", 2), ("zzz", 0)],
)
def test_searching(model: CostTableModel, text: str, count: int) -> None:
    proxy = CostFilterModel()
    proxy.setSourceModel(model)
    proxy.set_text(text)
    assert proxy.rowCount() == count


def test_the_models_keep_qts_rules(qtmodeltester: ModelTester, model: CostTableModel) -> None:
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]  # pytest-qt has no types
    proxy = CostFilterModel()
    proxy.setSourceModel(model)
    qtmodeltester.check(proxy)  # type: ignore[no-untyped-call]  # pytest-qt has no types
    model.set_cost(None)
    assert model.rowCount() == proxy.rowCount() == 0
    totals = CostTotalsModel()
    totals.set_cost(COST)
    qtmodeltester.check(totals)  # type: ignore[no-untyped-call]  # pytest-qt has no types
