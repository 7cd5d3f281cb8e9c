"""Which part of the drawing is seen, and how large."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MARGIN_PX", "MOST_ZOOM", "READABLE_ZOOM", "Camera", "Rect"]

MOST_ZOOM = 4.0
READABLE_ZOOM = 0.75
"""Below this, titles are too small to be read without effort."""
MARGIN_PX = 16.0
KEEP_PX = 56.0
"""So much of the drawing cannot be pushed out of the view."""

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(slots=True)
class Camera:
    """A scene point (x, y) is seen at (x * zoom - left, y * zoom - top), in view pixels.

    Attributes
    ----------
    zoom
        Pixels of the view in a unit of the scene.
    left, top
        The view's corner, in pixels of the zoomed scene.
    """

    zoom: float = 1.0
    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    """Of the view, in pixels."""
    height: float = 1.0
    scene_width: float = 1.0
    scene_height: float = 1.0

    @property
    def fit_zoom(self) -> float:
        """The zoom at which the whole scene just fits."""
        return min(
            max(self.width - 2 * MARGIN_PX, 8.0) / max(self.scene_width, 1.0),
            max(self.height - 2 * MARGIN_PX, 8.0) / max(self.scene_height, 1.0),
            1.0,
        )

    @property
    def seen(self) -> Rect:
        """The part of the scene that the view shows, in scene units."""
        return (
            self.left / self.zoom,
            self.top / self.zoom,
            (self.left + self.width) / self.zoom,
            (self.top + self.height) / self.zoom,
        )

    def copy(self) -> Camera:
        """Return another one that looks at the same."""
        return Camera(
            self.zoom,
            self.left,
            self.top,
            self.width,
            self.height,
            self.scene_width,
            self.scene_height,
        )

    def to_scene(self, x: float, y: float) -> tuple[float, float]:
        """Return the scene point under a pixel of the view."""
        return (x + self.left) / self.zoom, (y + self.top) / self.zoom

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of the view at which a scene point lies."""
        return x * self.zoom - self.left, y * self.zoom - self.top

    def resize(self, width: float, height: float) -> None:
        """Take another size of the view; the point in its middle stays there."""
        self.left -= (width - self.width) / 2
        self.top -= (height - self.height) / 2
        self.width, self.height = max(width, 1.0), max(height, 1.0)
        self.keep_in()

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by pixels of the view."""
        self.left -= dx
        self.top -= dy
        self.keep_in()

    def zoom_about(self, x: float, y: float, factor: float) -> None:
        """Zoom so that what lies under the pixel (x, y) stays there."""
        scene = self.to_scene(x, y)
        # A scene that is tiny in the view helps nobody; one that fits must always be reachable.
        least = min(self.fit_zoom, 1.0) * 0.8
        self.zoom = min(max(self.zoom * factor, least), MOST_ZOOM)
        self.left, self.top = scene[0] * self.zoom - x, scene[1] * self.zoom - y
        self.keep_in()

    def fit(self) -> None:
        """Show the whole scene, in the middle."""
        self.zoom = self.fit_zoom
        self.centre(self.scene_width / 2, self.scene_height / 2)

    def begin(self, *, is_down: bool, first: Rect | None = None) -> None:
        """Show the beginning of the scene at a size that can be read.

        Parameters
        ----------
        is_down
            Which way data flows.
        first
            Where it comes in: this is seen, wherever in the scene it lies.
        """
        across = (self.width - 2 * MARGIN_PX) / max(self.scene_width, 1.0)
        along = (self.height - 2 * MARGIN_PX) / max(self.scene_height, 1.0)
        self.zoom = min(max(across if is_down else along, READABLE_ZOOM), 1.0)
        if self.fit_zoom >= READABLE_ZOOM:
            self.fit()
            return
        x, y = self.scene_width / 2, self.scene_height / 2
        if first is not None:
            x = self._beside(first[0] + first[2], self.scene_width, self.width)
            y = self._beside(first[1] + first[3], self.scene_height, self.height)
        self.centre(x, y)
        if is_down:
            self.top = -MARGIN_PX
        else:
            self.left = -MARGIN_PX

    def _beside(self, twice: float, whole: float, size: float) -> float:
        """Return what to put into the middle so that a place is seen, and little beside the scene.

        `twice` is twice the place, `whole` the scene's length, `size` the view's.
        """
        half = (size / 2 - MARGIN_PX) / self.zoom
        return whole / 2 if 2 * half >= whole else min(max(twice / 2, half), whole - half)

    def fit_rect(self, rect: Rect) -> None:
        """Show a part of the scene as large as it goes, at most at zoom 1."""
        wide = max(self.width - 4 * MARGIN_PX, 8.0) / max(rect[2] - rect[0], 1.0)
        high = max(self.height - 4 * MARGIN_PX, 8.0) / max(rect[3] - rect[1], 1.0)
        self.zoom = max(min(wide, high, 1.0), self.fit_zoom)
        self.centre((rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2)

    def centre(self, x: float, y: float) -> None:
        """Bring a scene point into the middle of the view."""
        self.left = x * self.zoom - self.width / 2
        self.top = y * self.zoom - self.height / 2
        self.keep_in()

    def reveal(self, rect: Rect) -> bool:
        """Move no more than is needed to show a part of the scene; False where it was seen."""
        before = self.left, self.top
        for low, high, axis in ((rect[0], rect[2], "left"), (rect[1], rect[3], "top")):
            size = self.width if axis == "left" else self.height
            at = getattr(self, axis)
            first, last = low * self.zoom - MARGIN_PX, high * self.zoom + MARGIN_PX - size
            last = min(last, first)  # Where it is larger than the view, its beginning counts.
            setattr(self, axis, min(max(at, last), first))
        return (self.left, self.top) != before

    def keep_in(self) -> None:
        """Keep a part of the scene in the view."""
        keep_x = min(KEEP_PX, self.scene_width * self.zoom / 2)
        keep_y = min(KEEP_PX, self.scene_height * self.zoom / 2)
        right = self.scene_width * self.zoom - keep_x
        bottom = self.scene_height * self.zoom - keep_y
        self.left = min(max(self.left, keep_x - self.width), right)
        self.top = min(max(self.top, keep_y - self.height), bottom)
