"""What is folded to one item: chains of equal modules, and long stretches of small operations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.values.graph import OpKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from engine.values.graph import GraphNode

__all__ = ["LONG_STRETCH", "Member", "chain_runs", "stretches"]

LONG_STRETCH = 40
"""So many small operations in a row, such as an unrolled loop over boxes, are one item."""

_SMALL = frozenset(
    {
        OpKind.RESHAPING,
        OpKind.OTHER,
        OpKind.ADD,
        OpKind.CONCATENATION,
        OpKind.RESIZING,
        OpKind.ACTIVATION,
    }
)


@dataclass(frozen=True, slots=True)
class Member:
    """A closed module among its siblings."""

    id: str
    signature: str
    sources: frozenset[str]
    """Items that feed it."""
    targets: frozenset[str]
    """Items that it feeds."""


def chain_runs(siblings: Sequence[Member]) -> Iterator[tuple[Member, ...]]:
    """Yield the longest runs, of two or more, in order of execution.

    Equal neighbours belong together when the first feeds nothing but the second and the second
    is fed by nothing but the first. What feeds the run's first, or is fed by its last, is free.
    """
    run: list[Member] = []
    for member in siblings:
        if run and _follows(run[-1], member):
            run.append(member)
            continue
        if len(run) > 1:
            yield tuple(run)
        run = [member]
    if len(run) > 1:
        yield tuple(run)


def _follows(first: Member, second: Member) -> bool:
    return (
        first.signature == second.signature
        and first.targets == {second.id}
        and second.sources == {first.id}
    )


def stretches(nodes: Iterable[GraphNode]) -> Iterator[tuple[GraphNode, ...]]:
    """Yield long stretches of functional operations without weights.

    Each follows the one before it in execution, in the same module's code and the same file;
    so nothing that is needed in between lies outside.

    Parameters
    ----------
    nodes
        Those that would be drawn one by one, in order of execution.
    """
    stretch: list[GraphNode] = []
    for node in nodes:
        is_small = not node.is_module and node.kind in _SMALL
        if is_small and stretch and _goes_on(stretch[-1], node):
            stretch.append(node)
            continue
        if len(stretch) >= LONG_STRETCH:
            yield tuple(stretch)
        stretch = [node] if is_small else []
    if len(stretch) >= LONG_STRETCH:
        yield tuple(stretch)


def _goes_on(first: GraphNode, second: GraphNode) -> bool:
    return (
        second.id == first.id + 1
        and second.scope == first.scope
        and second.source.partition(":")[0] == first.source.partition(":")[0]
    )
