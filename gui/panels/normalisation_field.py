"""Asks how colours are scaled: a usual way, or six numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

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
"""Mean and deviation of R, G and B on a 0..1 scale."""
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
            "ImageNet": self.tr("ImageNet mean and deviation"),
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
        self._std = NumberFields(
            [self.tr("Deviation, {0}").format(it) for it in colours], letters=7
        )
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
        """Deviations of R, G and B; NaN where that is no number."""
        red, green, blue = self._std.numbers
        return red, green, blue

    @property
    def problem(self) -> str:
        """What is wrong; empty where nothing is."""
        if not all(0 <= value <= 1 for value in self.mean_now):
            return self.tr("Give three numbers from 0 to 1 as the mean.")
        if not all(0 < value <= 1 for value in self.std_now):
            return self.tr("Give three numbers above 0 and up to 1 as the deviation.")
        return ""

    def show_numbers(self, mean: Three, std: Three) -> None:
        """Show these numbers, and what they are called."""
        self._mean.show_numbers(mean)
        self._std.show_numbers(std)
        self._name_them()

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
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(4)
        left = Qt.AlignmentFlag.AlignLeft
        layout.addWidget(self._preset, 0, 0, 1, 2, left)
        for row, (text, fields) in enumerate(
            ((self.tr("mean"), self._mean), (self.tr("deviation"), self._std)), 1
        ):
            label = QLabel(text, self)
            label.setProperty("role", "muted")
            layout.addWidget(label, row, 0)
            layout.addWidget(fields, row, 1, left)
        layout.setColumnStretch(1, 1)

    @Slot()
    def _choose(self) -> None:
        name = self._preset.currentData()
        if name:
            mean, std = PRESETS[name]
            self._mean.show_numbers(mean)
            self._std.show_numbers(std)
        else:
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
                return
        self._preset.setCurrentIndex(len(PRESETS))
