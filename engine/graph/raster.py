"""The graph as a picture, drawn by Pillow: no window needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from engine.errors import ExportError
from engine.export.drawing import font, plain
from engine.graph.labels import (
    FRAME_SIZE,
    LABEL_SIZE,
    SUBTITLE_SIZE,
    TITLE_SIZE,
    has_sign,
)
from engine.graph.palette import THEMES, ThemeName, mixed, rgb
from engine.graph.sheet import arrow, frame_title, item_texts, kind_inset, radius, rounded, sheet
from engine.values.graph import ItemKind, OpKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from engine.graph.palette import Tone
    from engine.graph.sheet import Sheet
    from engine.values.graph import GraphLayout, PlacedBox, PlacedEdge, PlacedItem

__all__ = ["MAX_PIXELS", "Pen", "fitting_scale", "to_image"]

MAX_PIXELS = 40_000_000
"""Of a picture; above that the graph belongs into a vector file."""

_FINE = 2
"""The picture is drawn this much larger and then reduced: Pillow draws lines with hard edges."""
_SIGN_LINES = {
    "≠": (((-3, -1.6), (3, -1.6)), ((-3, 1.6), (3, 1.6)), ((-1.6, 3.6), (1.6, -3.6))),
    "+": (((-3.4, 0), (3.4, 0)), ((0, -3.4), (0, 3.4))),
}
"""The marks of differences: not every font has them."""
_CURVE = (0.0, 0.25, 0.5, 0.75, 1.0)

Box = tuple[float, float, float, float]


def fitting_scale(layout: GraphLayout, title: str, subtitle: str, wanted: float = 2.0) -> float:
    """Return the scale nearest to `wanted` at which the picture stays within `MAX_PIXELS`."""
    page = sheet(layout, title, subtitle)
    return min(wanted, math.sqrt(MAX_PIXELS / (page.width * page.height)))


def to_image(
    layout: GraphLayout,
    *,
    title: str = "",
    subtitle: str = "",
    theme: ThemeName = "dark",
    scale: float = 1.0,
) -> NDArray[np.uint8]:
    """Draw the whole graph, as `to_svg` does.

    Parameters
    ----------
    scale
        Pixels to a scene unit.

    Returns
    -------
    ndarray, (H, W, 3), uint8
        sRGB.

    Raises
    ------
    ExportError
        It would have more than `MAX_PIXELS`.
    """
    page = sheet(layout, title, subtitle)
    size = max(1, round(page.width * scale)), max(1, round(page.height * scale))
    if size[0] * size[1] > MAX_PIXELS * 1.01:
        raise ExportError(
            "The graph is too large for a picture at this scale; save it as .svg, or show fewer "
            "of its levels."
        )
    pen = Pen(size, scale, theme)
    pen.head(page, title, subtitle)
    pen.graph(layout, page.left, page.top)
    return pen.finish()


class Pen:
    """Draws in scene units on a canvas that is finer than the result."""

    def __init__(self, size: tuple[int, int], scale: float, theme: ThemeName) -> None:
        self.theme = THEMES[theme]
        self._size = size
        fine = _FINE if size[0] * size[1] * _FINE**2 <= 2 * MAX_PIXELS else 1
        self._scale = scale * fine
        self._image = Image.new("RGB", (size[0] * fine, size[1] * fine), self.theme.background)
        self._draw = ImageDraw.Draw(self._image)
        self._origin = (0.0, 0.0)
        self._tones: Mapping[str, Tone] = {}

    def graph(
        self,
        layout: GraphLayout,
        left: float,
        top: float,
        tones: Mapping[str, Tone] | None = None,
    ) -> None:
        """Draw a graph, its corner at a place of the page; `tones` as in `SvgWriter`."""
        self._origin, self._tones = (left, top), tones or {}
        for box in layout.boxes:
            self.frame(box)
        for item in layout.items:
            if item.item.item is not ItemKind.NODE:
                self.stack(item)
        for edge in layout.edges:
            self.edge(edge)
        for item in layout.items:
            self.item(item)
        for edge in layout.edges:
            if edge.label_at is not None and edge.edge.label:
                self.write(edge.label_at, edge.edge.label, LABEL_SIZE, self.theme.muted)
        self._origin = (0.0, 0.0)

    def finish(self) -> NDArray[np.uint8]:
        """Return the picture in its size."""
        image = self._image
        if image.size != self._size:
            image = image.resize(self._size, Image.Resampling.BOX)
        return np.asarray(image)

    # ------------------------------------------------------------------------------ primitives

    def _at(self, point: Sequence[float]) -> tuple[float, float]:
        left, top = self._origin
        return (point[0] + left) * self._scale, (point[1] + top) * self._scale

    def _px(self, length: float) -> int:
        return max(1, round(length * self._scale))

    def _rect(self, box: Box, corner: float, fill: str, line: str | None = None) -> None:
        left, top = self._at(box[:2])
        right, bottom = self._at((box[0] + box[2], box[1] + box[3]))
        ends = (left, top, max(left, right), max(top, bottom))
        width = self._px(1) if line else 0
        self._draw.rounded_rectangle(ends, corner * self._scale, rgb(fill), line, width)

    def _line(self, points: Sequence[Sequence[float]], colour: str, width: float) -> None:
        ends = [self._at(point) for point in points]
        self._draw.line(ends, rgb(colour), self._px(width), joint="curve")

    def write(
        self, at: Sequence[float], text: str, size: float, colour: str, anchor: str = "ls"
    ) -> None:
        """Write a line of text; `at` is on its baseline."""
        pixels = round(size * self._scale)
        if pixels >= 3:  # below, nobody can read it
            self._draw.text(self._at(at), plain(text), rgb(colour), font(pixels), anchor=anchor)

    # ------------------------------------------------------------------------------------ parts

    def head(self, page: Sheet, title: str, subtitle: str) -> None:
        """Draw title, subtitle and legend."""
        self.write(page.title_at, title, 20, self.theme.text)
        self.write(page.subtitle_at, subtitle, 12, self.theme.muted)
        for entry in page.legend:
            box = (entry.left, entry.top, page.swatch, page.swatch)
            self._rect(box, 3.0, self.theme.kinds[entry.kind])
            at = (entry.left + page.swatch + 6.0, entry.top + 10.0)
            self.write(at, entry.text, 11, self.theme.muted)

    def frame(self, placed: PlacedBox) -> None:
        """Draw an open box."""
        fill = self.theme.frame_fill(placed.depth)
        line = mixed(self.theme.background, self.theme.frame, 0.55)
        self._rect(_box(placed), 8.0, fill, line)
        name, kind = frame_title(placed)
        at = (placed.left + 10.0, placed.top + 15.0)
        self.write(at, name, FRAME_SIZE, self.theme.text)
        if kind:
            across = at[0] + kind_inset(name)
            self.write((across, at[1]), kind, SUBTITLE_SIZE, self.theme.muted)

    def stack(self, placed: PlacedItem) -> None:
        """Draw the sheet behind a closed module."""
        ink = self._ink(placed)
        box = (placed.left + 3, placed.top + 3, placed.width, placed.height)
        self._rect(box, 6.0, self.theme.face(ink), self.theme.border(ink))

    def edge(self, edge: PlacedEdge) -> None:
        """Draw an edge with its arrowhead."""
        points: list[tuple[float, float]] = []
        for begin, corner, end in rounded(edge):
            points += [_on_curve(begin, corner, end, share) for share in _CURVE]
        self._line(list(dict.fromkeys(points)), self.theme.edge, 1.4)
        self._draw.polygon([self._at(point) for point in arrow(edge.points)], rgb(self.theme.edge))

    def item(self, placed: PlacedItem) -> None:
        """Draw an item with its words."""
        item, theme = placed.item, self.theme
        ink = self._ink(placed)
        fill = theme.face(ink, is_closed=item.item is not ItemKind.NODE)
        self._rect(_box(placed), radius(placed), fill, theme.border(ink))
        self._mark(placed)
        title, subtitle = item_texts(placed)
        middle = placed.left + placed.width / 2 + (9.0 if has_sign(item) else 1.0)
        centre = placed.top + placed.height / 2
        if item.count > 1:
            badge = placed.left + placed.width - 19.0
            middle -= 16.0
            self._rect((badge - 14, centre - 9, 28, 18), 9.0, theme.border(ink))
            self.write((badge, centre + 4), f"×{item.count}", 11, theme.text, "ms")
        baseline = placed.top + 17.0 if subtitle else centre + 4.2
        self.write((middle, baseline), title, TITLE_SIZE, theme.text, "ms")
        self.write((middle, placed.top + 31.0), subtitle, SUBTITLE_SIZE, theme.muted, "ms")
        if item.id in self._tones and self._tones[item.id].sign:
            self.sign(placed.left + placed.width, placed.top, self._tones[item.id])

    def _ink(self, placed: PlacedItem) -> str:
        tone = self._tones.get(placed.item.id)
        return tone.ink if tone is not None else self.theme.kinds[placed.item.kind]

    def sign(self, x: float, y: float, tone: Tone) -> None:
        """Draw the mark of a difference on a disc about a place."""
        ground = self.theme.background
        self._rect((x - 8, y - 8, 16, 16), 8.0, ground)
        self._rect((x - 7, y - 7, 14, 14), 7.0, tone.ink)
        for ends in _SIGN_LINES[tone.sign]:
            self._line([(x + dx, y + dy) for dx, dy in ends], ground, 1.6)

    def swatch(self, box: Box, colour: str) -> None:
        """Draw a sample of a colour."""
        self._rect(box, 3.0, colour)

    def _mark(self, placed: PlacedItem) -> None:
        colour = self._ink(placed)
        left, middle = placed.left, placed.top + placed.height / 2
        if has_sign(placed.item):
            self._rect((left + 5, middle - 9, 18, 18), 9.0, colour)
            across = (14.0,) if placed.item.kind is OpKind.ADD else (12.0, 16.0)
            for at in across:
                ends = ((left + at, middle - 5), (left + at, middle + 5))
                self._line(ends, self.theme.background, 2)
            if placed.item.kind is OpKind.ADD:
                self._line(((left + 9, middle), (left + 19, middle)), self.theme.background, 2)
        elif radius(placed) < 8.0:
            self._rect((left, placed.top + 5, 4, placed.height - 10), 2.0, colour)


def _box(placed: PlacedItem | PlacedBox) -> Box:
    return placed.left, placed.top, placed.width, placed.height


def _on_curve(
    begin: Sequence[float], corner: Sequence[float], end: Sequence[float], share: float
) -> tuple[float, float]:
    """Return the point at a share, 0 to 1, of a quadratic curve."""
    rest = 1.0 - share
    a, b, c = rest * rest, 2 * rest * share, share * share
    return (
        a * begin[0] + b * corner[0] + c * end[0],
        a * begin[1] + b * corner[1] + c * end[1],
    )
