"""The forms in which masks can be saved, to tick."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QWidget

from gui.segment.formats import formats

__all__ = ["DEFAULT_FORMATS", "FormatChooser"]

DEFAULT_FORMATS = ("overlay", "coco")
"""Where nobody has chosen yet."""


class FormatChooser(QWidget):
    """A check box for each form.

    Parameters
    ----------
    chosen
        Those that are ticked at first; none = the usual ones.
    columns
        How many stand side by side.

    Signals
    -------
    changed
        Others are ticked now.
    """

    changed = Signal()

    def __init__(
        self, chosen: tuple[str, ...] = (), *, columns: int = 3, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        ticked = chosen or DEFAULT_FORMATS
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        self._boxes: dict[str, QCheckBox] = {}
        for number, (name, (title, tip)) in enumerate(formats().items()):
            box = QCheckBox(title, self)
            box.setToolTip(tip)
            box.setChecked(name in ticked)
            box.toggled.connect(self.changed)
            grid.addWidget(box, number // columns, number % columns)
            self._boxes[name] = box
        for column in range(columns):
            grid.setColumnStretch(column, 1)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Those that are ticked, in their order."""
        return tuple(name for name, box in self._boxes.items() if box.isChecked())

    def tick(self, *names: str) -> None:
        """Tick exactly these."""
        for name, box in self._boxes.items():
            box.setChecked(name in names)
