"""The command palette, by keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow

from gui.actions import Actions, ActionSpec, key_text
from gui.views.palette import CommandPalette, PaletteEntry

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Key = Qt.Key
SPECS = (
    ActionSpec("next_layer", "Next layer", ("O",), "Layers"),
    ActionSpec("find_layer", "Find a layer…", ("Ctrl+F",), "Layers"),
    ActionSpec("freeze", "Freeze the picture", ("F",), "Source", is_checkable=True),
    ActionSpec("palette", "Find an action…", ("Ctrl+K",), "View"),
    ActionSpec("segment", "Segment everything", (), "Maps", workspaces=("segment",)),
    ActionSpec("off", "Never possible", (), "Maps"),
)


class Bench:
    """A window with a field, actions and a palette."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.window.resize(900, 600)
        self.line = QLineEdit()
        self.window.setCentralWidget(self.line)
        self.actions = Actions(self.window, SPECS)
        self.actions.set_workspace("inspect")
        self.actions.action("off").setEnabled(False)
        self.done: list[str] = []
        self.actions.triggered.connect(self.done.append)
        self.palette = CommandPalette(self.actions, self.window, recent=["freeze"])
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()
        self.line.setFocus()
        qtbot.waitUntil(self.line.hasFocus)

    @property
    def field(self) -> QLineEdit:
        return self.palette._field


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_lists_what_can_be_done_recent_first(bench: Bench) -> None:
    bench.palette.open_with()
    assert bench.palette.titles == ("Freeze the picture", "Next layer", "Find a layer")
    assert bench.field.hasFocus()


def test_type_and_enter(bench: Bench, qtbot: QtBot) -> None:
    bench.palette.open_with()
    QTest.keyClicks(bench.field, "fi")
    # Both begin words with their letters; "Find" is the shorter way.
    assert bench.palette.titles[0] == "Find a layer"
    with qtbot.waitSignal(bench.palette.recent_changed) as recent:
        QTest.keyClick(bench.field, Key.Key_Return)
    qtbot.waitUntil(lambda: bench.done == ["find_layer"])
    assert recent.args == [("find_layer", "freeze")]
    assert not bench.palette.isVisible()
    assert bench.line.hasFocus()


def test_up_and_down_go_round(bench: Bench, qtbot: QtBot) -> None:
    bench.palette.open_with()
    for key, row in [
        *((Key.Key_Down, 1), (Key.Key_Down, 2), (Key.Key_Down, 0)),
        *((Key.Key_Up, 2), (Key.Key_PageUp, 0), (Key.Key_PageDown, 2), (Key.Key_Tab, 0)),
    ]:
        QTest.keyClick(bench.field, key)
        assert bench.palette._list.currentIndex().row() == row
    QTest.keyClick(bench.field, Key.Key_Down)
    QTest.keyClick(bench.field, Key.Key_Enter)
    qtbot.waitUntil(lambda: bench.done == ["next_layer"])


def test_escape_does_nothing_but_close(bench: Bench, qtbot: QtBot) -> None:
    bench.palette.open_with()
    with qtbot.waitSignal(bench.palette.closed):
        QTest.keyClick(bench.field, Key.Key_Escape)
    assert bench.done == []
    assert bench.palette.recent == ("freeze",)
    assert bench.line.hasFocus()


def test_layers_are_found_too(bench: Bench, qtbot: QtBot) -> None:
    watched: list[str] = []
    layers = [
        PaletteEntry(name, "Conv2d", lambda name=name: watched.append(name))  # type: ignore[misc]  # bound default
        for name in ("layer3.2.conv1", "layer3.2", "layer1.0")
    ]
    bench.palette.open_with(layers)
    QTest.keyClicks(bench.field, "layer3.2")
    QTest.keyClick(bench.field, Key.Key_Return)
    qtbot.waitUntil(lambda: watched == ["layer3.2"])
    assert bench.palette.recent == ("freeze",)


def test_group_finds_what_the_title_does_not(bench: Bench, qtbot: QtBot) -> None:
    bench.palette.open_with()
    QTest.keyClicks(bench.field, "source")
    assert bench.palette.titles == ("Freeze the picture",)


def test_nothing_fits(bench: Bench, qtbot: QtBot) -> None:
    bench.palette.open_with()
    QTest.keyClicks(bench.field, "qqq")
    assert bench.palette.titles == ()
    assert bench.palette._nothing.isVisible()
    QTest.keyClick(bench.field, Key.Key_Return)
    QTest.keyClick(bench.field, Key.Key_Down)
    assert bench.palette.isVisible()
    assert bench.done == []


def test_click_chooses_and_click_beside_closes(bench: Bench, qtbot: QtBot) -> None:
    bench.palette.open_with()
    view = bench.palette._list
    place = view.visualRect(view.model().index(1, 0)).center()
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place
    )
    qtbot.waitUntil(lambda: bench.done == ["next_layer"])
    bench.palette.open_with()
    QTest.mouseClick(
        bench.palette,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        bench.palette.rect().bottomLeft(),
    )
    assert not bench.palette.isVisible()


def test_stays_in_the_window(bench: Bench, qtbot: QtBot) -> None:
    bench.palette.open_with()
    for size in ((900, 600), (300, 200), (1600, 1000)):
        bench.window.resize(*size)
        qtbot.waitUntil(lambda: bench.palette.size() == bench.window.size())
        card = bench.palette._card.geometry()
        assert abs(card.center().x() - bench.window.width() // 2) <= 1
        assert card.left() >= 0
        assert card.top() >= 0


def test_says_its_key_to_screen_readers(bench: Bench) -> None:
    bench.palette.open_with()
    model = bench.palette._model
    said = model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole)
    assert said == f"Next layer, Layers, {key_text('O')}"
    assert not bench.window.grab().isNull()  # Draws without an error.
