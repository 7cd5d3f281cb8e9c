"""What the tests of the window share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from gui.settings import Settings
    from tests.gui.file_card_kit import Asked
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


@pytest.fixture
def again(plain_app: QApplication, settings: Settings) -> Iterator[Callable[[], Kit]]:
    """Return what closes the window, if one is open, and opens the next, as the next start does."""
    from gui.settings import Settings
    from tests.gui.window_kit import end, make_kit

    opened: list[Kit] = []

    def start() -> Kit:
        if opened:
            end(opened.pop())
        opened.append(make_kit(Settings(settings.path)))
        return opened[-1]

    yield start
    for kit in opened:
        end(kit)


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a state dict of torchvision's squeezenet1_1 with three outputs."""
    import torch
    from torchvision import models

    path = tmp_path_factory.mktemp("nets") / "three.pth"
    torch.save(models.squeezenet1_1(weights=None, num_classes=3).state_dict(), path)
    return path


@pytest.fixture
def asked(kit: Kit, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Return what a person does with the card for a file, in a window with a network; nothing
    is remembered of any file.
    """
    from engine.events import ModelsListed
    from tests.gui.fake_engine import CONV1, CPU, card
    from tests.gui.file_card_kit import Asked

    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "own-cache"))
    kit.loaded(CONV1)
    kit.engine.tell(ModelsListed((card("tiny"),), (CPU,)))
    return Asked(kit, qtbot)
