"""Regions joined, cut, grown and shrunk; each function returns a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.values import Region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["disc", "filled", "grown", "minus", "parts_of", "shrunk", "stroke", "union"]


def union(first: Region, second: Region) -> Region:
    """Return what belongs to either."""
    if not first.pixels.size or not second.pixels.size:
        return first if first.pixels.size else second
    top, left = min(first.top, second.top), min(first.left, second.left)
    bottom = max(first.rows.stop, second.rows.stop)
    right = max(first.columns.stop, second.columns.stop)
    mask = np.zeros((bottom - top, right - left), np.bool_)
    for region in (first, second):
        mask[_within(region, top, left)] |= region.pixels
    return Region.of(mask, left, top)


def minus(region: Region, other: Region) -> Region:
    """Return what belongs to the first and not to the second."""
    top, bottom = max(region.top, other.top), min(region.rows.stop, other.rows.stop)
    left, right = max(region.left, other.left), min(region.columns.stop, other.columns.stop)
    if top >= bottom or left >= right:
        return region
    mask = region.pixels.copy()
    cut = other.pixels[top - other.top : bottom - other.top, left - other.left : right - other.left]
    mask[top - region.top : bottom - region.top, left - region.left : right - region.left] &= ~cut
    return Region.of(mask, region.left, region.top)


def parts_of(region: Region) -> tuple[Region, ...]:
    """Return the connected parts (pixels touch by sides or corners), the largest first."""
    import cv2  # noqa: PLC0415 - a tenth of a second that the window need not wait for

    mask = region.pixels.astype(np.uint8)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    parts = []
    for n in range(1, count):
        x, y, width, height = (int(value) for value in boxes[n, :4])
        pixels = labels[y : y + height, x : x + width] == n
        parts.append(Region(region.left + x, region.top + y, pixels))
    return tuple(sorted(parts, key=lambda part: -part.area))


def grown(region: Region, distance: int, size: tuple[int, int]) -> Region:
    """Add what lies within `distance` pixels, inside a picture of `size` = (H, W)."""
    import cv2  # noqa: PLC0415

    padded = np.pad(region.pixels, distance).astype(np.uint8)
    mask = cv2.dilate(padded, disc(distance).astype(np.uint8)).astype(np.bool_)
    return _clipped(mask, region.left - distance, region.top - distance, size)


def shrunk(region: Region, distance: int) -> Region:
    """Take away what lies within `distance` pixels of the outside."""
    import cv2  # noqa: PLC0415

    padded = np.pad(region.pixels, distance).astype(np.uint8)
    kernel = disc(distance).astype(np.uint8)
    # Beyond the rectangle is outside, also at the picture's border.
    mask = cv2.erode(padded, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    inner = mask[distance : padded.shape[0] - distance, distance : padded.shape[1] - distance]
    return Region.of(inner.astype(np.bool_), region.left, region.top)


def filled(region: Region) -> Region:
    """Fill the holes: what is not reached from outside by steps to a side."""
    import cv2  # noqa: PLC0415

    ground = np.pad(~region.pixels, 1, constant_values=True).astype(np.uint8)
    _, labels = cv2.connectedComponents(ground, connectivity=4)
    return Region(region.left, region.top, (labels != labels[0, 0])[1:-1, 1:-1])


def stroke(points: Sequence[tuple[float, float]], radius: float, size: tuple[int, int]) -> Region:
    """Return what a round brush covers on its way.

    Parameters
    ----------
    points
        (x, y) in picture pixels; the way between two is straight.
    radius
        Of the brush, in pixels: a pixel belongs when its centre is not farther than this.
    size
        Height and width of the picture.
    """
    array = np.asarray(points, np.float64).reshape(-1, 2)
    if not len(array):
        return Region(0, 0, np.zeros((0, 0), np.bool_))
    left, top, right, bottom = _reach(array, radius, size)
    if left >= right or top >= bottom:
        return Region(0, 0, np.zeros((0, 0), np.bool_))
    mask = np.zeros((bottom - top, right - left), np.bool_)
    for start, end in zip(array, array[1:] if len(array) > 1 else array, strict=False):
        # Near this piece alone: a long way over a large picture has many pieces.
        x1, y1, x2, y2 = _reach(np.stack((start, end)), radius, size)
        x, y = np.meshgrid(np.arange(x1, x2) + 0.5, np.arange(y1, y2) + 0.5)
        is_near = _near_segment(x, y, start, end) <= radius * radius
        mask[y1 - top : y2 - top, x1 - left : x2 - left] |= is_near
    return Region.of(mask, left, top)


def disc(radius: int) -> NDArray[np.bool_]:
    """Return the pixels within `radius` of a centre: (2 r + 1, 2 r + 1) bool."""
    way = np.arange(-radius, radius + 1)
    inside: NDArray[np.bool_] = way[:, None] ** 2 + way[None, :] ** 2 <= radius * radius
    return inside


def _reach(
    points: NDArray[np.float64], radius: float, size: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Return what a brush at these places may cover: left, top, right, bottom, within a picture.

    Beside the picture nothing is left: right is left, or bottom is top.
    """
    low = np.floor(points.min(axis=0) - radius).astype(int)
    high = np.ceil(points.max(axis=0) + radius).astype(int) + 1
    left, top = max(int(low[0]), 0), max(int(low[1]), 0)
    return left, top, max(min(int(high[0]), size[1]), left), max(min(int(high[1]), size[0]), top)


def _near_segment(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the squared distance of each place from a piece of line."""
    way = end - start
    length = float(way @ way)
    along = (x - start[0]) * way[0] + (y - start[1]) * way[1]
    share = np.clip(along / length, 0.0, 1.0) if length else np.zeros_like(x)
    dx, dy = x - start[0] - share * way[0], y - start[1] - share * way[1]
    squared: NDArray[np.float64] = dx * dx + dy * dy
    return squared


def _within(region: Region, top: int, left: int) -> tuple[slice, slice]:
    height, width = region.pixels.shape
    y, x = region.top - top, region.left - left
    return slice(y, y + height), slice(x, x + width)


def _clipped(mask: NDArray[np.bool_], left: int, top: int, size: tuple[int, int]) -> Region:
    x, y = max(0, -left), max(0, -top)
    inside = mask[y : max(size[0] - top, 0), x : max(size[1] - left, 0)]
    return Region.of(inside, left + x, top + y)
