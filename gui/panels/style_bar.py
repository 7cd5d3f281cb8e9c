"""The row of choices above the maps: colours, scale, gamma, order."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from engine import colormaps
from engine.values import ScaleMode, SortKey
from gui.display_style import GAMMAS, DisplayStyle, VectorView
from gui.views.choices import LEAST_PX, choice_box
from gui.views.flow_layout import FlowLayout

__all__ = ["StyleBar"]

BOUND = 1e6
"""A fixed scale lies within plus and minus this."""
MOST_BOUND_PX = 96


class StyleBar(QWidget):
    """Edits a :class:`DisplayStyle`; where it is narrow, the choices stand in several rows.

    Signals
    -------
    style_changed : DisplayStyle
        The person chose something.
    """

    style_changed = Signal(object)

    def __init__(self, style: DisplayStyle, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = style
        self._build_parts()
        self._build_layout()
        self._show()
        self._connect_parts()

    @property
    def style_now(self) -> DisplayStyle:
        """What is chosen."""
        return self._style

    def set_aspect(self, aspect: float) -> None:
        """Take the proportions of the place where the grid stands."""
        if abs(aspect - self._style.atlas.aspect) > 0.01 * aspect:
            self._change(self._style.with_atlas(aspect=aspect))

    def cycle_colormap(self) -> None:
        """Go on to the next colour map."""
        self._colour.setCurrentIndex((self._colour.currentIndex() + 1) % self._colour.count())

    def cycle_scale(self) -> None:
        """Go on to the next scale."""
        self._scale.setCurrentIndex((self._scale.currentIndex() + 1) % self._scale.count())

    def cycle_gamma(self) -> None:
        """Go on to the next gamma."""
        self._gamma.setCurrentIndex((self._gamma.currentIndex() + 1) % self._gamma.count())

    def cycle_sort(self) -> None:
        """Go on to the next order."""
        self._sort.setCurrentIndex((self._sort.currentIndex() + 1) % self._sort.count())

    def show_vector_choice(self, *, is_shown: bool) -> None:
        """Offer bars or tiles only where a vector is watched."""
        self._vectors.setVisible(is_shown)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._colour = choice_box(
            self,
            self.tr("Colour map of magnitudes; signed values have their own (M)"),
            ((name.capitalize(), name) for name in colormaps.names("sequential")),
        )
        for name in colormaps.names("grey"):
            self._colour.addItem(name.capitalize(), name)
        self._scale = choice_box(
            self,
            self.tr("Which value is the brightest (Shift+T)"),
            (
                (self.tr("Scale: layer"), ScaleMode.LAYER),
                (self.tr("Scale: channel"), ScaleMode.CHANNEL),
                (self.tr("Scale: fixed"), ScaleMode.FIXED),
            ),
        )
        self._low = self._bound(self.tr("Value of the darkest colour"))
        self._high = self._bound(self.tr("Value of the brightest colour"))
        self._gamma = choice_box(
            self,
            self.tr("Gamma: below 1 lifts weak responses (T)"),
            ((f"γ {gamma:g}", gamma) for gamma in GAMMAS),
        )
        self._sort = choice_box(
            self,
            self.tr("In which order the channels stand (S)"),
            (
                (self.tr("Sort: index"), SortKey.INDEX),
                (self.tr("Sort: mean"), SortKey.MEAN),
                (self.tr("Sort: maximum"), SortKey.MAX),
                (self.tr("Sort: sparsity"), SortKey.SPARSITY),
            ),
        )
        self._vectors = choice_box(
            self,
            self.tr("How a layer without height and width is shown"),
            ((self.tr("Bars"), VectorView.BARS), (self.tr("Tiles"), VectorView.TILES)),
        )
        self._vectors.hide()

    def _bound(self, tooltip: str) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self)
        spin.setRange(-BOUND, BOUND)
        spin.setMinimumWidth(LEAST_PX)
        spin.setMaximumWidth(MOST_BOUND_PX)  # it would ask for the room of a million
        spin.setDecimals(2)
        spin.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        spin.setKeyboardTracking(False)
        spin.setToolTip(tooltip)
        return spin

    def _build_layout(self) -> None:
        layout = FlowLayout(self, spacing=4)
        for widget in (self._vectors, self._colour, self._scale, self._low, self._high):
            layout.addWidget(widget)
        layout.addWidget(self._gamma)
        layout.addWidget(self._sort)

    def _show(self) -> None:
        atlas = self._style.atlas
        for combo, value in (
            (self._colour, self._style.sequential),
            (self._scale, atlas.scale),
            (self._gamma, atlas.gamma),
            (self._sort, atlas.sort),
            (self._vectors, self._style.vectors),
        ):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(max(0, combo.findData(value)))
            combo.updateGeometry()  # it asks for the room of what is chosen
        for spin, number in ((self._low, atlas.fixed_low), (self._high, atlas.fixed_high)):
            with QSignalBlocker(spin):
                spin.setValue(number)
            spin.setVisible(atlas.scale is ScaleMode.FIXED)

    def _connect_parts(self) -> None:
        for combo in (self._colour, self._scale, self._gamma, self._sort, self._vectors):
            combo.currentIndexChanged.connect(self._take)
        self._low.valueChanged.connect(self._take)
        self._high.valueChanged.connect(self._take)

    @Slot()
    def _take(self) -> None:
        low, high = self._low.value(), self._high.value()
        if low >= high:  # the bound that was not touched gives way
            if self.sender() is self._low:
                low = min(low, BOUND - 0.01)
                high = low + 0.01
            else:
                high = max(high, 0.01 - BOUND)
                low = high - 0.01
        style = self._style.with_atlas(
            scale=ScaleMode(self._scale.currentData()),
            fixed_low=low,
            fixed_high=high,
            gamma=float(self._gamma.currentData()),
            sort=SortKey(self._sort.currentData()),
        )
        self._change(
            dataclasses.replace(
                style,
                sequential=str(self._colour.currentData()),
                vectors=VectorView(self._vectors.currentData()),
            )
        )

    def _change(self, style: DisplayStyle) -> None:
        self._style = style
        self._show()
        self.style_changed.emit(style)
