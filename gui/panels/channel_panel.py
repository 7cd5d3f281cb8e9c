"""The channel panel: one channel large, over the picture, and in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.map_colours import heat, lut_of
from gui.theme import theme_of
from gui.views.frame_view import FrameView
from gui.views.histogram_view import HistogramView
from gui.views.map_view import MapView
from gui.views.value_scale import format_value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.values import Activation, FrameResult
    from gui.actions import Actions
    from gui.display_style import DisplayStyle

__all__ = ["ChannelPanel"]


class ChannelPanel(QWidget):
    """Shows the chosen channel of the current layer, live.

    Signals
    -------
    cell_hovered : HoverInfo or None
        The cell under the pointer in the large map.
    """

    cell_hovered = Signal(object)

    def __init__(
        self, *, actions: Actions, style: DisplayStyle, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._style = style
        self._channel = 0
        self._categories: tuple[str, ...] = ()
        self._result: FrameResult | None = None
        self._activation: Activation | None = None
        self._build_parts()
        self._build_layout()
        self._map.cell_hovered.connect(self.cell_hovered)
        self._opacity.valueChanged.connect(self._show)

    @property
    def channel(self) -> int:
        """The channel that is shown."""
        return self._channel

    @Slot(int)
    def set_channel(self, channel: int) -> None:
        """Show another channel."""
        self._channel = channel
        self._show()

    @Slot(object)
    def set_display(self, style: DisplayStyle) -> None:
        """Take colours and the rest."""
        self._style = style
        self._show()

    def show_result(self, result: FrameResult, activation: Activation | None) -> None:
        """Show the newest answer of the current layer, or nothing where there is none."""
        self._result, self._activation = result, activation
        if self.isVisible():
            self._show()

    def views(self) -> tuple[QWidget, ...]:
        """Return the views that can be copied, the large map first."""
        return (self._map, self.picture, self._histogram)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._title = QLabel(self.tr("Channel"), self)
        self._title.setProperty("role", "title")
        self._badge = QLabel(self)
        self._badge.setProperty("role", "badge-warning")
        self._badge.hide()
        self._map = MapView(self)
        self.picture = FrameView(self)
        self.picture.clear(self.tr("The channel over the picture"))
        self._histogram = HistogramView(self)
        self._numbers: dict[str, QLabel] = {}
        self._opacity = QSlider(Qt.Orientation.Horizontal, self)
        self._opacity.setRange(0, 100)
        self._opacity.setValue(70)
        self._opacity.setMaximumWidth(96)
        self._opacity.setToolTip(self.tr("How much of the channel covers the picture"))
        self._opacity.setAccessibleName(self.tr("Opacity of the overlay"))

    def _build_layout(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self._title)
        top.addWidget(self._badge)
        top.addStretch(1)
        top.addWidget(QLabel(self.tr("Overlay"), self))
        top.addWidget(self._opacity)
        for action in ("copy_view", "save_figure", "save_maps"):
            button = QToolButton(self)
            button.setDefaultAction(self._actions.action(action))
            button.setAutoRaise(True)
            top.addWidget(button)
        facts = QVBoxLayout()
        facts.setSpacing(4)
        facts.addWidget(self._histogram, 1)
        facts.addLayout(self._number_grid())
        body = QHBoxLayout()
        body.setSpacing(8)
        body.addWidget(self._map, 3)
        body.addWidget(self.picture, 3)
        body.addLayout(facts, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addLayout(body, 1)

    def _number_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        names = {
            "minimum": self.tr("min"),
            "maximum": self.tr("max"),
            "mean": self.tr("mean"),
            "std": self.tr("std"),
            "zeros": self.tr("zeros"),
        }
        for column, (key, text) in enumerate(names.items()):
            caption = QLabel(text, self)
            caption.setProperty("role", "muted")
            number = QLabel("–", self)
            number.setProperty("role", "number")
            grid.addWidget(caption, 0, column)
            grid.addWidget(number, 1, column)
            grid.setColumnStretch(column, 1)
            self._numbers[key] = number
        return grid

    @Slot()
    def _show(self) -> None:
        activation = self._activation
        if activation is None:
            return
        channel = min(self._channel, activation.channels - 1)
        self._title.setText(self._name(channel, activation.channels))
        self._show_badge(activation, channel)
        lut = lut_of(activation, self._style, theme_of(self))
        self._map.set_luts(lut, lut)
        self._map.show_channel(activation, channel)
        self._histogram.show_values(activation.values[channel])
        self._show_numbers(activation, channel)
        self._show_overlay(activation, heat(activation, channel, lut))

    def set_categories(self, categories: tuple[str, ...]) -> None:
        """Take the names of the network's answers: of the last layer, a channel is a class."""
        self._categories = categories

    def _name(self, channel: int, channels: int) -> str:
        name = self.tr("Channel {0}").format(channel)
        is_answer = channels == len(self._categories) and channel < channels
        return f"{name}, {self._categories[channel]}" if is_answer else name

    def _show_badge(self, activation: Activation, channel: int) -> None:
        is_dead = bool(activation.stats.dead[channel])
        is_silent = float(activation.stats.zeros[channel]) >= 1.0
        self._badge.setText(self.tr("dead") if is_dead else self.tr("silent on this picture"))
        self._badge.setVisible(is_dead or is_silent)

    def _show_numbers(self, activation: Activation, channel: int) -> None:
        for key, label in self._numbers.items():
            value = float(getattr(activation.stats, key)[channel])
            label.setText(f"{value:.1%}" if key == "zeros" else format_value(value))

    def _show_overlay(self, activation: Activation, rgba: NDArray[np.uint8]) -> None:
        if self._result is None:
            return
        self.picture.show_frame(self._result.frame.image)
        has_places = activation.map_size != (1, 1)
        opacity = self._opacity.value() / 100
        self.picture.set_overlay(rgba if has_places else None, self._result.input_box, opacity)

    # Qt's override.

    def changeEvent(self, event: QEvent) -> None:
        """Change to the diverging map that suits a new theme, on a frozen picture too."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_activation"):
            self._show()
