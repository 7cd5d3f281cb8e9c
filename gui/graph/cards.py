"""Cards and shortened texts, drawn or measured once and used again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPixmap

if TYPE_CHECKING:
    from gui.graph.tints import Tint

__all__ = ["STACK_PX", "Cards", "Texts", "draw_card", "legible"]

MOST_CARDS = 1500
MOST_TEXTS = 8000
STACK_PX = 3.0
"""How far the second card peeps out behind one that can be opened."""
LEAST_LETTERS = 6
"""What is left of a shortened text must have so many: “i…t” names nothing."""


def legible(text: str, shown: str) -> str:
    """Return `shown`, or nothing where it is too little of `text` to be read."""
    return shown if shown == text or len(shown) > LEAST_LETTERS else ""


def draw_card(
    painter: QPainter, rect: QRectF, tint: Tint, radius: float, *, is_stack: bool
) -> None:
    """Draw a rounded card; one that can be opened has another one behind it."""
    painter.setPen(QPen(tint.border, 1.0))
    painter.setBrush(tint.fill)
    body = rect.adjusted(0.5, 0.5, -0.5, -0.5)
    if is_stack:
        behind = body.adjusted(STACK_PX, STACK_PX, 0, 0)
        painter.drawRoundedRect(behind, radius, radius)
        body = body.adjusted(0, 0, -STACK_PX, -STACK_PX)
    painter.drawRoundedRect(body, radius, radius)


class Cards:
    """Pictures of cards by size and colour: drawing one again costs a tenth of drawing it anew."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, int, int, int, bool, float, float], QPixmap] = {}

    def card(
        self, size: tuple[int, int], tint: Tint, look: tuple[float, float], *, is_stack: bool
    ) -> QPixmap:
        """Return a card of `size` pixels; `look` is its radius and the screen's pixel ratio."""
        key = (*size, tint.fill.rgba(), tint.border.rgba(), is_stack, *look)
        card = self._made.get(key)
        if card is None:
            if len(self._made) >= MOST_CARDS:
                self._made.clear()
            card = self._draw(size, tint, look, is_stack=is_stack)
            self._made[key] = card
        return card

    @staticmethod
    def _draw(
        size: tuple[int, int], tint: Tint, look: tuple[float, float], *, is_stack: bool
    ) -> QPixmap:
        radius, ratio = look
        pixmap = QPixmap(round(size[0] * ratio), round(size[1] * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_card(painter, QRectF(0, 0, *size), tint, radius, is_stack=is_stack)
        painter.end()
        return pixmap


class Texts:
    """Texts as they fit, and the fonts to write them."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[str, int, bool], tuple[QFont, QFontMetricsF]] = {}
        self._fitted: dict[tuple[str, int, int, bool], tuple[str, float]] = {}

    def font(self, base: QFont, pixels: int, *, is_bold: bool) -> tuple[QFont, QFontMetricsF]:
        """Return `base` in another size, and its metrics."""
        key = (base.family(), pixels, is_bold)
        if key not in self._fonts:
            font = QFont(base)
            font.setPixelSize(max(pixels, 1))
            font.setWeight(QFont.Weight.DemiBold if is_bold else QFont.Weight.Normal)
            self._fonts[key] = (font, QFontMetricsF(font))
        return self._fonts[key]

    def fitted(
        self, text: str, width: int, metrics: QFontMetricsF, key: tuple[int, bool]
    ) -> tuple[str, float]:
        """Return `text` shortened to `width` pixels, and how wide it is then.

        `key` is the font's size and weight. Nothing is left where too little would be.
        """
        which = (text, width, *key)
        fitted = self._fitted.get(which)
        if fitted is None:
            if len(self._fitted) >= MOST_TEXTS:
                self._fitted.clear()
            mode = Qt.TextElideMode.ElideMiddle if key[1] else Qt.TextElideMode.ElideRight
            shown = legible(text, metrics.elidedText(text, mode, width))
            fitted = self._fitted[which] = (shown, metrics.horizontalAdvance(shown))
        return fitted
