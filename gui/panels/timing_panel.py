"""The timing panel: where each frame's time goes, as curves over the last frames."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gui.theme import number_font, theme_of

if TYPE_CHECKING:
    from engine.values import FrameResult

__all__ = ["TimingPanel"]

FRAMES = 300
REFRESH_S = 0.1


class TimingPanel(QWidget):
    """Curves of input, network, maps and painting, in milliseconds.

    The plotting library is imported when the panel is first shown: it takes as long to import as
    the whole window to open.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: deque[tuple[float, float, float, float]] = deque(maxlen=FRAMES)
        self._plot: Any = None
        self._curves: list[Any] = []
        self._drawn_at = 0.0
        self._names = (
            self.tr("input"),
            self.tr("network"),
            self.tr("maps"),
            self.tr("painting"),
        )
        self._legend = QLabel(self)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setWordWrap(True)
        self._legend.setMinimumWidth(1)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 8, 8, 8)
        self._layout.setSpacing(4)
        self._layout.addWidget(self._legend)
        self.setMinimumHeight(180)

    def add(self, result: FrameResult, paint_ms: float) -> None:
        """Take in one frame; it is drawn at most ten times a second.

        Parameters
        ----------
        result
            The newest answer.
        paint_ms
            What showing the one before cost the GUI thread.
        """
        timing = result.timing
        self._rows.append((timing.preprocess_ms, timing.forward_ms, timing.atlas_ms, paint_ms))
        now = time.perf_counter()
        if self.isVisible() and now - self._drawn_at >= REFRESH_S:
            self._drawn_at = now
            self._draw()

    def _draw(self) -> None:
        if self._plot is None or not self._rows:
            return
        rows = np.array(self._rows, np.float32)
        for curve, values in zip(self._curves, rows.T, strict=True):
            curve.setData(values)
        # The first pass after a change is several times as slow: it would flatten all others.
        top = 2 * float(np.median(rows, axis=0).max())
        self._plot.setYRange(0, max(top, 1.0), padding=0)
        medians = np.median(rows, axis=0)
        self._legend.setText(
            "&nbsp;&nbsp; ".join(
                f'<span style="color:{colour}">■</span>&nbsp;{name}&nbsp;{value:.1f}&nbsp;ms'
                for name, colour, value in zip(self._names, self._colours(), medians, strict=True)
            )
        )

    def _build_plot(self) -> None:
        import pyqtgraph  # noqa: PLC0415 - half a second, only when someone wants to see it

        plot = pyqtgraph.PlotWidget(self, background=None)
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(x=False, y=False)
        plot.hideButtons()
        # Its menu, switched off though it is, would outlive it as a window of its own.
        menu = plot.getPlotItem().ctrlMenu
        menu.setParent(plot, menu.windowFlags())
        plot.setXRange(0, FRAMES, padding=0)
        plot.setFrameShape(plot.Shape.NoFrame)
        plot.setAccessibleName(self.tr("Times of the last frames, in milliseconds"))
        self._plot = plot
        self._curves = [plot.plot() for _ in self._names]
        self._layout.addWidget(plot, 1)
        self._colour_plot()

    def _colour_plot(self) -> None:
        if self._plot is None:
            return
        import pyqtgraph  # noqa: PLC0415 - it is there by now

        theme = theme_of(self)
        for curve, colour in zip(self._curves, self._colours(), strict=True):
            curve.setPen(pyqtgraph.mkPen(QColor(colour), width=1.5))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(QColor(theme.axis))
            axis.setTextPen(QColor(theme.text_muted))
            axis.setTickFont(number_font(theme, "small"))
        self._plot.setToolTip(self.tr("Milliseconds over the last {0} frames").format(FRAMES))

    def _colours(self) -> tuple[str, str, str, str]:
        theme = theme_of(self)
        return theme.text_muted, theme.accent, theme.warning, theme.success

    def showEvent(self, event: QShowEvent) -> None:
        """Build the plot at the first showing."""
        super().showEvent(event)
        if self._plot is None:
            self._build_plot()
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of a new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_curves"):
            self._colour_plot()
