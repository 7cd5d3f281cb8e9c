"""The row that says which of the network's answers count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from engine.values import SegmentAs, SegmentSettings
from gui.icons import Icon, icon
from gui.panels.class_menu import ClassMenu

if TYPE_CHECKING:
    from engine.values import Category

__all__ = ["SegmentSettingsRow"]


class SegmentSettingsRow(QWidget):
    """Edits :class:`SegmentSettings`.

    Signals
    -------
    settings_changed : SegmentSettings
        The person chose something.
    """

    settings_changed = Signal(object)

    def __init__(self, chosen: SegmentSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen = chosen
        self._build_parts()
        self._build_layout()
        self._show()
        self._connect_parts()

    @property
    def chosen(self) -> SegmentSettings:
        """What is chosen."""
        return self._chosen

    def set_categories(self, categories: tuple[Category, ...]) -> None:
        """Offer the classes of a network; another network begins with all of them."""
        if self._classes.set_categories(categories) and self._chosen.categories is not None:
            self._change(replace(self._chosen, categories=None))

    def set_task(self, task: str) -> None:
        """Leave out of use what is about objects where a network answers with labels alone."""
        for part in (self._as, self._score, self._percent, self._iou, self._most, self._track):
            part.setEnabled(task != "semantic")

    def cycle_as(self) -> None:
        """Go on from objects to a label map and back, where the network finds objects."""
        if not self._as.isEnabled():
            return
        self._as.setCurrentIndex((self._as.currentIndex() + 1) % self._as.count())

    def set_score(self, score: float) -> None:
        """Choose the least score."""
        self._change(replace(self._chosen, score=score))

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._as = QComboBox(self)
        self._as.addItem(self.tr("Objects"), SegmentAs.INSTANCES)
        self._as.addItem(self.tr("Label map"), SegmentAs.LABELS)
        self._as.setToolTip(self.tr("Single objects, or one label for each pixel (Shift+A)"))
        self._as.setAccessibleName(self._as.toolTip())
        self._score = QSlider(Qt.Orientation.Horizontal, self)
        self._score.setRange(1, 99)
        self._score.setFixedWidth(80)
        tip = self.tr("Least score: objects that are less certain are left out")
        self._score.setToolTip(tip)
        self._score.setAccessibleName(tip)
        self._percent = QLabel(self)
        self._percent.setProperty("role", "number")
        self._percent.setMinimumWidth(self.fontMetrics().horizontalAdvance("00 %") + 4)
        self._iou = QDoubleSpinBox(self)
        self._iou.setRange(0.05, 1.0)
        self._iou.setSingleStep(0.05)
        self._iou.setPrefix(self.tr("IoU "))
        self._iou.setToolTip(
            self.tr("Of two boxes of a class that overlap by more than this, the surer one stays")
        )
        self._most = QSpinBox(self)
        self._most.setRange(1, 1000)
        self._most.setPrefix(self.tr("Most "))
        self._most.setToolTip(self.tr("So many objects at most"))
        for spin in (self._iou, self._most):
            spin.setKeyboardTracking(False)
            spin.setAlignment(Qt.AlignmentFlag.AlignRight)
            spin.setFixedWidth(96)
        self._classes = ClassMenu(self)
        self._track = QToolButton(self)
        self._track.setIcon(icon(Icon.TRACK))
        self._track.setCheckable(True)
        self._track.setToolTip(self.tr("Objects keep their numbers from frame to frame"))
        self._track.setAccessibleName(self.tr("Track objects"))

    def _build_layout(self) -> None:
        score = QLabel(self.tr("Score"), self)
        score.setProperty("role", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._as)
        layout.addSpacing(4)
        layout.addWidget(score)
        layout.addWidget(self._score)
        layout.addWidget(self._percent)
        layout.addWidget(self._iou)
        layout.addWidget(self._most)
        layout.addWidget(self._classes)
        layout.addWidget(self._track)

    def _connect_parts(self) -> None:
        self._as.currentIndexChanged.connect(self._take)
        self._score.valueChanged.connect(self._take)
        self._iou.valueChanged.connect(self._take)
        self._most.valueChanged.connect(self._take)
        self._track.toggled.connect(self._take)
        self._classes.chosen_changed.connect(self._take)

    def _show(self) -> None:
        chosen = self._chosen
        with QSignalBlocker(self._as):
            self._as.setCurrentIndex(max(0, self._as.findData(chosen.as_)))
        with QSignalBlocker(self._score):
            self._score.setValue(round(100 * chosen.score))
        with QSignalBlocker(self._iou):
            self._iou.setValue(chosen.iou)
        with QSignalBlocker(self._most):
            self._most.setValue(chosen.most)
        with QSignalBlocker(self._track):
            self._track.setChecked(chosen.is_tracked)
        self._percent.setText(f"{100 * chosen.score:.0f} %")

    @Slot()
    def _take(self) -> None:
        self._change(
            SegmentSettings(
                score=self._score.value() / 100,
                iou=self._iou.value(),
                most=self._most.value(),
                categories=self._classes.chosen,
                as_=SegmentAs(self._as.currentData()),
                is_tracked=self._track.isChecked(),
            )
        )

    def _change(self, chosen: SegmentSettings) -> None:
        if chosen != self._chosen:
            self._chosen = chosen
            self._show()
            self.settings_changed.emit(chosen)
