"""Where the arrow keys lead: along edges, and to what stands beside."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import numpy as np

from engine.values import Direction

if TYPE_CHECKING:
    from gui.graph.scene import GraphScene

__all__ = ["Way", "step"]


class Way(enum.StrEnum):
    """An arrow key."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"


_TURNED = {Way.UP: Way.LEFT, Way.DOWN: Way.RIGHT, Way.LEFT: Way.UP, Way.RIGHT: Way.DOWN}


def step(scene: GraphScene, start: str, way: Way) -> str | None:
    """Return the item that an arrow key leads to, or None.

    Against and with the data's direction it goes along edges; across, to the next item at about
    the same height.
    """
    row = scene.row_of.get(start)
    if row is None:
        return None
    along = way if scene.layout.direction is Direction.DOWN else _TURNED[way]
    if along in {Way.UP, Way.DOWN}:
        ids = (scene.before if along is Way.UP else scene.after).get(start, [])
        rows = np.array([scene.row_of[it] for it in ids if it in scene.row_of], np.intp)
        return _nearest(scene, row, rows)
    return _nearest(scene, row, _beside(scene, row, along))


def _nearest(
    scene: GraphScene, row: int, rows: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> str | None:
    if not len(rows):
        return None
    middles = (scene.index.rects[:, :2] + scene.index.rects[:, 2:]) / 2
    away = np.abs(middles[rows] - middles[row])
    across = 0 if scene.layout.direction is Direction.DOWN else 1
    # Along edges the straight way counts first, then the short one.
    order = np.lexsort((away[:, 1 - across], away[:, across]))
    return scene.items[int(rows[order[0]])].item.id


def _beside(scene: GraphScene, row: int, way: Way) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the items on one side whose extent along the data's direction meets this one's."""
    across = 0 if scene.layout.direction is Direction.DOWN else 1
    rects = scene.index.rects
    low, high = rects[:, 1 - across], rects[:, 3 - across]
    meets = (low < high[row]) & (high > low[row])
    middles = rects[:, across] + rects[:, 2 + across]
    on_side = middles < middles[row] if way is Way.LEFT else middles > middles[row]
    return np.flatnonzero(meets & on_side)
