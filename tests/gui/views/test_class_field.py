"""Finding a class by a part of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.views.class_field import ClassField

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NAMES = ("tabby", "tiger cat", "tiger", "crane", "crane")


@pytest.fixture
def field(qtbot: QtBot) -> ClassField:
    made = ClassField()
    qtbot.addWidget(made)
    made.set_categories(NAMES)
    return made


@pytest.mark.parametrize(
    ("typed", "index"), [("tiger", 2), ("CAT", 1), ("4", 4), ("crane", 3), ("abb", 0)]
)
def test_return_takes_a_name_a_part_or_a_number(
    field: ClassField, qtbot: QtBot, typed: str, index: int
) -> None:
    with qtbot.waitSignal(field.class_chosen) as told:
        field.setText(typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert told.args == [index]
    assert field.chosen == index
    assert field.text() == NAMES[index]


def test_two_classes_of_one_name_can_both_be_chosen(field: ClassField, qtbot: QtBot) -> None:
    with qtbot.waitSignal(field.class_chosen) as told:
        field.completer().activated.emit("crane  (4)")
    assert told.args == [4]


def test_list_below_the_field_takes_a_class(field: ClassField, qtbot: QtBot) -> None:
    field.show()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    QTest.keyClicks(field, "cran")
    names = field.completer().popup()
    assert names is not None
    assert names.isVisible()
    QTest.keyClick(names, Qt.Key.Key_Down)
    QTest.keyClick(names, Qt.Key.Key_Down)
    with qtbot.waitSignal(field.class_chosen) as told:
        QTest.keyClick(names, Qt.Key.Key_Return)
    assert told.args == [4]
    assert field.text() == "crane"
    assert not names.isVisible()


def test_what_is_no_class_chooses_nothing(field: ClassField, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(field.class_chosen):
        field.setText("unicorn")
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.chosen is None


def test_emptied_field_tells_that_none_is_chosen(field: ClassField, qtbot: QtBot) -> None:
    field.set_chosen(1)
    assert field.text() == "tiger cat"
    with qtbot.waitSignal(field.class_chosen) as told:
        field.selectAll()
        QTest.keyClick(field, Qt.Key.Key_Delete)
    assert told.args == [None]


def test_escape_gives_back_what_was_chosen(field: ClassField) -> None:
    field.set_chosen(0)
    field.setText("zzz")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "tabby"
