"""The order in each rank: few crossings, lanes at the side of what they pass."""

from __future__ import annotations

import operator
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.graph.layered import Link, Vertex
    from engine.graph.ranking import Ranked

__all__ = ["cuts_a_body", "order"]

_MANY = 10_000
_FEW = 2_000


def order(ranked: Ranked, check: Callable[[], None]) -> None:
    """Set the order of every rank: `ranks` and each vertex's `place`.

    A walk along the nets gives a start without needless crossings; sweeps by barycentres then
    try to better it, fewer the larger the graph is.
    """
    _walk(ranked)
    below = [_crossings_below(vertices) for vertices in ranked.ranks]
    best, least = _snapshot(ranked), sum(below)
    rounds = 12 if ranked.size < _FEW else 6 if ranked.size < _MANY else 2
    idle = 0
    for turn in range(rounds):
        if not least or idle >= 3:
            break
        check()
        for rank in _beside(_sweep(ranked, is_down=turn % 2 == 1)):
            below[rank] = _crossings_below(ranked.ranks[rank])
        crossings = sum(below)
        if crossings < least:
            best, least, idle = _snapshot(ranked), crossings, 0
        else:
            idle += 1
    for rank, vertices in enumerate(best):
        ranked.ranks[rank] = vertices
        _number(vertices)


def cuts_a_body(ranked: Ranked) -> bool:
    """Whether a net runs through a child that passes several ranks."""
    for rank in ranked.ranks:
        # A child's body has that one link below it.
        bodies = [v.downs[0] for v in rank if v.child and v.downs and v.downs[0].net is None]
        if bodies:
            links = [link for v in rank for link in v.downs]
            if any(_cross(body, link) for body in bodies for link in links):
                return True
    return False


def _cross(one: Link, other: Link) -> bool:
    above = one.upper.place - other.upper.place
    below = one.lower.place - other.lower.place
    return above * below < 0


def _walk(ranked: Ranked) -> None:
    """Put the vertices in order, depth first along the nets: real ends first, lanes last."""
    starts = [v for rank in ranked.ranks for v in rank if not v.ups]
    for vertices in ranked.ranks:
        vertices.clear()
    seen: set[Vertex] = set()
    for start in starts:
        pending = [start]
        while pending:
            vertex = pending.pop()
            if vertex in seen:
                continue
            seen.add(vertex)
            ranked.ranks[vertex.rank].append(vertex)
            downs = vertex.downs
            if len(downs) == 1:
                pending.append(downs[0].lower)
            elif downs:
                lower = [link.lower for link in reversed(downs)]
                pending += [other for other in lower if not other.is_real]
                pending += [other for other in lower if other.is_real]
    for vertices in ranked.ranks:
        _number(vertices)


def _number(vertices: list[Vertex]) -> None:
    for place, vertex in enumerate(vertices):
        vertex.place = place


def _snapshot(ranked: Ranked) -> list[list[Vertex]]:
    return [list(vertices) for vertices in ranked.ranks]


def _beside(changed: list[int]) -> set[int]:
    """Return the ranks with links below them to or from one of these."""
    return {*changed, *(rank - 1 for rank in changed if rank)}


def _crossings_below(vertices: list[Vertex]) -> int:
    """Count pairs of links that cross, by insertion into a sorted list."""
    if len(vertices) < 2:
        return 0
    # Links of one vertex do not cross: they count as if they went from left to right.
    lower: list[int] = []
    for vertex in vertices:
        downs = vertex.downs
        if len(downs) == 1:
            lower.append(downs[0].lower.place)
        elif downs:
            lower += sorted([link.lower.place for link in downs])
    if lower == sorted(lower):
        return 0
    ends: list[int] = []
    crossings = 0
    for place in lower:
        if not ends or place >= ends[-1]:
            ends.append(place)
        else:
            at = bisect_right(ends, place)
            crossings += len(ends) - at
            ends.insert(at, place)
    return crossings


def _sweep(ranked: Ranked, *, is_down: bool) -> list[int]:
    """Sort each rank by the mean place of its neighbours in the rank before.

    Returns
    -------
    list of int
        The ranks whose order is another now.
    """
    changed = []
    count = len(ranked.ranks)
    for rank in range(1, count) if is_down else range(count - 2, -1, -1):
        vertices = ranked.ranks[rank]
        if len(vertices) < 2:
            continue
        wanted = (
            [_mean_above(v) for v in vertices] if is_down else [_mean_below(v) for v in vertices]
        )
        if all(map(operator.le, wanted, wanted[1:])):
            continue
        changed.append(rank)
        turns = sorted(range(len(vertices)), key=wanted.__getitem__)
        vertices[:] = [vertices[at] for at in turns]
        _number(vertices)
    return changed


def _mean_above(vertex: Vertex) -> float:
    ups = vertex.ups
    if len(ups) == 1:
        return ups[0].upper.place
    return sum([link.upper.place for link in ups]) / len(ups) if ups else vertex.place


def _mean_below(vertex: Vertex) -> float:
    downs = vertex.downs
    if len(downs) == 1:
        return downs[0].lower.place
    return sum([link.lower.place for link in downs]) / len(downs) if downs else vertex.place
