"""Colour maps: 256 sRGB colours for the 256 levels of a grid.

Sequential maps rise in lightness from end to end; diverging maps are neutral at level 128, which
is where zero is drawn, and equally light at equal distances from it. A new map is one entry of
`_MAPS`.
"""

from __future__ import annotations

import enum
import functools
import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from engine.values import MapKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = [
    "DEFAULT",
    "DEFAULT_DIVERGING",
    "ColormapKind",
    "apply",
    "kind",
    "lut",
    "names",
    "suited",
]

DEFAULT = "viridis"
"""For magnitudes."""
DEFAULT_DIVERGING = "coolwarm_dark"
"""For signed values on a dark surround; `coolwarm` is its counterpart on a light one."""

_CENTRE = 128
_REACH = 127
"""Levels on each side of the centre; level 0 repeats level 1."""


class ColormapKind(enum.StrEnum):
    """What a map is for."""

    SEQUENTIAL = "sequential"
    DIVERGING = "diverging"
    GREY = "grey"


def names(of_kind: ColormapKind | str | None = None) -> tuple[str, ...]:
    """Return the names of all maps, or of the maps of one kind, the usual one first."""
    if of_kind is None:
        return tuple(_MAPS)
    wanted = ColormapKind(of_kind)
    return tuple(name for name, entry in _MAPS.items() if entry.kind is wanted)


def kind(name: str) -> ColormapKind:
    """Return what the map `name` is for.

    Raises
    ------
    ValueError
        There is no such map.
    """
    return _entry(name).kind


@functools.cache
def lut(name: str) -> NDArray[np.uint8]:
    """Return the colours of the map `name`.

    Returns
    -------
    ndarray, (256, 3), uint8
        sRGB, read-only.

    Raises
    ------
    ValueError
        There is no such map.
    """
    colours = _entry(name).make()
    colours.setflags(write=False)
    return colours


def apply(indices: NDArray[np.uint8], colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colour a picture of levels.

    Parameters
    ----------
    indices : ndarray, (h, w), uint8
    colours : ndarray, (256, 3), uint8

    Returns
    -------
    ndarray, (h, w, 3), uint8
        sRGB.
    """
    if colours.shape != (256, 3) or indices.dtype != np.uint8:
        raise ValueError(
            f"expected uint8 levels and (256, 3) colours, got {indices.dtype}, {colours.shape}"
        )
    return np.take(colours, indices, axis=0)


def suited(map_kind: MapKind, *, is_signed: bool, is_dark: bool = True) -> str:
    """Return the name of the map that suits a layer, on a dark or a light surround."""
    if map_kind is MapKind.PICTURE:
        return "grey"
    if is_signed:
        return "coolwarm_dark" if is_dark else "coolwarm"
    return DEFAULT


# ----------------------------------------------------------------------------------- the table


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: ColormapKind
    make: Callable[[], NDArray[np.uint8]]


def _entry(name: str) -> _Entry:
    try:
        return _MAPS[name]
    except KeyError:
        expected = ", ".join(_MAPS)
        raise ValueError(f"no colour map {name!r}; expected one of {expected}") from None


def _stored(name: str) -> Callable[[], NDArray[np.uint8]]:
    def make() -> NDArray[np.uint8]:
        text = resources.files("resources").joinpath("colormaps.json").read_text("utf-8")
        levels = np.frombuffer(bytes.fromhex(json.loads(text)["maps"][name]), np.uint8)
        return levels.reshape(256, 3).copy()

    return make


def _grey() -> NDArray[np.uint8]:
    return np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)


def _distance() -> NDArray[np.float64]:
    """Signed distance of each level from the centre, in -1..1."""
    return np.clip((np.arange(256) - _CENTRE) / _REACH, -1.0, 1.0)


def _coolwarm() -> NDArray[np.uint8]:
    """Blue, light grey, red.

    K. Moreland, "Diverging color maps for scientific visualization", ISVC 2009: interpolation in
    Msh, the polar form of CIELAB, from (80, 1.08, -1.1) and (80, 1.08, 0.5) to a white of M = 88.
    Hue turns on the way to the unsaturated middle, so that no step stands out.
    """
    distance = _distance()
    share = np.abs(distance)
    magnitude = 88.0 + (80.0 - 88.0) * share
    saturation = 1.08 * share
    # The hues that meet the white point, by the paper's adjusted hue: turned away from purple.
    turn = 1.08 * np.sqrt(88.0**2 - 80.0**2) / (80.0 * np.sin(1.08))
    end = np.where(distance < 0, -1.1, 0.5)
    middle = np.where(distance < 0, -1.1 - turn, 0.5 + turn)
    hue = middle + (end - middle) * share
    radius = magnitude * np.sin(saturation)
    return _lab_to_srgb(magnitude * np.cos(saturation), radius * np.cos(hue), radius * np.sin(hue))


def _coolwarm_dark() -> NDArray[np.uint8]:
    """Blue, near black, orange: straight lines of lightness at two fixed hues of CIELAB."""
    distance = _distance()
    share = np.abs(distance)
    hue = np.deg2rad(np.where(distance < 0, 260.0, 50.0))
    chroma = 47.0 * share**0.8
    return _lab_to_srgb(10.0 + 61.0 * share, chroma * np.cos(hue), chroma * np.sin(hue))


def _lab_to_srgb(
    lightness: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Turn CIELAB (D65, 2 degrees) into sRGB bytes (IEC 61966-2-1), clipped to the gamut."""
    y = (lightness + 16.0) / 116.0
    steps = np.stack([y + a / 500.0, y, y - b / 200.0])
    cubes = np.where(steps > 6 / 29, steps**3, 3 * (6 / 29) ** 2 * (steps - 4 / 29))
    xyz = cubes * np.array([[0.95047], [1.0], [1.08883]])
    matrix = np.array(
        [
            [3.2404542, -1.5371385, -0.4985314],
            [-0.9692660, 1.8760108, 0.0415560],
            [0.0556434, -0.2040259, 1.0572252],
        ]
    )
    linear = np.clip(matrix @ xyz, 0.0, 1.0)
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    levels: NDArray[np.uint8] = np.round(255.0 * curve.T).astype(np.uint8)
    return levels


_MAPS: dict[str, _Entry] = {
    "viridis": _Entry(ColormapKind.SEQUENTIAL, _stored("viridis")),
    "magma": _Entry(ColormapKind.SEQUENTIAL, _stored("magma")),
    "inferno": _Entry(ColormapKind.SEQUENTIAL, _stored("inferno")),
    "plasma": _Entry(ColormapKind.SEQUENTIAL, _stored("plasma")),
    "cividis": _Entry(ColormapKind.SEQUENTIAL, _stored("cividis")),
    "coolwarm_dark": _Entry(ColormapKind.DIVERGING, _coolwarm_dark),
    "coolwarm": _Entry(ColormapKind.DIVERGING, _coolwarm),
    "grey": _Entry(ColormapKind.GREY, _grey),
}
