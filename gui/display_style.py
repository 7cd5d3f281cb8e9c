"""How the maps are shown: the engine's part (the bytes) and the window's part (the colours)."""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass, field

from engine.values import AtlasStyle

__all__ = ["GAMMAS", "DisplayStyle", "VectorView"]

GAMMAS = (1.0, 0.7, 0.5, 0.3)
"""The steps of the Deep Visualization Toolbox."""


class VectorView(enum.StrEnum):
    """How a layer without height and width is shown."""

    BARS = "bars"
    TILES = "tiles"


@dataclass(frozen=True, slots=True)
class DisplayStyle:
    """Everything about how maps look.

    Attributes
    ----------
    atlas
        Scale, gamma and order: composed by the engine.
    sequential
        Colour map of magnitudes.
    diverging
        Colour map of signed values; empty = the one that suits the theme.
    vectors
        Bars or tiles for fully connected layers.
    """

    atlas: AtlasStyle = field(default_factory=AtlasStyle)
    sequential: str = "viridis"
    diverging: str = ""
    vectors: VectorView = VectorView.BARS

    def with_atlas(self, **changes: object) -> DisplayStyle:
        """Return it with some of the engine's part changed."""
        return dataclasses.replace(self, atlas=dataclasses.replace(self.atlas, **changes))  # type: ignore[arg-type]  # checked by the dataclass itself
