"""The settings: a card over the window, everything in force at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui import settings as keys
from gui.views.overlay import Overlay

if TYPE_CHECKING:
    from gui.settings import Settings

__all__ = ["SettingsOverlay"]

WIDTH_PX = 460
TEXT_SCALES = (0.85, 1.0, 1.15, 1.3, 1.5)


class SettingsOverlay(Overlay):
    """Edits what has no place of its own in the window.

    Parameters
    ----------
    window
        Over which it opens.
    settings
        What is edited.

    Signals
    -------
    look_changed
        Theme or text size.
    reset_wanted
        Everything is to be as at first.
    """

    look_changed = Signal()
    reset_wanted = Signal()

    def __init__(self, window: QWidget, settings: Settings) -> None:
        super().__init__(window)
        self._settings = settings
        self._build()

    def open(self) -> None:
        """Show what is set now."""
        self._fill()
        self.show_over()
        self._place()
        self._theme.setFocus()

    def _build(self) -> None:
        self._card = QFrame(self)
        self._card.setProperty("role", "overlay")
        title = QLabel(self.tr("Settings"), self._card)
        title.setProperty("role", "title")
        self._theme = QComboBox(self._card)
        for text, value in (
            (self.tr("As the system has it"), "system"),
            (self.tr("Dark"), "dark"),
            (self.tr("Light"), "light"),
        ):
            self._theme.addItem(text, value)
        self._scale = QComboBox(self._card)
        for factor in TEXT_SCALES:
            self._scale.addItem(f"{factor:.0%}", factor)
        self._mirror = QCheckBox(self.tr("Show cameras mirrored"), self._card)
        reset = QPushButton(self.tr("Reset all settings"), self._card)
        reset.clicked.connect(self._reset)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.addRow(self.tr("Theme"), self._theme)
        form.addRow(self.tr("Text size"), self._scale)
        form.addRow("", self._mirror)
        where = QLabel(self.tr("Kept in {0}").format(self._settings.path), self._card)
        where.setProperty("role", "caption")
        where.setWordWrap(True)
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self._card)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addLayout(form)
        layout.addWidget(where)
        layout.addWidget(reset, 0, Qt.AlignmentFlag.AlignLeft)
        self._theme.activated.connect(self._take)
        self._scale.activated.connect(self._take)
        self._mirror.clicked.connect(self._take)

    def _fill(self) -> None:
        self._theme.setCurrentIndex(self._theme.findData(self._settings.get(keys.THEME)))
        wanted = self._settings.get(keys.TEXT_SCALE)
        nearest = min(range(len(TEXT_SCALES)), key=lambda i: abs(TEXT_SCALES[i] - wanted))
        self._scale.setCurrentIndex(nearest)
        self._mirror.setChecked(self._settings.get(keys.IS_MIRRORED))

    def _place(self) -> None:
        width = min(WIDTH_PX, self.width() - 32)
        self._card.setFixedWidth(width)
        self._card.adjustSize()
        self._card.move((self.width() - width) // 2, (self.height() - self._card.height()) // 3)

    @Slot()
    def _take(self) -> None:
        self._settings.set(keys.THEME, str(self._theme.currentData()))
        self._settings.set(keys.TEXT_SCALE, float(self._scale.currentData()))
        self._settings.set(keys.IS_MIRRORED, self._mirror.isChecked())
        self.look_changed.emit()
        self._place()

    @Slot()
    def _reset(self) -> None:
        for setting in keys.ALL:
            self._settings.reset(setting)
        self._fill()
        self.look_changed.emit()
        self.reset_wanted.emit()
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close on a click beside the card."""
        if not self._card.geometry().contains(event.position().toPoint()):
            self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay in the middle."""
        super().resizeEvent(event)
        self._place()
