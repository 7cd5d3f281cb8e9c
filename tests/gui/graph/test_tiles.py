"""The squares: what is painted when, and what is shown until then."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from gui.graph.camera import Camera
from gui.graph.tiles import TILE, TileCache

GROUND = QColor("#000000")
PLENTY, NOTHING = 1e6, -1.0


class Counter:
    """Fills what it is asked for with a colour, and counts."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, float, float]] = []
        self.colour = QColor("#ff0000")

    def __call__(self, painter: QPainter, zoom: float, area: QRectF) -> None:
        self.calls.append((zoom, area.left(), area.top()))
        painter.fillRect(area, self.colour)


@pytest.fixture
def counter(qapp: QApplication) -> Counter:
    return Counter()


def camera() -> Camera:
    return Camera(1.0, 0.0, 0.0, 2.0 * TILE - 1, TILE - 1.0, 50_000, 50_000)


def paint(tiles: TileCache, at: Camera, budget: float = PLENTY) -> tuple[bool, QColor]:
    target = QPixmap(int(at.width), int(at.height))
    painter = QPainter(target)
    is_done = tiles.paint(painter, at, 1.0, GROUND, budget)
    painter.end()
    return is_done, QColor(target.toImage().pixel(5, 5))


def test_each_square_is_painted_once(counter: Counter) -> None:
    tiles, at = TileCache(counter), camera()
    assert paint(tiles, at) == (True, QColor("#ff0000"))
    assert sorted(counter.calls) == [(1.0, 0.0, 0.0), (1.0, TILE, 0.0)]
    paint(tiles, at)
    assert len(counter.calls) == 2
    at.left += TILE
    paint(tiles, at)
    assert counter.calls[2:] == [(1.0, 2 * TILE, 0.0)]


def test_without_time_the_old_is_shown(counter: Counter) -> None:
    tiles, at = TileCache(counter), camera()
    paint(tiles, at)
    counter.colour = QColor("#00ff00")
    tiles.outdate()
    assert paint(tiles, at, NOTHING) == (False, QColor("#ff0000"))
    assert paint(tiles, at) == (True, QColor("#00ff00"))


def test_another_zoom_stretches_the_old_squares(counter: Counter) -> None:
    tiles, at = TileCache(counter), camera()
    paint(tiles, at)
    at.zoom = 1.5
    assert paint(tiles, at, NOTHING) == (False, QColor("#ff0000"))
    assert {zoom for zoom, _, _ in counter.calls} == {1.0}


def test_another_scene_forgets_all(counter: Counter) -> None:
    tiles, at = TileCache(counter), camera()
    paint(tiles, at)
    tiles.clear()
    counter.colour = QColor("#0000ff")
    assert paint(tiles, at) == (True, QColor("#0000ff"))


def test_what_is_around_is_painted_ahead(counter: Counter) -> None:
    tiles, at = TileCache(counter), camera()
    paint(tiles, at)
    assert tiles.prepare(at, GROUND, PLENTY)
    count = len(counter.calls)
    at.left += TILE
    at.top += TILE
    paint(tiles, at)
    assert len(counter.calls) == count


def test_the_overview_is_made_once_and_is_not_larger_than_the_scene(counter: Counter) -> None:
    tiles, at = TileCache(counter), camera()
    picture, scale = tiles.overview(at, GROUND)
    assert max(picture.width(), picture.height()) == 1024
    assert scale == pytest.approx(1024 / 50_000)
    assert tiles.overview(at, GROUND)[0] is picture
    at.scene_width = at.scene_height = 100
    tiles.clear()
    assert tiles.overview(at, GROUND)[1] == 1.0


def test_without_time_the_overview_comes_with_the_next_painting(counter: Counter) -> None:
    tiles, at = TileCache(counter), camera()
    assert paint(tiles, at, NOTHING) == (False, GROUND)
    assert counter.calls == []
    assert paint(tiles, at, NOTHING) == (False, QColor("#ff0000"))
    assert [zoom for zoom, _, _ in counter.calls] == [pytest.approx(1024 / 50_000)]
    counter.colour = QColor("#00ff00")
    tiles.outdate()  # the old one will do while there is no time
    assert paint(tiles, at, NOTHING) == (False, QColor("#ff0000"))
    assert len(counter.calls) == 1
