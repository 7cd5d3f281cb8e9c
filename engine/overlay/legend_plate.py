"""Draw the legend into a corner of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from engine.export.drawing import font
from engine.overlay.lettering import is_writable, lettering
from engine.overlay.palette import Rgb
from engine.overlay.plates import text_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.overlay.legend import LegendRow

__all__ = ["draw_legend"]

_GROUND = (17, 19, 23, 205)
_INK = (236, 238, 242, 255)


def draw_legend(
    image: NDArray[np.uint8],
    rows: tuple[LegendRow, ...],
    avoid: NDArray[np.uint8] | None = None,
) -> NDArray[np.uint8]:
    """Return a copy of a picture with a legend in a corner.

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8
        RGB.
    rows
        As many as fit are drawn, from the first on; where they do not all fit, the last line says
        how many are left.
    avoid : ndarray, (H, W), uint8
        Of the corners, the legend takes the one with the least of this; None = the lower left.
    """
    size = text_size(image.shape[:2])
    line, edge = round(size * 1.6), round(size * 0.6)
    room = (image.shape[0] - 4 * edge) // line
    if not rows or room < 1:
        return image.copy()
    texts: list[tuple[Rgb | None, str, str]] = [
        (row.colour, _name(row), f"{row.share:.1f} %") for row in rows
    ]
    if len(texts) > room:
        left = len(texts) - room + 1
        texts = [*texts[: room - 1], (None, f"and {left} more", "")]
    swatch = round(size * 0.9)
    faces = [lettering(text, size) for _, text, _ in texts]
    widest = max(face.getlength(text) for text, face in faces)
    widest += max(font(size).getlength(share) for _, _, share in texts)
    width = min(image.shape[1] - 2 * edge, round(4 * edge + swatch + widest))
    panel = Image.new("RGBA", (max(1, width), line * len(texts) + 2 * edge))
    pen = ImageDraw.Draw(panel)
    pen.rounded_rectangle((0, 0, panel.width - 1, panel.height - 1), edge, _GROUND)
    for place, ((colour, _, share), (text, face)) in enumerate(zip(texts, faces, strict=True)):
        middle = edge + place * line + line // 2
        corner = (edge, middle - swatch // 2, edge + swatch, middle + swatch // 2)
        if colour is not None:
            pen.rounded_rectangle(corner, swatch * 0.25, (*colour, 255))
        pen.text((2 * edge + swatch, middle), text, _INK, face, anchor="lm")
        pen.text((panel.width - edge, middle), share, _INK, font(size), anchor="rm")
    canvas = Image.fromarray(image)
    corners = [
        (x, y)
        for y in (image.shape[0] - panel.height - edge, edge)
        for x in (edge, image.shape[1] - panel.width - edge)
    ]
    x, y = corners[0]
    if avoid is not None:
        x, y = min(corners, key=lambda at: _amount(avoid, at, panel.size))
    canvas.paste(panel, (x, y), panel)
    return np.asarray(canvas).copy()


def _amount(avoid: NDArray[np.uint8], at: tuple[int, int], size: tuple[int, int]) -> int:
    (x, y), (width, height) = at, size
    return int(avoid[y : y + height, x : x + width].sum(dtype=np.int64))


def _name(row: LegendRow) -> str:
    count = f" x {row.count}" if row.count is not None else ""
    category = row.category
    return f"{category.name if is_writable(category.name) else category.id}{count}"
