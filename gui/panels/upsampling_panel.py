"""Nearest neighbour, bilinear and transposed convolution side by side on one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine import colormaps
from gui.views.colorbar import ColorBar
from gui.views.upsampling_lane import UpsamplingLane
from gui.views.value_scale import ValueScale

if TYPE_CHECKING:
    from engine.values import OverlayStyle, UpsamplingComparison

__all__ = ["UpsamplingPanel"]

_TAILS = (1, 99)
"""Percentiles of the scores between which colours differ: a few corners would take them all."""


class UpsamplingPanel(QWidget):
    """Three lanes with one colour bar.

    Attributes
    ----------
    is_transposed
        Whether the network was trained with transposed convolutions.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparison: UpsamplingComparison | None = None
        self.is_transposed = False
        self._lanes = {
            "nearest": UpsamplingLane(self.tr("Nearest"), self),
            "bilinear": UpsamplingLane(self.tr("Bilinear"), self),
            "transposed": UpsamplingLane(self.tr("Transposed"), self),
        }
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = ColorBar(self)
        self._bar.setMinimumWidth(56)
        self._bar.set_unit(self.tr("logit"))
        self._bar.set_lut(colormaps.lut(colormaps.DEFAULT))
        row = QHBoxLayout()
        row.setSpacing(12)
        for lane in self._lanes.values():
            row.addWidget(lane, 1)
        bar = QVBoxLayout()
        bar.addStretch(1)
        bar.addWidget(self._bar, 1)
        row.addLayout(bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row, 1)
        layout.addWidget(self._sentence)
        self.clear()

    @property
    def comparison(self) -> UpsamplingComparison | None:
        """What is shown."""
        return self._comparison

    @property
    def sentence(self) -> str:
        """What is said below."""
        return self._sentence.text()

    def figures(self) -> dict[str, str]:
        """Return how strong the checkerboard of each way is said to be."""
        return {kind: lane.figure for kind, lane in self._lanes.items()}

    def clear(self) -> None:
        """Show nothing yet."""
        self._comparison = None
        for lane in self._lanes.values():
            lane.clear()
        self._bar.hide()
        self._say(self.tr("The same network is run in three ways on each picture."))

    def show_failed(self, sentence: str) -> None:
        """Say why it cannot be compared."""
        self.clear()
        self._say(sentence, is_error=True)

    def show_comparison(self, comparison: UpsamplingComparison, style: OverlayStyle) -> None:
        """Show what came of each way."""
        self._comparison = comparison
        values = np.concatenate([one.scores.ravel() for one in comparison.views])
        values = values[np.isfinite(values)]
        low, high = np.percentile(values, _TAILS) if values.size else (0.0, 1.0)
        scale = ValueScale(float(low), float(high))
        for view in comparison.views:
            self._lanes[view.kind].show_view(comparison.frame, view, style, scale)
        self._bar.set_scale(scale)
        self._bar.show()
        below = self.tr("Below each mask: the scores for “{0}”; zoom in to see single cells.")
        even = self.tr(
            "The transposed convolutions are those that were trained: their kernel (4) is a "
            "multiple of their stride (2), which keeps a checkerboard away (Odena et al., 2016)."
        )
        uneven = self.tr(
            "A transposed convolution whose kernel (3) is no multiple of its stride (2) covers the "
            "cells unevenly: a checkerboard (Odena et al., 2016)."
        )
        self._say(f"{below.format(comparison.category)} {even if self.is_transposed else uneven}")

    def _say(self, sentence: str, *, is_error: bool = False) -> None:
        self._sentence.setText(sentence)
        self._sentence.setProperty("role", "error" if is_error else "muted")
        self._sentence.style().polish(self._sentence)
