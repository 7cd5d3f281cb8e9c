"""Which photos are the same picture in different files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["fingerprint", "same_pictures"]

_SIDE = 16
_NEAR_BITS = 12
"""Of 256: a copy of another size or JPEG quality differs by fewer, another photo by about 128."""
_BLOCK = 512


def fingerprint(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return 256 bits that stay nearly the same when a picture is scaled or compressed again.

    Which of two neighbours is brighter, on a grid of 16 x 17 ("dHash").

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8

    Returns
    -------
    ndarray, (32,), uint8
        The bits, packed.
    """
    grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_SIDE + 1, _SIDE), interpolation=cv2.INTER_AREA).astype(np.int16)
    return np.packbits(small[:, 1:] > small[:, :-1])


def same_pictures(prints: Sequence[NDArray[np.uint8]]) -> list[int]:
    """Return for each fingerprint the place of the first picture that is the same as it.

    Pictures of one tone, whose bits say nothing, are only the same as each other.
    """
    if not prints:
        return []
    stacked = np.stack(prints)
    first = np.arange(len(stacked))
    for begin in range(0, len(stacked), _BLOCK):
        block = stacked[begin : begin + _BLOCK]
        apart = np.bitwise_count(block[:, None, :] ^ stacked[None, :, :]).sum(axis=2)
        for row, column in zip(*np.nonzero(apart <= _NEAR_BITS), strict=True):
            one, other = _root(first, begin + int(row)), _root(first, int(column))
            first[max(one, other)] = min(one, other)
    return [_root(first, place) for place in range(len(stacked))]


def _root(first: NDArray[np.intp], place: int) -> int:
    while first[place] != place:
        place = int(first[place])
    return place
