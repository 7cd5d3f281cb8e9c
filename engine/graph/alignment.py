"""Align two sequences so that what is paired is worth most in total.

The order of both is kept, and leaving something out costs nothing: a longest common subsequence
whose pairs have weights (S. B. Needleman and C. D. Wunsch, "A general method applicable to the
search for similarities in the amino acid sequence of two proteins", J. Mol. Biol. 48, 1970).
Large problems are halved, so that memory is linear (D. S. Hirschberg, "A linear space algorithm
for computing maximal common subsequences", CACM 18, 1975).
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Scores = Callable[[int, slice], NDArray[np.int32]]

__all__ = ["align", "rising"]

Pairs = list[tuple[int, int]]

_MOST_CELLS = 1 << 22
"""The largest table that is kept whole: 16 MiB."""


def align(lengths: tuple[int, int], scores: Scores) -> Pairs:
    """Return the pairs (row of the left, row of the right) of the best alignment, rising.

    Parameters
    ----------
    lengths
        Of the two sequences.
    scores
        Gives for a left row and a slice of right rows what each pair is worth: (n,) int32, at
        least 0; 0 = they are never paired.

    Returns
    -------
    list of tuple
        Where several alignments are worth the same, one of them.
    """
    pairs: Pairs = []
    _align((0, lengths[0]), (0, lengths[1]), scores, pairs)
    return pairs


def rising(pairs: Sequence[tuple[int, int]]) -> Pairs:
    """Return a longest chain of pairs that rises on both sides (patience sorting).

    Parameters
    ----------
    pairs
        Rising by their left; no left and no right twice.
    """
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, right) in enumerate(pairs):
        pile = bisect_left(tops, right)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [right]
        piles[pile : pile + 1] = [number]
    chain: Pairs = []
    number = piles[-1] if piles else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _align(left: tuple[int, int], right: tuple[int, int], scores: Scores, pairs: Pairs) -> None:
    high, wide = left[1] - left[0], right[1] - right[0]
    if not high or not wide:
        return
    if high == 1 or high * wide <= _MOST_CELLS:
        _align_whole(left, right, scores, pairs)
        return
    middle = left[0] + high // 2
    columns = slice(*right)
    above = _last_row(range(left[0], middle), columns, scores)
    below = _last_row(range(left[1] - 1, middle - 1, -1), columns, scores, is_back=True)
    cut = right[0] + int(np.argmax(above + below[::-1]))
    _align((left[0], middle), (right[0], cut), scores, pairs)
    _align((middle, left[1]), (cut, right[1]), scores, pairs)


def _last_row(
    rows: range, columns: slice, scores: Scores, *, is_back: bool = False
) -> NDArray[np.int32]:
    """Return what the best alignments of all rows with 0, 1, ... columns are worth."""
    best = np.zeros(columns.stop - columns.start + 1, np.int32)
    for row in rows:
        worth = scores(row, columns)
        best = _next(best, worth[::-1] if is_back else worth)
    return best


def _next(best: NDArray[np.int32], worth: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the next row of the table; a pair that is worth nothing changes nothing."""
    row = best.copy()
    np.maximum(row[1:], best[:-1] + worth, out=row[1:])
    return np.maximum.accumulate(row)


def _align_whole(
    left: tuple[int, int], right: tuple[int, int], scores: Scores, pairs: Pairs
) -> None:
    columns = slice(*right)
    table = np.zeros((left[1] - left[0] + 1, right[1] - right[0] + 1), np.int32)
    for number, row in enumerate(range(*left)):
        table[number + 1] = _next(table[number], scores(row, columns))
    found: Pairs = []
    i, j = table.shape[0] - 1, table.shape[1] - 1
    while i and j:
        here = table[i, j]
        if here == table[i - 1, j]:
            i -= 1
        elif here == table[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found.append((left[0] + i, right[0] + j))
    pairs.extend(reversed(found))
