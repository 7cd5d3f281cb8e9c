"""The colours of items: of their kind, or of a measure."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from engine.graph.palette import THEMES
from gui.graph.scene import KINDS

if TYPE_CHECKING:
    from engine.values import OpKind
    from gui.theme import Theme

__all__ = ["Tint", "kind_colour", "kind_tints", "mixed", "text_on"]


@dataclass(frozen=True, slots=True)
class Tint:
    """How an item of one kind is coloured.

    Attributes
    ----------
    fill, border
        Of a card, near.
    strong
        Of the whole item, from afar.
    text, muted
        Of its title and of what stands below.
    """

    fill: QColor
    border: QColor
    strong: QColor
    text: QColor
    muted: QColor


def kind_colour(kind: OpKind, theme: Theme) -> str:
    """Return the full colour of a kind, "#rrggbb"."""
    return THEMES[theme.name].kinds[kind]


@functools.lru_cache(maxsize=8)
def kind_tints(theme: Theme) -> tuple[Tint, ...]:
    """Return the tints of operations in the order of `KINDS`, then those of closed boxes."""
    return tuple(
        _kind_tint(kind_colour(kind, theme), theme, is_closed=is_closed)
        for is_closed in (False, True)
        for kind in KINDS
    )


def _kind_tint(colour: str, theme: Theme, *, is_closed: bool) -> Tint:
    is_dark = theme.name == "dark"
    share = (0.30 if is_closed else 0.19) if is_dark else (0.26 if is_closed else 0.15)
    return Tint(
        fill=mixed(theme.raised, colour, share),
        border=mixed(theme.raised, colour, 0.62),
        strong=mixed(theme.canvas, colour, 0.72 if is_dark else 0.80),
        text=QColor(theme.text),
        muted=mixed(theme.text_muted, theme.text, 0.35),
    )


def mixed(ground: str, colour: str, share: float) -> QColor:
    """Return a colour laid over another, `share` in 0..1 of it."""
    below, above = QColor(ground), QColor(colour)
    return QColor(
        *(
            round(a + (b - a) * share)
            for a, b in zip(below.getRgb()[:3], above.getRgb()[:3], strict=True)  # type: ignore[index]  # a tuple, whatever the stubs say
        )
    )


def text_on(colour: QColor) -> QColor:
    """Return black or white, whichever reads better on a colour (WCAG 2 relative luminance)."""
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return QColor("#101214") if luminance > 0.18 else QColor("#ffffff")
