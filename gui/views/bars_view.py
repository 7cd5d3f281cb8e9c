"""The network's answer as bars: ranked categories, or a whole vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.views.rank_bars import RankBars
from gui.views.vector_bars import VectorBars

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.values import Classification

__all__ = ["BarsView"]


class BarsView(QStackedWidget):
    """Shows what it was given last: a classification or a vector.

    Signals
    -------
    channel_hovered : int or None
        Of a vector: the channel under the pointer.
    channel_chosen : int
        It was clicked.
    """

    channel_hovered = Signal(object)
    channel_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ranks = RankBars(self)
        self.vector = VectorBars(self)
        self.addWidget(self.ranks)
        self.addWidget(self.vector)
        self.vector.channel_hovered.connect(self.channel_hovered)
        self.vector.channel_chosen.connect(self.channel_chosen)

    def show_classification(
        self, classification: Classification | None, *, is_random: bool = False
    ) -> None:
        """Show the best categories."""
        self.ranks.show_classification(classification, is_random=is_random)
        self.setCurrentWidget(self.ranks)

    def show_vector(self, values: NDArray[np.float32]) -> None:
        """Show every channel of a vector, (N,) float32."""
        self.vector.show_vector(values)
        self.setCurrentWidget(self.vector)

    def set_channel(self, channel: int) -> None:
        """Mark a channel of the vector, without telling anyone."""
        self.vector.set_channel(channel)

    def clear(self, message: str = "") -> None:
        """Show nothing, but a sentence that says what to do next."""
        self.ranks.clear(message)
        self.vector.clear(message)
