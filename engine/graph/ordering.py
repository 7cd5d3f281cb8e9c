"""The order in each rank: few crossings, lanes at the side of what they pass."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from engine.graph.layered import Link, Vertex, VertexKind

if TYPE_CHECKING:
    from collections.abc import Callable

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
    best, least = _snapshot(ranked), _crossings(ranked)
    rounds = 12 if ranked.size < _FEW else 6 if ranked.size < _MANY else 2
    idle = 0
    for turn in range(rounds):
        if not least or idle >= 3:
            break
        check()
        _sweep(ranked, is_down=turn % 2 == 1)
        crossings = _crossings(ranked)
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
        bodies = [link for v in rank for link in v.downs if link.net is None]
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
    seen: set[int] = set()
    for start in starts:
        pending = [start]
        while pending:
            vertex = pending.pop()
            if id(vertex) in seen:
                continue
            seen.add(id(vertex))
            ranked.ranks[vertex.rank].append(vertex)
            if len(vertex.downs) == 1:
                pending.append(vertex.downs[0].lower)
            else:
                lower = [link.lower for link in sorted(vertex.downs, key=_is_lane)]
                pending += reversed(lower)
    for vertices in ranked.ranks:
        _number(vertices)


def _is_lane(link: Link) -> bool:
    return link.lower.kind is VertexKind.LANE


def _number(vertices: list[Vertex]) -> None:
    for place, vertex in enumerate(vertices):
        vertex.place = place


def _snapshot(ranked: Ranked) -> list[list[Vertex]]:
    return [list(vertices) for vertices in ranked.ranks]


def _crossings(ranked: Ranked) -> int:
    return sum(_crossings_below(vertices) for vertices in ranked.ranks)


def _crossings_below(vertices: list[Vertex]) -> int:
    """Count pairs of links that cross, by insertion into a sorted list."""
    if len(vertices) < 2:
        return 0
    # Links of one vertex do not cross: they count as if they went from left to right.
    lower: list[int] = []
    for vertex in vertices:
        if len(vertex.downs) == 1:
            lower.append(vertex.downs[0].lower.place)
        else:
            lower += sorted([link.lower.place for link in vertex.downs])
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


def _sweep(ranked: Ranked, *, is_down: bool) -> None:
    """Sort each rank by the mean place of its neighbours in the rank before."""
    ranks = ranked.ranks if is_down else ranked.ranks[::-1]
    for vertices in ranks[1:]:
        if len(vertices) < 2:
            continue
        wanted: dict[Vertex, float] = {}
        for vertex in vertices:
            if is_down:
                places = [link.upper.place for link in vertex.ups]
            else:
                places = [link.lower.place for link in vertex.downs]
            if len(places) == 1:
                wanted[vertex] = float(places[0])
            else:
                wanted[vertex] = sum(places) / len(places) if places else float(vertex.place)
        vertices.sort(key=wanted.__getitem__)
        _number(vertices)
