"""How the masks of a set are drawn, and what is remembered of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.values import OverlayStyle
from gui import settings as keys
from gui.coseg.order import Show, SortBy
from gui.segment.drawn import Drawn

if TYPE_CHECKING:
    from gui.settings import Settings

__all__ = ["CosegLook", "coseg_look", "store_coseg_look"]

LEAST_CELL_PX, MOST_CELL_PX = 96, 320


@dataclass(frozen=True, slots=True)
class CosegLook:
    """How the set is shown.

    Attributes
    ----------
    drawn
        The area of a mask, its outline, or both.
    opacity
        Of the area, in 0..1.
    has_parts
        Whether the parts are coloured, and not the whole object.
    cell_px
        How wide a picture of the grid is.
    sort, show, group
        Which pictures are shown, in which order; group 0 = of all groups.
    """

    drawn: Drawn = Drawn.BOTH
    opacity: float = 0.5
    has_parts: bool = False
    cell_px: int = 152
    sort: SortBy = SortBy.NAME
    show: Show = Show.ALL
    group: int = 0

    @property
    def style(self) -> OverlayStyle:
        """What masks are drawn with in the large picture."""
        return OverlayStyle(
            opacity=0.0 if self.drawn is Drawn.OUTLINE else self.opacity,
            contour=0 if self.drawn is Drawn.FILL else 2,
            has_labels=False,
            has_scores=False,
        )


def coseg_look(settings: Settings) -> CosegLook:
    """Return how the last set was shown; which of its pictures were is not remembered."""
    return CosegLook(
        settings.get(keys.COSEG_DRAWN),
        settings.get(keys.COSEG_OPACITY),
        settings.get(keys.COSEG_HAS_PARTS),
        settings.get(keys.COSEG_CELL_PX),
        settings.get(keys.COSEG_SORT),
    )


def store_coseg_look(settings: Settings, look: CosegLook) -> None:
    """Remember how sets are shown."""
    settings.set(keys.COSEG_DRAWN, look.drawn)
    settings.set(keys.COSEG_OPACITY, look.opacity)
    settings.set(keys.COSEG_HAS_PARTS, look.has_parts)
    settings.set(keys.COSEG_CELL_PX, look.cell_px)
    settings.set(keys.COSEG_SORT, look.sort)
