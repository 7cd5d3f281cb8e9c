"""The panel of two networks: what it says, and what it shows meanwhile."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMainWindow, QPushButton

from engine.graph.palette import THEMES
from engine.values.graph_diff import DiffKind, Side
from gui import theme
from gui.actions import Actions
from gui.graph.keymap import GRAPH_KEYMAP
from gui.panels.compare_panel import ComparePanel
from tests.gui.graph.test_pair_link import settle, show, tower

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

PAIR = ("compare_next", "compare_swap", "compare_close", "compare_link")


@pytest.fixture
def panel(qtbot: QtBot, plain_app: QApplication) -> Iterator[ComparePanel]:
    theme.apply(plain_app, "dark")
    window = QMainWindow()
    qtbot.addWidget(window)
    it = ComparePanel(actions=Actions(window, GRAPH_KEYMAP))
    window.setCentralWidget(it)
    window.resize(760, 480)
    window.show()
    yield it
    it.finish()


def button(panel: ComparePanel, text: str) -> QPushButton:
    return next(
        it for it in panel.findChildren(QPushButton) if it.text() == text and it.isVisible()
    )


def usable(panel: ComparePanel) -> set[str]:
    return {id_ for id_ in PAIR if panel._actions.action(id_).isEnabled()}


def test_at_first_it_says_what_to_do(qtbot: QtBot, panel: ComparePanel) -> None:
    assert panel.state.isVisible()
    assert "Choose a second network" in panel.state.text
    assert usable(panel) == set()
    with qtbot.waitSignal(panel.choose_wanted):
        button(panel, "Choose a network…").click()


def test_the_summary_counts_and_names(qtbot: QtBot, panel: ComparePanel) -> None:
    left, right = tower(2, "two"), tower(4, "four")
    wide = dataclasses.replace(right.nodes[0], parameters=1)
    right = dataclasses.replace(right, nodes=(wide, *right.nodes[1:]))
    show(qtbot, panel, left, right)
    assert panel.bar.summary == "5 operations the same, 1 changed, 4 only in Four"
    assert panel.bar.count == "3 differences"
    assert usable(panel) == set(PAIR)
    assert not panel.state.isVisible()


def test_two_that_are_the_same_have_nothing_to_step_to(qtbot: QtBot, panel: ComparePanel) -> None:
    show(qtbot, panel, tower(2, "two"), tower(2, "two"))
    assert (panel.bar.summary, panel.bar.count) == ("6 operations the same", "no differences")
    assert "compare_next" not in usable(panel)


def test_they_can_change_places(qtbot: QtBot, panel: ComparePanel) -> None:
    left, right = tower(2, "two"), tower(4, "four")
    show(qtbot, panel, left, right)
    with qtbot.waitSignal(panel.compared, timeout=20_000):
        panel._actions.trigger("compare_swap")
    settle(qtbot, panel)
    assert panel.index is not None
    assert panel.index.graphs == {Side.LEFT: right, Side.RIGHT: left}
    assert panel.bar.summary == "6 operations the same, 4 only in Four"


def test_the_end_of_it(qtbot: QtBot, panel: ComparePanel) -> None:
    show(qtbot, panel, tower(2, "two"), tower(4, "four"))
    with qtbot.waitSignal(panel.closed):
        panel._actions.trigger("compare_close")
    assert (panel.index, panel.has_pair) == (None, False)
    assert panel.state.isVisible()
    assert usable(panel) == set()


def test_waiting_may_be_given_up_and_the_pair_comes_back(qtbot: QtBot, panel: ComparePanel) -> None:
    show(qtbot, panel, tower(2, "two"), tower(4, "four"))
    panel.show_waiting("Tracing Another")
    assert panel.state.text == "Tracing Another"
    with qtbot.waitSignal(panel.cancelled):
        button(panel, "Cancel").click()
    assert not panel.state.isVisible()
    assert panel.views[Side.LEFT].isVisible()


def test_an_error_stands_in_the_panel_with_the_next_step(qtbot: QtBot, panel: ComparePanel) -> None:
    panel.show_error("It cannot be run; choose another.")
    assert panel.state.text == "It cannot be run; choose another."
    with qtbot.waitSignal(panel.retried):
        button(panel, "Try again").click()


def test_what_differs_has_its_colour_and_its_mark(qtbot: QtBot, panel: ComparePanel) -> None:
    show(qtbot, panel, tower(2, "two"), tower(4, "four"))
    for browser in panel.browsers.values():
        browser.collapse_all()
    settle(qtbot, panel)
    view = panel.views[Side.RIGHT]
    assert view.scene is not None
    panel._actions.trigger("compare_link")
    for kind, id_ in ((DiffKind.ONLY_HERE, "bb3"), (DiffKind.SAME, "bb0")):
        left, top, right, bottom = view.scene.rect(view.scene.row_of[id_])
        view.look_at((left + right) / 2, (top + bottom) / 2, 1.0)
        qtbot.waitUntil(lambda: view.grab() is not None and view.is_settled, timeout=20_000)
        x, y = view.camera.to_view(right, top)
        # Between the strokes of the mark.
        seen = view.grab().toImage().pixelColor(round(x) + 3, round(y) + 3)
        is_marked = seen == QColor(THEMES["dark"].diffs[DiffKind.ONLY_HERE])
        assert is_marked == (kind is DiffKind.ONLY_HERE), (kind, seen.name())


def test_the_tooltip_says_what_differs(qtbot: QtBot, panel: ComparePanel) -> None:
    left, right = tower(1, "one"), tower(1, "other")
    wide = dataclasses.replace(right.nodes[0], attributes=(("kernel", "5×5"),))
    show(qtbot, panel, left, dataclasses.replace(right, nodes=(wide, *right.nodes[1:])))
    view = panel.views[Side.LEFT]
    assert view.scene is not None
    box = view.scene.rect(view.scene.row_of["n0"])
    place = view.camera.to_view((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    from PySide6.QtCore import QPointF

    lines = view._tooltip(QPointF(*place)).splitlines()
    assert lines[:2] == ["Changed", "kernel: here 3×3, there 5×5"]
