"""Play, pause, step and seek: shown for sources that can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from engine.sources.base import Seek, SourceKind, SourceState, SourceStatus
from gui.icons import Icon, icon
from gui.views.action_button import action_button

if TYPE_CHECKING:
    from gui.actions import Actions

__all__ = ["TransportRow"]


class TransportRow(QWidget):
    """Buttons and a slider for videos, folders and the demo.

    Signals
    -------
    command_given : SourceCommand
    """

    command_given = Signal(object)

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._is_time = False
        self._fps = 0.0
        self._previous = action_button(self._actions.action("previous_file"), self)
        self._play = action_button(self._actions.action("play"), self)
        self._next = action_button(self._actions.action("next_file"), self)
        self._loop = action_button(self._actions.action("loop"), self)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setAccessibleName(self.tr("Position"))
        self._slider.setToolTip(self.tr("Drag to go to another frame"))
        self._slider.setMinimumWidth(48)
        self._slider.valueChanged.connect(self._seek)
        self._position = QLabel(self)
        self._position.setProperty("role", "number")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for button in (self._previous, self._play, self._next):
            layout.addWidget(button)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._position)
        layout.addWidget(self._loop)
        self.hide()

    def show_status(self, status: SourceStatus) -> None:
        """Show where the source stands, and hide what it cannot do."""
        info = status.info
        if info is None:
            self.setVisible(False)
            return
        self._is_time = status.spec.kind is SourceKind.VIDEO
        self._fps = info.fps or 0.0
        self.setVisible(info.can_seek or info.can_play)
        self._previous.setVisible(info.can_seek)
        self._next.setVisible(info.can_seek)
        self._play.setVisible(info.can_play)
        self._loop.setVisible(self._is_time)
        is_playing = status.state is SourceState.PLAYING
        play = self._actions.action("play")
        play.setChecked(is_playing)
        play.setIcon(icon(Icon.PAUSE if is_playing else Icon.PLAY))
        self._actions.action("loop").setChecked(status.spec.is_looping)
        self._show_position(status.index, info.frames if info.can_seek else None)

    def _show_position(self, index: int, frames: int | None) -> None:
        self._slider.setVisible(bool(frames and frames > 1))
        self._position.setVisible(bool(frames))
        if not frames:
            return
        with QSignalBlocker(self._slider):
            self._slider.setRange(0, frames - 1)
            self._slider.setPageStep(max(1, frames // 20))  # a click beside the handle
            if not self._slider.isSliderDown():
                self._slider.setValue(index)
        if self._is_time and self._fps:
            text = f"{_clock(index / self._fps)} / {_clock(frames / self._fps)}"
        else:
            text = f"{index + 1} / {frames}"
        self._position.setText(text)

    @Slot(int)
    def _seek(self, index: int) -> None:
        self.command_given.emit(Seek(index))


def _clock(seconds: float) -> str:
    minutes, rest = divmod(max(0.0, seconds), 60)
    return f"{int(minutes)}:{rest:04.1f}"
