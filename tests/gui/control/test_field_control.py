"""Receptive fields in the window: the box under the pointer, measuring, the cost panel."""

from __future__ import annotations

import csv
import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.commands import MeasureField
from engine.events import CostMeasured, FieldMeasured, Notice, Severity
from engine.values import (
    Box,
    FieldRequest,
    LayerCost,
    LayerKey,
    MeasuredField,
    NetworkCost,
    OpKind,
    ReceptiveField,
)
from gui.map_colours import MOST_HEAT, field_heat
from tests.gui.fake_engine import CLASSIFIER, CONV1, CONV2, activation, photo_frame, result

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from gui.views.field_mark import FieldMark
    from tests.gui.window_kit import Kit

WHOLE = ReceptiveField((0, 0), (32, 32), (15.5, 15.5))


def row(key: LayerKey, shape: tuple[int, ...], field: ReceptiveField) -> LayerCost:
    return LayerCost(0, key, "x", OpKind.OTHER, shape, 1, 1.0, (), 0, 0, receptive_field=field)


COST = NetworkCost(
    "tiny",
    1,
    (3, 32, 32),
    (
        row(CONV1, (1, 16, 16, 16), ReceptiveField((5, 5), (2, 2), (0, 0))),
        row(CONV2, (1, 24, 8, 8), WHOLE),
        row(CLASSIFIER, (1, 7), WHOLE),
    ),
    0,
    0,
    0.0,
)


@pytest.fixture
def counted(kit: Kit) -> Kit:
    """A window whose network's fields are known; CONV1 is watched."""
    kit.loaded(CONV1)
    kit.engine.tell(CostMeasured(COST))
    kit.engine.forget()
    QApplication.processEvents()
    return kit


def move(widget: QWidget, place: QPointF) -> None:
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        QPointF(widget.mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def point(kit: Kit, y: int, x: int, channel: int = 5) -> None:
    """Move the pointer onto a cell of the grid."""
    page = kit.window.maps.current_page
    assert page is not None
    assert page.activation is not None
    height, width = page.activation.map_size
    tile = page.atlas._tile_rect(channel)
    place = QPointF(
        tile.left() + (x + 0.5) / width * tile.width(),
        tile.top() + (y + 0.5) / height * tile.height(),
    )
    move(page.atlas, place)


def leave(kit: Kit) -> None:
    page = kit.window.maps.current_page
    assert page is not None
    QApplication.sendEvent(page.atlas, QEvent(QEvent.Type.Leave))


def mark(kit: Kit) -> FieldMark | None:
    """Return what is drawn: the same on both pictures."""
    first, second = (view.field for view in (kit.window.source.view, kit.window.channel.picture))
    assert first is second
    return first


def box(kit: Kit) -> Box:
    drawn = mark(kit)
    assert drawn is not None
    assert drawn.box is not None
    return drawn.box


def said(kit: Kit) -> str:
    return str(kit.window.status._what.text())


def requests(kit: Kit) -> list[FieldRequest | None]:
    return [it.request for it in kit.engine.of(MeasureField)]


def measured(
    request: FieldRequest, cell: tuple[int, int], *, is_final: bool = True, name: str = "cat.png"
) -> FieldMeasured:
    blob = np.zeros((32, 32), np.float32)
    blob[4:9, 18:23] = 0.25
    blob[6, 20] = 1
    field = MeasuredField(
        request=request,
        cell=cell,
        blob=blob,
        size=(3, 4),
        samples=8 if is_final else 1,
        is_final=is_final,
        frame_name=name,
        input_box=Box(8, 0, 56, 48),
    )
    return FieldMeasured(field)


def rest(kit: Kit) -> None:
    """Let the pointer have rested."""
    timer = kit.window.fields._rest
    assert timer.isActive()
    timer.stop()
    timer.timeout.emit()


# ----------------------------------------------------------------------------------- theory


def test_the_box_follows_the_pointer_and_goes_with_it(counted: Kit) -> None:
    assert mark(counted) is None
    point(counted, 3, 10)
    # rows 4..9, columns 18..23 of 32 × 32, which is Box(8, 0, 56, 48) of the picture
    assert box(counted) == Box(8 + 18 * 1.5, 6, 8 + 23 * 1.5, 13.5)
    assert "features.conv1 [5]  y = 3  x = 10  value = " in said(counted)
    assert said(counted).endswith("  field 5×5, stride 2")
    point(counted, 0, 10)
    drawn = mark(counted)
    assert drawn is not None
    assert drawn.cut == (False, True, False, False)
    assert box(counted).top == 0
    assert said(counted).endswith("  field 5×5, stride 2, cut off at the edge")
    leave(counted)
    assert mark(counted) is None


def test_the_large_map_points_too(counted: Kit) -> None:
    counted.window.channel.show_result(counted.window.fields._result, activation(CONV1))  # type: ignore[arg-type]
    view = counted.window.channel._map
    rect = view._to_view(10, 3, 11, 4)
    move(view, rect.center())
    assert box(counted) == Box(8 + 18 * 1.5, 6, 8 + 23 * 1.5, 13.5)


def test_the_box_keeps_its_place_when_the_fit_changes(counted: Kit) -> None:
    point(counted, 3, 10)
    padded = dataclasses.replace(result(activation(CONV1)), input_box=Box(0, -8, 64, 56))
    counted.engine.put(padded)
    assert box(counted) == Box(36, 0, 46, 10)
    stretched = dataclasses.replace(padded, input_box=Box(0, 0, 64, 48))
    counted.engine.put(stretched)
    assert box(counted) == Box(36, 6, 46, 13.5)


def test_behind_global_operations_it_is_all_that_the_network_sees(counted: Kit) -> None:
    counted.window.maps.watch(CONV2)
    counted.engine.answer(CONV2)
    point(counted, 2, 2)
    assert box(counted) == Box(8, 0, 56, 48)
    assert said(counted).endswith("  field whole input")


def test_nothing_is_drawn_where_there_are_no_places(counted: Kit) -> None:
    counted.window.maps.watch(CLASSIFIER)
    counted.engine.answer(CLASSIFIER)
    counted.trigger("measured_field")
    page = counted.window.maps.current_page
    assert page is not None
    page.bars.channel_hovered.emit(3)
    assert said(counted).endswith("  field whole input")
    assert mark(counted) is None
    rest(counted)
    assert requests(counted) == []


def test_nothing_is_drawn_before_the_network_was_counted(kit: Kit) -> None:
    kit.loaded(CONV1)
    QApplication.processEvents()
    point(kit, 3, 10)
    assert mark(kit) is None
    assert "field" not in said(kit)


def test_it_is_seen_on_the_picture(counted: Kit) -> None:
    view = counted.window.source.view
    plain = view.to_image()
    point(counted, 3, 10)
    assert view.to_image() != plain
    leave(counted)
    assert view.to_image() == plain


def test_another_network_or_layer_takes_it_away(counted: Kit) -> None:
    point(counted, 3, 10)
    counted.window.maps.watch(CONV2)
    assert mark(counted) is None
    counted.window.maps.watch(CONV1)
    counted.engine.answer(CONV1)
    point(counted, 4, 10)
    assert mark(counted) is not None
    counted.engine.load()
    assert mark(counted) is None


# --------------------------------------------------------------------------------- measuring


def test_it_is_measured_when_the_pointer_rests(counted: Kit) -> None:
    counted.press(Qt.Key.Key_R)
    assert counted.is_checked("measured_field")
    assert "Point at a cell" in counted.notices["field"]
    for x in (8, 9, 10):
        point(counted, 3, x)
    assert requests(counted) == []
    rest(counted)
    request = FieldRequest(CONV1, (3, 10))
    assert requests(counted) == [request]
    counted.engine.tell(measured(request, (3, 10), is_final=False))
    counted.engine.tell(measured(request, (3, 10)))
    drawn = mark(counted)
    assert drawn is not None
    assert drawn.heat is not None
    assert drawn.heat_box == Box(8, 0, 56, 48)
    rows, columns = np.nonzero(drawn.heat[..., 3])
    assert (rows.min(), columns.min(), rows.max() + 1, columns.max() + 1) == (4, 18, 9, 23)
    assert box(counted) == Box(8 + 18 * 1.5, 6, 8 + 23 * 1.5, 13.5)
    assert said(counted).endswith("  field 5×5, stride 2, measured 3×4")
    leave(counted)  # to look at it
    assert mark(counted) is drawn
    counted.press(Qt.Key.Key_R)
    assert mark(counted) is None
    assert requests(counted) == [request]


def test_the_newest_cell_wins_and_a_late_answer_is_not_drawn(counted: Kit) -> None:
    counted.trigger("measured_field")
    point(counted, 3, 10)
    rest(counted)
    point(counted, 4, 4)
    rest(counted)
    first, second = FieldRequest(CONV1, (3, 10)), FieldRequest(CONV1, (4, 4))
    assert requests(counted) == [first, None, second]
    counted.engine.tell(measured(first, (3, 10)))
    drawn = mark(counted)
    assert drawn is not None
    assert drawn.heat is None
    counted.engine.tell(measured(second, (4, 4)))
    drawn = mark(counted)
    assert drawn is not None
    assert drawn.heat is not None


def test_switched_off_while_it_is_measured_nothing_is_left(counted: Kit) -> None:
    counted.trigger("measured_field")
    point(counted, 3, 10)
    rest(counted)
    counted.trigger("measured_field")
    assert requests(counted) == [FieldRequest(CONV1, (3, 10)), None]
    counted.engine.tell(measured(FieldRequest(CONV1, (3, 10)), (3, 10)))
    drawn = mark(counted)
    assert drawn is not None  # the pointer is still there: theory
    assert drawn.heat is None
    assert counted.window.source.view._badges == {}
    point(counted, 3, 11)
    assert not counted.window.fields._rest.isActive()


def test_another_picture_is_measured_anew(counted: Kit) -> None:
    counted.trigger("measured_field")
    point(counted, 3, 10)
    rest(counted)
    request = FieldRequest(CONV1, (3, 10))
    counted.engine.tell(measured(request, (3, 10)))
    counted.engine.answer(CONV1, index=1)
    assert not counted.window.fields._rest.isActive()
    counted.engine.put(result(activation(CONV1), frame=photo_frame("dog.png")))
    rest(counted)
    assert requests(counted) == [request, request]
    # It was measured on the picture before this one: once more.
    counted.engine.tell(measured(request, (3, 10)))
    rest(counted)
    counted.engine.tell(measured(request, (3, 10), name="dog.png"))
    assert not counted.window.fields._rest.isActive()
    assert requests(counted) == [request] * 3


def test_what_cannot_be_measured_is_said_and_ends(counted: Kit) -> None:
    counted.trigger("measured_field")
    point(counted, 3, 10)
    rest(counted)
    assert counted.window.source.view._badges == {"field": ("measuring", False)}
    counted.engine.tell(Notice("field", "It cannot be measured.", Severity.ERROR))
    assert counted.notices["field"] == "It cannot be measured."
    assert counted.window.source.view._badges == {}
    counted.engine.load()
    assert "field" not in counted.notices


def test_heat_is_as_strong_as_the_root_of_the_gradient() -> None:
    heat = field_heat(np.array([[0.0, 0.04, 1.0]], np.float32))
    assert heat.shape == (1, 3, 4)
    assert heat.dtype == np.uint8
    # 1.5 × √0.04 = 0.3 of the most
    assert heat[0, :, 3].tolist() == pytest.approx([0, 0.3 * MOST_HEAT, MOST_HEAT], abs=1)


# ------------------------------------------------------------------------------ the cost panel


def test_the_cost_panel_measures_a_layer(counted: Kit, tmp_path: Path) -> None:
    cost = counted.window.cost
    counted.window.docks["cost"].raise_()
    cost.mark_current(CONV1)
    QTest.mouseClick(cost._measure_field, Qt.MouseButton.LeftButton)
    request = FieldRequest(CONV1)
    assert requests(counted) == [request]
    assert not cost._measure_field.isEnabled()
    counted.engine.tell(measured(request, (8, 8), is_final=False))
    assert "measured" not in cost.formulas_text
    counted.engine.tell(measured(request, (8, 8)))
    assert cost._measure_field.isEnabled()
    assert cost.formulas_text.splitlines()[1] == (
        "measured field:  95 % of the gradient in 3 × 4 input pixels, cell y = 8  x = 8;  "
        "theory: 5 × 5"
    )
    assert cost.model.index(0, cost.model.columnCount() - 1).data() == "5 / 2 (3 × 4)"
    cost.to_csv(tmp_path / "cost.csv")
    with (tmp_path / "cost.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [it["effective_field"] for it in rows[:3]] == ["3x4", "", ""]
    assert [it["receptive_field"] for it in rows[:3]] == ["5 / 2", "all", "all"]
    # What was measured stays when times are measured, and goes with the network.
    counted.engine.tell(CostMeasured(dataclasses.replace(COST, time_ms=1.0)))
    assert "measured field" in cost.formulas_text
    counted.engine.tell(CostMeasured(dataclasses.replace(COST, model="other")))
    assert "measured field" not in cost.formulas_text


def test_the_cost_panels_wish_comes_first_and_the_pointers_after_it(counted: Kit) -> None:
    counted.trigger("measured_field")
    point(counted, 3, 10)
    rest(counted)
    counted.window.cost.field_wanted.emit(CONV2)
    of_cell, of_row = FieldRequest(CONV1, (3, 10)), FieldRequest(CONV2)
    assert requests(counted) == [of_cell, of_row]
    counted.engine.tell(measured(of_row, (4, 4)))
    assert requests(counted) == [of_cell, of_row, of_cell]
    counted.window.cost.field_wanted.emit(CONV2)
    counted.engine.tell(Notice("field", "It cannot be measured.", Severity.ERROR))
    assert not counted.window.cost._is_measuring_field
    assert requests(counted) == [of_cell, of_row, of_cell, of_row, of_cell]
