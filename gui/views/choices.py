"""A list to choose one of a few things from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.views.elided_combo import ElidedCombo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QComboBox, QWidget

__all__ = ["LEAST_PX", "choice_box"]

LEAST_PX = 64
"""How narrow a list may become: rather shortened than that the window grows."""


def choice_box(parent: QWidget, tooltip: str, entries: Iterable[tuple[str, object]]) -> QComboBox:
    """Make a list of texts with what each stands for (its data)."""
    combo = ElidedCombo(parent)
    combo.setToolTip(tooltip)
    combo.setAccessibleName(tooltip)
    combo.setMinimumWidth(LEAST_PX)
    for text, value in entries:
        combo.addItem(text, value)
    return combo
