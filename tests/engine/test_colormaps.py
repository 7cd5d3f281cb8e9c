"""Colour maps: the stored ones are what was published, all are what their kind promises."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import rgb2lab

from engine import colormaps
from engine.colormaps import ColormapKind
from engine.values import MapKind

RISING = colormaps.names(ColormapKind.SEQUENTIAL) + colormaps.names(ColormapKind.GREY)


def lab(name: str) -> NDArray[np.float64]:
    converted: NDArray[np.float64] = rgb2lab(colormaps.lut(name)[None] / 255.0)[0]
    return converted


@pytest.mark.parametrize("name", colormaps.names())
def test_every_map_is_256_read_only_colours(name: str) -> None:
    colours = colormaps.lut(name)
    assert colours.shape == (256, 3)
    assert colours.dtype == np.uint8
    assert not colours.flags.writeable
    assert len(np.unique(colours, axis=0)) >= 240


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("viridis", "440154", "fde725"),
        ("magma", "000004", "fcfdbf"),
        ("inferno", "000004", "fcffa4"),
        ("plasma", "0d0887", "f0f921"),
        ("grey", "000000", "ffffff"),
    ],
)
def test_ends_are_the_published_ones(name: str, first: str, last: str) -> None:
    colours = colormaps.lut(name)
    assert colours[0].tobytes().hex() == first
    assert colours[255].tobytes().hex() == last


def test_coolwarm_has_the_ends_of_the_paper() -> None:
    colours = colormaps.lut("coolwarm").astype(int)
    assert np.abs(colours[1] - (59, 76, 192)).max() <= 1
    assert np.abs(colours[255] - (180, 4, 38)).max() <= 1
    assert np.abs(colours[128] - (221, 221, 221)).max() <= 1


@pytest.mark.parametrize("name", RISING)
def test_lightness_rises_from_end_to_end(name: str) -> None:
    lightness = lab(name)[:, 0]
    # Rounding to bytes moves lightness by up to about 0.2.
    assert np.diff(lightness).min() > -0.25
    assert np.diff(lightness[::8]).min() > 0
    assert lightness[-1] - lightness[0] > 60


@pytest.mark.parametrize("name", colormaps.names(ColormapKind.DIVERGING))
def test_diverging_maps_are_symmetric_about_a_neutral_128(name: str) -> None:
    colours = lab(name)
    lightness = colours[:, 0]
    assert np.hypot(*colours[128, 1:]) < 1
    assert np.abs(lightness[1:128][::-1] - lightness[129:]).max() < 1.0
    right = np.diff(lightness[128::8])
    assert (right > 0).all() or (right < 0).all()
    assert np.linalg.norm(colours[255, 1:] - colours[1, 1:]) > 60


def test_apply_looks_every_level_up() -> None:
    levels = np.array([[0, 255], [128, 7]], np.uint8)
    coloured = colormaps.apply(levels, colormaps.lut("viridis"))
    assert coloured.shape == (2, 2, 3)
    assert coloured[0, 1].tolist() == [253, 231, 37]
    assert (coloured[1, 1] == colormaps.lut("viridis")[7]).all()


def test_apply_refuses_a_short_table() -> None:
    with pytest.raises(ValueError, match="uint8 levels"):
        colormaps.apply(np.zeros((2, 2), np.uint8), colormaps.lut("grey")[:4])


def test_kinds_and_names() -> None:
    assert colormaps.names("grey") == ("grey",)
    assert colormaps.names()[0] == colormaps.DEFAULT == "viridis"
    assert colormaps.kind(colormaps.DEFAULT_DIVERGING) is ColormapKind.DIVERGING
    with pytest.raises(ValueError, match="jet"):
        colormaps.lut("jet")


def test_suited_map() -> None:
    assert colormaps.suited(MapKind.PICTURE, is_signed=True) == "grey"
    assert colormaps.suited(MapKind.MAPS, is_signed=False) == "viridis"
    assert colormaps.suited(MapKind.MAPS, is_signed=True) == "coolwarm_dark"
    assert colormaps.suited(MapKind.VECTOR, is_signed=True, is_dark=False) == "coolwarm"
