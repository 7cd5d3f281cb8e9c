"""The card that asks about a network's file, and what a person does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from engine.commands import LoadModel
from engine.models.user.options import NUMBERS, OpenOptions

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gui.panels.open_model_card import OpenModelCard
    from tests.gui.window_kit import Kit

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
GUESSED = OpenOptions(
    architecture="torchvision/squeezenet1_1",
    input_size=(224, 224),
    resize_size=256,
    mean=MEAN,
    std=STD,
    channel_order="rgb",
    categories=NUMBERS,
)
"""What the form begins with for the file of the fixture `weights`."""


class Asked:
    """The card of a window, and what a person does with it."""

    def __init__(self, kit: Kit, qtbot: QtBot) -> None:
        self.kit, self.qtbot = kit, qtbot
        self.card: OpenModelCard = kit.window.file_card

    def open(self, path: Path | str) -> Asked:
        """Open a file and wait for the card."""
        self.kit.window.models.load(str(path))
        return self.wait()

    def wait(self) -> Asked:
        self.qtbot.waitUntil(self.card.isVisible, timeout=20_000)
        return self

    @property
    def loads(self) -> list[LoadModel]:
        return self.kit.engine.of(LoadModel)

    @property
    def texts(self) -> dict[str, str]:
        """What stands below each field."""
        form = self.card.form
        return {name: form.note(name).text() for name in form.names}

    @property
    def problem(self) -> str:
        return self.card._problem.sentence

    def field(self, name: str) -> QLineEdit:
        found = [it for it in self.card.findChildren(QLineEdit) if it.accessibleName() == name]
        assert len(found) == 1, name
        return found[0]

    def write(self, name: str, text: str) -> None:
        """Type into a field in place of what stands there."""
        field = self.field(name)
        field.setFocus()
        field.selectAll()
        if text:
            self.kit.type(text)
        else:
            self.kit.press(Qt.Key.Key_Delete)

    def choose(self, name: str, text: str) -> None:
        """Choose a line of a list."""
        (box,) = [it for it in self.card.findChildren(QComboBox) if it.accessibleName() == name]
        at = box.findText(text)
        assert at >= 0, text
        box.setCurrentIndex(at)
        box.activated.emit(at)

    def click(self, text: str) -> None:
        self.kit.click(self.card, text)
