"""See what a skip does: switch the connections of a U-Net while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.values import SkipSwitches
from gui.learn.fields import UPSAMPLINGS, translated
from gui.learn.skips import STRIDES, skip_sentence
from gui.panels.upsampling_panel import UpsamplingPanel
from gui.views.choices import choice_box
from gui.views.segment_view import SegmentView
from gui.views.u_diagram import UDiagram

if TYPE_CHECKING:
    from engine.values import Frame, OverlayStyle, Segmentation
    from gui.actions import Actions

__all__ = ["DEFAULT_UNET", "SkipPage"]

DEFAULT_UNET = "unet_efficientnet_lite0"
"""The network that is offered where another one runs."""


class SkipPage(QWidget):
    """The switches, the U, and the live mask; or the ways of upsampling side by side.

    Attributes
    ----------
    diagram, view, lanes
        Its parts.

    Signals
    -------
    switched : SkipSwitches
        The person chose otherwise.
    visible_changed : bool
        It can be seen, or not any more: then the network is to be whole again.
    compare_toggled : bool
        Side by side, or live.
    model_wanted : str
        Load this network.
    choice_wanted
        Show the networks that name every pixel.
    """

    switched = Signal(object)
    visible_changed = Signal(bool)
    compare_toggled = Signal(bool)
    model_wanted = Signal(str)
    choice_wanted = Signal()

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._strides: tuple[int, ...] = STRIDES
        self.switches = SkipSwitches()
        self.diagram = UDiagram(self)
        self.view = SegmentView(self)
        self.lanes = UpsamplingPanel(self)
        self._build_parts()
        self._build_layout()
        self._connect_parts()
        self.show_unfit("")

    # -------------------------------------------------------------------------------- for callers

    @property
    def is_comparing(self) -> bool:
        """Whether the ways of upsampling stand side by side."""
        return self._actions.action("skip_compare").isChecked()

    @property
    def has_unet(self) -> bool:
        """Whether there are skips to switch."""
        return self._stack.currentWidget() is not self._unfit

    @property
    def sentence(self) -> str:
        """What the switches mean."""
        return self._sentence.text()

    def show_unet(self, strides: tuple[int, ...], *, is_transposed: bool) -> None:
        """Show the switches of a U-Net that has just come: all are on.

        Parameters
        ----------
        strides
            Of its skips, the coarsest first.
        is_transposed
            Whether it was trained with transposed convolutions.
        """
        self._strides = strides
        self.lanes.is_transposed = is_transposed
        self.switches = SkipSwitches()
        self.view.clear(self.tr("Waiting for the first answer"))
        self.lanes.clear()
        self._show_switches()
        self._show_mode()

    def show_unfit(self, title: str) -> None:
        """Say that the network that runs has no skips to switch."""
        name = title or self.tr("This network")
        self._why.setText(
            self.tr(
                "{0} has no skips to switch. Train a U-Net, or load the one that comes with "
                "Layerscope."
            ).format(name)
        )
        self._stack.setCurrentWidget(self._unfit)

    def show_found(self, frame: Frame, found: Segmentation | None, style: OverlayStyle) -> None:
        """Show the live picture with its mask."""
        self.view.set_style(style)
        self.view.show_segmentation(frame.image, found)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._skip_buttons = []
        for stride in STRIDES:
            action = self._actions.action(f"skip_{stride}")
            action.setChecked(True)
            button = QToolButton(self)
            button.setDefaultAction(action)
            self._skip_buttons.append(button)
        self._upsampling = choice_box(
            self,
            self.tr("How a coarse map becomes a fine one, from now on"),
            [
                (self.tr("As trained"), None),
                *((translated(title), name) for name, title, _ in UPSAMPLINGS),
            ],
        )
        self._compare = QToolButton(self)
        self._compare.setDefaultAction(self._actions.action("skip_compare"))
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("role", "muted")
        self._note = QLabel(
            self.tr(
                "The weights were trained with all of it on: what is seen is what a connection "
                "carries, not how good a network without it could be."
            ),
            self,
        )
        self._note.setWordWrap(True)
        self._note.setProperty("role", "caption")
        self._unfit = QWidget(self)
        self._why = QLabel(self._unfit)
        self._why.setProperty("role", "muted")
        self._why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._why.setWordWrap(True)
        self._load = QPushButton(self.tr("Load the U-Net"), self._unfit)
        self._load.setProperty("primary", "true")
        self._other = QPushButton(self.tr("Choose another…"), self._unfit)

    def _build_layout(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._load)
        buttons.addWidget(self._other)
        buttons.addStretch(1)
        unfit = QVBoxLayout(self._unfit)
        unfit.setSpacing(12)
        unfit.addStretch(1)
        unfit.addWidget(self._why)
        unfit.addLayout(buttons)
        unfit.addStretch(1)
        bar = QHBoxLayout()
        bar.setSpacing(4)
        for button in self._skip_buttons:
            bar.addWidget(button)
        bar.addSpacing(8)
        bar.addWidget(self._upsampling)
        bar.addStretch(1)
        bar.addWidget(self._compare)
        self._live = QWidget(self)
        live = QHBoxLayout(self._live)
        live.setContentsMargins(0, 0, 0, 0)
        live.setSpacing(12)
        live.addLayout(self._side())
        live.addWidget(self.view, 1)
        self._modes = QStackedWidget(self)
        self._modes.addWidget(self._live)
        self._modes.addWidget(self.lanes)
        self._body = QWidget(self)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(8)
        body.addLayout(bar)
        body.addWidget(self._modes, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._unfit)
        self._stack.addWidget(self._body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self._stack)

    def _side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(8)
        side.addWidget(self.diagram, 1)
        side.addWidget(self._sentence)
        side.addWidget(self._note)
        side.addStretch(1)
        for label in (self._sentence, self._note):
            label.setFixedWidth(self.diagram.sizeHint().width())
        return side

    def _connect_parts(self) -> None:
        for place, stride in enumerate(STRIDES):
            self._actions.connect(
                f"skip_{stride}", lambda is_on, at=place: self._set_skip(at, is_on=is_on)
            )
        self.diagram.skip_clicked.connect(self._flip)
        self._upsampling.currentIndexChanged.connect(self._take)
        self._actions.connect("skip_upsampling", self._next_upsampling)
        self._actions.connect("skip_compare", self._set_comparing)
        self._load.clicked.connect(lambda: self.model_wanted.emit(DEFAULT_UNET))
        self._other.clicked.connect(self.choice_wanted)

    def _set_skip(self, place: int, *, is_on: bool) -> None:
        skips = list(self.switches.skips)
        skips[place] = is_on
        self._switch(SkipSwitches(tuple(skips), self.switches.upsampling))

    @Slot(int)
    def _flip(self, place: int) -> None:
        self._set_skip(place, is_on=not self.switches.skips[place])

    @Slot()
    def _take(self) -> None:
        self._switch(SkipSwitches(self.switches.skips, self._upsampling.currentData()))

    @Slot()
    def _next_upsampling(self) -> None:
        place = (self._upsampling.currentIndex() + 1) % self._upsampling.count()
        self._upsampling.setCurrentIndex(place)

    @Slot(bool)
    def _set_comparing(self, is_comparing: bool) -> None:
        self._show_mode()
        self.compare_toggled.emit(is_comparing)

    def _switch(self, switches: SkipSwitches) -> None:
        if switches == self.switches:
            return
        self.switches = switches
        self._show_switches()
        self.switched.emit(switches)

    def _show_switches(self) -> None:
        switches = self.switches
        for stride, is_on in zip(STRIDES, switches.skips, strict=True):
            action = self._actions.action(f"skip_{stride}")
            action.setChecked(is_on)
            action.setEnabled(stride in self._strides)
        self._upsampling.blockSignals(True)
        self._upsampling.setCurrentIndex(self._upsampling.findData(switches.upsampling))
        self._upsampling.blockSignals(False)
        self.diagram.show_skips(self._strides, switches.skips)
        self._sentence.setText(skip_sentence(switches, self._strides))

    def _show_mode(self) -> None:
        self._stack.setCurrentWidget(self._body)
        self._modes.setCurrentWidget(self.lanes if self.is_comparing else self._live)
        self._upsampling.setEnabled(not self.is_comparing)

    # Qt's overrides.

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that it can be seen."""
        super().showEvent(event)
        self.visible_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that it cannot be seen any more."""
        super().hideEvent(event)
        self.visible_changed.emit(False)
