"""A part of a drawing: items whole, frames and edges cut at its border."""

from __future__ import annotations

import dataclasses

import pytest

from engine.graph.crop import cropped
from engine.graph.layout import layout
from engine.graph.structure import structure
from engine.graph.svg import to_svg
from engine.graph.visible import default_expanded, visible
from engine.values import GraphLayout


@pytest.fixture(scope="module")
def drawing() -> GraphLayout:
    graph = structure("resnet18", (3, 64, 64))
    return layout(visible(graph, default_expanded(graph)))


def test_the_whole_is_the_whole(drawing: GraphLayout) -> None:
    part = cropped(drawing, (-50.0, -50.0, drawing.width + 50, drawing.height + 50))
    assert part == drawing


def test_a_part_has_what_lies_in_it(drawing: GraphLayout) -> None:
    first, *_ = drawing.items
    half = drawing.height / 2
    upper = cropped(drawing, (0.0, 0.0, drawing.width, half))
    lower = cropped(drawing, (0.0, half, drawing.width, drawing.height))
    assert first.item in {it.item for it in upper.items}
    assert len(upper.items) + len(lower.items) == len(drawing.items)
    for part in (upper, lower):
        assert 0 < part.height <= half + 60  # an item on the border is whole
        rects = [(it.left, it.top, it.width, it.height) for it in part.items]
        rects += [(it.left, it.top, it.width, it.height) for it in part.boxes]
        for left, top, width, height in rects:
            assert left >= 0
            assert top >= 0
            assert left + width <= part.width + 1e-6
            assert top + height <= part.height + 1e-6
        for edge in part.edges:
            assert len(edge.points) >= 2
            assert all(
                -1e-6 <= x <= part.width + 1e-6 and -1e-6 <= y <= part.height + 1e-6
                for x, y in edge.points
            )
    assert "conv1" in to_svg(upper)
    assert "conv1" not in to_svg(lower).replace("0.conv1", "").replace("1.conv1", "")


def test_an_edge_that_leaves_and_comes_back_has_two_pieces(drawing: GraphLayout) -> None:
    way = ((0.0, 0.0), (0.0, 10.0), (50.0, 10.0), (50.0, 20.0), (0.0, 20.0), (0.0, 30.0))
    edge = dataclasses.replace(drawing.edges[0], points=way, label_at=(2.0, 5.0))
    alone = GraphLayout((), (), (edge,), 60.0, 30.0)
    pieces = cropped(alone, (0.0, 0.0, 20.0, 30.0)).edges
    assert [it.points for it in pieces] == [
        ((0.0, 0.0), (0.0, 10.0), (20.0, 10.0)),
        ((20.0, 20.0), (0.0, 20.0), (0.0, 30.0)),
    ]
    assert [it.label_at for it in pieces] == [(2.0, 5.0), None]
    moved = cropped(alone, (40.0, 5.0, 60.0, 30.0)).edges
    assert [it.points for it in moved] == [((0.0, 5.0), (10.0, 5.0), (10.0, 15.0), (0.0, 15.0))]


def test_beside_the_drawing_is_nothing(drawing: GraphLayout) -> None:
    part = cropped(drawing, (drawing.width + 10, 0.0, drawing.width + 90, 50.0))
    assert (part.items, part.boxes, part.edges) == ((), (), ())
