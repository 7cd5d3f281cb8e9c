"""Which pictures of a set show the same kind of object: a folder with several is split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.coseg.clusters import assign, spherical_kmeans, unit_rows
from engine.values.coseg import MOST_GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Rows = NDArray[np.float32]
    Check = Callable[[], None]

__all__ = ["found_groups", "given_groups", "relative_likeness", "within"]

LEAST_PICTURES = 3
_LEAST_SHARE = 0.1
_MOST_RELATIVE = 0.6
"""Halves of one group of the PASCAL set measure .63 and more, two groups of it .57 and less, but
for kinds that are near each other, such as cows and sheep."""
_LEAST_WITHIN = 0.24
"""Less like each other than this are pictures that have nothing in common."""
_RESTARTS = 8
_ROUNDS = 30


def within(rows: Rows) -> float:
    """Return the mean cosine of rows of length 1, each to the others; 1 for a single one."""
    count = len(rows)
    if count < 2:
        return 1.0
    total = rows.sum(axis=0)
    own = float((rows * rows).sum())
    return (float(total @ total) - own) / (count * (count - 1))


def relative_likeness(first: Rows, second: Rows) -> float:
    """Return how like two groups are, against how like each is in itself; about 1 for halves."""
    across = float(first.mean(axis=0) @ second.mean(axis=0))
    inside = max(within(first), 1e-6) * max(within(second), 1e-6)
    return across / float(np.sqrt(inside))


def given_groups(
    rows: Rows, count: int, rng: np.random.Generator, check: Check
) -> NDArray[np.intp]:
    """Split pictures into so many groups: (N,) from 0, the first picture's group first.

    Parameters
    ----------
    rows : ndarray, (N, K), float32
        A description of each picture's object.
    count
        How many; fewer where there are fewer pictures, or none fell to one.
    rng
        The same gives the same.
    check
        Called often; what it raises ends the search.
    """
    units = unit_rows(rows)
    best, most = np.zeros(len(units), np.intp), -np.inf
    for _ in range(_RESTARTS):
        centres = spherical_kmeans(units, count, rng, rounds=_ROUNDS, check=check)
        worth = float((units @ centres.T).max(axis=1).mean())
        if worth > most:
            best, most = assign(units, centres), worth
    return _in_order(best)


def found_groups(rows: Rows, rng: np.random.Generator, check: Check) -> NDArray[np.intp]:
    """Split pictures into as many groups as there are: (N,) from 0, most often one.

    A group is halved as long as its halves are much less like each other than each is in itself,
    and each has pictures enough that have something in common; bisecting k-means, as Steinbach,
    Karypis and Kumar, A Comparison of Document Clustering Techniques, 2000. See `given_groups`.
    """
    units = unit_rows(rows)
    least = max(LEAST_PICTURES, int(np.ceil(_LEAST_SHARE * len(units))))
    waiting: list[NDArray[np.intp]] = [np.arange(len(units))]
    done: list[NDArray[np.intp]] = []
    while waiting:
        members = waiting.pop()
        halves = _halves(units, members, least, rng, check)
        if halves is None or len(waiting) + len(done) + 2 > MOST_GROUPS:
            done.append(members)
        else:
            waiting.extend(halves)
    labels = np.zeros(len(units), np.intp)
    for number, members in enumerate(done):
        labels[members] = number
    return _in_order(_settled(units, labels, len(done)))


def _halves(
    units: Rows, members: NDArray[np.intp], least: int, rng: np.random.Generator, check: Check
) -> list[NDArray[np.intp]] | None:
    if len(members) < 2 * least:
        return None
    labels = given_groups(units[members], 2, rng, check)
    halves = [members[labels == half] for half in (0, 1)]
    if min(len(half) for half in halves) < least:
        return None
    first, second = (units[half] for half in halves)
    if min(within(first), within(second)) < _LEAST_WITHIN:
        return None
    return halves if relative_likeness(first, second) < _MOST_RELATIVE else None


def _settled(units: Rows, labels: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Give each picture to the group that it is most like, some times over."""
    for _ in range(_ROUNDS if count > 1 else 0):
        centres = unit_rows(np.stack([units[labels == own].mean(axis=0) for own in range(count)]))
        after = assign(units, centres)
        if len(np.unique(after)) < count or np.array_equal(after, labels):
            break
        labels = after
    return labels


def _in_order(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Give groups the order of their first pictures."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    places = np.argsort(np.argsort(first))
    return np.asarray(places[inverse])
