"""Where each vertex stands across: chains straight, all else as near to them as it may be."""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.graph.layered import Vertex

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.graph.layered import Link
    from engine.graph.ranking import Ranked

__all__ = ["place_across"]

_NODE_GAP = 32.0
_LANE_GAP = 12.0
_MIXED_GAP = 18.0
_PORT_GAP = 18.0
_PORT_MARGIN = 12.0
_TOUCH = 0.01
_WEIGHTS = (100, 1, 10)
"""Of links between two lanes, between a lane and something real, between two that are real."""
_STILL = 0.05
"""Lengths that do not count: between blocks that touch, and of a round that moved nothing."""
_ROUNDS = 120
_MIN_ROUNDS = 16
_STEPS = 60_000
"""Rounds times blocks, about: large drawings get fewer rounds."""


@dataclass(slots=True, eq=False)
class _Block:
    """Vertices in a straight line along, one in each of successive ranks."""

    at: float = 0.0
    before: dict[_Block, float] = field(default_factory=dict)
    """Blocks to the left, and how far from them it must stay."""
    behind: dict[_Block, float] = field(default_factory=dict)
    pulls: list[tuple[_Block, float, float]] = field(default_factory=list)
    """Another block, the offset at which a link to it would be straight, its weight."""

    def dissolve(self) -> None:
        """Forget the others: so all are free at once, without a collection."""
        self.before.clear()
        self.behind.clear()
        self.pulls.clear()


_Seats = dict[Vertex, tuple[_Block, float]]
"""In which block each vertex is, and its offset there."""


def place_across(ranked: Ranked, check: Callable[[], None]) -> None:
    """Set each vertex's `centre` and the offsets of free ports; the least left edge is 0."""
    straight = _straight_links(ranked)
    _spread_ports(ranked, straight)
    blocks, seats = _blocks(ranked, straight)
    _keep_apart(ranked, seats)
    _pull(ranked, seats)
    check()
    _relax(_left_to_right(blocks), check)
    for vertex, (block, offset) in seats.items():
        vertex.centre = round(block.at) + offset  # else lines would have tiny steps
    for block in blocks:
        block.dissolve()
    left = min((v.centre - v.half for rank in ranked.ranks for v in rank), default=0.0)
    for rank in ranked.ranks:
        for vertex in rank:
            vertex.centre -= left


# ----------------------------------------------------------------------------- straight chains


def _straight_links(ranked: Ranked) -> set[Link]:
    """Choose links to be straight: heavy ones first, none that cross, one for each end."""
    chosen: set[Link] = set()
    fans = _Fans()
    for vertices in ranked.ranks:
        links = [link for vertex in vertices for link in vertex.downs]
        if len(links) > 1:
            links = [link for link in links if not link.lower.is_real or fans.may_be_straight(link)]
            links.sort(key=_weight, reverse=True)
        taken: list[tuple[int, int]] = []
        for link in links:
            ends = (link.upper.place, link.lower.place)
            if not taken or (taken[-1][0] < ends[0] and taken[-1][1] < ends[1]):
                taken.append(ends)
                chosen.add(link)
                continue
            at = bisect_left(taken, ends)
            if at and (taken[at - 1][0] == ends[0] or taken[at - 1][1] >= ends[1]):
                continue
            if at < len(taken) and (taken[at][0] == ends[0] or taken[at][1] <= ends[1]):
                continue
            taken.insert(at, ends)
            chosen.add(link)
    return chosen


def _weight(link: Link) -> int:
    if link.net is None:
        return 1000
    return _WEIGHTS[link.upper.is_real + link.lower.is_real]


class _Fans:
    """Where the branches at each vertex are, asked for link by link."""

    def __init__(self) -> None:
        self._above: dict[Vertex, list[int]] = {}
        self._below: dict[Vertex, list[int]] = {}

    def may_be_straight(self, link: Link) -> bool:
        """Whether it is the middle one of the branches at both ends: a fan is symmetrical.

        What also goes elsewhere and only passes, a skip, is no branch.
        """
        if link.net is None or not link.lower.is_real:
            return True
        ups = self._above.get(link.lower)
        if ups is None:
            ups = sorted(other.upper.place for other in link.lower.ups if _is_branch(other))
            self._above[link.lower] = ups
        if not _is_middle(link.upper.place, ups):
            return False
        if not link.upper.is_real:
            return True
        downs = self._below.get(link.upper)
        if downs is None:
            downs = sorted(o.lower.place for o in link.upper.downs if o.lower.is_real)
            self._below[link.upper] = downs
        return _is_middle(link.lower.place, downs)


def _is_branch(link: Link) -> bool:
    return link.upper.is_real or (link.net is not None and len(link.net.spec.targets) == 1)


def _is_middle(place: int, places: list[int]) -> bool:
    """Of sorted places. With two, both may be straight: one is a branch and one the way."""
    count = len(places)
    if count <= 2:
        return True
    return count % 2 == 1 and places[count // 2] == place


def _spread_ports(ranked: Ranked, straight: set[Link]) -> None:
    """Give the nets into an item places side by side, the straight one in the middle."""
    for vertex in ranked.first.values():
        if vertex.child is None or vertex.child.inlets is not None or len(vertex.ups) < 2:
            continue
        links = sorted(vertex.ups, key=lambda link: link.upper.place)
        if links[0].is_joined:
            continue
        middle = next((float(n) for n, link in enumerate(links) if link in straight), None)
        if middle is None:
            middle = (len(links) - 1) / 2
        furthest = max(middle, len(links) - 1 - middle)
        gap = min(_PORT_GAP, max(0.0, vertex.child.across / 2 - _PORT_MARGIN) / furthest)
        for at, link in enumerate(links):
            link.in_offset = (at - middle) * gap


def _blocks(ranked: Ranked, straight: set[Link]) -> tuple[list[_Block], _Seats]:
    blocks: list[_Block] = []
    seats: _Seats = {}
    into = {link.lower: link for link in straight}
    for vertices in ranked.ranks:
        for vertex in vertices:
            above = into.get(vertex)
            if above is None:
                block, offset = _Block(), 0.0
                blocks.append(block)
            else:
                block, offset = seats[above.upper]
                offset += above.out_offset - above.in_offset
            seats[vertex] = block, offset
    return blocks, seats


# -------------------------------------------------------------------------------- the distances


def _gap(left: Vertex, right: Vertex) -> float:
    lanes = (left.half == 0.0) + (right.half == 0.0)
    return (_NODE_GAP, _MIXED_GAP, _LANE_GAP)[lanes]


def _keep_apart(ranked: Ranked, seats: _Seats) -> None:
    for vertices in ranked.ranks:
        for left, right in itertools.pairwise(vertices):
            (one, left_offset), (other, right_offset) = seats[left], seats[right]
            apart = left.half + right.half + _gap(left, right) + left_offset - right_offset
            known = one.behind.get(other)
            if known is None or apart > known:
                one.behind[other] = other.before[one] = apart


def _pull(ranked: Ranked, seats: _Seats) -> None:
    pulls: dict[tuple[_Block, _Block, float], float] = defaultdict(float)
    for vertices in ranked.ranks:
        for vertex in vertices:
            one, offset = seats[vertex]
            for link in vertex.downs:
                other, other_offset = seats[link.lower]
                if one is not other:
                    shift = offset + link.out_offset
                    shift -= other_offset + link.in_offset
                    weight = 3.0 if link.lower.is_real and _is_branch(link) else 1.0
                    pulls[one, other, shift] += weight
    for (one, other, shift), weight in pulls.items():
        other.pulls.append((one, shift, weight))
        one.pulls.append((other, -shift, weight))


def _left_to_right(blocks: list[_Block]) -> list[_Block]:
    """Sort blocks so that what must stand left of another comes first."""
    waits = {block: len(block.before) for block in blocks}
    ready = [block for block in reversed(blocks) if not waits[block]]
    sorted_blocks = []
    while ready:
        block = ready.pop()
        sorted_blocks.append(block)
        for other in block.behind:
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    return sorted_blocks


def _relax(blocks: list[_Block], check: Callable[[], None]) -> None:
    """Move blocks towards those they are linked with, keeping all distances.

    First each by itself as far as its neighbours let it; then those that push against each other
    together, to where their wishes are in balance.
    """
    for block in blocks:
        block.at = max((left.at + apart for left, apart in block.before.items()), default=0.0)
    if len(blocks) < 2:
        return
    for turn in range(min(_ROUNDS, max(_MIN_ROUNDS, _STEPS // len(blocks)))):
        check()
        moved = 0.0
        for block in blocks if turn % 2 else reversed(blocks):
            want = min(max(_wanted(block), _leftmost(block)), _rightmost(block))
            moved = max(moved, abs(want - block.at))
            block.at = want
        for group in _pushing(blocks):
            moved = max(moved, _shift(group))
        if moved < _STILL:
            break


def _leftmost(block: _Block) -> float:
    return max((left.at + apart for left, apart in block.before.items()), default=-math.inf)


def _rightmost(block: _Block) -> float:
    return min((right.at - apart for right, apart in block.behind.items()), default=math.inf)


def _pushing(blocks: list[_Block]) -> list[list[_Block]]:
    """Group blocks that touch where the left one wants further to the right than the right one."""
    push = {block: _wanted(block) - block.at for block in blocks}
    group_of: dict[_Block, list[_Block]] = {}
    for block in blocks:
        for other, apart in block.behind.items():
            if other.at - block.at - apart > _TOUCH or push[block] <= push[other]:
                continue
            one = group_of.setdefault(block, [block])
            two = group_of.setdefault(other, [other])
            if one is not two:
                one, two = (one, two) if len(one) >= len(two) else (two, one)
                one += two
                group_of.update(dict.fromkeys(two, one))
    return list({id(group): group for group in group_of.values()}.values())


def _shift(group: list[_Block]) -> float:
    """Move blocks together to the balance of their wishes, as far as others let them."""
    inside = set(group)
    total = balance = 0.0
    low, high = -math.inf, math.inf
    for block in group:
        weight = sum(weight for _, _, weight in block.pulls)
        balance += weight * (_wanted(block) - block.at)
        total += weight
        for left, apart in block.before.items():
            if left not in inside:
                low = max(low, left.at + apart - block.at)
        for right, apart in block.behind.items():
            if right not in inside:
                high = min(high, right.at - apart - block.at)
    by = min(max(balance / total if total else 0.0, low), high)
    for block in group:
        block.at += by
    return abs(by)


def _wanted(block: _Block) -> float:
    if not block.pulls:
        return block.at
    total = sum(weight for _, _, weight in block.pulls)
    return sum((other.at + shift) * weight for other, shift, weight in block.pulls) / total
