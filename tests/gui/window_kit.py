"""A window over a fake engine, and what a person does with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from gui.main_window import MainWindow
from gui.settings import Settings
from tests.gui.fake_engine import CONV1, FakeEngine

if TYPE_CHECKING:
    from pathlib import Path

    from engine.values import LayerKey

W = TypeVar("W", bound=QWidget)


@dataclass
class Kit:
    """A window, the fake engine behind it, and its settings file."""

    window: MainWindow
    engine: FakeEngine
    settings: Settings

    @property
    def notices(self) -> dict[str, str]:
        """The sentences over the maps, by topic."""
        bar = self.window.notices
        return {topic: bar.message(topic) for topic in bar.topics}

    @property
    def source_notices(self) -> dict[str, str]:
        """The sentences in the source panel, by topic."""
        bar = self.window.source.notices
        return {topic: bar.message(topic) for topic in bar.topics}

    def trigger(self, action: str) -> None:
        """Do as if the person had chosen an action in a menu."""
        self.window.actions_.trigger(action)

    def is_checked(self, action: str) -> bool:
        """Whether an action has its check mark."""
        return self.window.actions_.action(action).isChecked()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
        """Press a key where the keyboard is."""
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, key, modifiers or Qt.KeyboardModifier.NoModifier)

    def type(self, text: str) -> None:
        """Type where the keyboard is."""
        for letter in text:
            QTest.keyClicks(QApplication.focusWidget() or self.window, letter)

    def choose_in_palette(self, text: str) -> None:
        """Type into the open palette and choose what comes first."""
        assert self.window.palette_.isVisible()
        self.type(text)
        self.press(Qt.Key.Key_Return)
        assert not self.window.palette_.isVisible()
        # What was chosen is done once the keyboard went back to where it was.
        QApplication.processEvents()

    def button(self, parent: QWidget, text: str) -> QPushButton:
        """Return the visible button with this text."""
        found = [b for b in parent.findChildren(QPushButton) if b.text() == text and b.isVisible()]
        assert len(found) == 1, f"{text!r}: {len(found)} buttons"
        return found[0]

    def click(self, parent: QWidget, text: str) -> None:
        """Click the visible button with this text."""
        QTest.mouseClick(self.button(parent, text), Qt.MouseButton.LeftButton)

    def click_layer(
        self, key: LayerKey, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Click the row of a layer with the mouse."""
        layers = self.window.layers
        tree = layers._tree
        tree.expandAll()
        index = layers._filter.mapFromSource(layers._model.index_of(key))
        assert index.isValid(), f"no row for {key}"
        tree.scrollTo(index)
        place = tree.visualRect(index).center()
        QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, modifiers, place)

    def drop(self, data: QMimeData) -> bool:
        """Drag something over the middle of the window and let go; whether it was taken."""
        none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, *none)
        QApplication.sendEvent(self.window, enter)
        if not enter.isAccepted():
            return False
        drop = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, *none)
        drop.ignore()
        QApplication.sendEvent(self.window, drop)
        return drop.isAccepted()

    def drop_files(self, *paths: Path | str) -> bool:
        """Drop files."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        return self.drop(data)

    def loaded(self, *keys: LayerKey) -> Kit:
        """Have the small network loaded, these layers watched and one answer shown."""
        self.engine.load()
        self.window.maps.set_layers(keys or (CONV1,))
        self.engine.answer(*(keys or (CONV1,)))
        self.engine.forget()
        return self


def make_kit(settings: Settings, *, is_shown: bool = True) -> Kit:
    """Open a window over a fake engine."""
    engine = FakeEngine()
    window = MainWindow(backend=engine.backend, settings=settings)
    engine.bridge.setParent(window)
    if is_shown:
        window.show()
        window.activateWindow()
        assert QTest.qWaitForWindowActive(window, 60_000)
    return Kit(window, engine, settings)


def grab(widget: QWidget) -> QImage:
    """Return what a widget shows."""
    return widget.grab().toImage()


def end(kit: Kit) -> None:
    """Close and delete a window, as the end of the program does."""
    kit.window.close()
    kit.window.deleteLater()
    QApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
