"""What is said of a difference on the items of the two drawings, in the window and in a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.graph.hierarchy import Hierarchy
from engine.graph.labels import SUBTITLE_SIZE, text_width
from engine.graph.palette import Tone
from engine.values.graph import ItemKind, VisibleGraph
from engine.values.graph_diff import DiffKind, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from engine.graph.palette import Theme
    from engine.values.graph import GraphItem, NetworkGraph
    from engine.values.graph_diff import BoxDiff, Difference, GraphDiff, NodePair

__all__ = ["DiffIndex", "ItemDiff", "Step"]

_ROOM = 190.0
"""So wide is an item's second line at most, in scene units."""


@dataclass(frozen=True, slots=True)
class ItemDiff:
    """How an item stands to the other network."""

    kind: DiffKind
    changed: int = 0
    only_here: int = 0
    only_there: int = 0
    """Of what it holds; of a single operation only the kind is told."""


@dataclass(frozen=True, slots=True)
class Step:
    """One difference to stop at: a changed operation, or all that a module adds."""

    side: Side
    """Where it is looked at; for what both have, the left."""
    node: int
    """The operation, or the first of the module."""
    box: str = ""
    """Path of a module that has no counterpart, nor has anything in it."""


class DiffIndex:
    """A comparison, looked up by node, box and item.

    Parameters
    ----------
    left, right
        The graphs that were compared.
    diff
        What `engine.graph.diff.compare` found.
    """

    def __init__(self, left: NetworkGraph, right: NetworkGraph, diff: GraphDiff) -> None:
        self.diff = diff
        self.graphs = {Side.LEFT: left, Side.RIGHT: right}
        self.trees = {side: Hierarchy(graph) for side, graph in self.graphs.items()}
        self._pairs: dict[Side, dict[int, NodePair]] = {
            Side.LEFT: {pair.left: pair for pair in diff.pairs},
            Side.RIGHT: {pair.right: pair for pair in diff.pairs},
        }
        self._boxes: dict[Side, dict[str, BoxDiff]] = {
            Side.LEFT: {it.left: it for it in diff.boxes if it.left is not None},
            Side.RIGHT: {it.right: it for it in diff.boxes if it.right is not None},
        }

    # ------------------------------------------------------------------------------ counterparts

    def node_kind(self, side: Side, node: int) -> DiffKind:
        """Return how an operation stands to the other network."""
        pair = self._pairs[side].get(node)
        return pair.kind if pair is not None else DiffKind.ONLY_HERE

    def partner(self, side: Side, node: int) -> int | None:
        """Return an operation's counterpart."""
        pair = self._pairs[side].get(node)
        if pair is None:
            return None
        return pair.right if side is Side.LEFT else pair.left

    def partner_box(self, side: Side, path: str) -> str | None:
        """Return the path of a module's counterpart."""
        found = self._boxes[side].get(path)
        if found is None:
            return None
        return found.right if side is Side.LEFT else found.left

    def differences(self, side: Side, node: int) -> tuple[Difference, ...]:
        """Return in what an operation differs from its counterpart."""
        pair = self._pairs[side].get(node)
        return pair.differences if pair is not None else ()

    # ------------------------------------------------------------------------------------- items

    def item(self, side: Side, item: GraphItem) -> ItemDiff:
        """Return how a drawn item stands to the other network."""
        kinds = Counter(self.node_kind(side, node) for node in item.nodes)
        changed, only = kinds[DiffKind.CHANGED], kinds[DiffKind.ONLY_HERE]
        box = self._boxes[side].get(item.id[1:]) if item.item is ItemKind.BOX else None
        missing = 0
        if box is not None:
            missing = box.only_right if side is Side.LEFT else box.only_left
        if only == len(item.nodes) and not missing:
            return ItemDiff(DiffKind.ONLY_HERE, 0, only)
        kind = DiffKind.CHANGED if changed or only or missing else DiffKind.SAME
        return ItemDiff(kind, changed, only, missing)

    def annotated(self, side: Side, view: VisibleGraph) -> VisibleGraph:
        """Return what is to be drawn, with what differs written on it."""
        items = tuple(self._annotated(side, item) for item in view.items)
        return VisibleGraph(items, view.edges, view.open_boxes)

    def _annotated(self, side: Side, item: GraphItem) -> GraphItem:
        told = self.item(side, item)
        if told.kind is not DiffKind.CHANGED:
            return item
        if item.item is ItemKind.NODE:
            found = self.differences(side, item.nodes[0])
            says_kind = found[0].what != "operation" and item.subtitle
            title = f"{item.title} · {item.subtitle}" if says_kind else item.title
            return replace(item, title=title, subtitle=_shortest(found, side))
        counts = _counts(told)
        longer = f"{item.subtitle} · {counts}"
        has_room = item.subtitle and text_width(longer, SUBTITLE_SIZE) <= _ROOM
        return replace(item, subtitle=longer if has_room else counts)

    def words(self, side: Side, item: GraphItem) -> list[tuple[str, str, str]]:
        """Return for a single operation what differs: what, its value here and there."""
        if item.item is not ItemKind.NODE:
            return []
        return [(it.what, *it.seen_from(side)) for it in self.differences(side, item.nodes[0])]

    def tones(self, side: Side, items: Iterable[GraphItem], theme: Theme) -> dict[str, Tone]:
        """Return the colour and the mark of each item, by its id."""
        return {it.id: theme.tone(self.item(side, it).kind) for it in items}

    def opened_alike(self, expanded: Mapping[Side, frozenset[str]]) -> dict[Side, frozenset[str]]:
        """Return the open boxes of both drawings, so that what is open in one is in the other."""
        alike = {}
        for side, opened in expanded.items():
            partners = (self.partner_box(side.other, it) for it in expanded[side.other])
            alike[side] = opened | {it for it in partners if it is not None}
        return alike

    # ------------------------------------------------------------------- difference by difference

    def steps(self) -> tuple[Step, ...]:
        """Return the differences in order of execution, those of the right where they belong."""
        found: list[tuple[float, int, Step]] = []
        order = {pair.right: pair.left for pair in self.diff.pairs}
        found += ((step.node, 0, step) for step in self._steps(Side.LEFT))
        last = -1.0
        places: dict[int, float] = {}
        for node in self.graphs[Side.RIGHT].nodes:
            last = float(order.get(node.id, last))
            places[node.id] = last
        found += (
            (places[step.node] + 0.5, step.node, step)
            for step in self._steps(Side.RIGHT)
            if self.node_kind(Side.RIGHT, step.node) is DiffKind.ONLY_HERE
        )
        return tuple(step for _, _, step in sorted(found, key=lambda it: it[:2]))

    def _steps(self, side: Side) -> Iterator[Step]:
        """Yield changed operations, and the outermost of what has no counterpart."""
        tree = self.trees[side]
        told: set[str] = set()
        for node in tree.graph.nodes:
            kind = self.node_kind(side, node.id)
            if kind is DiffKind.CHANGED:
                yield Step(side, node.id)
            elif kind is DiffKind.ONLY_HERE:
                alone = [
                    it for it in tree.ancestors(tree.scope_of(node)) if self._is_alone(side, it)
                ]
                if not alone:
                    yield Step(side, node.id)
                elif alone[-1] not in told:
                    told.add(alone[-1])
                    yield Step(side, node.id, alone[-1])

    def _is_alone(self, side: Side, path: str) -> bool:
        box = self._boxes[side].get(path)
        if box is None or box.same or box.changed:
            return False
        return (box.right if side is Side.LEFT else box.left) is None


def _shortest(differences: Iterable[Difference], side: Side) -> str:
    """Return what differs in a line: the shapes for certain, and what else there is room for."""
    told = list(differences)
    first = next((it for it in told if it.what == "output"), told[0])
    line = _told(first, side)
    for other in (it for it in told if it is not first):
        longer = f"{_told(other, side)}, {line}"
        if other.what == "parameters" or text_width(longer, SUBTITLE_SIZE) > _ROOM:
            break
        line = longer
    return line


def _told(difference: Difference, side: Side) -> str:
    shown = (value.replace(" → ", "→") for value in difference.seen_from(side))
    here, there = (value or "none" for value in shown)
    name = "" if difference.what in {"output", "operation"} else f"{difference.what} "
    return f"{name}{here} ≠ {there}"


def _counts(told: ItemDiff) -> str:
    """Return "6 changed, 7 only here"."""
    words = ("changed", "only here", "only there")
    counts = (told.changed, told.only_here, told.only_there)
    return ", ".join(f"{count} {word}" for word, count in zip(words, counts, strict=True) if count)
