"""Outlines of masks as polygons.

The convention: vertices are corners of pixels, and edges run along the cracks between pixels that
belong and pixels that do not. A single pixel at (x, y) is the square from (x, y) to
(x + 1, y + 1); the shoelace area of a ring less its holes is the number of its pixels; and what
fills a polygon by the centres of pixels, as COCO's API does, gives the mask back to the pixel.
What draws the outline too, as `cv2.fillPoly` does, adds the pixels right and below of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.values import Region

__all__ = ["Part", "area_of", "filled", "joined", "parts_of", "simplified"]

_NEAR_PAIRS = 1 << 18
_Number = TypeVar("_Number", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One connected piece of a mask; pixels that touch at a corner are connected.

    Attributes
    ----------
    outer : ndarray, (n, 2), float64
        Its outline as (x, y) in picture coordinates, not closed by repeating the first.
    holes
        The outlines of its holes, likewise.
    """

    outer: NDArray[np.float64]
    holes: tuple[NDArray[np.float64], ...] = ()

    @property
    def ring(self) -> NDArray[np.float64]:
        """Its outline as one ring, joined with its holes by cuts of no width."""
        return joined((self.outer, *self.holes))


def parts_of(region: Region) -> tuple[Part, ...]:
    """Trace a region along the cracks between pixels; the largest part first."""
    if not region.pixels.any():
        return ()
    height, width = region.pixels.shape
    # In the doubled mask the outermost pixels on both sides of a crack are the two that touch it,
    # so that half their place, rounded up, is the crack's: the border following of OpenCV (Suzuki
    # and Abe, 1985), which goes from pixel to pixel, then goes from corner to corner.
    doubled = cv2.resize(
        region.pixels.view(np.uint8), (2 * width, 2 * height), interpolation=cv2.INTER_NEAREST
    )
    found, hierarchy = cv2.findContours(doubled, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    rings = [_corners(np.asarray(contour[:, 0], np.int32), region) for contour in found]
    parents = hierarchy[0, :, 3].tolist()
    holes: dict[int, list[NDArray[np.float64]]] = {}
    for ring, parent in zip(rings, parents, strict=True):
        if parent >= 0:
            holes.setdefault(parent, []).append(ring)
    parts = [
        Part(ring, tuple(holes.get(place, ())))
        for place, (ring, parent) in enumerate(zip(rings, parents, strict=True))
        if parent < 0
    ]
    return tuple(sorted(parts, key=lambda part: -area_of(part.outer)))


def simplified(parts: Sequence[Part], region: Region, tolerance: float) -> tuple[Part, ...]:
    """Return the parts with fewer vertices, none of them further off than `tolerance` pixels.

    The tolerance is halved until at least 98 % of the mask and the polygons are the same pixels
    (intersection over union); at 0 they are left as they are (Douglas and Peucker, 1973).
    """
    if all(len(ring) <= 4 for part in parts for ring in (part.outer, *part.holes)):
        return tuple(parts)
    while tolerance >= 0.25:
        coarse = tuple(
            Part(_simple(part.outer, tolerance), tuple(_simple(h, tolerance) for h in part.holes))
            for part in parts
        )
        if _is_surely_near(coarse, region, tolerance):
            return coarse
        mask = filled(coarse, region)
        both = np.count_nonzero(mask & region.pixels)
        if both >= 0.98 * np.count_nonzero(mask | region.pixels):
            return coarse
        tolerance /= 2
    return tuple(parts)


def _is_surely_near(coarse: Sequence[Part], region: Region, tolerance: float) -> bool:
    """Tell whether 98 % agree however the outlines run: they differ in a band along them alone."""
    rings = [ring for part in coarse for ring in (part.outer, *part.holes)]
    length = sum(float(np.hypot(*(_following(ring) - ring).T).sum()) for ring in rings)
    return 2 * tolerance * length <= 0.02 * float(np.count_nonzero(region.pixels))


def filled(parts: Sequence[Part], region: Region) -> NDArray[np.bool_]:
    """Return which pixels of the region's rectangle have their centre inside: (h, w) bool."""
    height, width = region.pixels.shape
    rings = [ring for part in parts for ring in (part.outer, *part.holes)]
    if not rings:
        return np.zeros((height, width), np.bool_)
    corner = np.array([region.left, region.top], np.float64)
    start = np.concatenate(rings) - corner
    end = np.concatenate([_following(ring) for ring in rings]) - corner
    upper = np.where((start[:, 1] <= end[:, 1])[:, None], start, end)
    lower = start + end - upper
    # Each edge crosses the middles of these rows, and there the parity changes.
    first = np.clip(np.ceil(upper[:, 1] - 0.5), 0, height).astype(np.int64)
    last = np.clip(np.ceil(lower[:, 1] - 0.5), 0, height).astype(np.int64)
    count = last - first
    edge = np.repeat(np.arange(len(count)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    ran = (row + 0.5 - upper[edge, 1]) / (lower - upper)[edge, 1]
    x = upper[edge, 0] + ran * (lower - upper)[edge, 0]
    column = np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)
    crossings = np.zeros((height, width + 1), np.uint8)
    np.bitwise_xor.at(crossings.reshape(-1), row * (width + 1) + column, np.uint8(1))
    return np.bitwise_xor.accumulate(crossings[:, :width], axis=1).view(np.bool_)


def joined(rings: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return one ring that goes round all of these.

    From the nearest vertex a cut of no width leads over to the next ring, round it, and back the
    same way: nothing is lost, and filled by the parity of crossings it gives the same pixels.
    """
    whole = rings[0]
    for ring in rings[1:]:
        here, there = _nearest(whole, ring)
        turned = np.roll(ring, -there, axis=0)
        whole = np.concatenate((whole[: here + 1], turned, turned[:1], whole[here:]))
    return whole


def area_of(ring: NDArray[np.float64]) -> float:
    """Return the area inside a ring, in pixels (the shoelace formula)."""
    after = _following(ring)
    return abs(float(np.dot(ring[:, 0], after[:, 1]) - np.dot(ring[:, 1], after[:, 0]))) / 2


def _corners(contour: NDArray[np.int32], region: Region) -> NDArray[np.float64]:
    """From pixels of the doubled mask to corners in the picture, without those in between."""
    corners = (contour + 1) >> 1
    corners = corners[(corners != _following(corners)).any(axis=1)]
    out = np.sign(_following(corners) - corners)
    turns = np.array(_following(corners)[(out != _following(out)).any(axis=1)], np.float64)
    turns += np.array([region.left, region.top], np.float64)
    return turns


def _following(ring: NDArray[_Number]) -> NDArray[_Number]:
    """Return for each vertex the next one; `numpy.roll` takes far longer for short rings."""
    return np.concatenate((ring[1:], ring[:1]))


def _simple(ring: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    fewer = cv2.approxPolyDP(ring.astype(np.float32)[:, None], tolerance, True)
    return np.array(fewer[:, 0], np.float64) if len(fewer) >= 3 else ring


def _nearest(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[int, int]:
    """Return the vertices of two rings that lie nearest; nearly so for very long rings."""
    if len(one) * len(other) > _NEAR_PAIRS:
        here = int(np.square(one - other[0]).sum(axis=1).argmin())
        return here, int(np.square(other - one[here]).sum(axis=1).argmin())
    # Squares of distances without differences, which would take thrice the memory and time.
    lengths = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1)
    apart = lengths - 2 * (one @ other.T)
    here, there = divmod(int(apart.argmin()), len(other))
    return here, there
