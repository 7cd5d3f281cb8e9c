"""The layers as a tree, and finding them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from pytestqt.modeltest import ModelTester

from engine.values import LayerInfo, LayerKey
from gui.models.layer_filter import LayerFilterModel
from gui.models.layer_tree import (
    KEY_ROLE,
    WATCHED_ROLE,
    LayerTreeModel,
    parameters_text,
    shape_text,
)


def layer(
    name: str, kind: str, shape: tuple[int, ...] | None, parameters: int = 0, calls: int = 1
) -> LayerInfo:
    is_leaf = kind not in {"Sequential", "BasicBlock"}
    return LayerInfo(LayerKey(name), kind, shape, parameters, is_leaf, calls)


# The beginning and the end of a resnet18.
LAYERS = (
    layer("input", "Input", (3, 224, 224)),
    layer("conv1", "Conv2d", (64, 112, 112), 9408),
    layer("relu", "ReLU", (64, 112, 112)),
    layer("layer1", "Sequential", (64, 56, 56), 147968),
    layer("layer1.0", "BasicBlock", (64, 56, 56), 73984),
    layer("layer1.0.conv1", "Conv2d", (64, 56, 56), 36864),
    layer("layer1.0.relu", "ReLU", (64, 56, 56), calls=2),
    layer("layer1.1", "BasicBlock", (64, 56, 56), 73984),
    layer("layer1.1.conv1", "Conv2d", (64, 56, 56), 36864),
    layer("aux", "Aux", None, 1_200_000),
    layer("head.lost.fc", "Linear", (1000,), 513_000),
)


@pytest.fixture
def model() -> LayerTreeModel:
    return LayerTreeModel(LAYERS)


def outline(model: QAbstractItemModel, parent: QModelIndex | None = None) -> list[object]:
    """Return the names as nested lists."""
    parent = parent or QModelIndex()
    found: list[object] = []
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        below = outline(model, index)
        found.append([index.data(), *below] if below else index.data())
    return found


def test_names_are_nested(model: LayerTreeModel) -> None:
    assert outline(model) == [
        "input",
        "conv1",
        "relu",
        ["layer1", ["0", "conv1", ["relu", "call 1", "call 2"]], ["1", "conv1"]],
        "aux",
        "head.lost.fc",
    ]


def test_columns(model: LayerTreeModel) -> None:
    index = model.index_of(LayerKey("layer1.0.conv1"))
    row = [index.siblingAtColumn(column).data() for column in range(model.columnCount())]
    assert row == ["conv1", "Conv2d", "64 × 56 × 56", "36.9 k"]
    titles = [model.headerData(n, Qt.Orientation.Horizontal) for n in range(4)]
    assert titles == ["Layer", "Kind", "Shape", "Parameters"]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, ""),
        (512, "512"),
        (999, "999"),
        (1000, "1.0 k"),
        (9408, "9.4 k"),
        (999_949, "999.9 k"),
        (999_951, "1.0 M"),
        (11_689_512, "11.7 M"),
        (2_500_000_000, "2.5 G"),
    ],
)
def test_parameters(count: int, text: str) -> None:
    assert parameters_text(count) == text


def test_shapes() -> None:
    assert shape_text((64, 7, 7)) == "64 × 7 × 7"
    assert shape_text(None) == ""


@pytest.mark.parametrize("info", LAYERS, ids=lambda info: info.key.name)
def test_every_layer_is_found_again(model: LayerTreeModel, info: LayerInfo) -> None:
    index = model.index_of(info.key)
    assert model.key_at(index) == info.key
    assert model.info_at(index) is info
    assert index.siblingAtColumn(2).data(KEY_ROLE) == info.key


def test_calls_have_keys(model: LayerTreeModel) -> None:
    relu = model.index_of(LayerKey("layer1.0.relu"))
    keys = [model.key_at(model.index(row, 0, relu)) for row in range(2)]
    assert keys == [LayerKey("layer1.0.relu", 0), LayerKey("layer1.0.relu", 1)]
    second = model.index_of(LayerKey("layer1.0.relu", 1))
    assert (second.data(), second.parent()) == ("call 2", relu)
    assert not model.index_of(LayerKey("layer1.0.relu", 2)).isValid()
    assert model.key_at(QModelIndex()) is None


def test_watched_layers_are_marked(model: LayerTreeModel) -> None:
    changed: list[object] = []
    model.dataChanged.connect(lambda first, _last: changed.append(model.key_at(first)))
    conv, relu = LayerKey("conv1"), LayerKey("layer1.0.relu", 1)
    model.set_watched([conv, relu])
    assert set(changed) == {conv, relu}
    assert model.index_of(conv).data(WATCHED_ROLE) is True
    assert model.index_of(conv).data(Qt.ItemDataRole.FontRole).bold()
    assert model.index_of(LayerKey("relu")).data(Qt.ItemDataRole.FontRole) is None
    changed.clear()
    model.set_watched([relu])
    assert changed == [conv]
    assert model.index_of(conv).data(WATCHED_ROLE) is False


def test_what_is_never_called_cannot_be_chosen(model: LayerTreeModel) -> None:
    selectable = Qt.ItemFlag.ItemIsSelectable
    assert not model.flags(model.index_of(LayerKey("aux"))) & selectable
    assert model.flags(model.index_of(LayerKey("conv1"))) & selectable
    assert "Not called" in model.index_of(LayerKey("aux")).data(Qt.ItemDataRole.ToolTipRole)


def test_it_keeps_qts_rules(model: LayerTreeModel, qtmodeltester: ModelTester) -> None:
    check: Callable[[QAbstractItemModel], None] = qtmodeltester.check
    check(model)
    model.set_layers(LAYERS[:4])
    check(model)
    assert outline(model) == ["input", "conv1", "relu", "layer1"]


@pytest.fixture
def filtered(model: LayerTreeModel) -> LayerFilterModel:
    proxy = LayerFilterModel()
    proxy.setSourceModel(model)
    return proxy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("CONV1", ["conv1", ["layer1", ["0", "conv1"], ["1", "conv1"]]]),
        ("linear", ["head.lost.fc"]),
        ("64x112", ["conv1", "relu"]),
        ("64 × 112", ["conv1", "relu"]),
        (r"^layer1\.\d\.conv", [["layer1", ["0", "conv1"], ["1", "conv1"]]]),
        (r"layer1\.1\b", [["layer1", ["1", "conv1"]]]),
        ("layer1.0.relu", [["layer1", ["0", ["relu", "call 1", "call 2"]]]]),
        ("conv1(", []),
        ("nothing like it", []),
    ],
)
def test_filter(
    model: LayerTreeModel, filtered: LayerFilterModel, text: str, expected: list[object] | None
) -> None:
    filtered.set_text(text)
    assert outline(filtered) == (outline(model) if expected is None else expected)


def test_a_text_that_is_no_expression_is_looked_for_as_it_stands() -> None:
    model = LayerTreeModel((layer("odd(name", "Conv2d", (1,)), layer("even", "Conv2d", (1,))))
    proxy = LayerFilterModel()
    proxy.setSourceModel(model)
    proxy.set_text("odd(")
    assert outline(proxy) == ["odd(name"]


def test_the_filter_keeps_qts_rules(filtered: LayerFilterModel, qtmodeltester: ModelTester) -> None:
    filtered.set_text("conv")
    check: Callable[[QAbstractItemModel], None] = qtmodeltester.check
    check(filtered)
