"""What of a mask is drawn."""

from __future__ import annotations

import enum

__all__ = ["Drawn"]


class Drawn(enum.StrEnum):
    """What of a mask is drawn."""

    BOTH = "both"
    FILL = "fill"
    OUTLINE = "outline"
