"""Two graphs move, open and select together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from engine.graph.diff import compare
from engine.graph.diff_items import DiffIndex
from engine.graph.visible import RUN_MARK
from engine.values import GraphEdge, ModuleBox, NetworkGraph, OpKind
from engine.values.graph_diff import Side
from gui.actions import Actions
from gui.graph.keymap import GRAPH_KEYMAP
from gui.panels.compare_panel import ComparePanel
from tests.gui.graph.drawings import node

LEFT, RIGHT = Side.LEFT, Side.RIGHT


def tower(
    blocks: int, name: str, head: OpKind = OpKind.LINEAR, signature: str = ""
) -> NetworkGraph:
    """A stem, so many blocks of two operations, a head."""
    nodes = [node(0, "stem")]
    for number in range(blocks):
        path = f"b{number}"
        nodes.append(node(len(nodes), f"{path}.conv", scope=path))
        nodes.append(node(len(nodes), f"{path}/add", OpKind.ADD, path))
    nodes.append(node(len(nodes), "head", head))
    edges = tuple(GraphEdge(it.id - 1, it.id, nodes[it.id - 1].outputs[0]) for it in nodes[1:])
    boxes = tuple(ModuleBox(f"b{it}", "Block", "", signature) for it in range(blocks))
    return NetworkGraph(name, tuple(nodes), edges, boxes, ((1, 3, 8, 8),))


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[ComparePanel]:
    window = QMainWindow()
    qtbot.addWidget(window)
    it = ComparePanel(actions=Actions(window, GRAPH_KEYMAP))
    window.setCentralWidget(it)
    window.resize(700, 420)
    window.show()
    yield it
    it.finish()


def settle(qtbot: QtBot, panel: ComparePanel) -> None:
    def both_drawn() -> None:
        assert panel.index is not None
        for side in Side:
            scene, browser = panel.views[side].scene, panel.browsers[side]
            assert scene is not None
            assert scene.graph is panel.index.graphs[side]
            assert not browser.is_busy

    qtbot.waitUntil(both_drawn, timeout=20_000)


def show(qtbot: QtBot, panel: ComparePanel, left: NetworkGraph, right: NetworkGraph) -> None:
    with qtbot.waitSignal(panel.compared, timeout=20_000):
        panel.show_pair(left, right, ("Two", "Four"))
    settle(qtbot, panel)


@pytest.fixture
def pair(qtbot: QtBot, panel: ComparePanel) -> ComparePanel:
    """Two blocks beside four, all closed."""
    show(qtbot, panel, tower(2, "two"), tower(4, "four", OpKind.LINEAR))
    for browser in panel.browsers.values():
        browser.collapse_all()
    settle(qtbot, panel)
    return panel


def height_of(panel: ComparePanel, side: Side, id_: str) -> float:
    """Return how high in its view an item's middle lies."""
    view = panel.views[side]
    assert view.scene is not None
    left, top, right, bottom = view.scene.rect(view.scene.row_of[id_])
    return view.camera.to_view((left + right) / 2, (top + bottom) / 2)[1]


def click(panel: ComparePanel, side: Side, id_: str) -> None:
    view = panel.views[side]
    assert view.scene is not None
    left, top, right, bottom = view.scene.rect(view.scene.row_of[id_])
    x, y = view.camera.to_view((left + right) / 2, (top + bottom) / 2)
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(view, button, none, QPoint(round(x), round(y)))


def test_what_is_chosen_here_is_chosen_and_level_there(pair: ComparePanel) -> None:
    # Behind the blocks that only the right one has: nothing is level by itself.
    views = pair.views
    views[LEFT].touched.emit()
    views[LEFT].camera.zoom = 1.0
    views[LEFT].reveal_item("n5")
    click(pair, LEFT, "n5")
    assert (views[LEFT].marks.selected, views[RIGHT].marks.selected) == ("n5", "n9")
    assert height_of(pair, LEFT, "n5") == pytest.approx(height_of(pair, RIGHT, "n9"), abs=0.01)
    views[RIGHT].reveal_item("bb1")
    click(pair, RIGHT, "bb1")
    assert (views[LEFT].marks.selected, views[RIGHT].marks.selected) == ("bb1", "bb1")
    assert height_of(pair, LEFT, "bb1") == pytest.approx(height_of(pair, RIGHT, "bb1"), abs=0.01)


def test_what_only_one_has_selects_nothing_there(pair: ComparePanel) -> None:
    pair.views[RIGHT].touched.emit()
    pair.views[RIGHT].camera.zoom = 1.0
    pair.views[RIGHT].reveal_item("bb3")
    click(pair, RIGHT, "bb3")
    assert pair.views[RIGHT].marks.selected == "bb3"
    assert pair.views[LEFT].marks.selected is None


@pytest.mark.parametrize("side", list(Side))
def test_the_other_follows_the_one_that_is_moved(pair: ComparePanel, side: Side) -> None:
    view, other = pair.views[side], pair.views[side.other]
    assert view.scene is not None
    QTest.mousePress(view, Qt.MouseButton.MiddleButton)
    view.zoom_by(1.2)
    row = view.scene.row_of["bb1"]
    left, top, right, bottom = view.scene.rect(row)
    view.go_to((left + right) / 2, (top + bottom) / 2)
    assert other.camera.zoom == pytest.approx(view.camera.zoom)
    # At an item its counterpart counts for nearly all.
    assert height_of(pair, side, "bb1") == pytest.approx(height_of(pair, side.other, "bb1"), abs=2)


def test_unlinked_each_moves_by_itself(pair: ComparePanel) -> None:
    pair._actions.trigger("compare_link")
    assert not pair.link.is_linked
    before = pair.views[RIGHT].camera.copy()
    pair.views[LEFT].touched.emit()
    pair.views[LEFT].zoom_by(1.5)
    assert pair.views[RIGHT].camera == before
    pair._actions.trigger("compare_link")
    assert pair.views[RIGHT].camera.zoom == pytest.approx(pair.views[LEFT].camera.zoom)


@pytest.mark.parametrize("side", list(Side))
def test_a_box_opens_and_closes_with_its_counterpart(
    qtbot: QtBot, pair: ComparePanel, side: Side
) -> None:
    pair.views[side].toggle_wanted.emit("bb1")
    settle(qtbot, pair)
    assert {it: pair.browsers[it].expanded for it in Side} == {LEFT: {"b1"}, RIGHT: {"b1"}}
    pair.views[side].toggle_wanted.emit("bb1")
    settle(qtbot, pair)
    assert {it: pair.browsers[it].expanded for it in Side} == {LEFT: set(), RIGHT: set()}


def test_a_box_without_counterpart_opens_alone(qtbot: QtBot, pair: ComparePanel) -> None:
    pair.views[RIGHT].toggle_wanted.emit("bb3")
    settle(qtbot, pair)
    assert pair.browsers[RIGHT].expanded == {"b3"}
    assert pair.browsers[LEFT].expanded == frozenset()


def test_a_run_opens_with_its_counterpart(qtbot: QtBot, panel: ComparePanel) -> None:
    show(qtbot, panel, tower(2, "two", signature="s"), tower(4, "four", signature="s"))
    for browser in panel.browsers.values():
        browser.collapse_all()
    settle(qtbot, panel)
    panel.views[LEFT].toggle_wanted.emit("rb0")
    settle(qtbot, panel)
    assert panel.browsers[RIGHT].expanded == {f"{RUN_MARK}b0"}


def test_one_steps_from_difference_to_difference(qtbot: QtBot, pair: ComparePanel) -> None:
    assert [step.box for step in pair.link.steps] == ["b2", "b3"]
    seen = []
    for _ in range(3):
        pair._actions.trigger("compare_next")
        settle(qtbot, pair)
        seen.append((pair.views[RIGHT].marks.selected, pair.bar.count))
    assert seen == [("bb2", "1 of 2"), ("bb3", "2 of 2"), ("bb2", "1 of 2")]
    pair._actions.trigger("compare_previous")
    assert pair.bar.count == "2 of 2"


def test_a_step_opens_what_the_difference_is_in(qtbot: QtBot, panel: ComparePanel) -> None:
    left, right = tower(2, "one", signature="s"), tower(2, "other", signature="s")
    nodes = list(right.nodes)
    nodes[3] = node(3, "b1.conv", OpKind.NORMALISATION, "b1")
    right = NetworkGraph("other", tuple(nodes), right.edges, right.boxes, right.input_shapes)
    show(qtbot, panel, left, right)
    for browser in panel.browsers.values():
        browser.collapse_all()
    settle(qtbot, panel)
    panel._actions.trigger("compare_next")
    settle(qtbot, panel)
    assert panel.views[LEFT].marks.selected == "n3"
    assert panel.browsers[LEFT].expanded >= {"b1"}


def test_a_step_into_a_run_opens_it(qtbot: QtBot, panel: ComparePanel) -> None:
    show(qtbot, panel, tower(2, "two", signature="s"), tower(4, "four", signature="s"))
    for browser in panel.browsers.values():
        browser.collapse_all()
    settle(qtbot, panel)
    panel._actions.trigger("compare_next")
    qtbot.waitUntil(lambda: panel.views[RIGHT].marks.selected == "bb2", timeout=20_000)
    assert panel.browsers[RIGHT].expanded == {f"{RUN_MARK}b0"}


def test_the_index_counts_as_the_comparison_does() -> None:
    left, right = tower(2, "two"), tower(4, "four")
    index = DiffIndex(left, right, compare(left, right))
    assert len(index.diff.only_right) == 4
