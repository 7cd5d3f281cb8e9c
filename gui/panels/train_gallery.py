"""The validation photos epoch by epoch, with a slider to step back through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from gui.icons import Icon, icon
from gui.views.gallery_view import GalleryView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gui.actions import Actions
    from gui.learn.history import TrainHistory

__all__ = ["TrainGallery"]

_EPOCH_PX = 132


class TrainGallery(QWidget):
    """Follows the newest epoch, until another one is chosen; at the right end it follows again.

    Signals
    -------
    epoch_shown : int
        The photos are shown as they were after this epoch; 0 = before the first.
    """

    epoch_shown = Signal(int)

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: TrainHistory | None = None
        self._colours: NDArray[np.uint8] = np.zeros((1, 3), np.uint8)
        self._epochs: tuple[int, ...] = ()
        self.view = GalleryView(self)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setToolTip(self.tr("Step back through the epochs (Ctrl+Left, Ctrl+Right)"))
        self._slider.setAccessibleName(self.tr("Epoch"))
        self._epoch = QLabel(self)
        self._epoch.setMinimumWidth(_EPOCH_PX)
        buttons = []
        for name, sign in (
            ("train_previous_epoch", Icon.PREVIOUS),
            ("train_next_epoch", Icon.NEXT),
            ("train_best_epoch", Icon.BEST),
        ):
            actions.action(name).setIcon(icon(sign))
            button = QToolButton(self)
            button.setDefaultAction(actions.action(name))
            buttons.append(button)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._epoch)
        row.addWidget(buttons[0])
        row.addWidget(self._slider, 1)
        row.addWidget(buttons[1])
        row.addWidget(buttons[2])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.view, 1)
        layout.addLayout(row)
        self._slider.valueChanged.connect(self._show)
        self.clear()

    @property
    def epoch(self) -> int:
        """The epoch that is looked at."""
        place = self._slider.value()
        return self._epochs[place] if place < len(self._epochs) else 0

    def clear(self) -> None:
        """Show none yet."""
        self._history, self._epochs = None, ()
        self._slider.setRange(0, 0)
        self._slider.setEnabled(False)
        self._epoch.setText("")
        self.view.clear(
            self.tr("Photos that the network does not learn from are labelled after each epoch")
        )

    def show_history(self, history: TrainHistory, colours: NDArray[np.uint8]) -> None:
        """Take in what a training has told so far."""
        was_at_end = self._slider.value() >= self._slider.maximum()
        self._history, self._colours = history, colours
        self._epochs = history.shown_epochs
        before = self._slider.value()
        self._slider.blockSignals(True)
        self._slider.setRange(0, max(0, len(self._epochs) - 1))
        self._slider.setEnabled(len(self._epochs) > 1)
        self._slider.setValue(self._slider.maximum() if was_at_end else before)
        self._slider.blockSignals(False)
        self._show()

    def step(self, by: int) -> None:
        """Go to a later or an earlier epoch."""
        self._slider.setValue(self._slider.value() + by)

    def show_epoch(self, epoch: int) -> None:
        """Go to an epoch."""
        if epoch in self._epochs:
            self._slider.setValue(self._epochs.index(epoch))

    def show_best(self) -> None:
        """Go to the best epoch."""
        best = self._history.best if self._history is not None else None
        if best is not None:
            self.show_epoch(best.epoch)

    @Slot()
    def _show(self) -> None:
        if self._history is None:
            return
        self.view.show_pictures(self._history.gallery(self.epoch), self._colours)
        best, report = self._history.best, self._history.report(self.epoch)
        if report is None:
            self._epoch.setText(self.tr("Before training"))
        elif best is not None and best.epoch == report.epoch:
            self._epoch.setText(self.tr("Epoch {0} (best)").format(report.epoch))
        else:
            self._epoch.setText(self.tr("Epoch {0}").format(report.epoch))
        self.epoch_shown.emit(self.epoch)
