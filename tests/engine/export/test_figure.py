"""Figures: every tile where it belongs, numbers that follow scale and gamma, honest marks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine import colormaps
from engine.errors import ExportError
from engine.export.drawing import DARK, LIGHT, Palette, Tick, colorbar_ticks, font, plain, shorten
from engine.export.figure import FigureStyle, activation_figure, save_png
from engine.export.origin import Origin, shape_text
from engine.values import Activation, MapKind

BARE = FigureStyle(has_title=False, has_colorbar=False, has_numbers=False)
GREY = colormaps.lut("grey")
MARGIN = 24

MakeActivation = Callable[..., Activation]


def test_tiles_stand_in_order_with_gaps(make_activation: MakeActivation, origin: Origin) -> None:
    shuffled = make_activation(order=(4, 2, 0, 1, 3))
    image = activation_figure(shuffled, GREY, origin, BARE)
    # 2 x 3 maps are magnified to a side of 16 * 3 = 48: 16 times, so 32 x 48, with gaps of 2.
    for place, channel in enumerate((4, 2, 0, 1, 3)):
        row, column = divmod(place, 3)
        top, left = MARGIN + row * 34, MARGIN + column * 50
        tile = image[top : top + 32, left : left + 48]
        assert (tile == 10 * channel).all()
        assert (image[top : top + 32, left - 1] == DARK.background).all()
        assert (image[top - 1, left : left + 48] == DARK.background).all()
    behind_the_last = image[MARGIN + 34 : MARGIN + 66, MARGIN + 100 : MARGIN + 148]
    assert (behind_the_last == DARK.background).all()


def test_small_maps_are_magnified_by_whole_numbers(
    make_activation: MakeActivation, origin: Origin
) -> None:
    single = make_activation(count=1, columns=1)
    atlas = np.array([[0, 50, 100], [150, 200, 250]], np.uint8)
    single = dataclasses.replace(single, atlas=atlas)
    image = activation_figure(single, GREY, origin, BARE)
    tile = image[MARGIN : MARGIN + 32, MARGIN : MARGIN + 48, 0]
    np.testing.assert_array_equal(tile, atlas.repeat(16, axis=0).repeat(16, axis=1))


def test_large_grids_are_reduced_by_averaging(
    make_activation: MakeActivation, origin: Origin
) -> None:
    single = make_activation(count=1, height=200, width=300, columns=1)
    checks = np.indices((200, 300)).sum(axis=0) % 2 * 200
    single = dataclasses.replace(single, atlas=checks.astype(np.uint8))
    image = activation_figure(single, GREY, origin, dataclasses.replace(BARE, max_side=150))
    assert (image[MARGIN : MARGIN + 100, MARGIN : MARGIN + 150] == 100).all()
    assert image.shape[0] == 100 + 2 * MARGIN


@pytest.mark.parametrize(
    ("style", "wanted"),
    [(FigureStyle(background="dark"), DARK), (FigureStyle(background="light"), LIGHT)],
)
def test_text_is_legible_on_both_backgrounds(
    style: FigureStyle, wanted: Palette, activation: Activation, origin: Origin
) -> None:
    image = activation_figure(activation, GREY, origin, style)
    title = image[MARGIN : MARGIN + 20, MARGIN : MARGIN + 200].reshape(-1, 3)
    assert (title == wanted.text).all(axis=1).any()
    for colour in (wanted.text, wanted.muted, wanted.warning):
        assert contrast(colour, wanted.background) >= 4.5


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """WCAG 2 contrast ratio."""

    def luminance(colour: tuple[int, int, int]) -> float:
        parts = [c / 255 for c in colour]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_random_weights_are_marked(activation: Activation) -> None:
    def has_warning(origin: Origin) -> bool:
        image = activation_figure(activation, GREY, origin)
        return bool((image == DARK.warning).all(axis=2).sum() > 50)

    assert has_warning(Origin("net", "cat.png", is_random=True))
    assert not has_warning(Origin("net", "cat.png", is_random=False))


def test_the_bar_spans_the_grid_and_runs_upwards(
    make_activation: MakeActivation, origin: Origin
) -> None:
    wide = make_activation(count=12, height=40, width=40, columns=3)
    style = dataclasses.replace(BARE, has_colorbar=True)
    image = activation_figure(wide, GREY, origin, style)
    # 4 rows of 40 * 3 = 120 with gaps of 6; the bar begins 16 to the right of 3 such columns.
    grid_w, grid_h = 3 * 126 - 6, 4 * 126 - 6
    bar = image[MARGIN : MARGIN + grid_h, MARGIN + grid_w + 16 + 8, 0].astype(int)
    assert bar[0] == 255
    assert bar[-1] == 0
    assert (np.diff(bar) <= 0).all()
    assert (image[MARGIN + grid_h, MARGIN + grid_w + 24] == DARK.background).all()


# ------------------------------------------------------------------------------ numbers at the bar


def place_of(ticks: tuple[Tick, ...], text: str) -> float:
    (found,) = [tick.position for tick in ticks if tick.text == text]
    return found


def test_unsigned_numbers_lie_where_their_value_is(make_activation: MakeActivation) -> None:
    ticks = colorbar_ticks(make_activation(), 5)
    assert [tick.text for tick in ticks] == ["0", "0.5", "1", "1.5", "2"]
    assert [tick.position for tick in ticks] == pytest.approx([0, 0.25, 0.5, 0.75, 1])


def test_gamma_moves_the_numbers(make_activation: MakeActivation) -> None:
    lifted = dataclasses.replace(make_activation(), gamma=0.5)
    assert place_of(colorbar_ticks(lifted, 6), "0.5") == pytest.approx(0.25**0.5)


def test_signed_numbers_are_centred_on_zero(make_activation: MakeActivation) -> None:
    signed = dataclasses.replace(make_activation(is_signed=True), gamma=0.5)
    ticks = colorbar_ticks(signed, 9)
    assert place_of(ticks, "-2") == 0
    assert place_of(ticks, "0") == 0.5
    assert place_of(ticks, "2") == 1
    # A quarter of the reach, and the root of a quarter is a half.
    assert place_of(ticks, "0.5") == pytest.approx(0.75)
    assert place_of(ticks, "-0.5") == pytest.approx(0.25)


def test_numbers_keep_their_distance(make_activation: MakeActivation) -> None:
    odd = make_activation()
    odd = dataclasses.replace(odd, high=np.full(5, 1.03, np.float32))
    places = [tick.position for tick in colorbar_ticks(odd, 5)]
    assert np.diff(places).min() >= 0.25
    assert colorbar_ticks(odd, 5)[-1].text == "1.03"


def test_scales_of_their_own_are_named_not_numbered(make_activation: MakeActivation) -> None:
    own = dataclasses.replace(make_activation(), high=np.arange(1, 6, dtype=np.float32))
    assert [tick.text for tick in colorbar_ticks(own, 5)] == ["min", "max"]
    own = dataclasses.replace(own, is_signed=True)
    assert [tick.text for tick in colorbar_ticks(own, 5)] == ["-max", "0", "max"]


def test_an_empty_range_has_one_number(make_activation: MakeActivation) -> None:
    dead = dataclasses.replace(make_activation(), high=np.zeros(5, np.float32))
    assert colorbar_ticks(dead, 5) == (Tick(0.0, "0"),)


# ---------------------------------------------------------------------------------------- text


def test_text_keeps_to_the_letters_of_the_font() -> None:
    assert plain("Café 3×3 · 猫.png") == "Cafe 3x3 · ?.png"
    missing = bytes(font(20).getmask("猫"))
    assert all(bytes(font(20).getmask(c)) != missing for c in plain("aZ09·?~_-+%"))


def test_long_text_is_cut_to_its_width() -> None:
    cut = shorten("a long name of a picture.png", 13, 80)
    assert cut.endswith("…")
    assert font(13).getlength(cut) <= 80
    assert shorten("short", 13, 80) == "short"


def test_shape_text(make_activation: MakeActivation) -> None:
    maps = make_activation()
    assert shape_text(maps) == "5 x 2 x 3"
    vector = dataclasses.replace(maps, kind=MapKind.VECTOR, shape=(1000,))
    assert shape_text(vector) == "1,000 values"


# ----------------------------------------------------------------------------------------- PNG


def test_png_carries_its_metadata(tmp_path: Path, activation: Activation, origin: Origin) -> None:
    image = activation_figure(activation, GREY, origin)
    save_png(tmp_path / "maps.png", image, origin.metadata(activation) | {"Note": "猫"})
    with Image.open(tmp_path / "maps.png") as opened:
        np.testing.assert_array_equal(np.asarray(opened), image)
        text = opened.info
    assert text["Model"] == "tiny_net"
    assert text["Layer"] == "features.0"
    assert text["Shape"] == "5 x 2 x 3"
    assert text["Range"] == "0 to 2"
    assert text["Weights"] == "published"
    assert text["Note"] == "猫"
    assert Origin("net", is_random=True).metadata(activation)["Weights"] == "random"


def test_png_is_never_overwritten_unless_told(tmp_path: Path) -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    save_png(tmp_path / "a.png", image)
    with pytest.raises(ExportError, match="exists already"):
        save_png(tmp_path / "a.png", image)
    save_png(tmp_path / "a.png", image + 1, overwrite=True)
    with Image.open(tmp_path / "a.png") as opened:
        assert opened.getpixel((0, 0)) == (1, 1, 1)
    with pytest.raises(ExportError, match=r"\.png"):
        save_png(tmp_path / "a.jpg", image)
