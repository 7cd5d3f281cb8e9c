"""Numbers of a training's settings, a row each: title and field."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QSpinBox, QWidget

from gui.learn.fields import translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.values import TrainSettings
    from gui.learn.fields import NumberSpec

__all__ = ["TrainNumbers"]

_FIELD_PX = 96


class TrainNumbers(QWidget):
    """Fields for some settings.

    Signals
    -------
    changed : str, object
        A setting's name and its new value.
    """

    changed = Signal(str, object)

    def __init__(self, specs: Sequence[NumberSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, QSpinBox | QDoubleSpinBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for row, spec in enumerate(specs):
            field = self._field(spec)
            label = QLabel(translated(spec.title), self)
            label.setProperty("role", "muted")
            label.setBuddy(field)
            label.setToolTip(field.toolTip())
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
            self._fields[spec.name] = field

    def show_settings(self, settings: TrainSettings) -> None:
        """Show what is chosen, without telling anyone."""
        for name, field in self._fields.items():
            field.blockSignals(True)
            field.setValue(getattr(settings, name))
            field.blockSignals(False)

    def field(self, name: str) -> QSpinBox | QDoubleSpinBox:
        """Return the field of a setting."""
        return self._fields[name]

    def _field(self, spec: NumberSpec) -> QSpinBox | QDoubleSpinBox:
        field = self._spin(spec)
        field.setObjectName(spec.name)
        field.setSuffix(spec.unit)
        field.setToolTip(translated(spec.tip))
        field.setAccessibleName(translated(spec.title))
        field.setFixedWidth(_FIELD_PX)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        # While one types no search begins: what half a number says is wanted by nobody.
        field.setKeyboardTracking(False)
        field.valueChanged.connect(partial(self._tell, spec))
        return field

    def _spin(self, spec: NumberSpec) -> QSpinBox | QDoubleSpinBox:
        if not spec.decimals:
            whole = QSpinBox(self)
            whole.setRange(int(spec.low), int(spec.high))
            whole.setSingleStep(int(spec.step))
            return whole
        broken = QDoubleSpinBox(self)
        broken.setDecimals(spec.decimals)
        broken.setRange(spec.low, spec.high)
        broken.setSingleStep(spec.step)
        return broken

    def _tell(self, spec: NumberSpec, value: float) -> None:
        if spec.step == 32 and int(value) % 32:
            value = max(spec.low, round(value / 32) * 32)
            self._fields[spec.name].setValue(int(value))  # comes back here
            return
        self.changed.emit(spec.name, value if spec.decimals else int(value))
