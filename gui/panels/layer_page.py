"""One watched layer: its name and numbers, all its channels, and the colour bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from engine.values import MapKind
from gui.display_style import DisplayStyle, VectorView
from gui.map_colours import channel_scale, lut_of
from gui.theme import theme_of
from gui.views.atlas_view import AtlasView, HoverInfo
from gui.views.bars_view import BarsView
from gui.views.colorbar import ColorBar
from gui.views.elided_label import ElidedLabel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.values import Activation, LayerKey

__all__ = ["LayerPage"]


class LayerPage(QWidget):
    """Shows the newest activation of one layer.

    Signals
    -------
    channel_chosen : int
    channel_hovered : HoverInfo or None
    aspect_changed : float
    """

    channel_chosen = Signal(int)
    channel_hovered = Signal(object)
    aspect_changed = Signal(float)

    def __init__(self, key: LayerKey, style: DisplayStyle, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self._style = style
        self._activation: Activation | None = None
        self._hovered: HoverInfo | None = None
        self._lut: NDArray[np.uint8] | None = None
        self._build_parts()
        self._build_layout()
        self._connect_parts()
        self.set_display(style)

    @property
    def activation(self) -> Activation | None:
        """What is shown."""
        return self._activation

    @property
    def channel(self) -> int:
        """The chosen channel."""
        return self.atlas.channel

    @property
    def wanted_channel(self) -> int:
        """The channel that was asked for, which the layer may not have."""
        return self.atlas.wanted_channel

    def show_activation(self, activation: Activation) -> None:
        """Show what the layer answered to the newest frame."""
        self._activation = activation
        lut = lut_of(activation, self._style, theme_of(self))
        if lut is not self._lut:
            self._lut = lut
            self.atlas.set_luts(lut, lut)
            self._bar.set_lut(lut)
        is_bars = activation.kind is MapKind.VECTOR and self._style.vectors is VectorView.BARS
        self._stack.setCurrentWidget(self.bars if is_bars else self.atlas)
        self._bar.setVisible(not is_bars)
        self.atlas.show_activation(activation)
        if is_bars:
            self.bars.show_vector(activation.values[:, 0, 0])
            self.bars.set_channel(self.channel)
        self._show_caption(activation)
        self._show_scale(activation)

    def set_display(self, style: DisplayStyle) -> None:
        """Take colours and the rest."""
        self._style = style
        if self._activation is not None:
            self.show_activation(self._activation)

    def show_name(self, *, is_shown: bool) -> None:
        """Show the layer's name, where no tab does."""
        self._name.setVisible(is_shown)

    def set_channel(self, channel: int) -> None:
        """Put the cursor on a channel."""
        self.atlas.set_channel(channel)
        self.bars.set_channel(channel)
        if self._activation is not None:
            self._show_scale(self._activation)

    def _build_parts(self) -> None:
        self._name = ElidedLabel(str(self.key), parent=self)
        self._name.setProperty("role", "title")
        self._facts = ElidedLabel(mode=Qt.TextElideMode.ElideRight, parent=self)
        # The name has what room it wants, the facts what is left.
        self._facts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._facts.setProperty("role", "muted")
        self._warning = QLabel(self)
        self._warning.setProperty("role", "badge-warning")
        self._warning.hide()
        self._name.hide()
        self.atlas = AtlasView(self)
        self.bars = BarsView(self)
        self.bars.setMinimumWidth(self.atlas.minimumSizeHint().width())
        self._bar = ColorBar(self)

    def _build_layout(self) -> None:
        caption = QHBoxLayout()
        caption.setSpacing(8)
        caption.addWidget(self._name)
        caption.addWidget(self._facts, 1)
        caption.addWidget(self._warning)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.atlas)
        self._stack.addWidget(self.bars)
        body = QHBoxLayout()
        body.setSpacing(8)
        body.addLayout(self._stack, 1)
        body.addWidget(self._bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(caption)
        layout.addLayout(body, 1)

    def _connect_parts(self) -> None:
        self.atlas.channel_chosen.connect(self.channel_chosen)
        self.bars.channel_chosen.connect(self.channel_chosen)
        self.atlas.channel_hovered.connect(self._hover)
        self.bars.channel_hovered.connect(self._hover_bar)
        self.atlas.aspect_changed.connect(self.aspect_changed)

    def _show_caption(self, activation: Activation) -> None:
        shape = " × ".join(str(n) for n in activation.shape)
        zeros = float(activation.stats.zeros.mean())
        dead = int(activation.stats.dead.sum())
        facts = [f"{activation.layer_kind}  {shape}", self.tr("{0} zeros").format(f"{zeros:.0%}")]
        if dead:
            facts.append(self.tr("{0} dead").format(dead))
        self._facts.setText("   ".join(facts))
        self._warning.setVisible(activation.has_nonfinite)
        self._warning.setText(self.tr("NaN or infinite values, drawn as 0"))

    def _show_scale(self, activation: Activation) -> None:
        channel = min(self.channel, activation.channels - 1)
        if self._hovered is not None and self._hovered.channel < activation.channels:
            channel = self._hovered.channel
        self._bar.set_scale(channel_scale(activation, channel))

    @Slot(object)
    def _hover(self, info: HoverInfo | None) -> None:
        self._hovered = info
        self._bar.set_marker(info.value if info is not None else None)
        if self._activation is not None:
            self._show_scale(self._activation)
        self.channel_hovered.emit(info)

    @Slot(object)
    def _hover_bar(self, channel: int | None) -> None:
        if self._activation is None or channel is None:
            self._hover(None)
        else:
            value = float(self._activation.values[channel, 0, 0])
            self._hover(HoverInfo(channel, 0, 0, value))

    def changeEvent(self, event: QEvent) -> None:
        """Change to the diverging map that suits a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_bar"):
            self.set_display(self._style)
