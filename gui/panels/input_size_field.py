"""Asks for the size of a network's input, and from how large a picture it is cut."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.models.user.options import MAX_SIDE
from gui.panels.number_fields import NumberFields
from gui.views.elided_label import ElidedLabel

__all__ = ["InputSizeField"]


class InputSizeField(QWidget):
    """Height, width, and the short side before the centre is cut out.

    Signals
    -------
    edited
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = NumberFields(
            (self.tr("Height in pixels"), self.tr("Width in pixels")), between="×", letters=5
        )
        self._resize = NumberFields((self.tr("Short side before cropping, in pixels"),), letters=5)
        self._size.set_hint(self.tr("auto"))
        self._resize.set_hint(self.tr("auto"))
        for fields in (self._size, self._resize):
            fields.edited.connect(self.edited)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._size)
        layout.addWidget(_quiet(self.tr("cropped from a short side of")))
        layout.addWidget(self._resize)
        layout.addWidget(_quiet(self.tr("px")))
        layout.addStretch(1)

    @property
    def size_now(self) -> tuple[int, int] | None:
        """Height and width; None = found by trying."""
        if self._size.is_empty:
            return None
        height, width = self._size.whole_numbers
        return height, width

    @property
    def resize_now(self) -> int | None:
        """The short side before the centre is cut out; None = the larger side of the input."""
        return None if self._resize.is_empty else self._resize.whole_numbers[0]

    @property
    def problem(self) -> str:
        """What is wrong; empty where nothing is."""
        size, resize = self.size_now, self.resize_now
        if size is not None and not all(1 <= side <= MAX_SIDE for side in size):
            text = self.tr(
                "Give height and width as whole numbers from 1 to {0}, or leave both empty."
            )
            return text.format(MAX_SIDE)
        least = max(size) if size else 1
        if resize is not None and not least <= resize <= 2 * MAX_SIDE:
            return self.tr("Give the short side as a whole number from {0} to {1}.").format(
                least, 2 * MAX_SIDE
            )
        return ""

    def show_size(self, size: tuple[int, int] | None, resize: int | None) -> None:
        """Show this size, None = empty."""
        self._size.show_numbers(size)
        self._resize.show_numbers(None if resize is None else (resize,))

    def take_keyboard(self) -> None:
        """Put the cursor into the field for the height."""
        self._size.take_keyboard()


def _quiet(text: str) -> ElidedLabel:
    label = ElidedLabel(text, Qt.TextElideMode.ElideRight)  # large text in a narrow window
    label.setProperty("role", "muted")
    return label
