"""The cost panel: a click watches and shows the arithmetic, the table is copied and saved."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from engine.errors import ExportError
from engine.values import LayerCost, LayerKey, NetworkCost, OpKind
from gui.models.cost_columns import COLUMNS
from gui.panels.cost_panel import CostPanel
from gui.panels.cost_view import MOST_WIDTH, PAD


def row(node: int, name: str, macs: int, shape: tuple[int, ...] = (2, 64, 56, 56)) -> LayerCost:
    return LayerCost(
        node=node,
        key=LayerKey(name),
        op="Conv2d",
        kind=OpKind.CONVOLUTION,
        output_shape=shape,
        elements=200_704,
        memory_kib=784.0,
        weight_shape=(64, 3, 11, 11),
        parameters=23_296,
        macs=macs,
        formulas=(("multiply-adds", f"2 × {macs // 2:,} = {macs:,}"), ("FLOPs", "2 × ...")),
    )


COST = NetworkCost(
    "net", 2, (3, 227, 227), (row(0, "a", 30), row(1, "b", 50), row(2, "c", 20)), 69_888, 100, 2352
)


@pytest.fixture
def panel(qtbot: QtBot) -> CostPanel:
    widget = CostPanel()
    qtbot.addWidget(widget)
    widget.resize(1300, 500)
    widget.show()
    widget.show_cost(COST)
    qtbot.waitUntil(lambda: widget.is_fitted)
    return widget


def click(panel: CostPanel, row: int, column: int = 0) -> None:
    place = panel.table.visualRect(panel.table.model().index(row, column)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_watches_and_shows_the_arithmetic(panel: CostPanel) -> None:
    chosen: list[LayerKey] = []
    panel.layer_chosen.connect(chosen.append)
    assert panel.formulas_text == ""
    click(panel, 1)
    assert chosen == [LayerKey("b")]
    assert panel.formulas_text.splitlines() == [
        "b   Conv2d",
        "multiply-adds:  2 × 25 = 50",
        "FLOPs:  2 × ...",
    ]


def test_a_click_means_the_row_as_it_is_sorted(panel: CostPanel) -> None:
    chosen: list[LayerKey] = []
    panel.layer_chosen.connect(chosen.append)
    macs = [column.name for column in COLUMNS].index("macs")
    panel.table.sortByColumn(macs, Qt.SortOrder.DescendingOrder)
    for number in range(3):
        click(panel, number)
    assert [key.name for key in chosen] == ["b", "a", "c"]


def test_marking_tells_nobody(panel: CostPanel) -> None:
    chosen: list[LayerKey] = []
    panel.layer_chosen.connect(chosen.append)
    assert panel.mark_current(LayerKey("c"))
    assert panel.current_key() == LayerKey("c")
    assert not panel.mark_current(LayerKey("gone"))
    assert chosen == []
    panel.show_cost(dataclasses.replace(COST, time_ms=3.0))
    assert panel.current_key() == LayerKey("c")


def test_batch_and_words_are_stated(panel: CostPanel) -> None:
    texts = [label.text() for label in panel.findChildren(QLabel)]
    assert "Batch 2, input 3 × 227 × 227. MACs = multiply-adds, FLOPs = 2 × MACs." in texts


def test_searching_keeps_the_sums(panel: CostPanel) -> None:
    field = panel.findChild(QLineEdit)
    assert field is not None
    QTest.keyClicks(field, "c")
    assert panel.table.model().rowCount() == 3  # Conv2d
    field.setText("zzz")
    assert panel.table.model().rowCount() == 0
    assert panel.table.totals.model().index(0, 0).data() == "3 operations"


def test_sums_stand_below_their_columns(panel: CostPanel) -> None:
    for column in range(len(COLUMNS)):
        assert panel.table.totals.columnWidth(column) == panel.table.columnWidth(column)
    panel.table.setColumnWidth(2, 177)
    assert panel.table.totals.columnWidth(2) == 177


def test_columns_are_as_wide_as_their_widest_text(qtbot: QtBot, panel: CostPanel) -> None:
    """As wide as Qt's own, which asks for every cell, would make them; thousands take too long."""
    rows = [row(n, f"layer{n}.{'x' * (n * 7 % 20)}", n**3, (2, n, n)) for n in range(400)]
    panel.show_cost(NetworkCost("net", 2, (3, 227, 227), tuple(rows), 69_888, 100, 2352))
    qtbot.waitUntil(lambda: panel.is_fitted)
    ours = [panel.table.columnWidth(n) for n in range(len(COLUMNS))]
    panel.table.resizeColumnsToContents()
    panel.table.totals.resizeColumnsToContents()
    for number, width in enumerate(ours):
        needed = max(panel.table.sizeHintForColumn(number), panel.table.columnWidth(number))
        assert width >= min(needed, MOST_WIDTH), COLUMNS[number].name
        assert width <= max(needed, panel.table.totals.columnWidth(number)) + 2 * PAD


def test_columns_get_their_room_when_they_are_looked_at(qtbot: QtBot) -> None:
    panel = CostPanel()
    qtbot.addWidget(panel)
    panel.resize(1300, 500)
    before = panel.table.columnWidth(0)
    long = dataclasses.replace(COST, layers=(row(0, "features.denseblock4.denselayer48", 30),))
    panel.show_cost(long)
    assert panel.table.columnWidth(0) == before
    panel.show()
    qtbot.waitUntil(lambda: panel.is_fitted)
    assert panel.table.columnWidth(0) > before


def test_sorting_keeps_what_is_selected(panel: CostPanel) -> None:
    panel.mark_current(LayerKey("b"))
    macs = [column.name for column in COLUMNS].index("macs")
    panel.table.sortByColumn(macs, Qt.SortOrder.DescendingOrder)
    assert panel.current_key() == LayerKey("b")
    assert panel.table.currentIndex().row() == 0
    panel.show_cost(dataclasses.replace(COST, layers=(row(0, "a", 3), row(1, "b", 2))))
    assert panel.table.model().index(0, 0).data() == "a"  # sorted as before
    assert panel.current_key() == LayerKey("b")


def test_a_narrow_panel_shows_what_is_most_telling(panel: CostPanel) -> None:
    def shown() -> set[str]:
        return {it.name for n, it in enumerate(COLUMNS) if not panel.table.isColumnHidden(n)}

    assert len(shown()) == len(COLUMNS)
    panel.resize(320, 500)
    assert {"layer", "macs"} <= shown()
    assert len(shown()) < 6
    panel.resize(1300, 500)
    assert len(shown()) == len(COLUMNS)


def test_copying(panel: CostPanel) -> None:
    click(panel, 0)
    QTest.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    cells = QGuiApplication.clipboard().text().split("\t")
    assert cells[:4] == ["a", "Conv2d", "64 × 56 × 56", "200,704"]
    assert len(panel._table_text().splitlines()) == 4


def test_the_csv_has_plain_numbers_and_the_sums(panel: CostPanel, tmp_path: Path) -> None:
    panel.to_csv(tmp_path / "cost.csv")
    with (tmp_path / "cost.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0] == {
        "layer": "a",
        "kind": "Conv2d",
        "output_shape": "64x56x56",
        "elements": "200704",
        "memory_kib": "784.0",
        "weight_shape": "64x3x11x11",
        "parameters": "23296",
        "macs": "30",
        "flops": "60",
        "share": "30.0",
        "time_ms": "",
        "receptive_field": "",
    }
    assert [it["layer"] for it in rows] == ["a", "b", "c", "total"]
    assert rows[3]["macs"] == "100"
    assert rows[3]["parameters"] == "69888"
    with pytest.raises(ExportError, match="exists already"):
        panel.to_csv(tmp_path / "cost.csv")


def test_without_a_network_nothing_can_be_done(panel: CostPanel, tmp_path: Path) -> None:
    click(panel, 0)
    panel.clear("Load a network")
    assert panel.cost is None
    assert panel.formulas_text == ""
    assert panel.table.model().rowCount() == 0
    assert not panel.table.isEnabled()
    panel.to_csv(tmp_path / "cost.csv")
    assert not (tmp_path / "cost.csv").exists()


def test_buttons_ask(panel: CostPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.measure_wanted):
        panel._measure.click()
    panel.set_measuring(True)
    assert not panel._measure.isEnabled()
    assert panel._about.text().endswith("Measuring times…")
    panel.set_measuring(False)
    assert panel._measure.isEnabled()
    assert "Measuring" not in panel._about.text()
    with qtbot.waitSignal(panel.save_wanted):
        panel._save.click()


def long_row(node: int, name: str, lines: int) -> LayerCost:
    formulas = tuple((f"figure {n}", f"{n} × {n} = {n * n}") for n in range(lines))
    return dataclasses.replace(row(node, name, 10), formulas=formulas)


def formulas_of(panel: CostPanel) -> QPlainTextEdit:
    found = panel.findChild(QPlainTextEdit)
    assert found is not None
    return found


def is_whole(panel: CostPanel) -> bool:
    return formulas_of(panel).verticalScrollBar().maximum() == 0


@pytest.fixture
def small(panel: CostPanel) -> CostPanel:
    """A panel of 320 × 420 with rows of 2, 7 and 40 lines of arithmetic."""
    rows = tuple(long_row(n, name, lines) for n, (name, lines) in enumerate(LINES.items()))
    panel.resize(320, 420)
    panel.show()
    panel.show_cost(NetworkCost("net", 2, (3, 227, 227), rows, 69_888, 100, 2352))
    return panel


LINES = {"few": 2, "some": 7, "many": 40}


def test_arithmetic_is_whole_where_there_is_room_and_scrolls_where_there_is_none(
    small: CostPanel,
) -> None:
    for name in ("few", "some"):
        small.mark_current(LayerKey(name))
        assert is_whole(small), name
    small.mark_current(LayerKey("many"))
    assert not is_whole(small)
    upper, lower = small._split.sizes()
    assert abs(upper - lower) <= 1
    assert small.table.visualRect(small.table.currentIndex()).isValid()


def test_the_table_does_not_jump_from_row_to_row(small: CostPanel) -> None:
    small.mark_current(LayerKey("some"))
    before = small._split.sizes()
    small.mark_current(LayerKey("few"))
    assert small._split.sizes() == before


def test_a_panel_that_was_narrow_for_a_moment_keeps_no_empty_room(small: CostPanel) -> None:
    small.mark_current(LayerKey("few"))
    before = small._split.sizes()
    small.resize(90, 420)
    assert small._split.sizes()[1] > before[1]
    small.resize(320, 420)
    assert small._split.sizes() == before


def test_where_the_person_puts_the_line_it_stays(small: CostPanel) -> None:
    small.mark_current(LayerKey("few"))
    small._split.moveSplitter(sum(small._split.sizes()) - 60, 1)
    before = small._split.sizes()
    small.mark_current(LayerKey("many"))
    assert small._split.sizes() == before


@pytest.mark.parametrize(("width", "hint"), [(500, "Find by name, kind or shape"), (190, "Find")])
def test_the_hint_is_seen_whole(panel: CostPanel, width: int, hint: str) -> None:
    panel.resize(width, 420)
    panel.show()
    field = panel.findChild(QLineEdit)
    assert field is not None
    assert field.placeholderText() == hint
