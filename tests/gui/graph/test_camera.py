"""What the camera shows: fit, zoom about a point, bounds, bringing into view."""

from __future__ import annotations

import pytest

from gui.graph.camera import KEEP_PX, MARGIN_PX, MOST_ZOOM, READABLE_ZOOM, Camera


def camera(scene: tuple[float, float] = (1000, 4000)) -> Camera:
    return Camera(1.0, 0.0, 0.0, 400.0, 300.0, *scene)


def test_fit_shows_everything_in_the_middle() -> None:
    it = camera((800, 400))
    it.fit()
    assert it.zoom == pytest.approx(368 / 800)
    assert it.to_view(0, 0) == pytest.approx((16, 150 - 400 * it.zoom / 2))
    assert it.to_view(800, 400) == pytest.approx((384, 150 + 400 * it.zoom / 2))


def test_fit_never_enlarges() -> None:
    it = camera((40, 20))
    it.fit()
    assert it.zoom == 1.0
    assert it.to_view(20, 10) == pytest.approx((200, 150))


def test_zooming_keeps_what_is_under_the_pointer() -> None:
    it = camera()
    it.left, it.top = 300, 2000
    before = it.to_scene(120, 80)
    it.zoom_about(120, 80, 1.7)
    assert it.zoom == pytest.approx(1.7)
    assert it.to_scene(120, 80) == pytest.approx(before)


def test_zoom_has_bounds() -> None:
    it = camera()
    it.zoom_about(0, 0, 1000)
    assert it.zoom == MOST_ZOOM
    it.zoom_about(0, 0, 1e-6)
    assert it.zoom == pytest.approx(0.8 * it.fit_zoom)


@pytest.mark.parametrize(("dx", "dy"), [(1e6, 0), (-1e6, 0), (0, 1e6), (0, -1e6)])
def test_the_drawing_cannot_be_lost(dx: float, dy: float) -> None:
    it = camera()
    it.pan(dx, dy)
    left, top = it.to_view(0, 0)
    right, bottom = it.to_view(1000, 4000)
    assert left <= 400 - KEEP_PX
    assert right >= KEEP_PX
    assert top <= 300 - KEEP_PX
    assert bottom >= KEEP_PX


def test_the_beginning_can_be_read() -> None:
    it = camera()
    it.begin(is_down=True)
    assert it.zoom == READABLE_ZOOM
    assert it.to_view(0, 0)[1] == MARGIN_PX
    it.begin(is_down=False)
    assert it.to_view(0, 0)[0] == MARGIN_PX


@pytest.mark.parametrize(
    ("left", "seen_at"),
    [
        (0, MARGIN_PX),
        (500, 200 - 60 * READABLE_ZOOM),
        (880, 400 - MARGIN_PX - 120 * READABLE_ZOOM),
    ],
)
def test_the_beginning_is_where_data_comes_in(left: float, seen_at: float) -> None:
    it = camera()
    it.begin(is_down=True, first=(left, 20, left + 120, 60))
    # In the middle, but no more is shown beside the drawing than the margin.
    assert it.to_view(left, 20)[0] == pytest.approx(seen_at)
    assert it.to_view(0, 0)[1] == MARGIN_PX


def test_a_small_drawing_begins_whole() -> None:
    it = camera((300, 200))
    it.begin(is_down=True)
    assert it.zoom == it.fit_zoom == 1.0


def test_revealing_moves_no_more_than_needed() -> None:
    it = camera()
    it.left, it.top = 100, 1000
    assert not it.reveal((200, 1100, 300, 1200))
    assert (it.left, it.top) == (100, 1000)
    assert it.reveal((200, 1400, 300, 1500))
    assert it.to_view(300, 1500)[1] == pytest.approx(300 - MARGIN_PX)
    assert it.left == 100


def test_what_is_larger_than_the_view_is_revealed_from_its_beginning() -> None:
    it = camera()
    it.reveal((100, 500, 200, 3000))
    assert it.to_view(100, 500)[1] == pytest.approx(MARGIN_PX)


def test_another_size_keeps_the_middle() -> None:
    it = camera()
    it.left, it.top = 300, 2000
    middle = it.to_scene(200, 150)
    it.resize(600, 500)
    assert it.to_scene(300, 250) == pytest.approx(middle)
