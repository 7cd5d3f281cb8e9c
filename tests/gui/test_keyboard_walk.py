"""With the Tab key alone one comes to everything that is seen, and back to where one began."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QToolButton

from engine.events import CostMeasured, GraphTraced, ModelsListed, OtherTraced
from engine.values import LayerKey
from engine.values.graph_diff import Side
from gui.theme import theme_of
from gui.workspaces import WORKSPACES, is_out_of_sight
from tests.gui.fake_engine import CONV1, card
from tests.gui.graph.test_pair_link import settle, tower
from tests.gui.panels.test_cost_panel import COST

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit

MOST = 120
KEYS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


@pytest.fixture
def graphed(kit: Kit) -> Kit:
    """A window with a network, its graph and its costs."""
    kit.engine.tell(ModelsListed((card("tiny"), card("larger")), ()))
    kit.loaded(CONV1)
    kit.window.resize(1280, 800)
    kit.engine.tell(GraphTraced(tower(2, "tiny")))
    kit.engine.tell(CostMeasured(COST))
    return kit


def walk(kit: Kit, start: QWidget, key: Qt.Key) -> list[QWidget]:
    """Press a key until the keyboard is back at the start; return where it was."""
    start.setFocus()
    passed: list[QWidget] = []
    for _ in range(MOST):
        focused = QApplication.focusWidget()
        assert focused is not None
        if passed and focused is start:
            return passed
        assert focused not in passed, f"a trap: {focused} after {passed[-1]}"
        assert not is_out_of_sight(kit.window, focused), focused
        passed.append(focused)
        QTest.keyClick(focused, key)
        QApplication.processEvents()
    raise AssertionError(f"not back after {MOST} steps")


@pytest.mark.parametrize("key", KEYS)
def test_the_graphs_workspace(graphed: Kit, qtbot: QtBot, key: Qt.Key) -> None:
    graphed.trigger("workspace_graph")
    window = graphed.window
    qtbot.waitUntil(lambda: window.graph.view.scene is not None, timeout=20_000)
    passed = walk(graphed, window.graph.view, key)
    wanted: list[QWidget] = [*window.graph.bar.findChildren(QToolButton)]
    wanted += [*window.graph.bar.findChildren(QComboBox), window.cost.table, window.cost._formulas]
    wanted += [window.cost._search, window.maps.style_bar._scale]
    for one in wanted:
        assert one in passed or not one.isEnabled(), one
    assert window.layers._tree not in passed, "it stands behind the costs"


@pytest.mark.parametrize("key", KEYS)
def test_two_networks(graphed: Kit, qtbot: QtBot, key: Qt.Key) -> None:
    window, panel = graphed.window, graphed.window.compare
    window.comparing.compare_with("larger")
    with qtbot.waitSignal(panel.compared, timeout=20_000):
        graphed.engine.tell(OtherTraced("larger", tower(4, "larger")))
    settle(qtbot, panel)
    passed = walk(graphed, panel.views[Side.LEFT], key)
    for one in (panel.views[Side.RIGHT], *panel.bar.findChildren(QToolButton)):
        assert one in passed, one
    assert window.graph.view not in passed, "it stands behind"


@pytest.mark.parametrize("name", [one.id for one in WORKSPACES])
def test_no_workspace_is_a_trap(graphed: Kit, name: str) -> None:
    graphed.trigger(f"workspace_{name}")
    start = next(it for it in graphed.window.top.findChildren(QToolButton) if it.isVisible())
    assert len(walk(graphed, start, Qt.Key.Key_Tab)) > 10


def ringed(kit: Kit) -> QWidget | None:
    return kit.window._ring.target


def test_where_the_keyboard_is_can_be_seen(graphed: Kit, qtbot: QtBot) -> None:
    graphed.trigger("workspace_graph")
    view = graphed.window.graph.view
    qtbot.waitUntil(lambda: view.scene is not None, timeout=20_000)
    view.setFocus()
    assert ringed(graphed) is None  # a click needs none
    graphed.press(Qt.Key.Key_Tab)
    assert ringed(graphed) is None  # a button shows it itself
    graphed.press(Qt.Key.Key_Backtab)
    assert ringed(graphed) is view
    shown = view.grab().toImage()
    for place in (0, shown.width() // 2, shown.width() - 1):
        assert shown.pixelColor(place, 0).name() == theme_of(view).focus
    graphed.window.resize(1000, 700)
    QApplication.processEvents()
    assert view.grab().toImage().pixelColor(view.width() // 2, 0).name() == theme_of(view).focus
    graphed.window.cost._search.setFocus()
    assert ringed(graphed) is None


def test_a_layer_is_watched_by_keys_alone(graphed: Kit, qtbot: QtBot) -> None:
    graphed.trigger("workspace_graph")
    view = graphed.window.graph.view
    qtbot.waitUntil(lambda: view.scene is not None, timeout=20_000)
    view.setFocus()
    graphed.press(Qt.Key.Key_Down)
    graphed.press(Qt.Key.Key_Return)
    page = graphed.window.maps.current_page
    assert page is not None
    assert page.key == LayerKey("stem")
