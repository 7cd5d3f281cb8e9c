"""What is drawn over masks at the screen's own resolution: boxes, names, a note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from gui.theme import text_font

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gui.theme import Theme

    Rgb = tuple[int, int, int]

__all__ = ["Tag", "draw_boxes", "draw_note", "draw_tags", "text_on"]

_DARK: Rgb = (17, 19, 23)
_LIGHT: Rgb = (255, 255, 255)


SMALL = 0.2
"""What is smaller than this part of its name goes without: the name would hide the picture."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A name beside what it names.

    Attributes
    ----------
    text
        One line.
    box
        What it names, in the view.
    colour
        Of the ground.
    is_wanted
        Whether it is drawn even where it covers another one.
    is_inside
        Whether it stands in the middle of the box, not at its border.
    """

    text: str
    box: QRectF
    colour: Rgb
    is_wanted: bool = False
    is_inside: bool = False


def text_on(colour: Rgb) -> Rgb:
    """Return near-black or white, whichever is read more easily on a colour (WCAG 2.2)."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in colour)
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return _DARK if (luminance + 0.05) ** 2 > 1.05 * 0.057 else _LIGHT


def draw_tags(
    painter: QPainter,
    tags: Iterable[Tag],
    room: QRectF,
    theme: Theme,
    taken: Iterable[QRectF] = (),
) -> list[QRectF]:
    """Write the names, the first ones with the first choice of place; returns where they stand.

    A name that finds no free place is left out: names over names say nothing. Nor do names over
    what stands in the places that are `taken`.
    """
    others = list(taken)
    font = text_font(theme, "small", is_bold=True)
    metrics = QFontMetricsF(font)
    height = metrics.height() + 2
    placed: list[tuple[QRectF, Tag]] = []
    for tag in tags:
        if not tag.box.intersects(room):
            continue
        size = (min(metrics.horizontalAdvance(tag.text) + 10, room.width()), height)
        is_hiding = tag.box.width() * tag.box.height() < SMALL * size[0] * size[1]
        if is_hiding and not (tag.is_wanted or tag.is_inside):
            continue
        rect = _free(tag, size, room, [*others, *(other for other, _ in placed)])
        if rect is not None:
            placed.append((rect, tag))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    for rect, tag in reversed(placed):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(*tag.colour))
        painter.drawRoundedRect(rect, 3, 3)
        painter.setPen(QColor(*text_on(tag.colour)))
        text = metrics.elidedText(tag.text, Qt.TextElideMode.ElideRight, rect.width() - 8)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.restore()
    return [rect for rect, _ in placed]


def draw_boxes(
    painter: QPainter, boxes: Iterable[tuple[QRectF, Rgb]], theme: Theme, width: float = 1.5
) -> None:
    """Draw rectangles: a line in their colour on a dark one, seen on every picture."""
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for rect, colour in boxes:
        for value, line in ((QColor(theme.marker_halo), width + 1.5), (QColor(*colour), width)):
            pen = QPen(value, line)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(rect)
    painter.restore()


def draw_note(painter: QPainter, area: QRectF, text: str, theme: Theme) -> None:
    """Write a sentence on a dark plate at the bottom of the picture."""
    font = text_font(theme)
    metrics = QFontMetricsF(font)
    size = metrics.horizontalAdvance(text) + 24, metrics.height() + 10
    middle = area.center().x()
    rect = QRectF(middle - size[0] / 2, area.bottom() - size[1] - 12, *size)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.marker_halo))
    painter.drawRoundedRect(rect, theme.radius, theme.radius)
    painter.setFont(font)
    painter.setPen(QColor(theme.marker))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.restore()


def _free(tag: Tag, size: tuple[float, float], room: QRectF, taken: list[QRectF]) -> QRectF | None:
    first: QRectF | None = None
    for corner in _wishes(tag, size):
        x = min(max(corner.x(), room.left()), room.right() - size[0])
        y = min(max(corner.y(), room.top()), room.bottom() - size[1])
        rect = QRectF(x, y, *size)
        first = first or rect
        if not any(rect.intersects(other) for other in taken):
            return rect
    return first if tag.is_wanted else None


def _wishes(tag: Tag, size: tuple[float, float]) -> Iterator[QPointF]:
    """Yield corners for a name, the best first."""
    box, (width, height) = tag.box, size
    middle = box.center()
    if tag.is_inside:
        for step in (0, 1, -1, 2, -2):
            yield QPointF(middle.x() - width / 2, middle.y() - height / 2 + step * height)
        return
    above, inside = box.top() - height - 2, box.top() + 3
    for y in (above, inside):
        for x in (box.left(), middle.x() - width / 2, box.right() - width):
            yield QPointF(x, y)
    yield QPointF(middle.x() - width / 2, middle.y() - height / 2)
    yield QPointF(box.left(), box.bottom() + 2)
