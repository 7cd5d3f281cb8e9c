"""A text that does not fit ends in dots, not within a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gui import theme
from gui.views.elided_combo import ElidedCombo

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
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


@pytest.mark.parametrize("text", [TEXT, "Fill + line", "γ 0.7", "No smoothing"])
def test_text_is_whole_in_the_width_that_is_asked_for(
    qtbot: QtBot, plain_app: QApplication, text: str
) -> None:
    theme.apply(plain_app, "dark")
    combo = made(qtbot, 400)
    combo.setItemText(0, text)
    combo.setFixedWidth(combo.sizeHint().width())
    assert combo.shown_text == text
