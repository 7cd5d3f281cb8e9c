"""A layout made ready: who is where, paths of edges, what stands for what."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from engine.values import GraphLayout, LayerKey
from gui.graph.edge_paths import CORNER, chunks_of
from gui.graph.scene import build_scene
from tests.gui.graph.drawings import box, chain, diamond, edge, framed, placed, residual


def test_items_are_found_by_id_node_and_key() -> None:
    scene = build_scene(chain(3), residual())
    assert scene.row_of == {"n0": 0, "n1": 1, "n2": 2}
    assert scene.row_of_node(2) == 2
    assert scene.row_of_node(4) is None
    assert scene.rows_of_nodes([2, 0, 9]).tolist() == [0, 2]
    assert scene.row_of_key(LayerKey("conv1")) == 1


def test_a_layer_in_a_closed_box_is_where_the_box_is() -> None:
    layout = GraphLayout((placed(box("block", (1, 2, 3)), 0, 0),), (), (), 200, 100)
    scene = build_scene(layout, residual())
    assert scene.row_of_key(LayerKey("block.b")) == 0
    assert scene.row_of_key(LayerKey("block/add")) == 0
    assert scene.row_of_key(LayerKey("head")) is None
    assert build_scene(layout).row_of_key(LayerKey("block.b.deep")) == 0


def test_an_open_box_is_found_by_key() -> None:
    scene = build_scene(framed())
    assert scene.frame_of_key(LayerKey("block")) == 0
    assert scene.frame_rect(0) == (20, 20, 220, 220)
    assert scene.frame_of_key(LayerKey("block", 1)) is None


def test_neighbours_and_inputs() -> None:
    scene = build_scene(diamond())
    assert scene.after["n0"] == ["n1", "n2"]
    assert scene.before["n3"] == ["n1", "n2"]
    assert build_scene(chain(), residual()).sources_of(3) == [2, 0]


def test_corners_are_rounded_and_ends_are_kept() -> None:
    scene = build_scene(
        GraphLayout(
            chain(2).items, (), (edge("n0", "n1", (0, 0), (0, 50), (80, 50), (80, 90)),), 200, 200
        )
    )
    path = scene.edge_path(0)
    first, last = path.elementAt(0), path.elementAt(path.elementCount() - 1)
    assert (first.x, first.y) == (0, 0)
    assert (last.x, last.y) == (80, 90)
    assert not path.intersects(QRectF(-1, 49, 2, 2))
    assert path.elementAt(1).y == pytest.approx(50 - CORNER)


def test_every_edge_is_in_one_chunk_that_covers_it() -> None:
    edges = [
        edge("a", "b", (x, y), (x, y + 50))
        for x in range(0, 6000, 500)
        for y in range(0, 6000, 500)
    ]
    far = edge("a", "c", (0, 0), (5000, 5500))
    chunks = chunks_of([*edges, far])
    assert sum(chunk.points for chunk in chunks) == 2 * (len(edges) + 1)
    for chunk in chunks:
        area = chunk.coarse.boundingRect()
        assert area.left() >= chunk.area[0]
        assert area.bottom() <= chunk.area[3]
    near = [it for it in chunks if it.area[2] - it.area[0] <= 1300]
    assert sum(chunk.points for chunk in near) == 2 * len(edges)


def test_edges_between_lit_items() -> None:
    scene = build_scene(chain(4))
    path = scene.paths_between(np.array([True, True, False, True]))
    assert path.boundingRect() == QRectF(100, 60, 0, 60)


def test_labels_stand_where_the_layout_put_them() -> None:
    scene = build_scene(chain(3))
    assert scene.labels == [(106, 60.0, "64×56×56"), (106, 60.0, "64×56×56")]
