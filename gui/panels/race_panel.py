"""The race panel: the same classifier asked window by window, and in one pass."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine import colormaps
from engine.values import Box, RaceSettings
from gui.views.class_field import ClassField
from gui.views.colorbar import ColorBar
from gui.views.frame_view import FrameView
from gui.views.lane_view import LaneView
from gui.views.value_scale import ValueScale

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from engine.values import Frame, FrameResult, Race

__all__ = ["RacePanel"]

WINDOWS = (32, 64, 96, 128, 160, 192, 224)
STRIDES = (32, 16, 8)
CONTEXTS = (0, 32, 64, 128, 256, 512)


class RacePanel(QWidget):
    """Sets both ways against each other on the frame that stands.

    Signals
    -------
    race_wanted : RaceSettings
        The person starts a race.
    cancel_wanted
        The person stops it.
    """

    race_wanted = Signal(object)
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._race: Race | None = None
        self._settings: RaceSettings | None = None
        self._frame: Frame | None = None
        self._build_parts()
        self._build_layout()
        self._start.clicked.connect(self._begin)
        self._cancel.clicked.connect(self._end)
        self._set_running(is_running=False)

    @property
    def settings(self) -> RaceSettings:
        """What would be raced now."""
        return RaceSettings(
            window=self._window.currentData(),
            stride=self._stride.currentData(),
            class_index=self._class.chosen,
            context=self._context.currentData(),
        )

    @property
    def race(self) -> Race | None:
        """The race that is shown."""
        return self._race

    def set_categories(self, names: tuple[str, ...]) -> None:
        """Take the names of another network's classes; a race that runs is given up."""
        self._class.set_categories(names)
        if self._settings is not None:
            self._end()

    def show_result(self, result: FrameResult) -> None:
        """Take the newest frame, to show what would be raced."""
        self._frame = result.frame
        if self._settings is None:
            self._start.setEnabled(True)
        self._show_frame()

    def show_race(self, race: Race) -> None:
        """Show how far a race is; one that was given up is not shown any more."""
        if race.settings is not self._settings:
            return
        self._race = race
        self._show_window(race)
        known = np.concatenate((race.single.scores.ravel(), race.sliding.scores.ravel()))
        known = known[np.isfinite(known)]
        scale = ValueScale(float(known.min()), float(known.max()))
        self._bar.set_scale(scale)
        self._bar.show()
        self._sliding.show_lane(race.sliding, scale)
        self._single.show_lane(race.single, scale)
        self._tell_outcome(race)
        if race.is_done:
            self._settings = None
            self._set_running(is_running=False)

    def show_failed(self, message: str) -> None:
        """Say why a race came to no end; empty = it was cancelled, and stands as it is."""
        if self._settings is None:
            return
        self._settings = None
        self._set_running(is_running=False)
        if not message:
            self._outcome.setText(self.tr("Cancelled; what was asked so far stands."))
            return
        self._race = None
        for lane in (self._sliding, self._single):
            lane.clear(self.tr("No race"))
        self._bar.hide()
        self._outcome.setProperty("role", "error")
        self._outcome.setText(message)
        self._repolish()

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._window = self._choice(
            [(self.tr("Window {0}").format(one), one) for one in WINDOWS],
            self.tr("Side of the window, in pixels of the picture as it is raced"),
        )
        self._window.setCurrentIndex(WINDOWS.index(RaceSettings().window))
        self._stride = self._choice(
            [(self.tr("Stride {0}").format(one), one) for one in STRIDES],
            self.tr("Pixels from one window to the next"),
        )
        self._stride.setCurrentIndex(STRIDES.index(RaceSettings().stride))
        self._context = self._choice(
            [
                (self.tr("Context {0}").format(one) if one else self.tr("No context"), one)
                for one in CONTEXTS
            ],
            self.tr(
                "Pixels around it that each window brings along: once they cover what a cell of "
                "the network sees, both maps are exactly equal. It makes the windows slow."
            ),
        )
        self._class = ClassField(self)
        self._class.setPlaceholderText(self.tr("Best class"))
        self._class.setToolTip(self.tr("Whose score is mapped; empty = the picture's best class"))
        self._class.setMinimumWidth(96)
        self._class.setMaximumWidth(220)
        self._start = QPushButton(self.tr("Start"), self)
        self._start.setProperty("primary", True)
        self._start.setToolTip(self.tr("Race on the picture as it stands now"))
        self._start.setEnabled(False)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._picture = FrameView(self)
        self._picture.clear(self.tr("Open a picture, then start the race"))
        waiting = self.tr("Its score map comes here")
        self._sliding = LaneView(self.tr("Sliding window"), waiting, self)
        self._single = LaneView(self.tr("One pass"), waiting, self)
        self._bar = ColorBar(self)
        self._bar.setMinimumWidth(60)
        self._bar.set_unit(self.tr("logit"))
        self._bar.set_lut(colormaps.lut(colormaps.DEFAULT))
        self._bar.hide()
        self._outcome = QLabel(self.tr("The same classifier, asked twice for the same map"), self)
        self._outcome.setWordWrap(True)
        self._outcome.setProperty("role", "muted")

    def _choice(self, items: list[tuple[str, int]], tip: str) -> QComboBox:
        box = QComboBox(self)
        box.setToolTip(tip)
        box.setMinimumWidth(88)  # rather shortened than that the window's panels give way
        for text, data in items:
            box.addItem(text, data)
        return box

    def _build_layout(self) -> None:
        controls = QHBoxLayout()
        controls.setSpacing(8)
        for widget in (self._window, self._stride, self._context):
            controls.addWidget(widget)
        controls.addWidget(self._class, 1)
        controls.addStretch(1)
        controls.addWidget(self._cancel)
        controls.addWidget(self._start)
        body = QHBoxLayout()
        body.setSpacing(12)
        self._picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        body.addWidget(self._picture, 4)
        body.addWidget(self._sliding, 5)
        body.addWidget(self._single, 5)
        body.addWidget(self._bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(controls)
        layout.addLayout(body, 1)
        layout.addWidget(self._outcome)

    @Slot()
    def _begin(self) -> None:
        self._settings = self.settings
        self._race = None
        self._outcome.setProperty("role", "muted")
        self._outcome.setText(self.tr("Getting ready"))
        self._repolish()
        for lane in (self._sliding, self._single):
            lane.clear(self.tr("Getting ready"))
        self._bar.hide()
        self._picture.set_input_box(None)
        self._set_running(is_running=True)
        self.race_wanted.emit(self._settings)

    @Slot()
    def _end(self) -> None:
        self.cancel_wanted.emit()
        self.show_failed("")

    def _set_running(self, *, is_running: bool) -> None:
        self._cancel.setVisible(is_running)
        self._start.setVisible(not is_running)
        self._start.setEnabled(self._frame is not None)
        for widget in (self._window, self._stride, self._context, self._class):
            widget.setEnabled(not is_running)

    def _show_frame(self) -> None:
        """Show what would be raced, as long as no race stands there."""
        if self._race is None and self._frame is not None and self.isVisible():
            self._picture.show_frame(self._frame.image)

    def _show_window(self, race: Race) -> None:
        """Show the picture, and where the window stands now."""
        image = race.frame.image
        self._picture.show_frame(image)
        mark = self.tr("random weights") if race.is_random else ""
        self._picture.set_badge("random", mark, is_warning=True)
        lane = race.sliding
        if lane.is_done or not lane.done:
            self._picture.set_input_box(None)
            return
        left, top, right, bottom = race.place(lane.done - 1)
        down, across = image.shape[0] / race.size[0], image.shape[1] / race.size[1]
        self._picture.set_input_box(Box(left * across, top * down, right * across, bottom * down))

    def _tell_outcome(self, race: Race) -> None:
        agreed = race.agreement
        if agreed is None:
            self._outcome.setText(self.tr("The one pass is done; the window slides"))
            return
        macs = race.sliding.macs / max(1, race.single.macs)
        times = race.sliding.seconds / max(1e-9, race.single.seconds)
        correlation = "–" if math.isnan(agreed.correlation) else f"{agreed.correlation:.3f}"
        text = self.tr(
            "{5}: the windows took {0} times the multiply-adds and {1} times the time. Agreement: "
            "correlation {2}, same best class at {3} % of the places, greatest difference {4}"
        ).format(
            f"{macs:.1f}",
            f"{times:.1f}",
            correlation,
            f"{100 * agreed.same_best:.0f}",
            f"{agreed.max_difference:.3g}",
            race.label[:1].upper() + race.label[1:],
        )
        if not race.is_done:
            so_far = f"{race.sliding.done:,}", f"{race.sliding.passes:,}"
            text = self.tr("So far ({0} of {1} windows). {2}").format(*so_far, text)
        self._outcome.setText(text)

    def _repolish(self) -> None:
        self._outcome.style().unpolish(self._outcome)
        self._outcome.style().polish(self._outcome)

    # ------------------------------------------------------------------------------ Qt's overrides

    def showEvent(self, event: QShowEvent) -> None:
        """Show the picture that stands."""
        super().showEvent(event)
        self._show_frame()
