"""A text that does not fit ends in dots, not within a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.views.elided_combo import ElidedCombo

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

TEXT = "Sort: sparsity"


def made(qtbot: QtBot, width: int) -> ElidedCombo:
    combo = ElidedCombo()
    qtbot.addWidget(combo)
    combo.addItem(TEXT)
    combo.setFixedWidth(width)
    combo.show()
    return combo


def test_text_that_fits_is_whole(qtbot: QtBot) -> None:
    assert made(qtbot, 400).shown_text == TEXT


def test_text_that_does_not_fit_ends_in_dots(qtbot: QtBot) -> None:
    combo = made(qtbot, 80)
    assert combo.shown_text.endswith("…")
    assert TEXT.startswith(combo.shown_text[:-1].rstrip())
    assert combo.currentText() == TEXT
    assert not combo.grab().isNull()
