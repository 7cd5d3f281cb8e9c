"""Actions: the table is sound, the keys work, and they do not fire while someone types."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QDockWidget,
    QLineEdit,
    QListWidget,
    QMainWindow,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.actions import Actions, ActionSpec, key_text
from gui.keymap import GROUPS, KEYMAP

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Key = Qt.Key


class Bench:
    """A window with every kind of field, and a note of what was triggered."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.actions = Actions(self.window, KEYMAP)
        self.done: list[str] = []
        self.actions.triggered.connect(self.done.append)
        centre = QWidget()
        layout = QVBoxLayout(centre)
        self.line = QLineEdit()
        self.spin = QSpinBox()
        self.combo = QComboBox()
        self.combo.addItems(["one", "two", "three"])
        self.names = QListWidget()
        self.names.addItems(["one", "two", "three"])
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.button = QPushButton("button")
        for part in (
            *(self.line, self.spin, self.combo),
            *(self.names, self.slider, self.button),
        ):
            layout.addWidget(part)
        self.window.setCentralWidget(centre)
        self.window.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def _focus(qtbot: QtBot, widget: QWidget) -> None:
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)


def test_table_is_sound() -> None:
    assert max(Counter(spec.id for spec in KEYMAP).values()) == 1
    assert {spec.group for spec in KEYMAP} == set(GROUPS)
    for spec in KEYMAP:
        assert spec.id.isidentifier()
        assert not spec.text.endswith(".")
        for key in spec.keys:
            assert QKeySequence(key).toString() == key
            assert "Space" not in key


def test_toolbox_keys() -> None:
    ids = {key: spec.id for spec in KEYMAP for key in spec.keys}
    wanted = {
        "H": "help",
        "C": "toggle_camera",
        "F": "freeze",
        "U": "previous_layer",
        "O": "next_layer",
        "E": "next_file",
        "PgDown": "next_file",
        "W": "previous_file",
        "PgUp": "previous_file",
        "T": "cycle_gamma",
        "Shift+T": "cycle_scale",
        "Z": "cycle_zoom",
        "M": "cycle_colormap",
        "Y": "overlay",
        "Esc": "reset_view",
        "0": "cycle_fit",
        "5": "timing",
        "8": "toggle_labels",
        "9": "toggle_unit",
        "Q": "quit",
        "J": "channel_left",
        "L": "channel_right",
        "I": "channel_up",
        "K": "channel_down",
        "Shift+L": "channel_right_fast",
        "F1": "help",
        "?": "help",
    }
    assert {key: ids.get(key) for key in wanted} == wanted


def test_same_id_is_refused(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    with pytest.raises(ValueError, match="two actions have the id 'a'"):
        Actions(window, [ActionSpec("a", "A"), ActionSpec("a", "B")])


def test_same_key_is_refused_within_a_workspace(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    one = ActionSpec("a", "A", ("Ctrl+K",), workspaces=("inspect",))
    with pytest.raises(ValueError, match=r"'b' and 'a' share the key ctrl\+k"):
        Actions(window, [one, ActionSpec("b", "B", ("ctrl+k",))])
    other = ActionSpec("b", "B", ("Ctrl+K",), workspaces=("segment",))
    actions = Actions(window, [one, other])
    actions.set_workspace("segment")
    assert actions.action("a").shortcuts() == []
    assert actions.action("b").shortcuts() == [QKeySequence("Ctrl+K")]


def test_unknown_id_says_what_was_meant(bench: Bench) -> None:
    with pytest.raises(KeyError, match="did you mean 'freeze'"):
        bench.actions.action("freze")


def test_tooltip_names_the_key(bench: Bench) -> None:
    assert bench.actions.action("cycle_colormap").toolTip() == "Change to the next colour map (M)"
    assert (
        bench.actions.action("reset_layout").toolTip() == f"Reset the layout ({key_text('Ctrl+0')})"
    )
    assert bench.actions.action("open_camera").toolTip() == "Open a camera"


def test_slots_get_the_state_only_of_what_has_one(bench: Bench) -> None:
    heard: list[object] = []
    bench.actions.connect("next_layer", lambda step=1: heard.append(step))
    bench.actions.connect("freeze", heard.append)
    bench.actions.trigger("next_layer")
    bench.actions.trigger("freeze")
    bench.actions.trigger("freeze")
    bench.actions.action("freeze").setChecked(True)
    assert heard == [1, True, False]
    assert bench.done == ["next_layer", "freeze", "freeze"]


@pytest.mark.parametrize(
    ("key", "modifier", "id_"),
    [
        (Key.Key_F, Qt.KeyboardModifier.NoModifier, "freeze"),
        (Key.Key_T, Qt.KeyboardModifier.ShiftModifier, "cycle_scale"),
        (Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, "channel_right_fast"),
        (Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, "next_file"),
        (Key.Key_K, Qt.KeyboardModifier.ControlModifier, "palette"),
        (Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "reset_view"),
    ],
)
def test_key_works_in_the_window(
    bench: Bench, qtbot: QtBot, key: Key, modifier: Qt.KeyboardModifier, id_: str
) -> None:
    _focus(qtbot, bench.window)
    QTest.keyClick(bench.window, key, modifier)
    assert bench.done == [id_]


def test_typing_stays_in_the_line(bench: Bench, qtbot: QtBot) -> None:
    _focus(qtbot, bench.line)
    QTest.keyClicks(bench.line, "fchT05?q")
    assert bench.line.text() == "fchT05?q"
    for key in (Key.Key_Left, Key.Key_Up, Key.Key_PageDown, Key.Key_Return):
        QTest.keyClick(bench.line, key)
    assert bench.done == []
    QTest.keyClick(bench.line, Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert bench.done == ["palette"]


def test_numbers_stay_in_the_spin_box(bench: Bench, qtbot: QtBot) -> None:
    _focus(qtbot, bench.spin)
    bench.spin.selectAll()
    QTest.keyClicks(bench.spin, "50")
    assert bench.spin.value() == 50
    QTest.keyClick(bench.spin, Key.Key_Up)
    assert bench.spin.value() == 51
    QTest.keyClicks(bench.spin, "f")
    assert bench.done == []


def test_escape_leaves_the_field_and_only_then_resets(bench: Bench, qtbot: QtBot) -> None:
    _focus(qtbot, bench.line)
    QTest.keyClick(bench.line, Key.Key_Escape)
    assert not bench.line.hasFocus()
    assert bench.done == []
    QTest.keyClick(bench.window, Key.Key_Escape)
    assert bench.done == ["reset_view"]


def test_arrows_move_in_lists_sliders_and_boxes(bench: Bench, qtbot: QtBot) -> None:
    _focus(qtbot, bench.names)
    bench.names.setCurrentRow(0)
    QTest.keyClick(bench.names, Key.Key_Down)
    assert bench.names.currentRow() == 1
    _focus(qtbot, bench.slider)
    QTest.keyClick(bench.slider, Key.Key_Right)
    assert bench.slider.value() == 1
    _focus(qtbot, bench.combo)
    QTest.keyClick(bench.combo, Key.Key_Down)
    assert bench.combo.currentText() == "two"
    assert bench.done == []
    # Letters are not theirs.
    QTest.keyClick(bench.slider, Key.Key_F)
    assert bench.done == ["freeze"]


def test_panel_that_floats_is_guarded_too(bench: Bench, qtbot: QtBot) -> None:
    dock = QDockWidget("panel")
    names = QListWidget()
    names.addItems(["one", "two"])
    dock.setWidget(names)
    bench.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock)
    dock.setFloating(True)
    dock.show()
    qtbot.waitExposed(dock)
    dock.activateWindow()
    _focus(qtbot, names)
    names.setCurrentRow(0)
    QTest.keyClick(names, Key.Key_Down)
    assert names.currentRow() == 1
    assert bench.done == []
    QTest.keyClick(names, Key.Key_F)
    assert bench.done == ["freeze"]
