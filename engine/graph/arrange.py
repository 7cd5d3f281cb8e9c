"""Lay out one level: rank, order, place, route; connected pieces stand side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.graph import columns, ordering, ranking
from engine.graph.layered import ENTRY, EXIT, Drawn, Level, NetSpec, VertexKind, named
from engine.graph.tracks import Routes

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.graph.layered import Child, End, Vertex
    from engine.graph.ranking import Ranked

__all__ = ["arrange"]

_PIECE_GAP = 40.0


def arrange(level: Level, check: Callable[[], None]) -> Drawn:
    """Lay out what stands in one box.

    Parameters
    ----------
    check
        Called now and then; raises to stop.
    """
    drawn = Drawn()
    pieces = [_arrange_piece(piece, check) for piece in _pieces(level)]
    at = 0.0
    for piece in pieces:
        _put(drawn, piece, at)
        at += piece.across + _PIECE_GAP
        drawn.across = at - _PIECE_GAP
        drawn.along = max(drawn.along, piece.along)
    return drawn


def _pieces(level: Level) -> list[Level]:
    """Split a level where nothing connects it, in order of execution."""
    leaders = _Leaders()
    for net in level.nets:
        for target in net.targets:
            leaders.join(named(net.source), named(target))
    pieces: dict[str, _Piece] = {}

    def piece(name: str) -> _Piece:
        return pieces.setdefault(leaders.of(name), _Piece())

    for child in level.children:
        piece(child.name).children.append(child)
    for net in level.nets:
        piece(named(net.source)).nets.append(net)
    for name in level.entries:
        piece(ENTRY + name).entries.append(name)
    for name in level.exits:
        piece(EXIT + name).exits.append(name)
    return [
        Level(tuple(one.children), tuple(one.nets), tuple(one.entries), tuple(one.exits))
        for one in pieces.values()
    ]


class _Leaders:
    """Which names belong together: each group has a leader."""

    def __init__(self) -> None:
        self._leader: dict[str, str] = {}

    def of(self, name: str) -> str:
        leader = self._leader
        while leader.setdefault(name, name) != name:
            leader[name] = name = leader[leader[name]]
        return name

    def join(self, one: str, other: str) -> None:
        self._leader[self.of(other)] = self.of(one)


@dataclass(slots=True)
class _Piece:
    children: list[Child] = field(default_factory=list)
    nets: list[NetSpec] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    exits: list[str] = field(default_factory=list)


def _put(drawn: Drawn, piece: Drawn, at: float) -> None:
    drawn.places.update({name: (x + at, y) for name, (x, y) in piece.places.items()})
    drawn.inlets.update({name: x + at for name, x in piece.inlets.items()})
    drawn.outlets.update({name: x + at for name, x in piece.outlets.items()})
    if not at:
        drawn.ways.update(piece.ways)
        return
    for ends, way in piece.ways.items():
        drawn.ways[ends] = tuple([(x + at, y) for x, y in way])


# -------------------------------------------------------------------------------------- a piece


def _arrange_piece(piece: Level, check: Callable[[], None]) -> Drawn:
    check()
    ranked = _ranked(piece, check, is_spanning=True)
    # a way back runs across all that stands beside its ends
    has_ways_back = any(net.back_targets for net in ranked.nets)
    if has_ways_back or ordering.cuts_a_body(ranked):
        ranked.dissolve()
        ranked = _ranked(piece, check, is_spanning=False)
    columns.place_across(ranked, check)
    width = max((v.centre + v.half for rank in ranked.ranks for v in rank), default=0.0)
    routes = Routes(ranked, width, check)
    lengths = [_rank_length(ranked, vertices) for vertices in ranked.ranks]
    tops, total = _place_along(ranked, routes, lengths)
    drawn = Drawn(across=routes.width, along=total)
    for child in piece.children:
        vertex = ranked.first[child.name]
        top = tops[vertex.rank]
        if vertex is ranked.last[child.name]:
            top += (lengths[vertex.rank] - child.along) / 2
        drawn.places[child.name] = (vertex.centre - child.across / 2, top)
    drawn.inlets = {name: ranked.first[ENTRY + name].centre for name in piece.entries}
    drawn.outlets = {name: ranked.first[EXIT + name].centre for name in piece.exits}
    _draw_ways(drawn, routes, ranked)
    ranked.dissolve()
    return drawn


def _draw_ways(drawn: Drawn, routes: Routes, ranked: Ranked) -> None:
    begins = {name: along for name, (_, along) in drawn.places.items()}
    begins[EXIT] = drawn.along

    def arrive(target: End) -> float:
        return begins[target[0]]

    for net in ranked.nets:
        source, leave = net.spec.source, 0.0
        child = ranked.first[named(source)].child
        if child is not None:
            leave = begins[child.name] + child.along
        for target, way in routes.ways(net, leave, arrive):
            drawn.ways[source, target] = way


def _ranked(piece: Level, check: Callable[[], None], *, is_spanning: bool) -> Ranked:
    ranked = ranking.build(
        piece.children, piece.nets, piece.entries, piece.exits, is_spanning=is_spanning
    )
    check()
    ordering.order(ranked, check)
    return ranked


def _rank_length(ranked: Ranked, vertices: list[Vertex]) -> float:
    """Return how long a rank is along: what passes several counts in its last."""
    lengths = [
        v.child.along
        for v in vertices
        if v.child and v.kind is VertexKind.NODE and ranked.last[v.child.name] is v
    ]
    return max(lengths, default=0.0)


def _place_along(ranked: Ranked, routes: Routes, lengths: list[float]) -> tuple[list[float], float]:
    """Return where each rank begins, along, and where all ends."""
    tops: list[float] = []
    at = 0.0
    for rank, vertices in enumerate(ranked.ranks):
        gap = routes.gaps[rank]
        gap.top = at
        if rank or gap.is_crossed:
            at += gap.length
        tops.append(at)
        at += lengths[rank]
        for vertex in vertices:
            if vertex.child and vertex.kind is VertexKind.BODY:
                first = ranked.first[vertex.child.name]
                if ranked.last[vertex.child.name] is vertex:
                    at = max(at, tops[first.rank] + vertex.child.along)
    last = routes.gaps[-1]
    last.top = at
    return tops, at + (last.length if last.is_crossed else 0.0)
