"""The row of choices above the segmented picture: how masks are drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QToolButton, QWidget

from engine.values import MaskColours, PaletteChoice
from gui.segment.drawn import Drawn
from gui.views.choices import choice_box

if TYPE_CHECKING:
    from gui.actions import Actions
    from gui.segment.look import SegmentLook

__all__ = ["SegmentBar"]

STEP = 0.1


class SegmentBar(QWidget):
    """Edits a :class:`SegmentLook`.

    Signals
    -------
    look_changed : SegmentLook
        The person chose something.
    """

    look_changed = Signal(object)

    def __init__(
        self, *, actions: Actions, look: SegmentLook, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._look = look
        self._build_parts()
        self._build_layout()
        self._show()
        self._connect_parts()

    @property
    def look(self) -> SegmentLook:
        """What is chosen."""
        return self._look

    def set_look(self, look: SegmentLook) -> None:
        """Choose all of it, and tell."""
        if look != self._look:
            self._look = look
            self._show()
            self.look_changed.emit(look)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._drawn = choice_box(
            self,
            self.tr("What of a mask is drawn: its area, its outline, or both (A)"),
            (
                (self.tr("Fill + line"), Drawn.BOTH),
                (self.tr("Fill"), Drawn.FILL),
                (self.tr("Line"), Drawn.OUTLINE),
            ),
        )
        self._opacity = QSlider(Qt.Orientation.Horizontal, self)
        self._opacity.setRange(5, 100)
        self._opacity.setFixedWidth(88)
        self._opacity.setToolTip(self.tr("How strongly masks cover the picture (, and .)"))
        self._opacity.setAccessibleName(self.tr("Opacity of the masks"))
        self._colours = choice_box(
            self,
            self.tr("What gives a mask its colour (D)"),
            (
                (self.tr("By class"), MaskColours.CATEGORY),
                (self.tr("By object"), MaskColours.INSTANCE),
            ),
        )
        self._palette = choice_box(
            self,
            self.tr("Colours that colour-blind people tell apart, or PASCAL VOC's (Shift+D)"),
            (
                (self.tr("Safe"), PaletteChoice.SAFE),
                (self.tr("VOC"), PaletteChoice.VOC),
            ),
        )

    def _build_layout(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._drawn)
        layout.addWidget(self._opacity)
        layout.addSpacing(4)
        for action in ("segment_labels", "segment_scores", "segment_boxes"):
            button = QToolButton(self)
            button.setDefaultAction(self._actions.action(action))
            layout.addWidget(button)
        layout.addSpacing(4)
        layout.addWidget(self._colours)
        layout.addWidget(self._palette)

    def _connect_parts(self) -> None:
        for combo in (self._drawn, self._colours, self._palette):
            combo.currentIndexChanged.connect(self._take)
        self._opacity.valueChanged.connect(self._take)
        connect = self._actions.connect
        for action, name in _FLAGS.items():
            connect(action, lambda is_on, name=name: self.set_look(self._with(**{name: is_on})))
        connect("segment_drawn", lambda: _cycle(self._drawn))
        connect("segment_colours", lambda: _cycle(self._colours))
        connect("segment_palette", lambda: _cycle(self._palette))
        connect("segment_fainter", lambda: self._fade(-STEP))
        connect("segment_stronger", lambda: self._fade(STEP))

    def _show(self) -> None:
        style = self._look.style
        for combo, value in (
            (self._drawn, self._look.drawn),
            (self._colours, style.colours_of),
            (self._palette, style.palette),
        ):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(max(0, combo.findData(value)))
        with QSignalBlocker(self._opacity):
            self._opacity.setValue(round(100 * style.opacity))
        self._opacity.setEnabled(self._look.drawn is not Drawn.OUTLINE)
        for action, name in _FLAGS.items():
            self._actions.action(action).setChecked(getattr(style, name))

    def _with(self, **changes: object) -> SegmentLook:
        return self._look.with_style(**changes)

    def _fade(self, step: float) -> None:
        opacity = min(max(self._look.style.opacity + step, 0.05), 1.0)
        self.set_look(self._with(opacity=round(opacity, 2)))

    @Slot()
    def _take(self) -> None:
        look = self._with(
            opacity=self._opacity.value() / 100,
            colours_of=MaskColours(self._colours.currentData()),
            palette=PaletteChoice(self._palette.currentData()),
        )
        self.set_look(replace(look, drawn=Drawn(self._drawn.currentData())))


_FLAGS = {
    "segment_labels": "has_labels",
    "segment_scores": "has_scores",
    "segment_boxes": "has_boxes",
}
"""Which action is which part of the style."""


def _cycle(combo: QComboBox) -> None:
    combo.setCurrentIndex((combo.currentIndex() + 1) % combo.count())
