"""Which colours a layer's maps are shown in, and a channel as an overlay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import colormaps
from engine.values import MapKind
from gui.views.value_scale import ValueScale

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import Activation
    from gui.display_style import DisplayStyle
    from gui.theme import Theme

__all__ = ["channel_scale", "field_heat", "heat", "lut_of"]

MOST_HEAT = 225
"""Alpha of the hottest place of a measured field: the picture is to be seen below it."""
COLDEST = 100
"""Where in the colour map its weakest place begins: black would be lost on dark pictures."""


def lut_of(activation: Activation, style: DisplayStyle, theme: Theme) -> NDArray[np.uint8]:
    """Return the colour table of a layer, (256, 3) uint8.

    Pictures are grey, signed values get a diverging map that suits the theme, magnitudes the map
    that was chosen.
    """
    suited = colormaps.suited(
        activation.kind, is_signed=activation.is_signed, is_dark=theme.name == "dark"
    )
    if activation.kind is MapKind.PICTURE:
        return colormaps.lut(suited)
    if activation.is_signed:
        return colormaps.lut(style.diverging or suited)
    return colormaps.lut(style.sequential)


def channel_scale(activation: Activation, channel: int) -> ValueScale:
    """Return which value of a channel has which colour."""
    return ValueScale(
        float(activation.low[channel]),
        float(activation.high[channel]),
        activation.gamma,
        activation.is_signed,
    )


def heat(activation: Activation, channel: int, lut: NDArray[np.uint8]) -> NDArray[np.uint8]:
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
    indices = channel_scale(activation, channel).indices(activation.values[channel])
    strength = np.abs(indices.astype(np.int16) - 128) * 2 if activation.is_signed else indices
    alpha = np.clip(strength, 0, 255).astype(np.uint8)
    return np.dstack((lut[indices], alpha))


def field_heat(blob: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a measured receptive field as an overlay: the stronger, the more opaque.

    Parameters
    ----------
    blob : ndarray, (H, W), float32
        Sizes of gradients, 0..1. Their root is drawn: they fall off like a bell (Luo et al.
        2016), and the flanks would not be seen otherwise.

    Returns
    -------
    ndarray, (H, W, 4), uint8
        Straight alpha.
    """
    strength = np.sqrt(np.clip(blob, 0.0, 1.0))
    indices = COLDEST + strength * (255 - COLDEST)
    colours = colormaps.lut("inferno")[indices.astype(np.uint8)]
    alpha = np.minimum(1.5 * strength, 1.0) * MOST_HEAT
    return np.dstack((colours, alpha.astype(np.uint8)))
