"""The row in which one searches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gui.graph.find_bar import FindBar


@pytest.fixture
def bar(qtbot: QtBot) -> Iterator[FindBar]:
    window = QWidget()
    qtbot.addWidget(window)
    it = FindBar(window)
    window.show()
    it.open_bar()
    yield it
    window.close()


def field(bar: FindBar) -> QLineEdit:
    found = bar.findChild(QLineEdit)
    assert found is not None
    return found


def test_typing_asks(bar: FindBar) -> None:
    asked: list[tuple[str, bool]] = []
    bar.text_changed.connect(lambda text, is_regex: asked.append((text, is_regex)))
    QTest.keyClicks(field(bar), "ad")
    next(it for it in bar.findChildren(QToolButton) if it.isCheckable()).click()
    assert asked == [("a", False), ("ad", False), ("ad", True)]


def test_enter_and_f3_step(bar: FindBar) -> None:
    steps: list[int] = []
    bar.stepped.connect(steps.append)
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(field(bar), Qt.Key.Key_Return)
    QTest.keyClick(field(bar), Qt.Key.Key_Return, shift)
    QTest.keyClick(field(bar), Qt.Key.Key_F3)
    QTest.keyClick(field(bar), Qt.Key.Key_F3, shift)
    assert steps == [1, -1, 1, -1]


def test_it_counts(bar: FindBar) -> None:
    bar.set_text("conv")
    bar.show_count(0, 17)
    assert bar.count_text == "17 found"
    bar.show_count(3, 17)
    assert bar.count_text == "3 of 17"
    bar.show_count(0, 0)
    assert bar.count_text == "none"
    bar.set_text("")
    bar.show_count(0, 0)
    assert bar.count_text == ""


def test_why_nothing_can_be_looked_for_is_a_sentence_below(bar: FindBar) -> None:
    sentence = "“(” is no regular expression; correct it, or search plain text."
    bar.set_text("(")
    bar.show_error(sentence)
    (label,) = (it for it in bar.findChildren(QLabel) if it.text() == sentence)
    assert label.isVisible()
    assert label.mapTo(bar, label.rect().topLeft()).y() >= field(bar).geometry().bottom()
    assert (bar.problem_text, bar.count_text) == (sentence, "")
    bar.show_count(0, 17)
    assert not label.isVisible()
    assert (bar.problem_text, bar.count_text) == ("", "17 found")


def test_escape_closes(bar: FindBar) -> None:
    closed: list[bool] = []
    bar.closed.connect(lambda: closed.append(True))
    QTest.keyClick(field(bar), Qt.Key.Key_Escape)
    assert bar.isHidden()
    bar.close_bar()
    assert closed == [True]


def test_opened_again_it_asks_again(bar: FindBar) -> None:
    bar.set_text("relu")
    bar.close_bar()
    asked: list[str] = []
    bar.text_changed.connect(lambda text, _: asked.append(text))
    bar.open_bar()
    assert asked == ["relu"]
