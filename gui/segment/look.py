"""How masks are drawn and which of them count: what is chosen, and what is remembered of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from engine.values import OverlayStyle, SegmentSettings
from gui import settings as keys
from gui.segment.drawn import Drawn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values import Category
    from gui.settings import Settings

__all__ = [
    "Rgb",
    "SegmentLook",
    "segment_look",
    "segment_settings",
    "store_look",
    "store_segment_settings",
]

Rgb = tuple[int, int, int]
_SEPARATOR = "\t"
_COLOUR = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class SegmentLook:
    """How masks are drawn.

    Attributes
    ----------
    style
        With the opacity and the width of the outline that count when they are drawn.
    drawn
        Which of the two are.
    own
        The person's own colours: (class, colour). By name: networks number classes differently.
    """

    style: OverlayStyle = field(default_factory=OverlayStyle)
    drawn: Drawn = Drawn.BOTH
    own: tuple[tuple[str, Rgb], ...] = ()

    def with_style(self, **changes: object) -> SegmentLook:
        """Return it with some of the style changed."""
        return replace(self, style=replace(self.style, **changes))  # type: ignore[arg-type]  # checked by the dataclass itself

    def with_colour(self, name: str, colour: Rgb) -> SegmentLook:
        """Return it with another colour for a class."""
        others = tuple(pair for pair in self.own if pair[0] != name)
        return replace(self, own=((name, colour), *others))

    def style_for(self, categories: Iterable[Category]) -> OverlayStyle:
        """Return what to draw with, for a network that knows these categories."""
        own = dict(self.own)
        return replace(
            self.style,
            opacity=0.0 if self.drawn is Drawn.OUTLINE else self.style.opacity,
            contour=0 if self.drawn is Drawn.FILL else self.style.contour,
            colours=tuple((it.id, own[it.name]) for it in categories if it.name in own),
        )


def segment_look(settings: Settings) -> SegmentLook:
    """Return how masks were drawn last."""
    style = OverlayStyle(
        opacity=settings.get(keys.MASK_OPACITY),
        has_labels=settings.get(keys.MASK_LABELS),
        has_scores=settings.get(keys.MASK_SCORES),
        has_boxes=settings.get(keys.MASK_BOXES),
        colours_of=settings.get(keys.MASK_COLOURS),
        palette=settings.get(keys.MASK_PALETTE),
    )
    own = []
    for line in settings.get(keys.OWN_COLOURS):
        name, _, colour = line.rpartition(_SEPARATOR)
        found = _COLOUR.fullmatch(colour)
        if name and found:
            red, green, blue = (int(part, 16) for part in found.groups())
            own.append((name, (red, green, blue)))
    return SegmentLook(style, settings.get(keys.MASK_DRAWN), tuple(own))


def store_look(settings: Settings, look: SegmentLook) -> None:
    """Remember how masks are drawn; which classes are hidden is not remembered."""
    style = look.style
    settings.set(keys.MASK_OPACITY, style.opacity)
    settings.set(keys.MASK_DRAWN, look.drawn)
    settings.set(keys.MASK_LABELS, style.has_labels)
    settings.set(keys.MASK_SCORES, style.has_scores)
    settings.set(keys.MASK_BOXES, style.has_boxes)
    settings.set(keys.MASK_COLOURS, style.colours_of)
    settings.set(keys.MASK_PALETTE, style.palette)
    lines = (f"{name}{_SEPARATOR}#{r:02x}{g:02x}{b:02x}" for name, (r, g, b) in look.own)
    settings.set(keys.OWN_COLOURS, tuple(lines))


def segment_settings(settings: Settings) -> SegmentSettings:
    """Return which answers counted last; of all classes, for networks have their own."""
    return SegmentSettings(
        score=settings.get(keys.SEGMENT_SCORE),
        iou=settings.get(keys.SEGMENT_IOU),
        most=settings.get(keys.SEGMENT_MOST),
        as_=settings.get(keys.SEGMENT_AS),
        is_tracked=settings.get(keys.IS_TRACKED),
    )


def store_segment_settings(settings: Settings, chosen: SegmentSettings) -> None:
    """Remember which answers count."""
    settings.set(keys.SEGMENT_SCORE, chosen.score)
    settings.set(keys.SEGMENT_IOU, chosen.iou)
    settings.set(keys.SEGMENT_MOST, chosen.most)
    settings.set(keys.SEGMENT_AS, chosen.as_)
    settings.set(keys.IS_TRACKED, chosen.is_tracked)
