"""Where a picture lies in a view: fitted, zoomed about a point, panned. Numbers only."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["LINE_FROM_PX", "Placement", "Viewport"]

LINE_FROM_PX = 6
"""From this tile width on, in device pixels, lines stand between tiles."""
MAX_CELL_PX = 96.0
"""One pixel of the picture never grows beyond this."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A picture's place in a view, in device pixels.

    Attributes
    ----------
    left, top
        Where the picture's corner lies; negative when it is cut off.
    scale
        Device pixels a pixel of the picture.
    view_width, view_height
        Size of the view.
    """

    left: int
    top: int
    scale: float
    view_width: int
    view_height: int

    def edge(self, pixels: float) -> int:
        """Return how far from the corner a picture coordinate lies, as a whole number.

        The first device pixel whose centre lies behind the coordinate, as in nearest-neighbour
        sampling: edges and samples always agree.
        """
        return math.ceil(pixels * self.scale - 0.5)

    def to_picture(self, x: float, y: float) -> tuple[float, float]:
        """Return the picture coordinates of a place in the view."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale


class Viewport:
    """Fit, zoom and pan, always with the aspect ratio kept.

    Parameters
    ----------
    tile_width
        Width of a tile in picture pixels, or 0. Tiles that get lines between them are given a
        whole number of device pixels, so that all of them look the same.
    """

    def __init__(self, tile_width: int = 0) -> None:
        self.tile_width = tile_width
        self._content = (1, 1)
        self._view = (1, 1)
        self._zoom = 1.0
        self._centre = (0.5, 0.5)

    @property
    def is_zoomed(self) -> bool:
        """Whether less than the whole picture is asked for."""
        return self._zoom > 1.0

    @property
    def zoom(self) -> float:
        """Magnification over the fitted picture, at least 1."""
        return self._zoom

    def set_content(self, width: int, height: int) -> None:
        """Take a picture of this size; another size than before starts fitted."""
        if (width, height) != self._content:
            self._content = (width, height)
            self.reset()

    def set_view(self, width: int, height: int) -> None:
        """Take a view of this size, in device pixels."""
        self._view = (max(1, width), max(1, height))
        self._clamp()

    def reset(self) -> None:
        """Fit the whole picture."""
        self._zoom = 1.0
        self._centre = (self._content[0] / 2, self._content[1] / 2)

    def zoom_about(self, x: float, y: float, factor: float) -> None:
        """Zoom by `factor`; the picture stands still under (x, y), in device pixels."""
        before = self.placement().to_picture(x, y)
        self._zoom = min(max(1.0, self._zoom * factor), self._max_zoom())
        self._hold(before, x, y)

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by so many device pixels."""
        scale = self.placement().scale
        self._centre = (self._centre[0] - dx / scale, self._centre[1] - dy / scale)
        self._clamp()

    def show_rect(self, left: float, top: float, width: float, height: float) -> None:
        """Zoom so that this part of the picture fills the view."""
        wanted = min(self._view[0] / width, self._view[1] / height)
        self._zoom = max(1.0, wanted / self._fit_scale())
        self._centre = (left + width / 2, top + height / 2)
        self._clamp()

    def reveal(self, left: float, top: float, width: float, height: float) -> None:
        """Move, if need be, so that this part of the picture is seen."""
        place = self.placement()
        x0, y0 = place.left + left * place.scale, place.top + top * place.scale
        x1, y1 = x0 + width * place.scale, y0 + height * place.scale
        if x0 < 0 or y0 < 0 or x1 > self._view[0] + 1 or y1 > self._view[1] + 1:
            self._centre = (left + width / 2, top + height / 2)
            self._clamp()

    def placement(self) -> Placement:
        """Return where the picture lies now."""
        scale = self._scale()
        left, top = (
            self._origin(extent, view, centre, scale)
            for extent, view, centre in zip(self._content, self._view, self._centre, strict=True)
        )
        return Placement(left, top, scale, *self._view)

    def _fit_scale(self) -> float:
        return min(self._view[0] / self._content[0], self._view[1] / self._content[1])

    def _max_zoom(self) -> float:
        return max(8.0, MAX_CELL_PX / self._fit_scale())

    def _scale(self) -> float:
        scale = self._fit_scale() * self._zoom
        pitch = scale * self.tile_width
        if pitch >= LINE_FROM_PX:
            # A hair is added because 15 / 7 * 7 may come out as 14.999...
            return math.floor(pitch + 1e-9) / self.tile_width
        return scale

    @staticmethod
    def _origin(extent: int, view: int, centre: float, scale: float) -> int:
        if extent * scale <= view:
            return math.floor((view - extent * scale) / 2)
        return math.floor(view / 2 - centre * scale + 0.5)

    def _hold(self, point: tuple[float, float], x: float, y: float) -> None:
        scale = self._scale()
        self._centre = (
            point[0] + (self._view[0] / 2 - x) / scale,
            point[1] + (self._view[1] / 2 - y) / scale,
        )
        self._clamp()

    def _clamp(self) -> None:
        """Keep the view filled with picture."""
        scale = self._scale()
        centres = []
        for extent, view, centre in zip(self._content, self._view, self._centre, strict=True):
            half = min(view / scale / 2, extent / 2)
            centres.append(min(max(centre, half), extent - half))
        self._centre = (centres[0], centres[1])
