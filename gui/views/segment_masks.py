"""Masks laid over a picture: one RGBA image a result, brought to the view's resolution."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage, QPainter

from gui.segment.thinning import thinned
from gui.views.image_tools import CELLS_FROM, resample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import Instances, OverlayStyle, Segmentation
    from gui.views.viewport import Placement

    Rgb = tuple[int, int, int]

__all__ = ["MaskPainter"]

MOST_OUTLINE = 24


class MaskPainter:
    """Keeps the masks of one segmentation as a picture, made anew when the style changes."""

    def __init__(self) -> None:
        self._style: OverlayStyle | None = None
        self._step = 1
        self._premultiplied: NDArray[np.uint8] | None = None
        self._colours: tuple[Rgb, ...] | None = None

    def forget(self) -> None:
        """Make the picture anew the next time: the segmentation or the style changed."""
        self._premultiplied = self._colours = None

    def colours(self, instances: Instances, style: OverlayStyle) -> tuple[Rgb, ...]:
        """Return the colour of each object."""
        if self._colours is None:
            from engine.overlay import colours_of  # noqa: PLC0415 - brings OpenCV and Pillow

            self._colours = colours_of(instances, style)
        return self._colours

    @staticmethod
    def colour(category: int, style: OverlayStyle) -> Rgb:
        """Return the colour of a class."""
        from engine.overlay import colour_of  # noqa: PLC0415

        return colour_of(category, style)

    def paint(
        self,
        picture: tuple[QImage, int, int],
        segmentation: Segmentation,
        style: OverlayStyle,
        place: Placement,
    ) -> None:
        """Lay the masks over the part of the picture that is seen.

        Parameters
        ----------
        picture
            What is seen of the picture at `place`, and its left and top in the view.
        style
            With the outline's width in device pixels, as it should be seen.
        """
        step = max(1, int(1 / place.scale))
        scale = place.scale * step
        if style.contour:
            width = min(max(style.contour, round(style.contour / scale)), MOST_OUTLINE)
            style = replace(style, contour=width)
        if self._premultiplied is None or (style, step) != (self._style, self._step):
            self._style, self._step = style, step
            self._premultiplied = _premultiplied(thinned(segmentation, step), style)
        seen = replace(place, scale=scale)
        part, left, top = resample(self._premultiplied, seen, is_smooth=scale < CELLS_FROM)
        part = np.ascontiguousarray(part)
        height, width = part.shape[:2]
        form = QImage.Format.Format_ARGB32_Premultiplied
        image, x, y = picture
        painter = QPainter(image)
        shown = QImage(part.data, width, height, part.strides[0], form)
        painter.drawImage(left - x, top - y, shown)
        painter.end()


def _premultiplied(segmentation: Segmentation, style: OverlayStyle) -> NDArray[np.uint8]:
    """Return the masks as Qt blends them: (H, W, 4) uint8, colours times alpha.

    Only so can they be scaled: between a mask and nothing, colours that are not multiplied would
    turn dark.
    """
    from engine.overlay import overlay_rgba  # noqa: PLC0415 - brings OpenCV and Pillow

    rgba = np.ascontiguousarray(overlay_rgba(segmentation, style))
    height, width = rgba.shape[:2]
    straight = QImage(rgba.data, width, height, rgba.strides[0], QImage.Format.Format_RGBA8888)
    image = straight.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    # Its own copy: the image does not outlive this call.
    return rows[:, : 4 * width].reshape(height, width, 4).copy()
