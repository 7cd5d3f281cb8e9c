"""The graph panel: its buttons and actions reach the graph, and live numbers reach the items."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from engine.values import Direction, LayerCost, LayerKey, NetworkCost, OpKind
from gui.actions import Actions
from gui.graph.keymap import GRAPH_KEYMAP
from gui.graph.look import Measure
from gui.graph.measures import ColourBy
from gui.graph.menu import item_menu
from gui.keymap import KEYMAP
from gui.panels.graph_panel import GraphPanel
from tests.gui.graph.drawings import residual


@pytest.fixture
def actions(qtbot: QtBot) -> Iterator[Actions]:
    window = QWidget()
    qtbot.addWidget(window)
    yield Actions(window, GRAPH_KEYMAP)
    window.close()


@pytest.fixture
def panel(qtbot: QtBot, actions: Actions) -> Iterator[GraphPanel]:
    widget = GraphPanel(actions=actions)
    qtbot.addWidget(widget)
    widget.resize(290, 600)
    widget.show()
    widget.view.set_animated(False)
    with qtbot.waitSignal(widget.browser.drawn):
        widget.show_graph(residual())
    with qtbot.waitSignal(widget.browser.drawn):
        widget.browser.expand_all()
    yield widget
    widget.finish()


def ids(panel: GraphPanel) -> list[str]:
    assert panel.view.scene is not None
    return [it.item.id for it in panel.view.scene.items]


def direction_of(panel: GraphPanel) -> Direction:
    return panel.browser.direction


def measured(panel: GraphPanel) -> Measure | None:
    return panel.view.measure


def cost(node: int, name: str, macs: int) -> LayerCost:
    return LayerCost(
        node,
        LayerKey(name),
        "Conv2d",
        OpKind.CONVOLUTION,
        (1, 2),
        2,
        1.0,
        (),
        0,
        macs,
    )


COST = NetworkCost(
    "residual",
    1,
    (3, 8, 8),
    (cost(0, "stem", 2_000_000), cost(1, "block.a", 1_000_000)),
    0,
    3_000_000,
    2.0,
)


def test_the_keys_clash_with_no_others() -> None:
    taken = {spec.id for spec in KEYMAP} & {spec.id for spec in GRAPH_KEYMAP}
    if not taken:  # not yet part of the window's table
        window = QWidget()
        Actions(window, (*KEYMAP, *GRAPH_KEYMAP))
        window.close()


def test_actions_reach_the_graph(panel: GraphPanel, actions: Actions, qtbot: QtBot) -> None:
    panel.browser.collapse_all()
    qtbot.waitUntil(lambda: ids(panel) == ["n0", "bblock", "n4"])
    actions.trigger("graph_expand")
    assert ids(panel) == ["n0", "n1", "n2", "n3", "n4"]
    with qtbot.waitSignal(panel.browser.drawn):
        actions.trigger("graph_turn")
    assert direction_of(panel) == Direction.RIGHT
    actions.trigger("graph_turn")
    assert direction_of(panel) == Direction.DOWN
    assert actions.action("graph_fold").isChecked()
    with qtbot.waitSignal(panel.browser.drawn):
        actions.trigger("graph_fold")
    assert not panel.browser.is_folded
    panel.view.select("n1")
    actions.trigger("graph_upstream")
    assert panel.browser.reach.lit == frozenset({0, 1})
    actions.trigger("graph_downstream")
    assert panel.browser.reach.lit == frozenset({1, 2, 3, 4})


def test_levels_are_offered_and_opened(panel: GraphPanel, qtbot: QtBot) -> None:
    menu = QMenu(panel)
    panel.bar.set_depth(2)
    panel.bar._fill_depths(menu)
    assert [it.text() for it in menu.actions()] == [
        "Overview",
        "Close all",
        "Open to level 1",
        "Open all",
    ]
    with qtbot.waitSignal(panel.browser.drawn):
        menu.actions()[1].trigger()
    assert ids(panel) == ["n0", "bblock", "n4"]
    menu.actions()[2].trigger()
    assert len(ids(panel)) == 5


def test_finding(panel: GraphPanel, actions: Actions, qtbot: QtBot) -> None:
    actions.trigger("graph_find")
    assert panel.find_bar.isVisible()
    panel.find_bar.set_text("conv")
    qtbot.waitUntil(lambda: panel.find_bar.count_text == "3 found")
    actions.trigger("graph_next")
    assert panel.find_bar.count_text == "1 of 3"
    actions.trigger("graph_previous")
    assert panel.find_bar.count_text == "3 of 3"
    panel.find_bar.close_bar()
    assert panel.view.marks.hits == frozenset()


def test_costs_colour_the_items(panel: GraphPanel) -> None:
    panel.bar._colour.setCurrentIndex(panel.bar._colour.findData(ColourBy.MACS))
    panel.set_cost(COST)
    measure = panel.view.measure
    assert measure is not None
    assert measure.values == {"n0": 2.0, "n1": 1.0}
    panel.browser.collapse_all()
    panel.bar._colour.setCurrentIndex(panel.bar._colour.findData(ColourBy.KIND))
    assert panel.view.measure is None


def test_the_measure_follows_the_drawing(panel: GraphPanel, qtbot: QtBot) -> None:
    panel.set_cost(COST)
    panel.bar._colour.setCurrentIndex(panel.bar._colour.findData(ColourBy.MACS))
    panel.browser.collapse_all()
    qtbot.waitUntil(lambda: ids(panel) == ["n0", "bblock", "n4"])
    measure = panel.view.measure
    assert measure is not None
    assert measure.values == {"n0": 2.0, "bblock": 1.0}


def test_live_numbers_count_only_where_they_are_wanted(panel: GraphPanel) -> None:
    panel.show_values(ColourBy.MEAN, {LayerKey("stem"): 0.5})
    assert measured(panel) is None
    told: list[ColourBy] = []
    panel.colour_changed.connect(told.append)
    panel.bar._colour.setCurrentIndex(panel.bar._colour.findData(ColourBy.MEAN))
    panel.show_values(ColourBy.MEAN, {LayerKey("stem"): 0.5})
    panel.show_values(ColourBy.SPARSITY, {LayerKey("stem"): 0.9})
    assert told == [ColourBy.MEAN]
    shown = measured(panel)
    assert shown is not None
    assert shown.values == {"n0": 0.5}


def test_pictures_only_while_they_are_wanted(panel: GraphPanel, actions: Actions) -> None:
    picture = np.zeros((4, 4), np.uint8)
    panel.show_pictures({LayerKey("stem"): picture})
    assert panel.view.look().pictured == frozenset()
    wanted: list[bool] = []
    panel.pictures_changed.connect(wanted.append)
    actions.trigger("graph_pictures")
    panel.show_pictures({LayerKey("stem"): picture, LayerKey("gone"): picture})
    assert panel.view.look().pictured == {"n0"}
    actions.trigger("graph_pictures")
    assert panel.view.look().pictured == frozenset()
    assert wanted == [True, False]


def test_it_tells_what_is_seen_while_something_live_is_wanted(
    panel: GraphPanel, actions: Actions, qtbot: QtBot
) -> None:
    panel.view.fit()
    with qtbot.waitSignal(panel.seen_changed) as told:
        actions.trigger("graph_pictures")
    names = ["stem", "block.a", "block.b", "block/add", "head"]
    assert told.args == [tuple(LayerKey(name) for name in names)]
    with qtbot.waitSignal(panel.seen_changed) as told:
        actions.trigger("graph_pictures")
    assert told.args == [()]


def test_marks_and_shares(panel: GraphPanel) -> None:
    panel.mark_watched([LayerKey("stem")], LayerKey("block.b"))
    assert panel.view.marks.current == LayerKey("block.b")
    assert panel.view.marks.watched == {LayerKey("stem")}
    panel.show_shares({LayerKey("block/add"): (1.0, 3.0)})
    assert panel.view._shares == {"n3": (("n2", 0.25), ("n0", 0.75))}


def test_the_menu_of_an_item(panel: GraphPanel, qtbot: QtBot) -> None:
    panel.view.set_current(LayerKey("stem"))
    scene = panel.view.scene
    assert scene is not None
    menu = item_menu(panel.browser, scene.item("n2"))
    texts = [it.text() for it in menu.actions() if not it.isSeparator()]
    assert texts == [
        "Watch",
        "Watch in a new tab",
        "Close block",
        "Light what it depends on",
        "Light what depends on it",
        "Light the way between it and stem",
        "Copy the name",
    ]
    with qtbot.waitSignal(panel.layer_added) as told:
        menu.actions()[1].trigger()
    assert told.args == [LayerKey("block.b")]
    menu.deleteLater()


@pytest.mark.parametrize("width", [290, 900])
def test_nothing_is_cut_off(panel: GraphPanel, width: int) -> None:
    panel.resize(width, 600)
    assert panel.minimumSizeHint().width() <= 290
    for button in panel.bar._buttons:
        assert panel.bar.rect().contains(button.geometry())
    assert panel.bar.rect().contains(panel.bar._colour.geometry())


def test_it_can_be_emptied(panel: GraphPanel) -> None:
    panel.clear("Load a network to see its graph")
    assert panel.view.scene is None
    assert panel.seen_keys == ()
    panel.show_values(ColourBy.MEAN, {})
    panel.show_shares({})
