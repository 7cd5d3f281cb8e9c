"""The numbers of the picture that is shown: confidence, likeness, area, J and P."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gui.coseg.words import area_text, percent

if TYPE_CHECKING:
    from gui.coseg.collection import Entry

__all__ = ["CosegFacts"]

NOTHING = "–"


class CosegFacts(QWidget):
    """A number with its name below, a few side by side; those that are not known go."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: dict[str, QLabel] = {}
        self._pairs: dict[str, QWidget] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(16)
        for name, title, tip in (
            (
                "confidence",
                self.tr("Confidence"),
                self.tr("How far the mask is to be trusted: below 35 % it is marked as unsure"),
            ),
            (
                "likeness",
                self.tr("Likeness"),
                self.tr("How alike the object's classes are to those of the other pictures: -1..1"),
            ),
            ("area", self.tr("Area"), self.tr("The share of the picture that the mask covers")),
            ("group", self.tr("Group"), self.tr("Which of the set's objects it shows")),
            (
                "jaccard",
                self.tr("J"),
                self.tr("Intersection over union with the true mask (Jaccard), 0..1"),
            ),
            ("precision", self.tr("P"), self.tr("Share of pixels that are labelled right, 0..1")),
        ):
            self._add(name, title, tip)
        self._row.addStretch(1)

    def text(self, name: str) -> str:
        """Return a number as it is shown; "" where it is not."""
        label = self._values[name]
        return "" if self._pairs[name].isHidden() else label.text()

    def show_entry(self, entry: Entry | None, *, has_groups: bool = False) -> None:
        """Show the numbers of a picture; None = of none."""
        found = entry.picture if entry is not None else None
        score = entry.score if entry is not None else None
        texts = {
            "confidence": percent(found.confidence) if found is not None else NOTHING,
            "likeness": f"{found.likeness:.2f}" if found is not None else NOTHING,
            "area": area_text(entry.area) if entry is not None and found is not None else NOTHING,
            "group": str(found.group) if found is not None and has_groups else "",
            "jaccard": f"{score.jaccard:.3f}" if score is not None else "",
            "precision": f"{score.precision:.3f}" if score is not None else "",
        }
        for name, text in texts.items():
            self._values[name].setText(text)
            self._pairs[name].setVisible(bool(text))

    def _add(self, name: str, title: str, tip: str) -> None:
        pair = QWidget(self)
        pair.setToolTip(tip)
        value = QLabel(NOTHING, pair)
        value.setProperty("role", "number")
        value.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.000"))
        caption = QLabel(title, pair)
        caption.setProperty("role", "caption")
        column = QVBoxLayout(pair)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for label in (value, caption):
            label.setAlignment(Qt.AlignmentFlag.AlignLeft)
            column.addWidget(label)
        self._values[name], self._pairs[name] = value, pair
        self._row.addWidget(pair)
