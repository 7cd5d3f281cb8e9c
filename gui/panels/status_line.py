"""The status line: rates, where a frame's time goes, what is under the pointer, memory."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QStatusBar, QWidget

from gui.views.elided_label import ElidedLabel
from gui.views.sparkline import Sparkline

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import FrameResult, LayerInfo

__all__ = ["RateMeter", "StatusLine"]

REFRESH_S = 0.25
"""Numbers that change faster than this cannot be read."""


class RateMeter:
    """Events a second, over about the last second.

    Parameters
    ----------
    clock
        Seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._times: deque[float] = deque()

    def tick(self) -> None:
        """Count one event."""
        now = self._clock()
        self._times.append(now)
        while len(self._times) > 2 and now - self._times[0] > 1.0:
            self._times.popleft()

    @property
    def rate(self) -> float:
        """Events a second; 0 when the last one was over two seconds ago."""
        if len(self._times) < 2 or self._clock() - self._times[-1] > 2.0:
            return 0.0
        return (len(self._times) - 1) / max(self._times[-1] - self._times[0], 1e-9)


class StatusLine(QStatusBar):
    """Shows numbers about the live loop."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._rate = RateMeter()
        self._shown_at = 0.0
        self._build_parts()

    def show_result(self, result: FrameResult, paint_ms: float, latency_ms: float) -> None:
        """Count a result and show its numbers a few times a second.

        Parameters
        ----------
        result
            The newest.
        paint_ms
            What handling and painting the one before cost the GUI thread.
        latency_ms
            From the capture of the one before to its being on the screen.
        """
        self._rate.tick()
        now = time.perf_counter()
        if now - self._shown_at < REFRESH_S:
            return
        self._shown_at = now
        timing = result.timing
        self._fps.setText(self.tr("{0} fps").format(f"{self._rate.rate:.0f}"))
        self._engine.setText(
            self.tr("engine {0} ms (net {1}, maps {2})").format(
                f"{timing.total_ms:.0f}", f"{timing.forward_ms:.0f}", f"{timing.atlas_ms:.0f}"
            )
        )
        self._paint.setText(self.tr("paint {0} ms").format(f"{paint_ms:.0f}"))
        self._detail.setText(
            self.tr("prepare {0} ms, to screen {1} ms").format(
                f"{timing.preprocess_ms:.1f}", f"{latency_ms:.0f}"
            )
        )
        self._spark.add(timing.total_ms)
        self._memory.setText(f"{result.memory_mib:,.0f} MiB")

    def show_layer(self, layer: LayerInfo) -> None:
        """Name the current layer while nothing is under the pointer."""
        shape = "" if layer.shape is None else " × ".join(str(n) for n in layer.shape)
        parts = (str(layer.key), layer.kind, shape, layer.detail)
        self._layer_text = "   ".join(part for part in parts if part)
        self._what.setText(self._layer_text)

    def show_pointed(self, text: str) -> None:
        """Say what is under the pointer; empty = the layer again."""
        self._what.setText(text or self._layer_text)

    def show_timing(self, *, is_shown: bool) -> None:
        """Show where the time goes in detail, or not."""
        self._detail.setVisible(is_shown)
        self._spark.setVisible(is_shown)

    def _build_parts(self) -> None:
        self._layer_text = ""
        body = QWidget(self)
        layout = QHBoxLayout(body)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(12)
        self._fps = self._number(self.tr("Frames answered a second"), "00 fps")
        self._engine = self._number(
            self.tr("One frame in the engine: the network's pass, the composing of the maps"),
            self.tr("engine {0} ms (net {1}, maps {2})").format("000", "000", "00"),
        )
        self._paint = self._number(
            self.tr("Showing one frame in the window"), self.tr("paint {0} ms").format("00")
        )
        self._detail = self._number(
            self.tr("Making the input; from the picture's capture to the screen"), ""
        )
        self._spark = Sparkline(parent=body)
        self._spark.setToolTip(self.tr("Engine time of the last frames"))
        self._what = ElidedLabel(parent=body)
        self._memory = self._number(
            self.tr("Memory of the device, or of the process on the CPU"), ""
        )
        for label in (self._fps, self._engine, self._paint, self._detail, self._spark):
            layout.addWidget(label)
        layout.addWidget(self._what, 1)
        layout.addWidget(self._memory)
        self._detail.hide()
        self._spark.hide()
        self.addWidget(body, 1)

    def _number(self, tooltip: str, widest: str) -> QLabel:
        label = QLabel("–", self)
        label.setProperty("role", "number")
        label.setToolTip(tooltip)
        if widest:  # room for all digits, so that nothing beside it moves
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance(widest))
        return label
