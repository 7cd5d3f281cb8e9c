"""What the mouse does on the picture while objects are corrected."""

from __future__ import annotations

import enum

__all__ = ["Tool"]


class Tool(enum.StrEnum):
    """What a drag with the left button means."""

    SELECT = "select"
    """A click chooses; dragging moves the picture."""
    BRUSH = "brush"
    ERASER = "eraser"
