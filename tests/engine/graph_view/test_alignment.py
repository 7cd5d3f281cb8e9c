"""The alignment of two sequences against a plain recursion over all of them."""

from __future__ import annotations

import functools
import random

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.graph import alignment
from engine.graph.alignment import align, rising

Table = tuple[tuple[int, ...], ...]


def scores(table: Table) -> alignment.Scores:
    worth = np.array(table, np.int32).reshape(len(table), -1)

    def row(number: int, columns: slice) -> NDArray[np.int32]:
        return worth[number, columns]

    return row


def best(table: Table) -> int:
    """What the best alignment is worth, by trying everything."""

    @functools.cache
    def rest(i: int, j: int) -> int:
        if i == len(table) or j == len(table[0]):
            return 0
        return max(rest(i + 1, j), rest(i, j + 1), table[i][j] + rest(i + 1, j + 1))

    return rest(0, 0)


def made(seed: int) -> Table:
    wheel = random.Random(seed)
    size = wheel.randint(1, 9), wheel.randint(1, 9)
    return tuple(
        tuple(wheel.choice((0, 0, 1, 2, 5)) for _ in range(size[1])) for _ in range(size[0])
    )


@pytest.mark.parametrize("cells", [1 << 22, 6], ids=["whole", "halved"])
@pytest.mark.parametrize("seed", range(40))
def test_no_alignment_is_worth_more(seed: int, cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "_MOST_CELLS", cells)
    table = made(seed)
    pairs = align((len(table), len(table[0])), scores(table))
    assert pairs == rising(pairs), "both sides must rise"
    assert all(table[i][j] > 0 for i, j in pairs), "what is worth nothing is no pair"
    assert sum(table[i][j] for i, j in pairs) == best(table)


def test_nothing_to_align() -> None:
    table: Table = ((1,),)
    assert align((0, 1), scores(table)) == []
    assert align((1, 0), scores(table)) == []


def test_the_longest_chain_that_rises() -> None:
    assert rising([]) == []
    pairs = [(0, 5), (1, 0), (2, 1), (3, 9), (4, 2), (5, 3)]
    assert rising(pairs) == [(1, 0), (2, 1), (4, 2), (5, 3)]
