"""The channel panel: one channel large, over the picture, and in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.panels.layer_page import luts
from gui.views.frame_view import FrameView
from gui.views.histogram_view import HistogramView
from gui.views.map_view import MapView
from gui.views.value_scale import ValueScale, format_value

if TYPE_CHECKING:
    from engine.values import Activation, FrameResult
    from gui.actions import Actions
    from gui.display_style import DisplayStyle

__all__ = ["ChannelPanel", "heat"]


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
        return (self._map, self._picture, self._histogram)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._title = QLabel(self.tr("Channel"), self)
        self._title.setProperty("role", "title")
        self._badge = QLabel(self)
        self._badge.setProperty("role", "badge-warning")
        self._badge.hide()
        self._map = MapView(self)
        self._picture = FrameView(self)
        self._picture.clear(self.tr("The channel over the picture"))
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
        body.addWidget(self._picture, 3)
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
        self._title.setText(self.tr("Channel {0}").format(channel))
        self._show_badge(activation, channel)
        sequential, diverging = luts(self._style, self)
        self._map.set_luts(sequential, diverging)
        self._map.show_channel(activation, channel)
        self._histogram.show_values(activation.values[channel])
        self._show_numbers(activation, channel)
        self._show_overlay(activation, channel)

    def _show_badge(self, activation: Activation, channel: int) -> None:
        is_dead = bool(activation.stats.dead[channel])
        is_silent = float(activation.stats.zeros[channel]) >= 1.0
        self._badge.setText(self.tr("dead") if is_dead else self.tr("silent on this picture"))
        self._badge.setVisible(is_dead or is_silent)

    def _show_numbers(self, activation: Activation, channel: int) -> None:
        for key, label in self._numbers.items():
            value = float(getattr(activation.stats, key)[channel])
            label.setText(f"{value:.1%}" if key == "zeros" else format_value(value))

    def _show_overlay(self, activation: Activation, channel: int) -> None:
        if self._result is None:
            return
        self._picture.show_frame(self._result.frame.image)
        sequential, diverging = luts(self._style, self)
        lut = diverging if activation.is_signed else sequential
        rgba = heat(activation, channel, lut)
        self._picture.set_overlay(rgba, self._result.input_box, self._opacity.value() / 100)


def heat(
    activation: Activation, channel: int, lut: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """Return a channel as an overlay, (h, w, 4) uint8: the stronger, the more opaque.

    Parameters
    ----------
    activation
        Of any layer.
    channel
        Which channel of it.
    lut : ndarray, (256, 3), uint8
        Its colours.
    """
    scale = ValueScale(
        float(activation.low[channel]),
        float(activation.high[channel]),
        activation.gamma,
        activation.is_signed,
    )
    indices = scale.indices(activation.values[channel])
    strength = np.abs(indices.astype(np.int16) - 128) * 2 if activation.is_signed else indices
    alpha = np.clip(strength, 0, 255).astype(np.uint8)
    return np.dstack((lut[indices], alpha))
