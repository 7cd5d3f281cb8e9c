"""Run-length encoding of masks as COCO has it: column by column, zeros first.

Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, and the text form of its API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.values import Region

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["counts_of", "from_text", "region_of", "to_text"]


def counts_of(region: Region, size: tuple[int, int]) -> NDArray[np.int64]:
    """Return the run lengths of a region in its whole picture.

    Parameters
    ----------
    region
        Its pixels.
    size
        Height and width of the picture.

    Returns
    -------
    ndarray, (n,), int64
        Lengths of runs down the columns, the first of them of zeros (0 where the first pixel
        belongs); they add up to height times width.
    """
    height, width = size
    rows, columns = region.pixels.shape
    if not rows or not region.pixels.any():
        return np.array([height * width], np.int64)
    # Each column between two zeros, so that a run never goes round the corner by itself.
    framed = np.zeros((columns, rows + 2), np.int8)
    framed[:, 1:-1] = region.pixels.T
    steps = np.diff(framed.ravel())
    starts, ends = np.flatnonzero(steps > 0), np.flatnonzero(steps < 0)
    places = []
    for edges in (starts, ends):
        column, row = np.divmod(edges, rows + 2)
        places.append((region.left + column) * height + region.top + row)
    begin, end = places
    # A run to the foot of a column that goes on at the head of the next is one run.
    is_apart = np.append(True, begin[1:] != end[:-1])
    begin, end = begin[is_apart], end[np.append(is_apart[1:], True)]
    edges = np.column_stack((begin, end)).ravel()
    counts = np.diff(edges, prepend=0)
    rest = height * width - int(end[-1])
    return np.append(counts, rest).astype(np.int64) if rest else counts.astype(np.int64)


def region_of(counts: NDArray[np.int64], size: tuple[int, int]) -> Region:
    """Return the region that run lengths stand for.

    Raises
    ------
    ValueError
        They do not add up to the picture.
    """
    height, width = size
    if int(counts.sum()) != height * width or (len(counts) and int(counts.min()) < 0):
        raise ValueError(f"the runs hold {counts.sum()} pixels, the picture {height * width}")
    values = np.zeros(len(counts), np.bool_)
    values[1::2] = True
    return Region.of(np.repeat(values, counts).reshape(width, height).T)


def to_text(counts: NDArray[np.int64]) -> str:
    """Write run lengths as COCO's API does: six bits a character, differences to two before."""
    left = counts.astype(np.int64).copy()
    left[3:] -= counts[1:-2]
    characters = np.zeros((len(left), 13), np.uint8)
    is_used = np.zeros((len(left), 13), np.bool_)
    is_open = np.ones(len(left), np.bool_)
    for place in range(13):
        bits = left & 0x1F
        left >>= 5
        # The last group's top bit is the sign.
        goes_on = np.where(bits & 0x10, left != -1, left != 0)
        characters[:, place] = (bits | (goes_on << 5)) + 48
        is_used[:, place] = is_open
        is_open &= goes_on
        if not is_open.any():
            break
    return characters[is_used].tobytes().decode("ascii")


def from_text(text: str) -> NDArray[np.int64]:
    """Read what `to_text` or COCO's API has written.

    Raises
    ------
    ValueError
        It is no such text.
    """
    groups = np.frombuffer(text.encode("ascii"), np.uint8).astype(np.int64) - 48
    if not len(groups) or int(groups.min()) < 0 or int(groups.max()) > 63 or groups[-1] & 0x20:
        raise ValueError("these are no run lengths")
    is_last = (groups & 0x20) == 0
    ends = np.flatnonzero(is_last)
    starts = np.append(0, ends[:-1] + 1)
    if int((ends - starts).max()) > 11:
        raise ValueError("these are no run lengths")
    place = np.arange(len(groups)) - np.repeat(starts, ends - starts + 1)
    counts = np.add.reduceat((groups & 0x1F) << (5 * place), starts)
    is_negative = (groups[ends] & 0x10) != 0
    counts -= np.where(is_negative, 1 << (5 * (ends - starts + 1)), 0)
    counts[1::2] = np.cumsum(counts[1::2])
    counts[2::2] = np.cumsum(counts[2::2])
    return np.asarray(counts, np.int64)
