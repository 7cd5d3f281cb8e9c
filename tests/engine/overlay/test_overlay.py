"""What is drawn where, in which colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.overlay import (
    colour_of,
    colour_of_instance,
    colours_of,
    draw_legend,
    draw_overlay,
    legend,
    overlay_rgba,
    render,
    voc_palette,
)
from engine.overlay.palette import safe_palette, text_on, voc_colour, voc_number
from engine.overlay.plates import text_size
from engine.values import (
    Box,
    Category,
    Instance,
    Instances,
    LabelMap,
    MaskColours,
    OverlayStyle,
    PaletteChoice,
    Region,
)

SIZE = (60, 80)
CATEGORIES = tuple(Category(number, f"class {number}") for number in range(1, 81))
BARE = OverlayStyle(contour=0, has_labels=False)


def square(category: int, left: int, top: int, score: float = 0.5, track: int = 0) -> Instance:
    region = Region(left, top, np.ones((20, 20), np.bool_))
    return Instance(category, score, region.box, region, track)


def found(*items: Instance) -> Instances:
    return Instances(SIZE, CATEGORIES, items)


def grey(size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    return np.full((*size, 3), 100, np.uint8)


def mixed(colour: tuple[int, int, int], opacity: float) -> NDArray[np.float64]:
    return 100 * (1 - opacity) + np.array(colour) * opacity


# ----------------------------------------------------------------------------------- palettes


def test_voc_is_pillows_and_the_documents() -> None:
    palette = voc_palette()
    assert palette.shape == (256, 3)
    assert len(np.unique(palette, axis=0)) == 256
    named = {0: (0, 0, 0), 1: (128, 0, 0), 15: (192, 128, 128), 20: (0, 64, 128)}
    assert {number: tuple(palette[number].tolist()) for number in named} == named
    picture = Image.new("P", (1, 1))
    picture.putpalette(palette.tobytes())
    assert picture.getpalette() == palette.ravel().tolist()


@pytest.mark.parametrize("number", [0, 1, 17, 255, 256, 300, 65535, 2**24 - 1])
def test_a_voc_colour_leads_back_to_its_id(number: int) -> None:
    assert voc_number(voc_colour(number)) == number


def test_safe_begins_with_okabe_and_ito_and_never_repeats() -> None:
    palette = safe_palette()
    assert palette[1:8].tolist() == [
        [230, 159, 0], [86, 180, 233], [0, 158, 115], [240, 228, 66], [0, 114, 178],
        [213, 94, 0], [204, 121, 167],
    ]  # fmt: skip
    assert len(np.unique(palette, axis=0)) == 256
    near = np.abs(palette[1:22, None].astype(int) - palette[None, 1:22]).sum(axis=2)
    assert near[~np.eye(21, dtype=bool)].min() >= 40


def test_colours_follow_the_id_the_person_and_the_track() -> None:
    style = OverlayStyle(colours=((2, (9, 8, 7)),))
    assert colour_of(2, style) == (9, 8, 7)
    assert colour_of(1, style) == (230, 159, 0)
    assert colour_of(1, OverlayStyle(palette=PaletteChoice.VOC)) == (128, 0, 0)
    assert colour_of(300, style) == tuple(safe_palette()[45].tolist())
    instances = found(square(2, 0, 0), square(2, 40, 0, track=9))
    assert colours_of(instances, style) == ((9, 8, 7), (9, 8, 7))
    own = replace(style, colours_of=MaskColours.INSTANCE)
    assert colours_of(instances, own) == (colour_of_instance(1, own), colour_of_instance(9, own))


@pytest.mark.parametrize("palette", [voc_palette(), safe_palette()])
def test_text_is_legible_on_every_colour(palette: NDArray[np.uint8]) -> None:
    def luminance(colour: tuple[int, ...]) -> float:
        share = np.array(colour) / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    for colour in palette.tolist():
        one, other = sorted((luminance(colour), luminance(text_on(tuple(colour)))))
        assert (other + 0.05) / (one + 0.05) >= 4.2  # WCAG asks 3 of large text, 4.5 of small


# --------------------------------------------------------------------------- fills, outlines


@pytest.mark.parametrize("opacity", [0.0, 0.3, 0.5, 1.0])
def test_a_fill_is_mixed_by_its_opacity(opacity: float) -> None:
    image = grey()
    out = draw_overlay(image, found(square(1, 10, 10)), replace(BARE, opacity=opacity))
    expected = image.astype(float)
    expected[10:30, 10:30] = mixed((230, 159, 0), opacity)
    assert np.abs(out - expected).max() <= 1
    assert (image == 100).all()


def test_the_surer_object_lies_on_top() -> None:
    instances = found(square(1, 10, 10, 0.9), square(2, 20, 20, 0.4))
    out = draw_overlay(grey(), instances, replace(BARE, opacity=1.0))
    assert out[25, 25].tolist() == [230, 159, 0]
    assert out[35, 35].tolist() == [86, 180, 233]


def test_an_outline_is_as_wide_as_asked() -> None:
    for width in (1, 2, 3, 4, 6):
        style = OverlayStyle(opacity=0.0, contour=width, has_labels=False)
        out = draw_overlay(grey(), found(square(1, 30, 20)), style)
        across = (out[30, 20:40] == (230, 159, 0)).all(axis=1)
        assert abs(np.count_nonzero(across) - width) <= (width == 1)
        middle = out[30, 34:46]
        assert (middle == 100).all()


def test_the_edge_of_the_picture_has_no_outline() -> None:
    region = Region(0, 0, np.ones(SIZE, np.bool_))
    whole = found(Instance(1, 0.9, region.box, region))
    style = OverlayStyle(has_labels=False)
    np.testing.assert_array_equal(
        draw_overlay(grey(), whole, style), draw_overlay(grey(), whole, BARE)
    )


def test_bands_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    size = (300, 400)
    y, x = np.mgrid[:300, :400]
    region = Region.of(np.hypot(y - 150, x - 200) < 140)
    instances = Instances(size, CATEGORIES, (Instance(1, 0.9, region.box, region),))
    style = OverlayStyle(contour=5, has_labels=False)
    drawn = []
    for pixels in (1, 1 << 30):  # bands of 16 rows, and one
        monkeypatch.setattr(render, "_BAND_PX", pixels)
        drawn.append(draw_overlay(grey(size), instances, style))
        drawn.append(overlay_rgba(instances, style)[..., :3])
    np.testing.assert_array_equal(drawn[0], drawn[2])
    np.testing.assert_array_equal(drawn[1], drawn[3])
    outline = (drawn[0] == (230, 159, 0)).all(axis=2)
    assert np.count_nonzero(outline) == pytest.approx(2 * np.pi * 140 * 5, rel=0.15)


@pytest.mark.parametrize("opacity", [0.0, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("contour", [0, 1, 2, 5])
def test_the_layer_over_the_picture_is_the_drawing(opacity: float, contour: int) -> None:
    instances = found(square(1, 0, 0, 0.9), square(2, 10, 15, 0.5), square(3, 55, 38, 0.4))
    style = OverlayStyle(opacity=opacity, contour=contour, has_labels=False)
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    layer = overlay_rgba(instances, style)
    alpha = layer[..., 3:].astype(float) / 255
    laid = image * (1 - alpha) + layer[..., :3] * alpha
    assert np.abs(laid - draw_overlay(image, instances, style)).max() <= 1.5
    assert not layer[layer[..., 3] == 0].any()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_label_map_is_filled_but_for_background_and_void(dtype: type) -> None:
    labels: NDArray[np.uint8] = np.zeros(SIZE, dtype)
    labels[:20], labels[40:] = 3, 255
    found_ = LabelMap(labels, CATEGORIES)
    out = draw_overlay(grey(), found_, replace(BARE, opacity=1.0))
    assert (out[:20] == (0, 158, 115)).all()
    assert (out[20:] == 100).all()


def test_wide_ids_have_their_colours() -> None:
    labels = np.full(SIZE, 300, np.uint16)
    style = replace(BARE, opacity=1.0, palette=PaletteChoice.VOC)
    out = draw_overlay(grey(), LabelMap(labels, (Category(300, "wide"),)), style)
    assert (out == voc_colour(300)).all()


def test_hidden_categories_are_not_drawn() -> None:
    instances = found(square(1, 10, 10, 0.9), square(2, 20, 20, 0.4))
    style = OverlayStyle(has_boxes=True, hidden=frozenset({1}))
    alone = draw_overlay(grey(), found(square(2, 20, 20, 0.4)), OverlayStyle(has_boxes=True))
    np.testing.assert_array_equal(draw_overlay(grey(), instances, style), alone)
    labels = np.full(SIZE, 1, np.uint8)
    out = draw_overlay(grey(), LabelMap(labels, CATEGORIES), style)
    np.testing.assert_array_equal(out, grey())


def test_300_objects_all_show() -> None:
    items = []
    for number in range(300):
        y, x = divmod(number, 20)
        region = Region(4 * x, 4 * y, np.ones((3, 3), np.bool_))
        items.append(Instance(1 + number % 80, 1 - number / 1000, region.box, region))
    out = draw_overlay(grey(), found(*items), replace(BARE, opacity=1.0))
    for item in items:
        colour = colour_of(item.category, BARE)
        assert (out[item.region.rows, item.region.columns] == colour).all()
    assert np.count_nonzero((out != 100).any(axis=2)) == 300 * 9


@pytest.mark.parametrize("what", ["nothing", "empty region", "one pixel", "corner"])
def test_small_things_do_not_trouble_it(what: str) -> None:
    masks = {
        "empty region": Region.of(np.zeros(SIZE, np.bool_)),
        "one pixel": Region(5, 5, np.ones((1, 1), np.bool_)),
        "corner": Region(79, 59, np.ones((1, 1), np.bool_)),
    }
    items = () if what == "nothing" else (Instance(1, 0.9, Box(-5, -5, 90, 70), masks[what]),)
    style = OverlayStyle(has_boxes=True)
    out = draw_overlay(grey(), found(*items), style)
    assert out.shape == (*SIZE, 3)
    assert (out == grey()).all() == (what == "nothing")
    assert overlay_rgba(found(*items), style).any() == (what in {"one pixel", "corner"})


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(60, 80, 3\) uint8"):
        draw_overlay(grey((3, 4)), found(), BARE)


# --------------------------------------------------------------------------------------- names


def plates(size: tuple[int, int], *items: Instance, **style: object) -> NDArray[np.bool_]:
    """Where names are drawn: what differs from the same without names."""
    instances = Instances(size, CATEGORIES, items)
    with_, without = (
        draw_overlay(grey(size), instances, replace(OverlayStyle(**style), has_labels=shown))  # type: ignore[arg-type] # the styles' own
        for shown in (True, False)
    )
    return np.asarray((with_ != without).any(axis=2))


@pytest.mark.parametrize(("left", "top"), [(0, 0), (280, 0), (0, 180), (280, 180), (140, 90)])
def test_names_stay_within_the_picture(left: int, top: int) -> None:
    where = plates((200, 300), square(1, left, top, 0.87))
    size = Region.of(where).pixels.shape
    middle = plates((200, 300), square(1, 140, 90, 0.87))
    assert size == Region.of(middle).pixels.shape


def test_names_are_not_written_over_each_other() -> None:
    one = plates((200, 300), square(1, 140, 90, 0.9)).sum()
    three = plates((200, 300), *(square(1, 140 + k, 90, 0.9) for k in range(3))).sum()
    assert three >= 2.9 * one


def test_a_name_grows_with_the_picture_and_is_cut_to_it() -> None:
    heights = []
    for size in ((375, 500), (720, 1280), (2160, 3840)):
        where = plates(size, square(1, size[1] // 2, size[0] // 2, 0.9))
        heights.append(Region.of(where).pixels.shape[0])
        assert heights[-1] == round(1.45 * text_size(size))
    assert heights == [20, 28, 54]
    long = (Category(1, "a very long name " * 20),)
    instances = Instances((200, 300), long, (square(1, 140, 90),))
    assert draw_overlay(grey((200, 300)), instances, OverlayStyle()).shape == (200, 300, 3)


def test_scores_and_names_can_be_left_out() -> None:
    item = square(1, 140, 90, 0.9)
    with_score = plates((200, 300), item).sum()
    assert 0 < plates((200, 300), item, has_scores=False).sum() < with_score
    bare = draw_overlay(grey((200, 300)), Instances((200, 300), CATEGORIES, (item,)), BARE)
    assert np.count_nonzero((bare != 100).any(axis=2)) == 400


def test_names_in_any_script_do_no_harm() -> None:
    categories = (Category(1, "Größe 猫\n:"),)
    out = draw_overlay(grey(), Instances(SIZE, categories, (square(1, 10, 30),)), OverlayStyle())
    assert (out != 100).any()


# -------------------------------------------------------------------------------------- legend


def test_the_legend_counts_objects_and_pixels() -> None:
    instances = found(square(2, 0, 0), square(2, 10, 10), square(1, 50, 30))
    rows = legend(instances)
    assert [(row.category.id, row.count, row.area_px) for row in rows] == [(2, 2, 700), (1, 1, 400)]
    assert rows[0].share == pytest.approx(100 * 700 / 4800)
    assert rows[1].colour == (230, 159, 0)
    assert legend(found()) == ()


def test_the_legend_of_a_label_map() -> None:
    labels = np.zeros(SIZE, np.uint8)
    labels[:3], labels[3:5] = 7, 255
    (row,) = legend(LabelMap(labels, CATEGORIES))
    assert (row.category.name, row.count, row.area_px) == ("class 7", None, 240)


@pytest.mark.parametrize("count", [0, 1, 5, 80])
def test_a_legend_fits_into_its_picture(count: int) -> None:
    items = [square(number, 10, 10) for number in range(1, count + 1)]
    image = grey((300, 400))
    out = draw_legend(image, legend(Instances((300, 400), CATEGORIES, tuple(items))))
    assert out.shape == image.shape
    assert (out != image).any() == (count > 0)
    assert (image == 100).all()


def test_a_legend_keeps_out_of_the_way() -> None:
    rows = legend(found(square(1, 0, 0)))
    busy = np.zeros((300, 400), np.uint8)
    busy[150:] = 255
    busy[:, :200] = 255
    changed = (draw_legend(grey((300, 400)), rows, busy) != 100).any(axis=2)
    assert not changed[150:].any()
    assert not changed[:, :200].any()
    assert changed.any()
