"""What tells two networks' graphs apart."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["BoxDiff", "DiffKind", "Difference", "GraphDiff", "NodePair", "Side"]


class Side(enum.StrEnum):
    """Which of the two networks."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        """The other of the two."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class DiffKind(enum.StrEnum):
    """How an operation or a module stands to its counterpart in the other network."""

    SAME = "same"
    """Operation, attributes, number of parameters and output shapes are equal."""
    CHANGED = "changed"
    """It has a counterpart, and something differs."""
    ONLY_HERE = "only here"
    """It has no counterpart."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that differs between two counterparts."""

    what: str
    """Such as "operation", "stride", "output", "parameters"."""
    left: str
    right: str
    """Its values as they are shown; empty = it has none there."""

    def seen_from(self, side: Side) -> tuple[str, str]:
        """Return the value on a side, and that on the other."""
        return (self.left, self.right) if side is Side.LEFT else (self.right, self.left)


@dataclass(frozen=True, slots=True)
class NodePair:
    """Two operations that are each other's counterpart."""

    left: int
    right: int
    """Ids of the nodes in their graphs."""
    differences: tuple[Difference, ...] = ()
    """The most telling first; none = they are the same."""

    @property
    def kind(self) -> DiffKind:
        """Whether anything differs."""
        return DiffKind.CHANGED if self.differences else DiffKind.SAME


@dataclass(frozen=True, slots=True)
class BoxDiff:
    """A module and its counterpart, with the sums of what is in them, however deep."""

    left: str | None
    right: str | None
    """Paths of the boxes; None = it has no counterpart in that network."""
    same: int
    changed: int
    """Of the operations of the left box, or of the right one where there is no left."""
    only_left: int
    only_right: int

    @property
    def kind(self) -> DiffKind:
        """What the sums come to."""
        if self.changed or (self.same and (self.only_left or self.only_right)):
            return DiffKind.CHANGED
        if self.only_left and self.only_right:
            return DiffKind.CHANGED
        return DiffKind.ONLY_HERE if self.only_left or self.only_right else DiffKind.SAME


@dataclass(frozen=True, slots=True)
class GraphDiff:
    """What tells two networks' graphs apart: structure and shapes, not the values of weights."""

    left: str
    right: str
    """What the networks are called."""
    pairs: tuple[NodePair, ...]
    """Rising by the left node."""
    only_left: tuple[int, ...]
    only_right: tuple[int, ...]
    """Ids of the nodes without a counterpart, rising."""
    boxes: tuple[BoxDiff, ...]
    """Those of the left graph in its order, then those that only the right one has."""

    @property
    def same(self) -> int:
        """How many operations are the same."""
        return sum(not pair.differences for pair in self.pairs)

    @property
    def changed(self) -> int:
        """How many have a counterpart from which they differ."""
        return len(self.pairs) - self.same
