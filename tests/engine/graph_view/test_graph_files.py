"""The drawing as SVG, PNG and JSON."""

from __future__ import annotations

import dataclasses
import json
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from engine.errors import ExportError
from engine.graph import raster
from engine.graph.labels import clipped, item_size, shape_label, text_width
from engine.graph.layout import layout
from engine.graph.palette import KIND_TITLES, THEMES, ThemeName, mixed, rgb
from engine.graph.raster import fitting_scale, to_image
from engine.graph.record import to_json
from engine.graph.sheet import sheet
from engine.graph.svg import to_svg
from engine.graph.visible import all_paths, visible
from engine.values import Direction, OpKind
from tests.engine.graph_view import made_graphs as made

SVG = "{http://www.w3.org/2000/svg}"
GRAPH = made.residual()
VIEW = visible(GRAPH, frozenset({"a", "b", "b.0"}))
DRAWING = layout(VIEW)


def _texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_svg_says_everything(theme: ThemeName) -> None:
    svg = to_svg(DRAWING, title="residual", subtitle="25 operations", theme=theme)
    texts = _texts(svg)
    assert texts[:2] == ["residual", "25 operations"]
    for item in VIEW.items:
        assert item.title in texts
        if item.subtitle:
            assert item.subtitle in texts
    for box in VIEW.open_boxes:
        assert box.path.rpartition(".")[2] in texts
    assert "×3" in texts
    assert "8×4×4" in texts
    assert {"Convolution", "Addition", "Activation", "Input, output"} <= set(texts)
    assert "Pooling" not in texts
    root = ET.fromstring(svg)
    assert len(root.findall(f".//{SVG}path[@class='e']")) == len(VIEW.edges)
    assert len(root.findall(f".//{SVG}polygon")) == len(VIEW.edges)
    assert {g.get("id") for g in root.iter(f"{SVG}g")} >= {item.id for item in VIEW.items}


def test_the_svg_is_the_same_each_time() -> None:
    assert to_svg(DRAWING) == to_svg(layout(VIEW))


def test_hostile_names_stay_text() -> None:
    make = made.Builder()
    source = make.node("input")
    name = '<script>&"\x00\x1b\ud800'
    make.box(f"b{name}", kind=name, parent="")
    make.node("Conv2d", source, at=f"b{name}.{name}")
    graph = make.graph()
    for opened in (frozenset[str](), all_paths(graph)):
        svg = to_svg(layout(visible(graph, opened)), title=name, subtitle=name)
        svg.encode("utf-8")
        root = ET.fromstring(svg)
        assert root.findall(f".//{SVG}script") == []
        assert _texts(svg)[0] == '<script>&"\ufffd\ufffd\ufffd'


def test_what_is_highlighted_is_brought_out() -> None:
    lit = frozenset({"n0", "n1"})
    root = ET.fromstring(to_svg(DRAWING, highlight=lit))
    assert len(root.findall(f".//{SVG}path[@class='e on']")) == 1
    assert len(root.findall(f".//{SVG}path[@class='e off']")) == len(VIEW.edges) - 1
    dim = {g.get("id") for g in root.iter(f"{SVG}g") if g.get("opacity")}
    assert dim == {item.id for item in VIEW.items} - lit


def test_every_word_lies_on_the_page() -> None:
    root = ET.fromstring(to_svg(DRAWING, title="residual"))
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    shifted = root.find(f"{SVG}g[@transform]")
    assert shifted is not None
    left, top = map(float, shifted.get("transform", "")[10:-1].split())
    for placed in DRAWING.items:
        assert 0 < placed.left + left < placed.left + placed.width + left < width
        assert 0 < placed.top + top < placed.top + placed.height + top < height


# ----------------------------------------------------------------------------------------- PNG


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_picture_has_the_colours_of_its_items(theme: ThemeName) -> None:
    image = to_image(DRAWING, theme=theme)
    page = sheet(DRAWING, "", "")
    assert image.shape == (round(page.height), round(page.width), 3)
    assert image.dtype == np.uint8
    colours = THEMES[theme]
    assert tuple(image[2, 2]) == rgb(colours.background)
    for placed in DRAWING.items:
        if placed.item.id not in {"n1", "n14"}:
            continue
        x, y = round(placed.left + page.left), round(placed.top + page.top)
        stripe = image[y + int(placed.height) // 2, x + 2]
        assert tuple(stripe) == rgb(colours.kinds[OpKind.CONVOLUTION])
        face = image[y + 4, x + 10]
        assert tuple(face) == rgb(colours.fill(OpKind.CONVOLUTION))


def test_the_picture_scales() -> None:
    one, other = to_image(DRAWING), to_image(DRAWING, scale=2.0)
    assert np.abs(np.array(other.shape[:2]) - 2 * np.array(one.shape[:2])).max() <= 1


def test_a_picture_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster, "MAX_PIXELS", 100_000)
    with pytest.raises(ExportError, match=r"save it as \.svg"):
        to_image(DRAWING)
    scale = fitting_scale(DRAWING, "", "")
    image = to_image(DRAWING, scale=scale)
    assert 95_000 < image.shape[0] * image.shape[1] <= 101_000


# ---------------------------------------------------------------------------------------- JSON


def test_the_data_is_whole_and_stable() -> None:
    text = to_json(GRAPH, DRAWING)
    assert text == to_json(dataclasses.replace(GRAPH, trace_ms=99.0), layout(VIEW))
    record = json.loads(text)
    assert list(record) == [
        "model", "input_shapes", "nodes", "edges", "boxes", "direction", "width", "height",
        "items", "frames", "lines",
    ]  # fmt: skip
    assert (record["model"], record["input_shapes"]) == ("made", [[1, 3, 8, 8]])
    assert [node["id"] for node in record["nodes"]] == list(range(25))
    assert record["nodes"][5] == {
        "id": 5,
        "layer": "a.0/add",
        "scope": "a.0",
        "op": "add",
        "kind": "add",
        "is_module": False,
        "is_in_place": False,
        "outputs": [{"shape": [1, 8, 4, 4], "dtype": "float32"}],
        "parameters": 0,
        "attributes": {},
    }
    assert [(edge["source"], edge["target"]) for edge in record["edges"]] == [
        (edge.source, edge.target) for edge in GRAPH.edges
    ]
    assert [item["id"] for item in record["items"]] == [item.id for item in VIEW.items]
    assert [frame["path"] for frame in record["frames"]] == ["a", "b", "b.0"]
    assert len(record["lines"]) == len(VIEW.edges)


# ------------------------------------------------------------------------------ words and colours


def test_a_shape_is_told_without_the_batch() -> None:
    assert shape_label((1, 64, 56, 56)) == "64×56×56"
    assert shape_label((8, 64), batch=8) == "64"
    assert shape_label((100, 4)) == "100×4"
    assert shape_label((1000,)) == "1000"
    assert shape_label(()) == "scalar"


def test_texts_are_cut_to_their_room() -> None:
    assert clipped("conv1", 12, 100) == "conv1"
    short = clipped("a_name_that_is_too_long", 12, 60)
    assert short.endswith("…")
    assert text_width(short, 12) <= 60
    for item in VIEW.items:
        assert text_width(item.title, 12) < item_size(item)[0]


def test_each_kind_has_its_colour_and_can_be_read() -> None:
    for theme in THEMES.values():
        assert set(theme.kinds) == set(OpKind) == set(KIND_TITLES)
        grounds = [
            theme.fill(kind, is_closed=closed) for kind in OpKind for closed in (False, True)
        ]
        for ground in (theme.background, theme.frame_fill(1), theme.frame_fill(2), *grounds):
            assert _contrast(theme.text, ground) >= 4.5
            assert _contrast(theme.muted, ground) >= 3.9


def _contrast(one: str, other: str) -> float:
    """Of WCAG 2: relative luminance of the lighter to the darker."""
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = map(linear, rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_mix() -> None:
    assert mixed("#000000", "#ffffff", 0.0) == "#000000"
    assert mixed("#000000", "#ff8000", 0.5) == "#804000"


def test_a_drawing_to_the_right_is_drawn_too() -> None:
    drawing = layout(VIEW, Direction.RIGHT)
    ET.fromstring(to_svg(drawing, title="x"))
    image = to_image(drawing, scale=0.5)
    assert image.shape[1] > image.shape[0]
