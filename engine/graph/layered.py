"""One level of a drawing as layers: the things that stand in one box, ranked, ordered, placed.

The method is that of Sugiyama, Tagawa and Toda (1981), shaped for networks:

- All edges from one output are one *net*. It gets one lane through the ranks it passes and forks
  where its consumers stand, so that a hub with n far consumers costs one lane and not n.
- Many nets into one item are joined to one line before it (a dense block's concatenation).
- Chains are kept straight (Brandes and Köpf 2002, with the matching chosen by weight); lanes run
  beside them.
- A tall open box may pass several ranks, so that a long branch stands beside it.

Here data always flows along the second axis, "along"; the first one is "across". The caller
turns the drawing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

__all__ = [
    "ENTRY",
    "EXIT",
    "JOIN",
    "Child",
    "Drawn",
    "Level",
    "Link",
    "Net",
    "NetSpec",
    "Place",
    "Vertex",
    "VertexKind",
    "named",
]

ENTRY = "<"
EXIT = ">"
"""Names of the borders as ends of nets: what comes in, what goes out."""
JOIN = 6
"""More nets than this into one item, or the same items, are joined to one line."""

_BORDERS = frozenset((ENTRY, EXIT))

Place = tuple[float, float]
"""Across, along."""
End = tuple[str, str]
"""A child's name, or `ENTRY` or `EXIT`, and a port; "" = an item's only one."""


def named(end: End) -> str:
    """Return the name of what an end is at: a child, or one port of a border."""
    return end[0] + end[1] if end[0] in _BORDERS else end[0]


@dataclass(frozen=True, slots=True)
class Child:
    """Something with a size that stands in the level: an item, or an open box laid out before."""

    name: str
    across: float
    along: float
    inlets: dict[str, float] | None = None
    """For an open box where its entries are, across, from its start; None = an item, whose ports
    are free."""
    outlets: dict[str, float] | None = None
    label_room: float = 0.0
    """Length along that is kept free behind it for the label of what it gives."""
    label_half: float = 0.0
    """How far the label reaches across, from the middle."""


@dataclass(frozen=True, slots=True)
class NetSpec:
    """An output and all its consumers in this level, in order of execution."""

    source: End
    targets: tuple[End, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """What is to be laid out, in order of execution."""

    children: tuple[Child, ...]
    nets: tuple[NetSpec, ...]
    entries: tuple[str, ...] = ()
    exits: tuple[str, ...] = ()


@dataclass(slots=True)
class Drawn:
    """A level laid out; its corner is (0, 0)."""

    across: float = 0.0
    along: float = 0.0
    places: dict[str, Place] = field(default_factory=dict)
    """Corners of the children."""
    inlets: dict[str, float] = field(default_factory=dict)
    outlets: dict[str, float] = field(default_factory=dict)
    ways: dict[tuple[End, End], tuple[Place, ...]] = field(default_factory=dict)
    """From each net's source to each target of it."""


class VertexKind(enum.Enum):
    """What takes a place in a rank."""

    NODE = "node"
    BODY = "body"
    """A further part of a child that passes several ranks."""
    LANE = "lane"
    """Where a net passes a rank."""
    ENTRY = "entry"
    EXIT = "exit"


@dataclass(slots=True, eq=False)
class Vertex:
    """One place in one rank."""

    kind: VertexKind
    half: float
    """Half its extent across."""
    child: Child | None = None
    rank: int = 0
    place: int = 0
    """In its rank, from 0."""
    centre: float = 0.0
    """Across."""
    ups: list[Link] = field(default_factory=list)
    downs: list[Link] = field(default_factory=list)
    is_real: bool = True
    """Whether it is more than a place where a net passes, a lane."""


@dataclass(slots=True, eq=False)
class Link:
    """A net's piece between two neighbouring ranks; or, without a net, a child's own body."""

    upper: Vertex
    lower: Vertex
    net: Net | None
    out_offset: float = 0.0
    """Of the port from the upper vertex's centre."""
    in_offset: float = 0.0
    is_joined: bool = False
    target: End | None = None
    """Where it ends in a target: which."""

    @property
    def start(self) -> float:
        """Across."""
        return self.upper.centre + self.out_offset

    @property
    def end(self) -> float:
        """Across."""
        return self.lower.centre + self.in_offset


@dataclass(slots=True, eq=False)
class Net:
    """A net on its way: its pieces by the gap they cross (gap g lies under rank g)."""

    spec: NetSpec
    lanes: dict[int, Vertex] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    back_targets: list[tuple[Vertex, End]] = field(default_factory=list)
    """Targets that stand above the source: reached around the outside."""
