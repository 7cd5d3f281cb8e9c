"""The prediction panel: the most probable categories, live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from engine.values import InputFit
from gui import settings as keys
from gui.views.bars_view import BarsView
from gui.views.elided_combo import ElidedCombo

if TYPE_CHECKING:
    from engine.values import FrameResult
    from gui.settings import Settings

__all__ = ["PredictionPanel"]

SMOOTHING_S = (0.0, 0.5, 1.0, 3.0)


class PredictionPanel(QWidget):
    """Shows the network's answer as bars, and how the answer is made.

    Signals
    -------
    classification_changed : int, float
        How many categories to name, and over how many seconds to average.
    fit_changed : InputFit
        How the picture becomes the network's input.
    """

    classification_changed = Signal(int, float)
    fit_changed = Signal(object)

    def __init__(self, *, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._build_parts()
        self._build_layout()
        self._restore()
        self._connect_parts()

    @property
    def top_k(self) -> int:
        """How many categories are named."""
        return self._count.value()

    @property
    def smoothing_s(self) -> float:
        """Over how many seconds answers are averaged."""
        return float(self._smoothing.currentData())

    @property
    def fit(self) -> InputFit:
        """How the picture becomes the input."""
        return InputFit(self._fit.currentData())

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Show the answer to a frame."""
        if result.classification is not None:
            self.bars.show_classification(result.classification, is_random=result.is_random)
            bits = f"{result.classification.entropy:.1f}"
            self._doubt.setText(self.tr("entropy {0} bits").format(bits))
        else:
            self.clear(self.tr("This network names no categories"))

    def clear(self, message: str) -> None:
        """Show no answer, but a sentence."""
        self.bars.clear(message)
        self._doubt.clear()

    def cycle_fit(self) -> None:
        """Go on from crop to pad to stretch."""
        self._fit.setCurrentIndex((self._fit.currentIndex() + 1) % self._fit.count())

    def _build_parts(self) -> None:
        self.bars = BarsView(self)
        self._count = QSpinBox(self)
        self._count.setRange(1, 20)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._count.setPrefix(self.tr("Top "))
        self._count.setToolTip(self.tr("How many categories are named"))
        self._smoothing = ElidedCombo(self)
        self._smoothing.setToolTip(
            self.tr("Average the answer over this time, so that the bars jump less")
        )
        self._smoothing.addItem(self.tr("No smoothing"), 0.0)
        for seconds in SMOOTHING_S[1:]:
            self._smoothing.addItem(self.tr("Smooth {0} s").format(f"{seconds:g}"), seconds)
        self._fit = ElidedCombo(self)
        self._fit.setToolTip(self.tr("How the picture becomes the network's input (0)"))
        self._fit.addItem(self.tr("Crop"), InputFit.CROP)
        self._fit.addItem(self.tr("Pad"), InputFit.PAD)
        self._fit.addItem(self.tr("Stretch"), InputFit.STRETCH)

    def _build_layout(self) -> None:
        self._doubt = QLabel(self)
        self._doubt.setProperty("role", "muted")
        self._doubt.setToolTip(
            self.tr("How undecided the network is: 0 = sure, 10 = all 1,000 classes alike")
        )
        for widget in (self._count, self._smoothing, self._fit):
            widget.setMinimumWidth(72)  # rather shortened than that the panel grows
        self._count.setMaximumWidth(88)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._count)
        row.addWidget(self._smoothing)
        row.addWidget(self._fit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.bars, 1)
        layout.addWidget(self._doubt)
        layout.addLayout(row)

    def _restore(self) -> None:
        self._count.setValue(self._settings.get(keys.TOP_K))
        wanted = self._settings.get(keys.SMOOTHING_S)
        nearest = min(range(len(SMOOTHING_S)), key=lambda i: abs(SMOOTHING_S[i] - wanted))
        self._smoothing.setCurrentIndex(nearest)
        self._fit.setCurrentIndex(max(0, self._fit.findData(self._settings.get(keys.FIT))))

    def _connect_parts(self) -> None:
        self._count.valueChanged.connect(self._tell_classification)
        self._smoothing.currentIndexChanged.connect(self._tell_classification)
        self._fit.currentIndexChanged.connect(self._tell_fit)

    @Slot()
    def _tell_classification(self) -> None:
        self._settings.set(keys.TOP_K, self.top_k)
        self._settings.set(keys.SMOOTHING_S, self.smoothing_s)
        self.classification_changed.emit(self.top_k, self.smoothing_s)

    @Slot()
    def _tell_fit(self) -> None:
        self._settings.set(keys.FIT, self.fit)
        self.fit_changed.emit(self.fit)
