"""Labels over photos, in the colours that the classes have everywhere in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.values import VOID, Category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.values import OverlayStyle
    from gui.segment.look import SegmentLook

__all__ = ["class_colours", "labelled", "numbered"]

OPACITY = 0.6
_HATCH_PX = 8
_VOID_SHADES = (70, 110)


def numbered(names: Sequence[str]) -> tuple[Category, ...]:
    """Return the classes as a trained network numbers them: from 1, without the background."""
    return tuple(Category(place, name) for place, name in enumerate(names) if place)


def class_colours(names: Sequence[str], look: SegmentLook) -> NDArray[np.uint8]:
    """Return the colour of each class, the background's (unused) first: (names, 3) uint8.

    Parameters
    ----------
    names
        Of the classes, the background's first.
    look
        How masks are drawn, with the person's own colours.
    """
    from engine.overlay.palette import colour_of  # noqa: PLC0415 - brings OpenCV, after start

    style: OverlayStyle = look.style_for(numbered(names))
    colours = [(0, 0, 0), *(colour_of(it.id, style) for it in numbered(names))]
    return np.array(colours, np.uint8)


def labelled(
    image: NDArray[np.uint8], labels: NDArray[np.uint8], colours: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Lay labels over a photo; what is to be ignored is hatched.

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8
        RGB.
    labels : ndarray, (H, W), uint8
        0 = background, 255 = to be ignored; others that have no colour are not drawn.
    colours : ndarray, (classes, 3), uint8

    Returns
    -------
    ndarray, (H, W, 3), uint8
    """
    out = image.copy()
    marked = (labels > 0) & (labels < len(colours))
    mixed = (1 - OPACITY) * image[marked] + OPACITY * colours[labels[marked]]
    out[marked] = np.round(mixed).astype(np.uint8)
    void = labels == VOID
    if void.any():
        rows, columns = np.nonzero(void)
        shade = np.array(_VOID_SHADES, np.float32)[(rows + columns) // _HATCH_PX % 2]
        out[void] = np.round(0.35 * image[void] + 0.65 * shade[:, None]).astype(np.uint8)
    return out
