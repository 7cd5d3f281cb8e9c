"""Fit, zoom and pan as numbers."""

from __future__ import annotations

import pytest

from gui.views.viewport import Placement, Viewport


def viewport(content: tuple[int, int], view: tuple[int, int], tile: int = 0) -> Viewport:
    result = Viewport(tile)
    result.set_content(*content)
    result.set_view(*view)
    return result


def test_fit_keeps_the_aspect_and_centres() -> None:
    # 400 x 100 into 200 x 200: half size, 75 pixels of ground above.
    assert viewport((400, 100), (200, 200)).placement() == Placement(0, 75, 0.5, 200, 200)


def test_tiles_with_lines_are_a_whole_number_of_pixels_wide() -> None:
    # 10 tiles of 7 in 128 pixels are 12.8 wide: 12 is taken, 8 pixels are left over.
    place = viewport((70, 70), (128, 128), tile=7).placement()
    assert place.scale == pytest.approx(12 / 7)
    assert (place.left, place.top) == (4, 4)
    assert [place.edge(7 * n) for n in range(11)] == [12 * n for n in range(11)]


def test_tiny_tiles_use_all_the_room() -> None:
    assert viewport((100, 100), (590, 590), tile=1).placement().scale == pytest.approx(5.9)


def test_zoom_holds_what_is_under_the_pointer() -> None:
    port = viewport((400, 400), (200, 200))
    before = port.placement().to_picture(150, 60)
    port.zoom_about(150, 60, 4.0)
    after = port.placement().to_picture(150, 60)
    assert port.placement().scale == pytest.approx(2.0)
    assert after == pytest.approx(before, abs=0.5)


def test_zoom_never_leaves_the_fit() -> None:
    port = viewport((400, 400), (200, 200))
    port.zoom_about(10, 10, 0.1)
    assert port.zoom == 1.0
    assert not port.is_zoomed


def test_panning_stops_at_the_edges() -> None:
    port = viewport((400, 400), (200, 200))
    port.zoom_about(100, 100, 2.0)
    port.pan(10_000, 0)
    assert port.placement().left == 0
    port.pan(-10_000, -10_000)
    place = port.placement()
    assert (place.left, place.top) == (-200, -200)


def test_another_content_starts_fitted() -> None:
    port = viewport((400, 400), (200, 200))
    port.zoom_about(100, 100, 3.0)
    port.set_content(400, 400)
    assert port.is_zoomed
    port.set_content(300, 400)
    assert not port.is_zoomed


def test_show_rect_fills_the_view() -> None:
    port = viewport((400, 400), (200, 200))
    port.show_rect(100, 200, 50, 50)
    place = port.placement()
    assert place.to_picture(0, 0) == pytest.approx((100, 200))
    assert place.to_picture(200, 200) == pytest.approx((150, 250))


def test_reveal_moves_only_when_needed() -> None:
    port = viewport((400, 400), (200, 200))
    port.show_rect(0, 0, 100, 100)
    before = port.placement()
    port.reveal(10, 10, 20, 20)
    assert port.placement() == before
    port.reveal(300, 300, 20, 20)
    x, y = port.placement().to_picture(100, 100)
    assert (x, y) == pytest.approx((310, 310))
