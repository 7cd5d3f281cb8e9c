"""The gaps between ranks: on which track each net runs across, and how high the gap must be."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from engine.graph.layered import Link, Net, Vertex, VertexKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.graph.layered import End, Place
    from engine.graph.ranking import Ranked

__all__ = ["Gap", "Routes"]

_TRACK = 8.0
_FOOT = 16.0
"""Room for an arrowhead above an item."""
_SMALL = 8.0
_SAME = 0.01
_CLOSE = 6.0
_MANY = 48
_OVERLAP = 1000.0
_BACK_GAP = 14.0


@dataclass(slots=True, eq=False)
class _Run:
    """What runs across a gap on one track."""

    starts: dict[float, None] = field(default_factory=dict)
    """Where lines come from above, in the order they came."""
    ends: dict[float, None] = field(default_factory=dict)
    """Where lines go on below."""
    low: float = math.inf
    high: float = -math.inf
    track: int = 0

    def add(self, start: float | None, end: float | None) -> None:
        """Take in a line."""
        for places, place in ((self.starts, start), (self.ends, end)):
            if place is not None and place not in places:
                places[place] = None
                self.low = min(self.low, place)
                self.high = max(self.high, place)

    @property
    def is_flat(self) -> bool:
        """Whether it does not run across at all."""
        return self.high - self.low < _SAME


@dataclass(slots=True)
class Gap:
    """The room under a rank."""

    runs: dict[object, _Run] = field(default_factory=dict)
    is_crossed: bool = False
    """Whether any line passes it."""
    tracks: int = 0
    head: float = 2.0
    """Free length above the first track."""
    foot: float = _SMALL
    top: float = 0.0
    """Along: where it begins."""

    @property
    def length(self) -> float:
        """How long it is along."""
        across = max(0, self.tracks - 1) * _TRACK
        return self.head + self.foot + across

    def along(self, run: _Run) -> float:
        """Return where a run lies, along."""
        return self.top + self.head + run.track * _TRACK


class Routes:
    """All runs of a ranked level; made once its vertices stand across.

    Parameters
    ----------
    ranked
        With the centres of its vertices set.
    width
        Extent across; nets that lead back run outside of it.
    """

    def __init__(self, ranked: Ranked, width: float, check: Callable[[], None]) -> None:
        self._ranked = ranked
        self.width = width
        self.gaps = [Gap() for _ in range(len(ranked.ranks) + 1)]
        """Gap g lies above rank g; so the last one is under the last rank."""
        self._run_of: dict[Link, _Run] = {}
        """What a link belongs to; one that just goes straight on to nothing."""
        self._back: dict[tuple[Net, End], tuple[float, _Run, _Run]] = {}
        for net in ranked.nets:
            self._add_links(net)
            for vertex, target in net.back_targets:
                self._add_back(net, vertex, target)
        for gap in self.gaps:
            _set_tracks(gap)
        check()
        for rank, vertices in enumerate(ranked.ranks):
            self._set_margins(rank, vertices)

    def _add_links(self, net: Net) -> None:
        for link in net.links:
            upper, lower = link.upper, link.lower
            gap = self.gaps[lower.rank]
            gap.is_crossed = True
            start, end = upper.centre + link.out_offset, lower.centre + link.in_offset
            if not link.is_joined and abs(start - end) < _SAME and len(upper.downs) == 1:
                continue  # it is all there is of its net in its gap, and straight
            key = (lower, link.target) if link.is_joined else net
            run = gap.runs.get(key)
            if run is None:
                run = gap.runs[key] = _Run()
            run.add(start, end)
            self._run_of[link] = run

    def _add_back(self, net: Net, vertex: Vertex, target: End) -> None:
        source = self._ranked.last[net.spec.source[0]]
        outlets = source.child.outlets if source.child else None
        inlets = vertex.child.inlets if vertex.child else None
        leave = source.centre + (outlets[net.spec.source[1]] - source.half if outlets else 0.0)
        arrive = vertex.centre + (inlets[target[1]] - vertex.half if inlets else 0.0)
        self.width += _BACK_GAP
        down, up = _Run(), _Run()
        for gap, run in ((self.gaps[source.rank + 1], down), (self.gaps[vertex.rank], up)):
            gap.is_crossed = True
            gap.runs[net, target, run is up] = run
        down.add(leave, None)
        down.add(self.width, None)
        up.add(None, arrive)
        up.add(None, self.width)
        self._back[net, target] = self.width, down, up

    def _set_margins(self, rank: int, vertices: list[Vertex]) -> None:
        above, below = self.gaps[rank], self.gaps[rank + 1]
        for vertex in vertices:
            if not vertex.is_real:
                below.head = max(below.head, _SMALL)
                continue
            if vertex.kind is VertexKind.NODE and above.is_crossed:
                above.foot = _FOOT
            if vertex.child and vertex.downs and vertex.downs[0].net:
                below.head = max(below.head, vertex.child.label_room, 12.0)

    def ways(
        self, net: Net, leave: float, arrive: Callable[[End], float]
    ) -> Iterator[tuple[End, tuple[Place, ...]]]:
        """Yield each target of a net with the way to it: corners only.

        Parameters
        ----------
        leave
            Where the source ends, along.
        arrive
            Tells where a target begins, along.
        """
        until: dict[Vertex, tuple[Place, ...]] = {}
        for link in net.links:
            upper, lower = link.upper, link.lower
            start, end = upper.centre + link.out_offset, lower.centre + link.in_offset
            corners = until.get(upper)
            if corners is None:
                corners = ((start, leave),)
            if abs(start - end) >= _SAME:
                along = self.gaps[lower.rank].along(self._run_of[link])
                corners = (*corners, (start, along), (end, along))
            if link.target is None:
                until[lower] = corners
            else:
                yield link.target, (*corners, (end, arrive(link.target)))
        for _, target in net.back_targets:
            first, *between, last = self._way_back(net, target)
            yield target, ((first[0], leave), *between, (last[0], arrive(target)))

    def _way_back(self, net: Net, target: End) -> list[Place]:
        lane, down, up = self._back[net, target]
        source = self._ranked.last[net.spec.source[0]]
        vertex = self._ranked.first[target[0]]
        low = self.gaps[source.rank + 1].along(down)
        high = self.gaps[vertex.rank].along(up)
        leave, arrive = next(iter(down.starts)), next(iter(up.ends))
        corners = [(leave, low), (lane, low), (lane, high), (arrive, high)]
        return [(leave, 0.0), *corners, (arrive, 0.0)]


def _set_tracks(gap: Gap) -> None:
    """Give runs that share some of their extent different tracks, with few crossings."""
    runs = [run for run in gap.runs.values() if not run.is_flat]
    if len(runs) > _MANY:
        _stack(_sorted(runs))
    else:
        placed: list[_Run] = []
        for run in _sorted(runs):
            clash = [p.track for p in placed if _touch(p, run)]
            run.track = max(clash, default=-1) + 1
            placed.append(run)
    gap.tracks = max((run.track for run in runs), default=-1) + 1


def _stack(runs: list[_Run]) -> None:
    """Give each the first track under all that it touches of those before: for many of them."""
    lows = np.array([run.low for run in runs])
    highs = np.array([run.high for run in runs])
    tracks = np.zeros(len(runs), np.int64)
    for at, run in enumerate(runs):
        touches = (lows[:at] < run.high + _CLOSE) & (run.low < highs[:at] + _CLOSE)
        run.track = tracks[at] = int(tracks[:at][touches].max(initial=-1)) + 1


def _touch(one: _Run, other: _Run) -> bool:
    return one.low < other.high + _CLOSE and other.low < one.high + _CLOSE


def _sorted(runs: list[_Run]) -> list[_Run]:
    """Sort runs from the top: next is always the one that costs least above the rest."""
    if len(runs) < 2:
        return runs
    if len(runs) > _MANY:
        return sorted(runs, key=lambda run: (run.high - run.low, run.low))
    cost = [[_cost(a, b) if a is not b else 0.0 for b in runs] for a in runs]
    rest = list(range(len(runs)))
    found = []
    while rest:
        first = min(rest, key=lambda a: sum(cost[a][b] - cost[b][a] for b in rest))
        rest.remove(first)
        found.append(runs[first])
    return found


def _cost(upper: _Run, lower: _Run) -> float:
    """Return the crossings when `upper` lies above `lower`; lines must not lie on each other."""
    if not _touch(upper, lower):
        return 0.0
    low, high = lower.low, lower.high
    crossings = float(sum(low < end < high for end in upper.ends))
    low, high = upper.low, upper.high
    crossings += sum(low < start < high for start in lower.starts)
    covered = any(abs(end - start) < 2.0 for end in upper.ends for start in lower.starts)
    return crossings + (_OVERLAP if covered else 0.0)
