"""Notices: keyed by topic, at most three, with next steps; and labels that are shortened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from engine.events import Severity
from gui.views.elided_label import ElidedLabel
from gui.views.notice_bar import NoticeBar

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def bar(qtbot: QtBot) -> NoticeBar:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    return bar


def _shown(bar: NoticeBar) -> list[str]:
    return [bar.message(topic) for topic in bar.topics]


def test_takes_no_room_until_there_is_something(bar: NoticeBar) -> None:
    assert bar.isHidden()
    bar.show_notice("camera", "The camera went away.", Severity.WARNING)
    assert not bar.isHidden()
    assert _shown(bar) == ["The camera went away."]
    bar.clear("camera")
    assert bar.isHidden()
    bar.clear("camera")


def test_same_topic_replaces_and_empty_clears(bar: NoticeBar) -> None:
    bar.show_notice("camera", "Away.")
    bar.show_notice("model", "Loaded.")
    bar.show_notice("camera", "Back.")
    assert _shown(bar) == ["Back.", "Loaded."]
    bar.show_notice("camera", "")
    assert _shown(bar) == ["Loaded."]


def test_the_quietest_and_oldest_goes_when_there_are_too_many(bar: NoticeBar) -> None:
    bar.show_notice("a", "A", Severity.INFO)
    bar.show_notice("b", "B", Severity.ERROR)
    bar.show_notice("c", "C", Severity.INFO)
    bar.show_notice("d", "D", Severity.WARNING)
    assert _shown(bar) == ["D", "C", "B"]
    bar.show_notice("e", "E", Severity.INFO)
    assert _shown(bar) == ["E", "D", "B"]
    bar.clear_all()
    assert _shown(bar) == []
    assert bar.isHidden()


def test_next_step_closes_and_calls(bar: NoticeBar, qtbot: QtBot) -> None:
    called: list[str] = []
    actions = [(name, lambda name=name: called.append(name)) for name in ("One", "Two", "Three")]
    bar.show_notice("model", "It failed.", Severity.ERROR, actions)
    buttons = {button.text(): button for button in bar.findChildren(QPushButton)}
    assert list(buttons) == ["One", "Two"]
    QTest.mouseClick(buttons["Two"], Qt.MouseButton.LeftButton)
    assert called == ["Two"]
    assert bar.topics == ()


def test_next_step_may_show_another_notice(bar: NoticeBar, qtbot: QtBot) -> None:
    again = [("Try again", lambda: bar.show_notice("model", "It failed again."))]
    bar.show_notice("model", "It failed.", Severity.ERROR, again)
    QTest.mouseClick(bar.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert _shown(bar) == ["It failed again."]


def test_close_is_told(bar: NoticeBar, qtbot: QtBot) -> None:
    bar.show_notice("model", "It failed.")
    close = bar.findChildren(QToolButton)[0]
    assert close.toolTip() == "Close"
    with qtbot.waitSignal(bar.dismissed) as dismissed:
        QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert dismissed.args == ["model"]
    assert bar.topics == ()


def test_sentence_is_plain_text_that_wraps(bar: NoticeBar) -> None:
    bar.show_notice("x", "<b>a file</b> " * 20)
    sentence = bar.findChildren(QLabel)[0]
    assert sentence.wordWrap()
    assert sentence.textFormat() is Qt.TextFormat.PlainText


def test_label_is_shortened_in_the_middle(qtbot: QtBot) -> None:
    name = "features.denseblock3.denselayer12.conv2"
    label = ElidedLabel(name)
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    assert label.shown_text == name
    assert label.toolTip() == ""
    label.resize(120, 20)
    label.show()
    qtbot.waitExposed(label)
    assert label.is_elided
    assert label.text() == name
    assert label.shown_text.startswith("feat")
    assert label.shown_text.endswith("2")
    assert label.toolTip() == name
    label.setToolTip("Click to watch it")
    assert label.toolTip() == f"{name}\nClick to watch it"
    assert label.minimumSizeHint().width() < 120
    assert not label.grab().isNull()
