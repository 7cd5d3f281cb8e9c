"""Between what the settings file holds and what the window works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import colormaps
from engine.values import AtlasStyle, DeviceRequest
from gui import settings as keys
from gui.display_style import DisplayStyle

if TYPE_CHECKING:
    from gui.settings import Settings
    from gui.theme import ThemeChoice

__all__ = [
    "device_request",
    "display_style",
    "layers_of",
    "store_device",
    "store_display",
    "store_layers",
    "theme_choice",
]

_SEPARATOR = "\t"


def display_style(settings: Settings) -> DisplayStyle:
    """Return how maps were shown last; nonsense in the file gives the defaults."""
    name = settings.get(keys.COLOR_MAP)
    low, high = settings.get(keys.FIXED_LOW), settings.get(keys.FIXED_HIGH)
    atlas = AtlasStyle(
        scale=settings.get(keys.SCALE),
        fixed_low=low if low < high else 0.0,
        fixed_high=high if low < high else 1.0,
        gamma=settings.get(keys.GAMMA),
        sort=settings.get(keys.SORT),
    )
    is_known = name in colormaps.names() and name not in colormaps.names("diverging")
    return DisplayStyle(atlas, name if is_known else colormaps.DEFAULT)


def store_display(settings: Settings, style: DisplayStyle) -> None:
    """Remember how maps are shown."""
    settings.set(keys.COLOR_MAP, style.sequential)
    settings.set(keys.SCALE, style.atlas.scale)
    settings.set(keys.FIXED_LOW, style.atlas.fixed_low)
    settings.set(keys.FIXED_HIGH, style.atlas.fixed_high)
    settings.set(keys.GAMMA, style.atlas.gamma)
    settings.set(keys.SORT, style.atlas.sort)


def theme_choice(settings: Settings) -> ThemeChoice:
    """Return the theme that was chosen last."""
    chosen = settings.get(keys.THEME)
    choices: tuple[ThemeChoice, ...] = ("dark", "light")
    return next((choice for choice in choices if choice == chosen), "system")


def device_request(settings: Settings) -> DeviceRequest:
    """Return the device that was chosen last."""
    return DeviceRequest(
        settings.get(keys.DEVICE), settings.get(keys.IS_HALF), settings.get(keys.THREADS)
    )


def store_device(settings: Settings, request: DeviceRequest) -> None:
    """Remember a choice of device."""
    settings.set(keys.DEVICE, request.name)
    settings.set(keys.IS_HALF, request.is_half)
    settings.set(keys.THREADS, request.threads)


def layers_of(settings: Settings, model: str) -> tuple[str, ...]:
    """Return the layers that were watched when the network `model` was used last."""
    lines = (line.partition(_SEPARATOR) for line in settings.get(keys.WATCHED))
    return tuple(layer for name, _, layer in lines if name == model)


def store_layers(settings: Settings, model: str, layers: tuple[str, ...]) -> None:
    """Remember the watched layers of a network, before those of the others."""
    mine = tuple(f"{model}{_SEPARATOR}{layer}" for layer in layers)
    start = f"{model}{_SEPARATOR}"
    others = tuple(line for line in settings.get(keys.WATCHED) if not line.startswith(start))
    settings.set(keys.WATCHED, mine + others)
