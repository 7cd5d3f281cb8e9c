"""A list to choose one of a few things from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize

from gui.views.elided_combo import ElidedCombo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QComboBox, QWidget

__all__ = ["LEAST_PX", "choice_box"]

LEAST_PX = 64
"""How narrow a list may become: rather shortened than that the window grows."""


class _Choice(ElidedCombo):
    """Asks for the room of what is chosen: the room of the longest entry is needed elsewhere."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.currentIndexChanged.connect(self.updateGeometry)

    # Qt's overrides.

    def minimumSizeHint(self) -> QSize:
        """Return the room of no letters, which `setMinimumWidth` makes that of a few."""
        return QSize(0, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """Return the room of the chosen entry."""
        hint = super().sizeHint()
        letters = self.fontMetrics().horizontalAdvance
        longest = max((letters(self.itemText(at)) for at in range(self.count())), default=0)
        return QSize(hint.width() - longest + letters(self.currentText()), hint.height())


def choice_box(parent: QWidget, tooltip: str, entries: Iterable[tuple[str, object]]) -> QComboBox:
    """Make a list of texts with what each stands for (its data)."""
    combo = _Choice(parent)
    combo.setToolTip(tooltip)
    combo.setAccessibleName(tooltip)
    combo.setMinimumWidth(LEAST_PX)
    for text, value in entries:
        combo.addItem(text, value)
    return combo
