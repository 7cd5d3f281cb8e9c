"""The overlay of a picture, drawn once for all formats that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.overlay import draw_overlay

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.export.masks.contract import SegmentedPicture
    from engine.values import OverlayStyle

__all__ = ["drawn"]


def drawn(picture: SegmentedPicture, style: OverlayStyle) -> NDArray[np.uint8]:
    """Return a picture with its masks over it: (H, W, 3) uint8 RGB, not to be changed."""
    return picture.once.get(
        ("drawn", style), lambda: draw_overlay(picture.image, picture.segmentation, style)
    )
