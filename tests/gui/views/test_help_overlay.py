"""The help overlay lists every key and goes at any key or click."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

from gui import theme
from gui.actions import Actions, ActionSpec, key_text
from gui.keymap import KEYMAP
from gui.views.help_overlay import HelpOverlay

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Key = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    return window


def _texts(overlay: HelpOverlay) -> list[str]:
    assert overlay._sheet is not None
    return [label.text() for label in overlay._sheet.findChildren(QLabel)]


def test_lists_every_action_that_has_a_key(window: QMainWindow) -> None:
    overlay = HelpOverlay(Actions(window, KEYMAP), window)
    overlay.open_keys()
    texts = _texts(overlay)
    for spec in KEYMAP:
        assert (spec.title in texts) == bool(spec.keys), spec.id
        assert all(key_text(key) in texts for key in spec.keys)


def test_all_of_it_is_seen_at_1280_x_800(plain_app: QApplication, window: QMainWindow) -> None:
    theme.apply(plain_app, "dark")
    overlay = HelpOverlay(Actions(window, KEYMAP), window)
    overlay.open_keys()
    sheet = overlay._sheet
    assert sheet is not None
    assert overlay.rect().contains(sheet.geometry())
    assert sheet.height() >= sheet.sizeHint().height()
    for label in sheet.findChildren(QLabel):
        assert label.width() >= label.sizeHint().width(), label.text()


def test_only_the_workspace_is_listed(window: QMainWindow) -> None:
    specs = (
        ActionSpec("a", "Everywhere", ("A",)),
        ActionSpec("b", "Only when inspecting", ("B",), workspaces=("inspect",)),
        ActionSpec("c", "Only when segmenting", ("B",), workspaces=("segment",)),
    )
    actions = Actions(window, specs)
    actions.set_workspace("segment")
    overlay = HelpOverlay(actions, window)
    overlay.open_keys()
    texts = _texts(overlay)
    assert "Everywhere" in texts
    assert "Only when segmenting" in texts
    assert "Only when inspecting" not in texts


def test_any_key_closes_and_does_nothing_else(window: QMainWindow, qtbot: QtBot) -> None:
    actions = Actions(window, KEYMAP)
    done: list[str] = []
    actions.triggered.connect(done.append)
    overlay = HelpOverlay(actions, window)
    for key, modifier in [
        (Key.Key_F, Qt.KeyboardModifier.NoModifier),
        (Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
        (Key.Key_Q, Qt.KeyboardModifier.ControlModifier),
    ]:
        overlay.open_keys()
        qtbot.waitUntil(overlay.hasFocus)
        QTest.keyClick(overlay, Key.Key_Shift)
        assert overlay.isVisible()
        QTest.keyClick(overlay, key, modifier)
        assert not overlay.isVisible()
    assert done == []


def test_any_click_closes(window: QMainWindow, qtbot: QtBot) -> None:
    overlay = HelpOverlay(Actions(window, KEYMAP), window)
    overlay.toggle()
    sheet = overlay._sheet
    assert sheet is not None
    QTest.mouseClick(
        overlay,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        sheet.geometry().center(),
    )
    assert not overlay.isVisible()


def test_follows_the_window(window: QMainWindow, qtbot: QtBot) -> None:
    overlay = HelpOverlay(Actions(window, KEYMAP), window)
    overlay.open_keys()
    window.resize(1500, 900)
    qtbot.waitUntil(lambda: overlay.size() == window.size())
    overlay.toggle()
    assert not overlay.isVisible()
