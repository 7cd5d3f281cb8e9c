"""Ranks: who stands below whom, and the lanes of nets that pass ranks."""

from __future__ import annotations

import heapq
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.graph.layered import ENTRY, EXIT, JOIN, Child, Link, Net, Vertex, VertexKind, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.graph.layered import NetSpec

__all__ = ["Ranked", "build"]

_LANE_HALF = 0.0
_TYPICAL_GAP = 34.0
_TALL = 1.6
"""A child this many steps long may pass several ranks."""


@dataclass(slots=True)
class Ranked:
    """Vertices in ranks, joined by links between neighbouring ranks only."""

    ranks: list[list[Vertex]] = field(default_factory=list)
    nets: list[Net] = field(default_factory=list)
    first: dict[str, Vertex] = field(default_factory=dict)
    """A child's or a border port's vertex; of a child's several, the first."""
    last: dict[str, Vertex] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of vertices."""
        return sum(map(len, self.ranks))

    def dissolve(self) -> None:
        """Undo the links when all is drawn: their memory is free at once, without a collection."""
        for vertices in self.ranks:
            for vertex in vertices:
                vertex.ups.clear()
                vertex.downs.clear()
        for net in self.nets:
            net.links.clear()


def build(
    children: Sequence[Child],
    nets: Sequence[NetSpec],
    entries: Sequence[str],
    exits: Sequence[str],
    *,
    is_spanning: bool,
) -> Ranked:
    """Rank one connected piece of a level.

    Parameters
    ----------
    is_spanning
        Whether long children may pass several ranks.
    """
    places = {child.name: at for at, child in enumerate(children)}
    arcs = sorted(
        {
            (places[net.source[0]], places[target[0]])
            for net in nets
            if net.source[0] in places
            for target in net.targets
            if target[0] in places
        }
    )
    spans = [1] * len(children)
    first = 1 if entries else 0
    ranks, done = _ranks(spans, arcs, first)
    if is_spanning and len(set(ranks)) < len(ranks):
        spans = _spans(children)
        ranks, done = _ranks(spans, arcs, first)
    back = {(u, v) for u, v in arcs if done[v] <= done[u]}
    ahead = [arc for arc in arcs if arc not in back] if back else arcs
    fed = {
        places[t[0]]
        for net in nets
        if net.source[0] == ENTRY
        for t in net.targets
        if t[0] in places
    }
    _pull_down(ranks, spans, ahead, fed)
    result = Ranked()
    _add_children(result, children, ranks, spans)
    depth = max((r + s for r, s in zip(ranks, spans, strict=True)), default=first)
    result.ranks += [[] for _ in range(depth + bool(exits) - len(result.ranks))]
    _add_ports(result, entries, ENTRY, 0)
    _add_ports(result, exits, EXIT, depth)
    back_names = {(children[u].name, children[v].name) for u, v in back}
    for net in nets:
        _add_net(result, net, back_names)
    _join(result)
    return result


# -------------------------------------------------------------------------------------- ranks


def _ranks(
    spans: Sequence[int], arcs: Sequence[tuple[int, int]], first: int
) -> tuple[list[int], list[int]]:
    """Return each child's rank (longest way from the top) and its turn; arcs rise.

    Where the arcs go in a circle, which boxes can make of what is none, the child that was
    executed first goes first; arcs to one that had its turn lead back.
    """
    count = len(spans)
    behind: list[list[int]] = [[] for _ in range(count)]
    waits = [0] * count
    for source, target in arcs:
        behind[source].append(target)
        waits[target] += 1
    ranks = [first] * count
    done = [-1] * count
    ready = [v for v in range(count) if not waits[v]]
    oldest = turn = 0
    while turn < count:
        if ready:
            node = heapq.heappop(ready)
        else:
            while done[oldest] >= 0:
                oldest += 1
            node = oldest
        if done[node] >= 0:
            continue
        done[node] = turn
        turn += 1
        for target in behind[node]:
            waits[target] -= 1
            if done[target] < 0:
                ranks[target] = max(ranks[target], ranks[node] + spans[node])
                if not waits[target]:
                    heapq.heappush(ready, target)
    return ranks, done


def _spans(children: Sequence[Child]) -> list[int]:
    """Return how many ranks each child shall pass."""
    items = [child.along for child in children if child.inlets is None]
    step = (statistics.median(items) if items else 40.0) + _TYPICAL_GAP
    return [round(child.along / step) if child.along > _TALL * step else 1 for child in children]


def _pull_down(
    ranks: list[int], spans: Sequence[int], arcs: Sequence[tuple[int, int]], fed: set[int]
) -> None:
    """Move what nothing leads to, such as constants, next to what needs it.

    Parameters
    ----------
    fed
        Children that something from outside leads to.
    """
    behind: dict[int, list[int]] = defaultdict(list)
    before: dict[int, list[int]] = defaultdict(list)
    for source, target in arcs:
        behind[source].append(target)
        before[target].append(source)
    free: set[int] = set()
    for node in range(len(ranks)):
        if node not in fed and all(up in free and len(behind[up]) == 1 for up in before[node]):
            free.add(node)
    for node in sorted(free, key=lambda node: -ranks[node]):
        if behind[node]:
            ranks[node] = max(ranks[node], min(ranks[v] for v in behind[node]) - spans[node])


# ----------------------------------------------------------------------------------- vertices


def _add_children(
    result: Ranked, children: Sequence[Child], ranks: Sequence[int], spans: Sequence[int]
) -> None:
    for child, rank, span in zip(children, ranks, spans, strict=True):
        while len(result.ranks) < rank + span:
            result.ranks.append([])
        vertex = Vertex(VertexKind.NODE, max(child.across / 2, child.label_half), child, rank)
        result.first[child.name] = vertex
        result.ranks[rank].append(vertex)
        for further in range(rank + 1, rank + span):
            body = Vertex(VertexKind.BODY, child.across / 2, child, further)
            result.ranks[further].append(body)
            _connect(Link(vertex, body, None))
            vertex = body
        result.last[child.name] = vertex


def _add_ports(result: Ranked, names: Sequence[str], side: str, rank: int) -> None:
    kind = VertexKind.ENTRY if side == ENTRY else VertexKind.EXIT
    for name in names:
        vertex = Vertex(kind, 0.0, None, rank)
        result.first[side + name] = result.last[side + name] = vertex
        while len(result.ranks) <= rank:
            result.ranks.append([])
        result.ranks[rank].append(vertex)


def _connect(link: Link) -> Link:
    link.upper.downs.append(link)
    link.lower.ups.append(link)
    return link


def _offset(vertex: Vertex, ports: dict[str, float] | None, port: str) -> float:
    return 0.0 if ports is None else ports[port] - vertex.half


def _add_net(result: Ranked, spec: NetSpec, back: set[tuple[str, str]]) -> None:
    net = Net(spec)
    result.nets.append(net)
    source = result.last[named(spec.source)]
    outlets = source.child.outlets if source.child else None
    offset = _offset(source, outlets, spec.source[1])
    ends = [(result.first[named(target)], target) for target in spec.targets]
    ahead = [end for end in ends if (spec.source[0], end[1][0]) not in back]
    net.back_targets = [end for end in ends if (spec.source[0], end[1][0]) in back]
    upper = source
    for rank in range(source.rank + 1, max((v.rank for v, _ in ahead), default=source.rank)):
        lane = Vertex(VertexKind.LANE, _LANE_HALF, None, rank, is_real=False)
        result.ranks[rank].append(lane)
        net.lanes[rank] = lane
        link = Link(upper, lane, net, offset if upper is source else 0.0)
        upper.downs.append(link)
        lane.ups.append(link)
        net.links.append(link)
        upper = lane
    for vertex, target in ahead:
        upper = net.lanes.get(vertex.rank - 1, source)
        link = Link(upper, vertex, net, offset if upper is source else 0.0, target=target)
        inlets = vertex.child.inlets if vertex.child else None
        link.in_offset = _offset(vertex, inlets, target[1])
        net.links.append(_connect(link))


def _join(result: Ranked) -> None:
    """Mark the links that share one line into an item or an entry."""
    for vertex in result.first.values():
        ends: dict[str, list[Link]] = defaultdict(list)
        for link in vertex.ups:
            if link.target is not None:
                ends[link.target[1]].append(link)
        for links in ends.values():
            is_port = vertex.child is not None and vertex.child.inlets is not None
            if len(links) > (1 if is_port else JOIN):
                for link in links:
                    link.is_joined = True
