"""What concerns the window as a whole: palette, help, theme, panels, and what is pointed at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from gui import settings as keys
from gui import theme
from gui.icons import Icon
from gui.map_colours import heat, lut_of
from gui.remembered import theme_choice
from gui.theme import ThemeChoice
from gui.views.atlas_view import HoverInfo
from gui.views.drop_hint import DropHint
from gui.views.palette import PaletteEntry
from gui.views.value_scale import format_value

if TYPE_CHECKING:
    from engine.values import FrameResult, LayerKey
    from gui.context import WindowContext
    from gui.control.fields import FieldControl
    from gui.control.inspect import InspectControl
    from gui.control.models import ModelControl
    from gui.parts import WindowParts

__all__ = ["ViewControl"]

PANEL_KEYS = {"toggle_labels": "prediction", "toggle_unit": "channel", "timing": "timing"}
"""Which action shows and hides which panel."""
THEMES: tuple[ThemeChoice, ...] = ("system", "dark", "light")


class ViewControl(QObject):
    """Carries out the actions of the groups "View" and "Help".

    Parameters
    ----------
    parts
        The window, which is also the parent, and what stands in it.
    inspect, models, fields
        Know the current layer, the network, and the receptive fields.
    """

    layout_reset_wanted = Signal()
    """Every panel is to go back to where it was at first."""

    def __init__(
        self,
        parts: WindowParts,
        context: WindowContext,
        *,
        inspect: InspectControl,
        models: ModelControl,
        fields: FieldControl,
    ) -> None:
        super().__init__(parts.window)
        self._parts = parts
        self._inspect = inspect
        self._models = models
        self._fields = fields
        self._pointed: tuple[HoverInfo, LayerKey] | None = None
        self._actions = actions = context.actions
        self._settings = settings = context.settings
        self._is_overlaid = settings.get(keys.OVERLAY)
        self._drop_hint = DropHint(parts.window)
        self._connect_actions()
        for name, dock in PANEL_KEYS.items():
            shown = parts.docks[dock].toggleViewAction()
            shown.toggled.connect(actions.action(name).setChecked)
            actions.action(name).setChecked(shown.isChecked())
        fields.changed.connect(self._refresh_pointed)
        parts.preferences.look_changed.connect(self._apply_look)
        parts.preferences.reset_wanted.connect(self.layout_reset_wanted)
        actions.action("overlay").setChecked(self._is_overlaid)

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Lay the chosen channel over the live picture, where that is wanted."""
        view = self._parts.source.view
        key = self._inspect.current
        activation = result.activation(key) if key is not None else None
        if not self._is_overlaid or activation is None or activation.map_size == (1, 1):
            view.set_overlay(None)
            return
        channel = min(self._parts.channel.channel, activation.channels - 1)
        lut = lut_of(activation, self._parts.maps.style_bar.style_now, theme.theme_of(view))
        opacity = self._settings.get(keys.OVERLAY_OPACITY)
        view.set_overlay(heat(activation, channel, lut), result.input_box, opacity)

    @Slot(object)
    @Slot(object, object)
    def show_pointed(self, info: HoverInfo | None, key: LayerKey | None = None) -> None:
        """Say in the status line what is under the pointer: of `key`, or of the current layer."""
        key = key or self._inspect.current
        self._pointed = None if info is None or key is None else (info, key)
        if info is None or key is None:
            self._parts.status.show_pointed("")
            return
        place = f"{key} [{info.channel}]  y = {info.y}  x = {info.x}"
        model = self._models.info
        layer = self._inspect.layer(key)
        if model is not None and layer is not None and layer.shape == (len(model.categories),):
            place = f"{key} [{info.channel}]  {model.categories[info.channel]}"
        field = self._fields.text(key, (info.y, info.x))
        text = f"{place}  value = {format_value(info.value)}"
        self._parts.status.show_pointed(f"{text}  {field}" if field else text)

    @Slot()
    def _refresh_pointed(self) -> None:
        if self._pointed is not None:
            self.show_pointed(*self._pointed)

    def show_drop_hint(self, *, is_shown: bool) -> None:
        """Say that what is dragged can be dropped, or not any more."""
        self._drop_hint.setVisible(is_shown)

    # ------------------------------------------------------------------------------------ private

    def _connect_actions(self) -> None:
        parts, connect = self._parts, self._actions.connect
        connect("palette", self._open_palette)
        connect("help", parts.help.toggle)
        connect("about", self._tell_about)
        connect("settings", parts.preferences.open)
        connect("reset_view", self._reset_view)
        connect("full_screen", self._full_screen)
        for name, dock in PANEL_KEYS.items():
            connect(name, parts.docks[dock].setVisible)
        parts.docks["timing"].toggleViewAction().toggled.connect(self._show_timing)
        connect("cycle_theme", self._cycle_theme)
        connect("reset_layout", self.layout_reset_wanted.emit)
        connect("overlay", self._overlay)
        connect("quit", parts.window.close)

    def _open_palette(self) -> None:
        parts = self._parts
        info = self._models.info
        layers = [
            PaletteEntry(
                title=str(layer.key),
                subtitle=f"{layer.kind}, {' × '.join(map(str, layer.shape))}",
                callback=partial(self._inspect.watch, layer.key),
                icon=Icon.LAYERS,
            )
            for layer in (info.layers if info else ())
            if layer.shape is not None
        ]
        parts.palette.open_with(layers + self._models.entries())

    def _reset_view(self) -> None:
        parts = self._parts
        if parts.window.isFullScreen():
            self._full_screen(False)
            self._actions.action("full_screen").setChecked(False)
        for view in (parts.source.view, *parts.channel.views()):
            if hasattr(view, "reset_view"):
                view.reset_view()
        parts.maps.reset_views()

    def _full_screen(self, is_full: bool) -> None:
        if is_full:
            self._parts.window.showFullScreen()
        else:
            self._parts.window.showNormal()

    @Slot(bool)
    def _show_timing(self, is_shown: bool) -> None:
        self._parts.status.show_timing(is_shown=is_shown)

    def _overlay(self, is_on: bool) -> None:
        self._is_overlaid = is_on
        self._settings.set(keys.OVERLAY, is_on)
        if not is_on:
            self._parts.source.view.set_overlay(None)

    def _cycle_theme(self) -> None:
        now = self._settings.get(keys.THEME)
        choice = next(b for a, b in zip(THEMES, (*THEMES[1:], THEMES[0]), strict=True) if a == now)
        self._settings.set(keys.THEME, choice)
        self._apply_look()
        names = {
            "system": self.tr("Theme: as the system has it."),
            "dark": self.tr("Theme: dark."),
            "light": self.tr("Theme: light."),
        }
        self._parts.notices.show_brief("theme", names[choice])

    @Slot()
    def _apply_look(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, theme_choice(self._settings), self._settings.get(keys.TEXT_SCALE))

    def _tell_about(self) -> None:
        from engine.cli import version  # noqa: PLC0415 - only when asked

        info = self._models.info
        text = self.tr("Layerscope {0}, Apache-2.0.").format(version())
        if info is not None:
            card = info.card
            text += " " + self.tr("{0}: {1}; weights: {2}.").format(
                card.title, card.citation, card.weights_licence
            )
        self._parts.notices.show_notice("about", text)
