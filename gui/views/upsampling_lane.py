"""One way of upsampling: its mask over the picture, and the scores that the mask is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine import colormaps
from gui.views.elided_label import ElidedLabel
from gui.views.map_view import MapView
from gui.views.segment_view import SegmentView

if TYPE_CHECKING:
    from engine.values import Frame, OverlayStyle, UpsamplingView
    from gui.views.value_scale import ValueScale

__all__ = ["UpsamplingLane"]


class UpsamplingLane(QWidget):
    """Shows a mask, and below it a score map whose single cells can be seen by zooming in.

    Parameters
    ----------
    title
        What it is.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        heading = ElidedLabel(title, Qt.TextElideMode.ElideRight, self)
        heading.setProperty("role", "heading")
        self._figure = QLabel(self)
        self._figure.setProperty("role", "muted")
        self._figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._figure.setToolTip(
            self.tr(
                "How much of the score map's fine structure depends only on whether row and "
                "column are even or odd: the checkerboard of Odena et al., 2016"
            )
        )
        self.found = SegmentView(self)
        self.scores = MapView(self)
        lut = colormaps.lut(colormaps.DEFAULT)
        self.scores.set_luts(lut, lut)
        self.scores.setAccessibleName(self.tr("Scores"))
        for view in (self.found, self.scores):
            view.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(self._figure)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.found, 1)
        layout.addWidget(self.scores, 1)
        self.clear()

    @property
    def figure(self) -> str:
        """How strong the checkerboard is."""
        return self._figure.text()

    def clear(self) -> None:
        """Show nothing yet."""
        self._figure.setText("")
        self.found.clear(self.tr("The mask comes here"))
        self.scores.clear(self.tr("Its scores come here"))

    def show_view(
        self, frame: Frame, view: UpsamplingView, style: OverlayStyle, scale: ValueScale
    ) -> None:
        """Show what came of it."""
        self.found.set_style(style)
        self.found.show_segmentation(frame.image, view.found)
        self.scores.show_map(np.asarray(view.scores, np.float32), scale)
        percent = f"{100 * view.checkerboard:.0f}"
        self._figure.setText(self.tr("checkerboard {0} %").format(percent))
