"""One lane of a race: its score map, its clock, and what it has computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from engine import colormaps
from gui.views.elided_label import ElidedLabel
from gui.views.score_view import ScoreView

if TYPE_CHECKING:
    from engine.values import Lane
    from gui.views.value_scale import ValueScale

__all__ = ["LaneView"]


class LaneView(QWidget):
    """Shows how far one of two ways has come.

    Parameters
    ----------
    title
        What it is.
    message
        What stands there before the race.
    """

    def __init__(self, title: str, message: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = ElidedLabel(title, Qt.TextElideMode.ElideRight, self)
        heading.setProperty("role", "heading")
        self.clock = QLabel(self)
        self.clock.setProperty("role", "title")
        self.clock.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.map = ScoreView(self)
        lut = colormaps.lut(colormaps.DEFAULT)
        self.map.set_luts(lut, lut)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._passes, self._macs = QLabel(self), QLabel(self)
        for label in (self._passes, self._macs):
            label.setProperty("role", "muted")
        self._macs.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._passes.setToolTip(self.tr("Passes through the network"))
        self._macs.setToolTip(self.tr("Multiply-adds of these passes, in thousand millions"))
        for label in (self._passes, self._macs):
            label.setMinimumWidth(1)  # rather cut off than that the window's panels give way
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(self.clock)
        below = QHBoxLayout()
        below.addWidget(self._passes)
        below.addStretch(1)
        below.addWidget(self._macs)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.map, 1)
        layout.addWidget(self._progress)
        layout.addLayout(below)
        self.clear(message)

    def clear(self, message: str) -> None:
        """Show nothing, but a sentence."""
        self.map.clear(message)
        self.clock.setText(self.tr("{0} s").format("0.00"))
        self._passes.setText(self.tr("no pass yet"))
        self._macs.clear()
        self._progress.setRange(0, 1)
        self._progress.setValue(0)

    def show_lane(self, lane: Lane, scale: ValueScale) -> None:
        """Show how far it is."""
        asked = int(np.isfinite(lane.scores).sum())
        self.map.show_scores(lane.scores, asked, scale)
        self.clock.setText(
            self.tr("{0} s").format(f"{lane.seconds:.{2 if lane.seconds < 100 else 1}f}")
        )
        self._progress.setRange(0, lane.passes)
        self._progress.setValue(lane.done)
        if lane.passes == 1:
            self._passes.setText(self.tr("1 pass"))
        else:
            done, passes = f"{lane.done:,}", f"{lane.passes:,}"
            going = self.tr("{0} of {1}").format(done, passes)
            whole = self.tr("{0} passes").format(passes)
            self._passes.setText(whole if lane.is_done else going)
        self._macs.setText(self.tr("{0} G MACs").format(f"{lane.macs / 1e9:.2f}"))
