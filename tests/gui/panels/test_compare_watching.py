"""In two networks beside each other, the layers of the one that runs can be watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from engine.events import GraphTraced, ModelsListed, OtherTraced
from engine.values import LayerKey
from engine.values.graph_diff import Side
from gui import theme
from gui.actions import Actions
from gui.graph.keymap import GRAPH_KEYMAP
from gui.panels.compare_panel import ComparePanel
from tests.gui.fake_engine import CONV1, card
from tests.gui.graph.test_pair_link import settle, show, tower

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit

LEFT, RIGHT = Side.LEFT, Side.RIGHT
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def pair(qtbot: QtBot, plain_app: QApplication) -> Iterator[ComparePanel]:
    """Two blocks, which run, beside four, all closed."""
    theme.apply(plain_app, "dark")
    window = QMainWindow()
    qtbot.addWidget(window)
    it = ComparePanel(actions=Actions(window, GRAPH_KEYMAP))
    window.setCentralWidget(it)
    window.resize(900, 620)
    window.show()
    show(qtbot, it, tower(2, "two"), tower(4, "four"))
    for browser in it.browsers.values():
        browser.collapse_all()
    settle(qtbot, it)
    yield it
    it.finish()


class Heard:
    """What a panel wants watched."""

    def __init__(self, panel: ComparePanel) -> None:
        self.chosen: list[LayerKey] = []
        self.added: list[LayerKey] = []
        panel.layer_chosen.connect(self.chosen.append)
        panel.layer_added.connect(self.added.append)


def place_of(panel: ComparePanel, side: Side, id_: str) -> QPoint:
    view = panel.views[side]
    assert view.scene is not None
    left, top, right, bottom = view.scene.rect(view.scene.row_of[id_])
    x, y = view.camera.to_view((left + right) / 2, (top + bottom) / 2)
    return QPoint(round(x), round(y))


def click(panel: ComparePanel, side: Side, id_: str, keys: Qt.KeyboardModifier = NONE) -> None:
    panel.views[side].reveal_item(id_)
    place = place_of(panel, side, id_)
    QTest.mouseClick(panel.views[side], Qt.MouseButton.LeftButton, keys, place)


def menu_at(panel: ComparePanel, side: Side, place: QPoint, *, by_key: bool = False) -> QMenu:
    view = panel.views[side]
    reason = QContextMenuEvent.Reason.Keyboard if by_key else QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(view, QContextMenuEvent(reason, place, view.mapToGlobal(place)))
    (menu,) = (it for it in view.findChildren(QMenu) if it.isVisible())
    return menu


def texts(menu: QMenu) -> list[str]:
    return [it.text() for it in menu.actions() if not it.isSeparator()]


def trigger(menu: QMenu, text: str) -> None:
    next(it for it in menu.actions() if it.text() == text).trigger()
    menu.close()


def test_a_click_on_the_one_that_runs_watches(pair: ComparePanel) -> None:
    heard = Heard(pair)
    click(pair, LEFT, "n0")
    click(pair, LEFT, "bb1")
    click(pair, LEFT, "n5", CTRL)
    assert heard.chosen == [LayerKey("stem"), LayerKey("b1")]
    assert heard.added == [LayerKey("head")]


def test_a_click_on_the_other_only_selects(pair: ComparePanel) -> None:
    heard = Heard(pair)
    click(pair, RIGHT, "n0")
    click(pair, RIGHT, "n0", CTRL)
    assert (heard.chosen, heard.added) == ([], [])
    assert pair.views[LEFT].marks.selected == "n0"


def test_after_they_changed_places_the_right_one_runs(qtbot: QtBot, pair: ComparePanel) -> None:
    pair.mark_watched([LayerKey("stem")], LayerKey("stem"))
    with qtbot.waitSignal(pair.compared, timeout=20_000):
        pair.swap()
    settle(qtbot, pair)
    heard = Heard(pair)
    click(pair, LEFT, "n0")
    assert heard.chosen == []
    click(pair, RIGHT, "n0")
    assert heard.chosen == [LayerKey("stem")]
    marks = {side: pair.views[side].marks for side in Side}
    assert (marks[LEFT].current, marks[RIGHT].current) == (None, LayerKey("stem"))


def test_what_is_watched_is_marked_where_it_runs(qtbot: QtBot, pair: ComparePanel) -> None:
    pair.mark_watched([LayerKey("stem"), LayerKey("head")], LayerKey("head"))
    here, there = pair.views[LEFT], pair.views[RIGHT]
    assert (here.marks.current, there.marks.current) == (LayerKey("head"), None)
    assert here.marks.watched == {LayerKey("stem"), LayerKey("head")}
    assert there.marks.watched == frozenset()
    assert here.rect().contains(place_of(pair, LEFT, "n5"))
    show(qtbot, pair, tower(3, "three"), tower(4, "four"))  # it is marked in the next pair too
    assert pair.views[LEFT].marks.current == LayerKey("head")


def test_the_menu_of_the_one_that_runs(pair: ComparePanel) -> None:
    pair.views[LEFT].reveal_item("bb1")
    heard = Heard(pair)
    menu = menu_at(pair, LEFT, place_of(pair, LEFT, "bb1"))
    assert texts(menu) == [
        "Watch",
        "Watch in a new tab",
        "Open",
        "Light what it depends on",
        "Light what depends on it",
        "Copy the name",
    ]
    trigger(menu, "Watch in a new tab")
    assert heard.added == [LayerKey("b1")]


def test_the_menu_of_the_other_watches_the_counterpart(pair: ComparePanel) -> None:
    heard = Heard(pair)
    pair.views[RIGHT].reveal_item("n9")
    menu = menu_at(pair, RIGHT, place_of(pair, RIGHT, "n9"))
    assert texts(menu)[:2] == ["Watch its counterpart", "Watch its counterpart in a new tab"]
    trigger(menu, "Watch its counterpart")
    assert heard.chosen == [LayerKey("head")]
    pair.views[RIGHT].reveal_item("bb3")  # which only this one has
    menu = menu_at(pair, RIGHT, place_of(pair, RIGHT, "bb3"))
    assert texts(menu)[0] == "Open"
    menu.close()


@pytest.mark.parametrize("side", list(Side))
def test_what_the_menu_opens_opens_on_both_sides(
    qtbot: QtBot, pair: ComparePanel, side: Side
) -> None:
    pair.views[side].reveal_item("bb1")
    trigger(menu_at(pair, side, place_of(pair, side, "bb1")), "Open")
    settle(qtbot, pair)
    assert {it: pair.browsers[it].expanded for it in Side} == {LEFT: {"b1"}, RIGHT: {"b1"}}
    pair.views[side].reveal_item("n3")
    trigger(menu_at(pair, side, place_of(pair, side, "n3")), "Close b1")
    settle(qtbot, pair)
    assert {it: pair.browsers[it].expanded for it in Side} == {LEFT: set(), RIGHT: set()}


def test_the_menu_key_means_what_is_selected(pair: ComparePanel) -> None:
    pair.views[LEFT].select("bb1")
    menu = menu_at(pair, LEFT, QPoint(1, 1), by_key=True)
    assert texts(menu)[2] == "Open"
    assert pair.views[LEFT].rect().contains(pair.views[LEFT].mapFromGlobal(menu.pos()))
    menu.close()


def test_in_the_window_the_maps_follow_and_the_marks_too(kit: Kit, qtbot: QtBot) -> None:
    kit.engine.tell(ModelsListed((card("tiny"), card("larger")), ()))
    kit.loaded(CONV1)
    window, panel = kit.window, kit.window.compare
    kit.engine.tell(GraphTraced(tower(2, "tiny")))
    window.comparing.compare_with("larger")
    with qtbot.waitSignal(panel.compared, timeout=20_000):
        kit.engine.tell(OtherTraced("larger", tower(4, "larger")))
    settle(qtbot, panel)
    assert panel.views[LEFT].marks.current == CONV1
    panel.layer_chosen.emit(LayerKey("stem"))
    assert window.maps.current_page is not None
    assert window.maps.current_page.key == LayerKey("stem")
    assert panel.views[LEFT].marks.current == LayerKey("stem")
    panel.layer_added.emit(LayerKey("head"))
    assert window.maps.keys == (LayerKey("stem"), LayerKey("head"))
