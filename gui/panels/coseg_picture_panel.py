"""One picture of the set, large: its mask, what was said of it, its numbers and its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from gui.coseg.words import mark_of
from gui.panels.correct_strip import CorrectStrip
from gui.panels.coseg_facts import CosegFacts
from gui.panels.coseg_reasons import CosegReasons
from gui.panels.coseg_seeds import CosegSeeds
from gui.views.action_button import action_button
from gui.views.coseg_view import CosegView
from gui.views.elided_label import ElidedLabel
from gui.views.segment_view import SegmentView

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.values import Segmentation
    from gui.actions import Actions
    from gui.coseg.collection import Entry

__all__ = ["CosegPicturePanel"]


class CosegPicturePanel(QWidget):
    """A picture with everything that is known of it.

    Attributes
    ----------
    view, truth_view, strip, seeds, facts, reasons
        Its parts.
    """

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.view = CosegView(self)
        self.truth_view = SegmentView(self)
        self.strip = CorrectStrip(actions=actions, parent=self)
        self.seeds = CosegSeeds(actions=actions, parent=self)
        self.facts = CosegFacts(self)
        self.reasons = CosegReasons(self)
        self._name = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle, parent=self)
        self._name.setProperty("role", "heading")
        self._build_layout()
        self.strip.hide()
        self.truth_view.hide()

    # -------------------------------------------------------------------------------- for callers

    def show_entry(self, entry: Entry, *, has_groups: bool) -> None:
        """Show the name, the marks and the numbers of a picture."""
        self._name.setText(str(entry.name))
        self.facts.show_entry(entry, has_groups=has_groups)
        mark = mark_of(entry)
        text = mark[1] if mark is not None and entry.corrected is None else ""
        self.view.set_badge("mark", text, is_warning=True)
        self._actions.action("coseg_discard").setEnabled(entry.corrected is not None)
        self._actions.action("coseg_correct").setEnabled(entry.picture is not None)
        self.facts.setVisible(entry.picture is not None)

    def show_picture(self, image: NDArray[np.uint8], found: Segmentation | None) -> None:
        """Show a picture, (H, W, 3) uint8 RGB, with its mask."""
        self.view.show_segmentation(image, found)

    def show_truth(self, image: NDArray[np.uint8], truth: Segmentation | None) -> None:
        """Show the true mask over the same picture."""
        self.truth_view.show_segmentation(image, truth)
        text = self.tr("ground truth") if truth is not None else self.tr("no true mask")
        self.truth_view.set_badge("truth", text, is_warning=truth is None)

    def clear(self) -> None:
        """Show no picture."""
        self._name.setText("")
        self.view.clear(self.tr("Choose a picture on the left to see it large"))
        self.view.set_badge("mark", "")
        self.view.set_seeds(())
        self.truth_view.clear(self.tr("The true mask shows here"))
        self.seeds.show_seeds(())
        self.facts.show_entry(None)
        self.reasons.clear()

    # ------------------------------------------------------------------------------------ private

    def _build_layout(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self._name, 1)
        for name in (
            "coseg_correct",
            "coseg_discard",
            "coseg_truth",
            "coseg_reasons",
            "coseg_previous",
            "coseg_next",
        ):
            top.addWidget(action_button(self._actions.action(name), self))
        views = QSplitter(Qt.Orientation.Horizontal, self)
        views.setChildrenCollapsible(False)
        views.addWidget(self.view)
        views.addWidget(self.truth_view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.strip)
        layout.addWidget(views, 1)
        layout.addWidget(self.seeds)
        layout.addWidget(self.facts)
        layout.addWidget(self.reasons)
