"""Where in one drawing lies what is at a place of the other, so that both can be kept level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.values import ItemKind
from engine.values.graph_diff import Side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.graph.diff_items import DiffIndex
    from engine.values import GraphItem
    from gui.graph.scene import GraphScene

__all__ = ["Level"]

REACH = 24.0
"""In scene units: below the way from an item to the next, so that at an item it alone counts."""


class Level:
    """The counterparts that are drawn in two scenes.

    Parameters
    ----------
    index
        The comparison.
    scenes
        The drawings, by side.
    """

    def __init__(self, index: DiffIndex, scenes: dict[Side, GraphScene]) -> None:
        self._index = index
        self._scenes = scenes
        pairs = []
        for placed in scenes[Side.LEFT].items:
            other = self.counterpart(Side.LEFT, placed.item)
            if other is not None:
                row = scenes[Side.LEFT].row_of[placed.item.id]
                pairs.append((row, scenes[Side.RIGHT].row_of[other]))
        rows = np.array(pairs, np.intp).reshape(-1, 2)
        self._centres = {
            side: _centres(scenes[side])[rows[:, number]] for number, side in enumerate(Side)
        }

    def counterpart(self, side: Side, item: GraphItem) -> str | None:
        """Return the id of the item of the other drawing that shows an item's counterpart."""
        scene = self._scenes[side.other]
        if item.item is ItemKind.BOX:
            path = self._index.partner_box(side, item.id[1:])
            if path is not None and f"b{path}" in scene.row_of:
                return f"b{path}"
        for node in item.nodes:
            partner = self._index.partner(side, node)
            row = scene.row_of_node(partner) if partner is not None else None
            if row is not None:
                return scene.ids[row]
        return None

    def across(self, side: Side, x: float, y: float) -> tuple[float, float]:
        """Return the place of the other scene that corresponds to one of this side's.

        At an item it is the counterpart's place; between items it moves evenly from one to the
        next, so that panning one drawing never makes the other jump.
        """
        here, there = self._centres[side], self._centres[side.other]
        if not len(here):
            own, other = self._scenes[side], self._scenes[side.other]
            return x * other.width / max(own.width, 1), y * other.height / max(own.height, 1)
        away = ((here - (x, y)) ** 2).sum(1)
        weights = np.exp(-(away - away.min()) / (2 * REACH**2))
        shift = weights @ (there - here) / weights.sum()
        return float(x + shift[0]), float(y + shift[1])


def _centres(scene: GraphScene) -> NDArray[np.float64]:
    """Return the middles of a scene's items, (N, 2)."""
    places = [(it.left + it.width / 2, it.top + it.height / 2) for it in scene.items]
    return np.array(places, np.float64).reshape(-1, 2)
