"""Changes as motion: what moves from where to where, and when there is none."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from engine.values import GraphItem, GraphLayout, ModuleBox, NetworkGraph, PlacedBox
from gui.graph.anchoring import follow
from gui.graph.camera import MARGIN_PX, Camera
from gui.graph.scene import GraphScene, build_scene
from gui.graph.transition import DURATION_MS
from gui.graph.view import GraphView
from gui.theme import theme_of
from tests.gui.graph.drawings import box, chain, grid, item, picture_of, placed, residual


def closed(graph: NetworkGraph) -> GraphScene:
    items = (
        placed(item(0), 40, 20),
        placed(box("block", (1, 2)), 40, 120),
        placed(item(4), 40, 220),
    )
    return build_scene(GraphLayout(items, (), (), 200, 280), graph)


def opened(graph: NetworkGraph) -> GraphScene:
    def inner(number: int) -> GraphItem:
        return dataclasses.replace(item(number), scope="block")

    items = (
        placed(item(0), 40, 20),
        placed(inner(1), 40, 150),
        placed(inner(2), 40, 250),
        placed(item(4), 40, 380),
    )
    frame = PlacedBox(ModuleBox("block", "Block", ""), 20, 120, 160, 200, 1)
    return build_scene(GraphLayout(items, (frame,), (), 200, 440), graph)


@pytest.fixture
def view(qtbot: QtBot) -> GraphView:
    widget = GraphView()
    qtbot.addWidget(widget)
    widget.resize(200, 300)
    widget.show()
    return widget


def test_opening_is_shown_as_motion_and_ends(view: GraphView, qtbot: QtBot) -> None:
    graph = residual()
    view.show_scene(closed(graph))
    view.show_scene(opened(graph), "bblock")
    assert view.is_moving
    qtbot.waitUntil(lambda: not view.is_moving)
    moved = picture_of(view)
    view._tiles.clear()
    assert picture_of(view) == moved


def test_halfway_the_inner_items_are_on_their_way(view: GraphView) -> None:
    graph = residual()
    view.show_scene(closed(graph))
    view.show_scene(opened(graph), "bblock")
    view._motion.pause()
    pictures = []
    for time_ms in (0, DURATION_MS // 3, DURATION_MS - 1):
        view._motion.setCurrentTime(time_ms)
        pictures.append(picture_of(view))
    assert pictures[0] != pictures[1] != pictures[2]


@pytest.mark.parametrize("is_animated", [True, False])
def test_motion_can_be_turned_off(view: GraphView, is_animated: bool) -> None:
    graph = residual()
    view.set_animated(is_animated)
    view.show_scene(closed(graph))
    view.show_scene(opened(graph), "bblock")
    assert view.is_moving is is_animated


def test_another_network_is_shown_at_once(view: GraphView) -> None:
    view.show_scene(closed(residual()))
    view.show_scene(closed(residual()))
    assert not view.is_moving


def test_what_could_not_be_followed_is_shown_at_once(view: GraphView) -> None:
    graph = residual()
    view.show_scene(build_scene(grid(40, 40), graph))
    view.fit()
    view.show_scene(build_scene(grid(40, 41), graph))
    assert not view.is_moving


def test_a_layout_for_the_eyes_only(view: GraphView) -> None:
    view.show_layout(chain(3))
    view.show_layout(chain(4))
    assert view.is_moving
    background = QColor(picture_of(view).pixel(2, 2))
    assert background == QColor(theme_of(view).canvas)


# ------------------------------------------------------------------------------------- anchoring


def camera_on(scene: GraphScene) -> Camera:
    return Camera(1.0, 0.0, 40.0, 200.0, 150.0, scene.width, scene.height)


def test_what_was_opened_stays_in_place() -> None:
    graph = residual()
    before, after = closed(graph), opened(graph)
    camera = camera_on(before)
    top = camera.to_view(100, 120)
    new = follow(before, after, camera, "bblock")
    assert new.zoom == camera.zoom
    # The frame is higher than the view: its top goes up until its margin is seen.
    assert new.to_view(100, 120)[0] == pytest.approx(top[0])
    assert 0 <= new.to_view(100, 120)[1] <= top[1]


def test_what_was_closed_is_in_view() -> None:
    graph = residual()
    before, after = opened(graph), closed(graph)
    camera = camera_on(before)
    camera.top = 250
    new = follow(before, after, camera, "bblock")
    assert 0 <= new.to_view(100, 120)[1] <= 110


def test_what_has_become_small_is_shown_at_its_full_size() -> None:
    before, after = build_scene(grid(8, 200)), build_scene(chain(12))
    camera = Camera(width=400, height=300, scene_width=before.width, scene_height=before.height)
    camera.fit()
    assert camera.zoom < 0.02  # in which the small one would be a speck
    new = follow(before, after, camera, None)
    assert new.zoom == new.fit_zoom == pytest.approx((300 - 2 * MARGIN_PX) / 1200)
    assert new.to_view(0, 0)[1] == pytest.approx(MARGIN_PX)


def test_without_an_anchor_the_middle_stays() -> None:
    graph = residual()
    before, after = closed(graph), opened(graph)
    camera = camera_on(before)
    camera.top = 130
    y = camera.to_view(0, 220)[1]
    assert follow(before, after, camera, None).to_view(0, 380)[1] == pytest.approx(y)


def test_a_whole_drawing_stays_whole() -> None:
    graph = residual()
    camera = Camera(1.0, 0.0, 0.0, 600.0, 400.0, 200, 280)
    camera.fit()
    new = follow(closed(graph), opened(graph), camera, "bblock")
    assert new.zoom == pytest.approx(368 / 440)
    assert new.scene_height == 440
