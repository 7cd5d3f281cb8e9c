"""The drawing in squares, each painted once a zoom: panning copies, and paints only what is new.

What is not painted yet is shown from the zoom before, stretched, and from an overview of the
whole; so a frame never takes longer than its budget.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter, QPixmap

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QColor

    from gui.graph.camera import Camera

    Render = Callable[[QPainter, float, QRectF], None]

__all__ = ["BUDGET_MS", "TILE", "TileCache"]

TILE = 320
"""Side of a square, in device-independent pixels."""
BUDGET_MS = 7.0
MOST_TILES = 96
OVERVIEW = 1024
"""Longer side of the overview, in pixels."""

_Place = tuple[int, int]


class TileCache:
    """Squares of the scene at the current zoom.

    Parameters
    ----------
    render
        Called with a painter whose origin is the scene's corner, the zoom, and the part that is
        needed, both in pixels of the zoomed scene.
    """

    def __init__(self, render: Render) -> None:
        self._render = render
        self._zoom = 0.0
        self._ratio = 1.0
        self._tiles: dict[_Place, tuple[QPixmap, int]] = {}
        self._before: tuple[float, dict[_Place, QPixmap]] = (0.0, {})
        self._version = 0
        self._overview: tuple[QPixmap, float, int] | None = None
        self._owes_overview = False
        """Whether the next frame begins with it, as the last one had no time for it."""

    def clear(self) -> None:
        """Forget everything: another scene is shown."""
        self._tiles.clear()
        self._before = (0.0, {})
        self._overview = None
        self._version += 1

    def outdate(self) -> None:
        """Paint everything again, as time allows; until then what there is is shown."""
        self._version += 1

    def paint(
        self, painter: QPainter, camera: Camera, ratio: float, ground: QColor, budget_ms: float
    ) -> bool:
        """Fill the view; returns whether all of it is as it should be.

        Parameters
        ----------
        painter
            On the view, in device-independent pixels.
        camera
            What is seen.
        ratio
            The screen's pixels in a device-independent one.
        ground
            The colour behind everything.
        budget_ms
            Squares are painted until this time is over.
        """
        self._take_zoom(camera.zoom, ratio)
        visible = _visible(camera)
        end = time.perf_counter() + budget_ms / 1e3
        missing = [it for it in visible if not self._is_new(it)]
        if missing and self._owes_overview:
            self.overview(camera, ground)
        while missing and time.perf_counter() < end:
            self._make(missing.pop(0), ground)
        if missing:
            painter.fillRect(QRectF(0, 0, camera.width, camera.height), ground)
            self._paint_fallback(painter, camera, ground, has_time=time.perf_counter() < end)
        for place in visible:
            if place in self._tiles:
                left, top = place[0] * TILE - camera.left, place[1] * TILE - camera.top
                painter.drawPixmap(round(left), round(top), self._tiles[place][0])
        if not missing:
            self._before = (0.0, {})
        self._drop_far(visible)
        return not missing

    def prepare(self, camera: Camera, ground: QColor, budget_ms: float) -> bool:
        """Paint the squares around the view ahead of need; returns whether all are there."""
        end = time.perf_counter() + budget_ms / 1e3
        missing = [it for it in _visible(camera, margin=1) if not self._is_new(it)]
        while missing and time.perf_counter() < end:
            self._make(missing.pop(0), ground)
        return not missing

    def overview(self, camera: Camera, ground: QColor) -> tuple[QPixmap, float]:
        """Return a picture of the whole scene, and how many of its pixels a unit of it has."""
        made = self._overview
        self._owes_overview = False
        if made is None or made[2] != self._version:
            scale = min(OVERVIEW / max(camera.scene_width, camera.scene_height, 1.0), 1.0)
            width, height = camera.scene_width * scale, camera.scene_height * scale
            pixmap = QPixmap(max(round(width), 1), max(round(height), 1))
            pixmap.fill(ground)
            painter = QPainter(pixmap)
            self._render(painter, scale, QRectF(0, 0, width, height))
            painter.end()
            made = self._overview = (pixmap, scale, self._version)
        return made[0], made[1]

    def _take_zoom(self, zoom: float, ratio: float) -> None:
        if zoom == self._zoom and ratio == self._ratio:
            return
        # In a quick zoom hardly a square is ready before the next step: the older ones stay.
        if len(self._tiles) >= max(1, len(self._before[1]) / 2):
            self._before = (self._zoom, {it: tile for it, (tile, _) in self._tiles.items()})
        self._tiles = {}
        self._zoom, self._ratio = zoom, ratio

    def _is_new(self, place: _Place) -> bool:
        tile = self._tiles.get(place)
        return tile is not None and tile[1] == self._version

    def _make(self, place: _Place, ground: QColor) -> None:
        side = round(TILE * self._ratio)
        pixmap = QPixmap(side, side)
        pixmap.setDevicePixelRatio(self._ratio)
        pixmap.fill(ground)
        painter = QPainter(pixmap)
        left, top = place[0] * TILE, place[1] * TILE
        painter.translate(-left, -top)
        self._render(painter, self._zoom, QRectF(left, top, TILE, TILE))
        painter.end()
        self._tiles[place] = (pixmap, self._version)

    def _paint_fallback(
        self, painter: QPainter, camera: Camera, ground: QColor, *, has_time: bool
    ) -> None:
        zoom, tiles = self._before
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        if camera.zoom < zoom or not tiles:
            self._paint_overview(painter, camera, ground, has_time=has_time)
        side = TILE * camera.zoom / zoom if zoom else 0.0
        seen = QRectF(0, 0, camera.width, camera.height)
        for (column, row), tile in tiles.items():
            place = QRectF(column * side - camera.left, row * side - camera.top, side, side)
            if place.intersects(seen):
                painter.drawPixmap(place, tile, QRectF(tile.rect()))
        painter.restore()

    def _paint_overview(
        self, painter: QPainter, camera: Camera, ground: QColor, *, has_time: bool
    ) -> None:
        """Stretch the overview over the view: without time an older one, or that of next time."""
        if has_time:
            self.overview(camera, ground)
        if self._overview is None:
            self._owes_overview = True
            return
        pixmap, scale, _ = self._overview
        grow = camera.zoom / scale
        whole = QRectF(-camera.left, -camera.top, pixmap.width() * grow, pixmap.height() * grow)
        painter.drawPixmap(whole, pixmap, QRectF(pixmap.rect()))

    def _drop_far(self, visible: list[_Place]) -> None:
        """Forget the squares that lie far from the view where there are many."""
        if len(self._tiles) <= max(MOST_TILES, 2 * len(visible)):
            return
        kept = set(visible)
        self._tiles = {it: tile for it, tile in self._tiles.items() if it in kept}


def _visible(camera: Camera, margin: int = 0) -> list[_Place]:
    """Return the squares in the view, those in its middle first."""
    view = QRect(
        int(camera.left // TILE) - margin,
        int(camera.top // TILE) - margin,
        int((camera.left + camera.width) // TILE - camera.left // TILE) + 1 + 2 * margin,
        int((camera.top + camera.height) // TILE - camera.top // TILE) + 1 + 2 * margin,
    )
    places = [
        (column, row)
        for column in range(view.left(), view.right() + 1)
        for row in range(view.top(), view.bottom() + 1)
    ]
    middle_x = (camera.left + camera.width / 2) / TILE - 0.5
    middle_y = (camera.top + camera.height / 2) / TILE - 0.5
    places.sort(key=lambda it: (it[0] - middle_x) ** 2 + (it[1] - middle_y) ** 2)
    return places
