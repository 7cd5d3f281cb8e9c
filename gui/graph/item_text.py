"""What is written on items: as much as there is room for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from gui.graph.cards import STACK_PX
from gui.graph.scene import is_openable
from gui.graph.words import detail_lines
from gui.theme import text_font

if TYPE_CHECKING:
    from PySide6.QtGui import QFontMetricsF

    from engine.values import GraphItem
    from gui.graph.cards import Texts
    from gui.graph.look import Look
    from gui.graph.scene import GraphScene

__all__ = [
    "LABEL_SIZE",
    "PICTURE_FROM_PX",
    "SMALLEST_PX",
    "STACK_FROM_PX",
    "TEXT_GROWTH",
    "TextPainter",
    "picture_rect",
]

TITLE_SIZE, LINE_SIZE, LABEL_SIZE = 12.0, 10.0, 10.0
"""Heights of letters in scene units, as the layout made room for them."""
TEXT_GROWTH = 0.45
"""Beyond zoom 1 text grows by this power of it: slower than the items, which get room for more."""
SMALLEST_PX = 8
PAD, LEAST_PAD, TIGHT_PAD = 9.0, 3.0, 2.0
SPARE_PX = 6.0
"""Free room above and below the lines, together."""
PICTURE_FROM_PX = 26.0
"""From this height of an item on, there is room for a small picture on it."""
LEAST_TEXT_PX = 64.0
"""So much of an item is left for text beside its picture."""
STACK_FROM_PX = 18.0
"""From this height on, the card behind an item that can be opened is seen."""

_Placed = tuple[int, QRectF]


def picture_rect(place: QRectF) -> QRectF:
    """Return where the small picture of an item lies: square, at its left end, or left of it."""
    side = place.height() - 6
    is_inside = place.width() - side >= LEAST_TEXT_PX
    left = place.left() + 3 if is_inside else place.left() - side - 3
    return QRectF(left, place.top() + 3, side, side)


@dataclass(frozen=True, slots=True, eq=False)
class _Face:
    """A font as it is used now."""

    font: QFont
    metrics: QFontMetricsF
    key: tuple[int, bool]


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """What is being written on, and how."""

    scene: GraphScene
    look: Look
    pad: float
    title: _Face
    line: _Face


class TextPainter:
    """Writes titles, then the lines below them, then the counts of folded runs."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def paint(
        self, painter: QPainter, scene: GraphScene, look: Look, zoom: float, placed: list[_Placed]
    ) -> None:
        """Write on all these items; each comes with its place in pixels."""
        grown = zoom if zoom <= 1 else zoom**TEXT_GROWTH
        pad = min(max(PAD * zoom, LEAST_PAD), PAD)
        title = self._face(look, round(TITLE_SIZE * grown), is_bold=True)
        line = self._face(look, round(LINE_SIZE * grown), is_bold=False)
        sheet = _Sheet(scene, look, pad, title, line)
        painter.setFont(title.font)
        lines = [self._title(painter, sheet, *it) for it in placed]
        painter.setFont(line.font)
        for it, (count, top) in zip(placed, lines, strict=True):
            if count:
                self._lines(painter, sheet, it, (count, top))
        self._badges(painter, sheet, placed)

    def _face(self, look: Look, pixels: int, *, is_bold: bool) -> _Face:
        pixels = max(pixels, SMALLEST_PX)
        font, metrics = self.texts.font(text_font(look.theme), pixels, is_bold=is_bold)
        return _Face(font, metrics, (pixels, is_bold))

    def _title(
        self, painter: QPainter, sheet: _Sheet, row: int, place: QRectF
    ) -> tuple[int, float]:
        """Write the title; returns how many lines fit below it, and where the first begins."""
        item = sheet.scene.items[row].item
        metrics, small = sheet.title.metrics, sheet.line.metrics
        height = _room(sheet, item, place).height()
        count = max(int((height - SPARE_PX - metrics.height()) / small.height()), 0)
        count = min(count, len(detail_lines(sheet.scene, item))) if count else 0
        top = place.top() + (height - metrics.height() - count * small.height()) / 2
        room = _room(sheet, item, place)
        if item.count > 1:
            badge = _badge_rect(item, place, small)
            room.setRight(min(room.right(), badge.left() - TIGHT_PAD))
        if metrics.horizontalAdvance(item.title) > room.width() and item.count == 1:
            room = _room(sheet, item, place, TIGHT_PAD)
        painter.setPen(sheet.look.palette.tints[sheet.look.palette.numbers[row]].text)
        self._write(painter, item.title, room, top, sheet.title)
        return count, top + metrics.height()

    def _lines(
        self, painter: QPainter, sheet: _Sheet, placed: _Placed, below: tuple[int, float]
    ) -> None:
        (row, place), (count, top) = placed, below
        item = sheet.scene.items[row].item
        room = _room(sheet, item, place)
        painter.setPen(sheet.look.palette.tints[sheet.look.palette.numbers[row]].muted)
        for line in detail_lines(sheet.scene, item)[:count]:
            self._write(painter, line, room, top, sheet.line)
            top += sheet.line.metrics.height()

    def _write(self, painter: QPainter, text: str, room: QRectF, top: float, face: _Face) -> None:
        """Write a line into the middle of the room."""
        if room.width() < 6:
            return
        shown, width = self.texts.fitted(text, int(room.width()), face.metrics, face.key)
        left = room.left() + (room.width() - width) / 2
        painter.drawText(QPointF(left, top + face.metrics.ascent()), shown)

    def _badges(self, painter: QPainter, sheet: _Sheet, placed: list[_Placed]) -> None:
        """Write how many modules a folded run stands for."""
        items = sheet.scene.items
        runs = [it for it in placed if items[it[0]].item.count > 1]
        if not runs:
            return
        theme, metrics = sheet.look.theme, sheet.line.metrics
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, place in runs:
            badge = _badge_rect(items[row].item, place, metrics)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(badge, 4, 4)
            painter.setPen(QColor(theme.accent_text))
            painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), _count_text(items[row].item))
        painter.restore()


def _count_text(item: GraphItem) -> str:
    return f"×{item.count}"


def _badge_rect(item: GraphItem, place: QRectF, metrics: QFontMetricsF) -> QRectF:
    """Return where the number of modules of a folded run stands: at the right, within the item."""
    width, height = metrics.horizontalAdvance(_count_text(item)) + 8, metrics.height()
    top = place.top() + max(min(3.0, (place.height() - height) / 2), 0.0)
    return QRectF(place.right() - STACK_PX - 3 - width, top, width, height)


def _room(sheet: _Sheet, item: GraphItem, place: QRectF, pad: float | None = None) -> QRectF:
    """Return where text may stand on an item."""
    pad = sheet.pad if pad is None else pad
    room = place.adjusted(pad, 0, -pad, 0)
    if item.id in sheet.look.pictured and place.height() >= PICTURE_FROM_PX:
        room.setLeft(max(picture_rect(place).right() + LEAST_PAD, room.left()))
    if is_openable(item) and place.height() >= STACK_FROM_PX:
        room.adjust(0, 0, -STACK_PX, -STACK_PX)
    return room
