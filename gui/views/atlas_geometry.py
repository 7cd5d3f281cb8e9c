"""Where the channels of a layer stand in its grid, and where the grid's tiles lie in a view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import Activation

__all__ = ["AtlasGeometry", "HoverInfo"]


@dataclass(frozen=True, slots=True)
class HoverInfo:
    """The cell under the pointer: channel, row, column, and its value in the layer's own unit."""

    channel: int
    y: int
    x: int
    value: float


class AtlasGeometry:
    """The grid of one activation.

    Parameters
    ----------
    activation
        Only its order and its sizes are read.
    """

    def __init__(self, activation: Activation) -> None:
        self.count = activation.channels
        self.columns = activation.columns
        self.rows = -(-self.count // self.columns)
        self.height, self.width = activation.map_size
        self._order = activation.order
        self._places: NDArray[np.intp] = np.empty(self.count, np.intp)
        self._places[self._order] = np.arange(self.count)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole grid in cells."""
        return self.columns * self.width, self.rows * self.height

    def channel_at(self, place: int) -> int:
        """Return the channel that stands at a place, counted row by row."""
        return int(self._order[place])

    def place_of(self, channel: int) -> int:
        """Return the place of a channel."""
        return int(self._places[channel])

    def tile(self, place: int) -> tuple[int, int, int, int]:
        """Return left, top, right, bottom of a tile, in cells."""
        row, column = divmod(place, self.columns)
        left, top = column * self.width, row * self.height
        return left, top, left + self.width, top + self.height

    def hit(self, x: float, y: float) -> tuple[int, int, int] | None:
        """Return the channel and the row and column of its cell at a place of the grid."""
        column, cell_x = divmod(int(x // 1), self.width)
        row, cell_y = divmod(int(y // 1), self.height)
        place = row * self.columns + column
        if not (0 <= column < self.columns and row >= 0 and place < self.count):
            return None
        return self.channel_at(place), cell_y, cell_x

    def moved(self, channel: int, dx: int, dy: int) -> int:
        """Return the channel so many places to the right and below.

        To the right goes on with the next row, as one reads; downwards stays in the column. Both
        end at the edge of the grid.
        """
        place = self.place_of(channel)
        row, column = divmod(place, self.columns)
        row = min(max(row + dy, 0), self.rows - 1)
        place = min(row * self.columns + column, self.count - 1)
        return self.channel_at(min(max(place + dx, 0), self.count - 1))
