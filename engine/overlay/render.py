"""Draw a segmentation over its picture: fills, outlines, boxes and names."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.overlay.layers import layers
from engine.overlay.names import draw_names
from engine.overlay.palette import colours_of
from engine.values import Instances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.overlay.layers import Layer
    from engine.values import OverlayStyle, Segmentation

__all__ = ["draw_overlay", "overlay_rgba"]

_SOFT = 128
"""Alpha at the sides of outlines."""
_BAND_PX = 1 << 17


def draw_overlay(
    image: NDArray[np.uint8], segmentation: Segmentation, style: OverlayStyle
) -> NDArray[np.uint8]:
    """Draw a segmentation over its picture.

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8
        RGB, of the segmentation's size; untouched.
    segmentation
        Objects or a label map. Where objects overlap, the more certain one is on top.
    style
        What is drawn, and in which colours.

    Returns
    -------
    ndarray, (H, W, 3), uint8
        A new picture of the same size.

    Raises
    ------
    ValueError
        The sizes differ.
    """
    if image.dtype != np.uint8 or image.shape != (*segmentation.size, 3):
        expected = (*segmentation.size, 3)
        raise ValueError(f"image: expected {expected} uint8, got {image.shape} {image.dtype}")
    out = image.copy()
    for layer in layers(segmentation, style, _margin(style)):
        for band in _bands(layer, style):
            _paint(out[band.rows, band.columns], band, style.opacity)
    if isinstance(segmentation, Instances) and style.has_boxes:
        _draw_boxes(out, segmentation, style)
    if style.has_labels:
        draw_names(out, segmentation, style)
    return out


def overlay_rgba(segmentation: Segmentation, style: OverlayStyle) -> NDArray[np.uint8]:
    """Return fills and outlines alone, to lay over the picture.

    Returns
    -------
    ndarray, (H, W, 4), uint8
        RGBA, the colours not multiplied by alpha; alpha 0 where nothing is drawn, and then the
        colour is 0 too. Laid over the picture it gives what `draw_overlay` draws without boxes and
        names, within one level of rounding.
    """
    out = np.zeros((*segmentation.size, 4), np.uint8)
    fill = np.full(256, round(255 * style.opacity), np.uint8)
    fill[0] = 0
    for layer in layers(segmentation, style, _margin(style)):
        for band in _bands(layer, style):
            alpha = np.asarray(cv2.LUT(band.index, fill), np.uint8)
            if band.edge is not None:
                cv2.max(alpha, band.edge, dst=alpha)
            coloured = cv2.cvtColor(band.colours, cv2.COLOR_RGB2RGBA)
            cv2.insertChannel(alpha, coloured, 3)
            cv2.copyTo(coloured, alpha, out[band.rows, band.columns])
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """Some rows of a layer, coloured.

    Attributes
    ----------
    rows, columns
        Where it lies in the picture.
    index : ndarray, (h, w), uint8
        Which object or category fills a pixel; 0 = none.
    edge : ndarray, (h, w), uint8, or None
        Alpha of outlines: 0, `_SOFT` or 255.
    colours : ndarray, (h, w, 3), uint8
        Of fills and outlines.
    """

    rows: slice
    columns: slice
    index: NDArray[np.uint8]
    edge: NDArray[np.uint8] | None
    colours: NDArray[np.uint8]


def _margin(style: OverlayStyle) -> int:
    """Return how far around a pixel its outline is decided, in pixels, and one more."""
    return style.contour + 3


def _bands(layer: Layer, style: OverlayStyle) -> Iterator[_Band]:
    """Cut a layer into bands that stay in the processor's cache; those without a mask fall out."""
    height, width = layer.index.shape
    margin = _margin(style)
    step = max(16, _BAND_PX // max(1, width))
    table = np.ascontiguousarray(layer.table[:, None])
    for top in range(0, height, step):
        bottom = min(height, top + step)
        start = max(0, top - margin)
        around = layer.index[start : bottom + margin]
        if not around.any():
            continue
        own = slice(top - start, bottom - start)
        index, owner, edge = around[own], around[own], None
        if style.contour > 0:
            alpha, owners = _edge(around, style.contour)
            edge, owner = alpha[own], owners[own]
        colours = np.asarray(cv2.applyColorMap(owner, table), np.uint8)
        rows = slice(layer.rows.start + top, layer.rows.start + bottom)
        yield _Band(rows, layer.columns, index, edge, colours)


def _paint(part: NDArray[np.uint8], band: _Band, opacity: float) -> None:
    """Lay fills and outlines over a part of the picture, in place.

    Alpha has at most three values, so that a few operations on the whole part do it: they are
    faster than any arithmetic pixel by pixel.
    """
    filled = _mixed(part, band.colours, opacity)
    if band.edge is None:
        cv2.copyTo(filled, band.index, part)
        return
    soft = _where(band.edge, _SOFT)
    if opacity >= 0.5:  # the fill is the stronger of the two
        soft = soft & _where(band.index, 0)
    half = filled if opacity == 0.5 else _mixed(part, band.colours, 0.5)
    cv2.copyTo(filled, band.index, part)
    cv2.copyTo(half, soft, part)
    cv2.copyTo(band.colours, _where(band.edge, 255), part)


def _where(array: NDArray[np.uint8], value: int) -> NDArray[np.uint8]:
    """Return 1 where an array has a value, as OpenCV's masks are."""
    return np.equal(array, value).view(np.uint8)


def _mixed(part: NDArray[np.uint8], colours: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    return np.asarray(cv2.addWeighted(part, 1 - share, colours, share, 0), np.uint8)


def _edge(index: NDArray[np.uint8], width: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the alpha of outlines (0, `_SOFT` or 255), and `index` with what is under them.

    An outline lies half inside and half outside. A pixel at its sides is soft: masks have stairs
    at their edges, and a hard line would show each of them.
    """
    kernel = cv2.getStructuringElement(_shape(width), (width + 1, width + 1))
    grown = cv2.dilate(index, kernel)
    # What lies outside the picture is no edge: the default border does not count.
    band = cv2.compare(grown, cv2.erode(index, kernel), cv2.CMP_NE)
    alpha = np.asarray(cv2.LUT(cv2.GaussianBlur(band, (3, 3), 0), _steps()), np.uint8)
    owner = cv2.dilate(grown, np.ones((3, 3), np.uint8))
    cv2.copyTo(index, _where(alpha, 0), owner)
    return alpha, np.asarray(owner, np.uint8)


@functools.cache
def _steps() -> NDArray[np.uint8]:
    """Return the alpha for each byte of the blurred band: a straight line of two keeps .75."""
    blurred = np.arange(256) / 255
    steps = np.select([blurred > 0.55, blurred > 0.15], [255, _SOFT], 0)
    return steps.astype(np.uint8)


def _shape(width: int) -> int:
    return cv2.MORPH_RECT if width < 3 else cv2.MORPH_ELLIPSE


def _draw_boxes(out: NDArray[np.uint8], instances: Instances, style: OverlayStyle) -> None:
    width = max(1, style.contour)
    pairs = list(zip(instances.items, colours_of(instances, style), strict=True))
    for item, colour in reversed(pairs):
        if item.category not in style.hidden:
            box = item.box
            corners = [round(v) for v in (box.left, box.top, box.right - 1, box.bottom - 1)]
            cv2.rectangle(out, corners[:2], corners[2:], colour, width)
