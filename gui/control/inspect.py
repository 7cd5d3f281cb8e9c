"""Which layers are watched and which channel is looked at: the actions of "Layers" and "Maps"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.commands import SetStyle, WatchLayers
from engine.values import LayerInfo, LayerKey
from gui.control.first_layer import first_layer
from gui.remembered import layers_of, store_display, store_layers

if TYPE_CHECKING:
    from engine.values import FrameResult, ModelInfo
    from gui.context import WindowContext
    from gui.display_style import DisplayStyle
    from gui.panels.activation_panel import ActivationPanel
    from gui.panels.channel_panel import ChannelPanel
    from gui.panels.layers_panel import LayersPanel

__all__ = ["InspectControl"]

_MOVES = {
    "channel_left": (-1, 0),
    "channel_right": (1, 0),
    "channel_up": (0, -1),
    "channel_down": (0, 1),
    "channel_left_fast": (-3, 0),
    "channel_right_fast": (3, 0),
    "channel_up_fast": (0, -3),
    "channel_down_fast": (0, 3),
}


class InspectControl(QObject):
    """Keeps the tree, the tabs, the channel panel and the engine in step.

    Signals
    -------
    layer_changed : LayerInfo
        Another layer is the current one.
    """

    layer_changed = Signal(object)

    def __init__(
        self,
        context: WindowContext,
        *,
        layers: LayersPanel,
        maps: ActivationPanel,
        channel: ChannelPanel,
    ) -> None:
        super().__init__(maps)
        self._layers = layers
        self._maps = maps
        self._channel = channel
        self._actions = context.actions
        self._backend = context.backend
        self._settings = context.settings
        self._info: ModelInfo | None = None
        self._atlas_style = maps.style_bar.style_now.atlas
        self._is_restoring = False
        self._connect_panels()
        self._connect_actions()

    @property
    def current(self) -> LayerKey | None:
        """The current layer."""
        page = self._maps.current_page
        return page.key if page is not None else None

    def show_model(self, info: ModelInfo) -> None:
        """Take a network that was loaded: watch what was watched before, or a telling layer.

        A network that only moved to another device keeps its tabs.
        """
        is_same = self._info is not None and self._info.card.name == info.card.name
        self._info = info
        self._layers.show_model(info)
        if is_same and self._maps.keys:
            self._watch(self._maps.watched)
            self._follow(self.current)
            return
        stored = layers_of(self._settings, info.card.name)
        keys = _existing(info, stored) or (first_layer(info),)
        self._is_restoring = True
        self._maps.set_layers(keys)
        self._is_restoring = False

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Pass an answer on to the panels."""
        self._maps.show_result(result)
        key = self.current
        activation = result.activation(key) if key is not None else None
        self._channel.show_result(result, activation)

    def watch(self, key: LayerKey) -> None:
        """Make a layer the current one."""
        self._maps.watch(key)

    def watch_named(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Have these layers in tabs; return those that the network lacks."""
        if self._info is None:
            return names
        found = _existing(self._info, names)
        if found:
            self._maps.set_layers(found)
        return tuple(name for name in names if LayerKey.parse(name) not in found)

    def layer(self, key: LayerKey | None) -> LayerInfo | None:
        """Return what is known of a layer."""
        if self._info is None or key is None:
            return None
        return next((x for x in self._info.layers if x.key.name == key.name), None)

    # ------------------------------------------------------------------------------------ private

    def _connect_panels(self) -> None:
        self._layers.layer_chosen.connect(self._maps.watch)
        self._layers.layer_added.connect(self._maps.watch_also)
        self._maps.watch_changed.connect(self._watch)
        self._maps.current_changed.connect(self._follow)
        self._maps.channel_chosen.connect(self._channel.set_channel)
        self._maps.style_changed.connect(self._restyle)

    def _connect_actions(self) -> None:
        connect = self._actions.connect
        connect("find_layer", self._layers.ask)
        connect("previous_layer", lambda: self._step_layer(-1))
        connect("next_layer", lambda: self._step_layer(1))
        connect("watch_also", self._watch_also)
        connect("close_layer", self._maps.close_current)
        connect("split_layers", self._maps.set_split)
        bar = self._maps.style_bar
        connect("cycle_gamma", bar.cycle_gamma)
        connect("cycle_scale", bar.cycle_scale)
        connect("cycle_colormap", bar.cycle_colormap)
        connect("cycle_sort", bar.cycle_sort)
        connect("cycle_zoom", self._cycle_zoom)
        for action, (dx, dy) in _MOVES.items():
            connect(action, lambda dx=dx, dy=dy: self._move(dx, dy))

    @Slot(object)
    def _watch(self, keys: tuple[LayerKey, ...]) -> None:
        self._backend.post(WatchLayers(keys))
        if self._info is not None and not self._is_restoring:
            texts = tuple(str(key) for key in self._maps.keys)
            store_layers(self._settings, self._info.card.name, texts)

    @Slot(object)
    def _follow(self, key: LayerKey | None) -> None:
        self._layers.mark_watched(self._maps.keys, key)
        info = self.layer(key)
        if info is None and key is not None:  # a functional operation: no module of its own
            info = LayerInfo(key, key.name.rpartition("/")[2], None, 0, is_leaf=True)
        if info is not None:
            self.layer_changed.emit(info)

    @Slot(object)
    def _restyle(self, style: DisplayStyle) -> None:
        if style.atlas != self._atlas_style:  # colours are the window's own business
            self._atlas_style = style.atlas
            self._backend.post(SetStyle(style.atlas))
        self._channel.set_display(style)
        store_display(self._settings, style)

    def _step_layer(self, delta: int) -> None:
        """Go to the layer before or after that has an output, the same channel chosen."""
        if self._info is None or self.current is None:
            return
        keys = [
            LayerKey(layer.key.name, call)
            for layer in self._info.layers
            if layer.shape is not None and (layer.is_leaf or layer.key.name == self.current.name)
            for call in range(layer.calls)
        ]
        if self.current not in keys:
            return
        place = keys.index(self.current) + delta
        if 0 <= place < len(keys):
            self._maps.watch(keys[place])

    def _watch_also(self) -> None:
        key = self._layers.current_key()
        if key is not None:
            self._maps.watch_also(key)

    def _move(self, dx: int, dy: int) -> None:
        page = self._maps.current_page
        if page is not None:
            page.atlas.move_channel(dx, dy)

    def _cycle_zoom(self) -> None:
        page = self._maps.current_page
        if page is not None:
            page.atlas.cycle_zoom()


def _existing(info: ModelInfo, names: tuple[str, ...]) -> tuple[LayerKey, ...]:
    """Return the layers of these names that the network calls."""
    calls = {layer.key.name: layer.calls for layer in info.layers if layer.shape is not None}
    keys = dict.fromkeys(LayerKey.parse(name) for name in names)
    return tuple(key for key in keys if key.call < calls.get(key.name, 0))
