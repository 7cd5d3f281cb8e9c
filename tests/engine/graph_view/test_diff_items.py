"""What is said of differences on drawn items, what is opened, and in what order one steps."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from engine.errors import ExportError
from engine.graph.diff import compare
from engine.graph.diff_items import DiffIndex, Step
from engine.graph.pair_drawing import draw_pair, save_pair, summary_of
from engine.graph.palette import THEMES, rgb
from engine.graph.visible import visible
from engine.values import NetworkGraph
from engine.values.graph_diff import DiffKind, Side
from tests.engine.graph_view.made_graphs import Builder

LEFT, RIGHT = Side.LEFT, Side.RIGHT


def network(blocks: int, width: int = 8) -> NetworkGraph:
    """A stem, so many blocks, a head that is `width` wide."""
    build = Builder()
    last = build.node("Conv2d", build.node("input"), at="stem")
    for number in range(blocks):
        path = build.box(f"b{number}")
        last = build.node("Conv2d", last, at=f"{path}.conv")
        last = build.node("ReLU", last, at=f"{path}.act")
    build.node("output", build.node("Linear", last, at="head", shape=(width,)))
    return build.graph()


@pytest.fixture
def index() -> DiffIndex:
    left, right = network(1), network(2, width=16)
    return DiffIndex(left, right, compare(left, right))


def test_an_item_says_what_differs(index: DiffIndex) -> None:
    views = {side: visible(index.graphs[side], fold=False) for side in Side}
    told = {
        side: {it.title: index.item(side, it).kind for it in views[side].items} for side in Side
    }
    same, changed = DiffKind.SAME, DiffKind.CHANGED
    assert told[LEFT] == {
        "input": same, "stem": same, "b0": same, "head": changed, "output": same,
    }  # fmt: skip
    assert told[RIGHT]["b1"] is DiffKind.ONLY_HERE
    written = {it.id: (it.title, it.subtitle) for it in index.annotated(LEFT, views[LEFT]).items}
    assert written["n4"] == ("head · Linear", "8 ≠ 16")
    other = {it.id: it.subtitle for it in index.annotated(RIGHT, views[RIGHT]).items}
    assert other["n6"] == "16 ≠ 8"
    assert other["bb1"] == "Block"


def test_a_run_counts_what_only_it_has(index: DiffIndex) -> None:
    view = index.annotated(RIGHT, visible(index.graphs[RIGHT]))
    items = {it.title: it for it in view.items}
    assert items["b0"].subtitle == "Block"  # signatures are empty: nothing is folded
    closed = [it for it in view.items if it.id == "bb1"]
    assert index.item(RIGHT, closed[0]).only_here == 2


def test_what_is_open_in_one_is_open_in_the_other(index: DiffIndex) -> None:
    opened = index.opened_alike({LEFT: frozenset({"b0"}), RIGHT: frozenset({"b1"})})
    assert opened == {LEFT: {"b0"}, RIGHT: {"b0", "b1"}}


def test_one_steps_in_order_of_execution_and_over_whole_modules(index: DiffIndex) -> None:
    # b1 and what is in it is one step; its first operation is the right graph's fourth.
    assert index.steps() == (Step(RIGHT, 4, "b1"), Step(LEFT, 4))


def test_the_summary() -> None:
    left, right = network(1), network(2, width=16)
    assert summary_of(compare(left, left), ("a", "b")) == "6 operations the same"
    text = "5 operations the same, 1 changed, 2 only in b"
    assert summary_of(compare(left, right), ("a", "b")) == text


def test_both_are_drawn_on_one_page(tmp_path: Path, index: DiffIndex) -> None:
    graphs = index.graphs[LEFT], index.graphs[RIGHT]
    drawing = draw_pair(graphs, index.diff, depth=0)
    save_pair(tmp_path / "two.svg", drawing, theme="dark")
    root = ET.fromstring((tmp_path / "two.svg").read_text(encoding="utf-8"))
    space = "{http://www.w3.org/2000/svg}"
    ids = [it.get("id") for it in root.iter(f"{space}g") if it.get("id")]
    assert len(ids) == len(set(ids)) == 5 + 6
    texts = [it.text for it in root.iter(f"{space}text")]
    assert {"8 ≠ 16", "16 ≠ 8", "only in this network"} <= set(texts)
    # One for the legend, one for each of the two heads; one for the legend, one for b1.
    assert (texts.count("≠"), texts.count("+")) == (3, 2)
    save_pair(tmp_path / "two.png", drawing, theme="dark")
    with Image.open(tmp_path / "two.png") as image:
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    for kind in (DiffKind.CHANGED, DiffKind.ONLY_HERE):
        assert (pixels == rgb(THEMES["dark"].diffs[kind])).all(1).any()
    with pytest.raises(ExportError, match=r"saved as \.svg or \.png"):
        save_pair(tmp_path / "two.gif", drawing)
