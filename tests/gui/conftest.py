"""What the tests of the window share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication


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
