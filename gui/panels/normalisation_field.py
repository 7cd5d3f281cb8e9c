"""Asks how colours are scaled: a usual way, or six numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from gui.panels.number_fields import NumberFields

if TYPE_CHECKING:
    from typing import Final

__all__ = ["PRESETS", "NormalisationField"]

Three = tuple[float, float, float]


def _same(value: float) -> Three:
    return value, value, value


PRESETS: Final[dict[str, tuple[Three, Three]]] = {
    "ImageNet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "0 to 1": (_same(0.0), _same(1.0)),
    "-1 to 1": (_same(0.5), _same(0.5)),
    "(x - 127) / 128": (_same(127 / 255), _same(128 / 255)),
    "0 to 255": (_same(0.0), _same(1 / 255)),
}
"""Mean and standard deviation of R, G and B on a 0..1 scale."""
_NEAR = 1e-6


class NormalisationField(QWidget):
    """A list of usual ways, and the six numbers themselves; typing in them makes it "Custom".

    Signals
    -------
    edited
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preset = QComboBox(self)
        self._preset.setAccessibleName(self.tr("Normalisation"))
        titles = {
            "ImageNet": self.tr("ImageNet mean and std"),
            "0 to 1": self.tr("0 to 1"),
            "-1 to 1": self.tr("−1 to 1"),
            "(x - 127) / 128": self.tr("(x − 127) / 128"),
            "0 to 255": self.tr("0 to 255"),
        }
        for name in PRESETS:
            self._preset.addItem(titles[name], name)
        self._preset.addItem(self.tr("Custom"), "")
        colours = (self.tr("Red"), self.tr("Green"), self.tr("Blue"))
        self._mean = NumberFields([self.tr("Mean, {0}").format(it) for it in colours], letters=7)
        self._std = NumberFields([self.tr("Std, {0}").format(it) for it in colours], letters=7)
        self._custom = QWidget(self)
        self._build_layout()
        self._preset.activated.connect(self._choose)
        for fields in (self._mean, self._std):
            fields.edited.connect(self._type)

    @property
    def mean_now(self) -> Three:
        """Means of R, G and B; NaN where that is no number."""
        red, green, blue = self._mean.numbers
        return red, green, blue

    @property
    def std_now(self) -> Three:
        """Standard deviations of R, G and B; NaN where that is no number."""
        red, green, blue = self._std.numbers
        return red, green, blue

    @property
    def problem(self) -> str:
        """What is wrong; empty where nothing is."""
        if not all(0 <= value <= 1 for value in self.mean_now):
            return self.tr("Give three numbers from 0 to 1 as the mean.")
        if not all(0 < value <= 1 for value in self.std_now):
            return self.tr("Give three numbers above 0 and up to 1 as the std.")
        return ""

    def show_numbers(self, mean: Three, std: Three) -> None:
        """Show these numbers, and what they are called."""
        self._mean.show_numbers(mean)
        self._std.show_numbers(std)
        self._name_them()
        self._custom.setVisible(not self._preset.currentData())

    def take_keyboard(self) -> None:
        """Put the cursor where something is wrong, or into the list."""
        if not all(0 <= value <= 1 for value in self.mean_now):
            self._mean.take_keyboard()
        elif self.problem:
            self._std.take_keyboard()
        else:
            self._preset.setFocus()

    # ------------------------------------------------------------------------------------ private

    def _build_layout(self) -> None:
        custom = QGridLayout(self._custom)
        custom.setContentsMargins(0, 0, 0, 0)
        custom.setHorizontalSpacing(8)
        custom.setVerticalSpacing(4)
        left = Qt.AlignmentFlag.AlignLeft
        for row, (text, fields) in enumerate(
            ((self.tr("mean"), self._mean), (self.tr("std"), self._std))
        ):
            label = QLabel(text, self._custom)
            label.setProperty("role", "muted")
            custom.addWidget(label, row, 0)
            custom.addWidget(fields, row, 1, left)
        custom.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._preset, 0, left)
        layout.addWidget(self._custom)

    @Slot()
    def _choose(self) -> None:
        name = self._preset.currentData()
        if name:
            mean, std = PRESETS[name]
            self._mean.show_numbers(mean)
            self._std.show_numbers(std)
        self._custom.setVisible(not name)
        self._say_numbers()
        if not name:
            self._mean.take_keyboard()
        self.edited.emit()

    @Slot()
    def _type(self) -> None:
        self._name_them()
        self.edited.emit()

    def _name_them(self) -> None:
        now = (*self.mean_now, *self.std_now)
        for at, (mean, std) in enumerate(PRESETS.values()):
            if all(abs(a - b) < _NEAR for a, b in zip(now, (*mean, *std), strict=True)):
                self._preset.setCurrentIndex(at)
                break
        else:
            self._preset.setCurrentIndex(len(PRESETS))
        self._say_numbers()

    def _say_numbers(self) -> None:
        mean, std = (
            ", ".join(f"{value:.4g}" for value in values)
            for values in (self.mean_now, self.std_now)
        )
        self._preset.setToolTip(self.tr("mean {0}; std {1}").format(mean, std))
