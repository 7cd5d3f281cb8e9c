"""What the tests of the window share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from gui.settings import Settings
    from tests.gui.window_kit import Kit


@pytest.fixture
def plain_app(qapp: QApplication) -> Iterator[QApplication]:
    """Lend the application for a theme to be put in force; it is given back as it was."""
    before = qapp.palette(), qapp.font(), qapp.style().name()
    yield qapp
    qapp.setStyleSheet("")
    qapp.setProperty("layerscope_theme", None)
    qapp.setStyle(before[2])
    qapp.setPalette(before[0])
    qapp.setFont(before[1])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings of a person who starts the app for the first time."""
    from gui.settings import Settings

    return Settings(tmp_path / "layerscope.ini")


@pytest.fixture
def kit(plain_app: QApplication, settings: Settings) -> Iterator[Kit]:
    """Open a window over a fake engine; it is closed and deleted afterwards."""
    from gui import theme
    from tests.gui.window_kit import end, make_kit

    theme.apply(plain_app, "dark")
    opened = make_kit(settings)
    yield opened
    end(opened)
