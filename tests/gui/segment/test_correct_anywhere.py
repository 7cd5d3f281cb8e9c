"""Correcting a still picture that no network looks at: two of them side by side in one window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gui.actions import Actions
from gui.control.correct import CorrectControl
from gui.panels.correct_strip import CorrectStrip
from gui.segment.keymap import SEGMENT_KEYMAP
from gui.views.mask_edit_view import MaskEditView
from tests.gui.segment_kit import picture, three

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Desk(QWidget):
    """A picture with its tools."""

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self.view, self.strip = MaskEditView(self), CorrectStrip(actions=actions, parent=self)
        layout = QVBoxLayout(self)
        layout.addWidget(self.strip)
        layout.addWidget(self.view)
        self.strip.hide()
        self.correct = CorrectControl(view=self.view, strip=self.strip, parent=self)
        self.correct.changed.connect(self._show)

    def _show(self, places: tuple[int, ...]) -> None:
        self.view.show_segmentation(picture().image, self.correct.now or three())
        self.view.select(places)

    def areas(self) -> list[int]:
        now = self.correct.now or three()
        return [item.region.area for item in now.items]


class Room(QWidget):
    """Two desks, of which one is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.actions_ = Actions(self, SEGMENT_KEYMAP)
        self.stack = QStackedWidget(self)
        QHBoxLayout(self).addWidget(self.stack)
        self.desks = (Desk(self.actions_), Desk(self.actions_))
        for desk in self.desks:
            self.stack.addWidget(desk)
        self.resize(640, 480)

    def is_enabled(self, name: str) -> bool:
        return self.actions_.action(name).isEnabled()


@pytest.fixture
def room(qtbot: QtBot) -> Room:
    room = Room()
    qtbot.addWidget(room)
    room.show()
    room.activateWindow()
    assert QTest.qWaitForWindowActive(room, 60_000)
    return room


def test_a_picture_is_corrected_without_an_engine(room: Room) -> None:
    desk = room.desks[0]
    desk.correct.begin(three())
    assert desk.strip.isVisible()
    desk.correct.choose((0,))
    QTest.keyClick(desk.view, Qt.Key.Key_Delete)
    assert desk.areas() == [192, 300]
    QTest.keyClick(desk.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert desk.areas() == [200, 192, 300]
    QTest.keyClick(desk.view, Qt.Key.Key_Escape)
    assert not desk.correct.is_active
    assert desk.strip.isHidden()
    assert desk.correct.now is None


def test_the_keys_are_for_the_picture_that_is_seen(room: Room) -> None:
    first, second = room.desks
    assert not room.is_enabled("correct_brush")
    first.correct.begin(three())
    first.correct.choose((0,))
    room.actions_.trigger("correct_delete")
    room.actions_.trigger("correct_brush")
    room.stack.setCurrentWidget(second)
    assert not room.is_enabled("correct_undo")
    assert not room.is_enabled("correct_brush")
    second.correct.begin(three())
    assert room.actions_.action("correct_select").isChecked()
    second.correct.choose((1,))
    room.actions_.trigger("correct_grow")
    assert first.areas() == [192, 300]
    assert second.areas() == [200, 192 + 2 * (16 + 12), 300]
    room.stack.setCurrentWidget(first)
    assert room.is_enabled("correct_undo")
    assert room.actions_.action("correct_brush").isChecked()
    room.actions_.trigger("correct_undo")
    assert first.areas() == [200, 192, 300]
    assert len(second.areas()) == 3


def test_what_is_hidden_does_not_take_the_keys(room: Room) -> None:
    first, second = room.desks
    first.correct.begin(three())
    first.correct.choose((0,))
    second.correct.choose((0, 1))
    second.correct.discard()
    assert room.is_enabled("correct_delete")
    assert not room.is_enabled("correct_merge")
