"""The middle of the Segment workspace: the live picture, large, with what was found in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from engine.values import LabelMap
from gui.panels.correct_strip import CorrectStrip
from gui.panels.no_masks_page import NoMasksPage
from gui.panels.save_masks_card import SaveMasksCard
from gui.panels.segment_bar import SegmentBar
from gui.panels.segment_settings import SegmentSettingsRow
from gui.segment.look import segment_look, segment_settings
from gui.views.mask_edit_view import MaskEditView
from gui.views.notice_bar import NoticeBar

if TYPE_CHECKING:
    from engine.values import FrameResult, OverlayStyle, Segmentation
    from gui.actions import Actions
    from gui.settings import Settings

__all__ = ["SegmentPanel"]


class SegmentPanel(QWidget):
    """Shows what a network found in the picture, and how it is drawn.

    Attributes
    ----------
    bar, thresholds, strip, view, page, notices, save_card
        Its parts; whoever joins them to the engine listens to their signals.

    Signals
    -------
    shown
        It can be seen now, and wants what it has missed.
    """

    shown = Signal()

    def __init__(
        self, *, actions: Actions, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self.bar = SegmentBar(actions=actions, look=segment_look(settings), parent=self)
        self.thresholds = SegmentSettingsRow(segment_settings(settings), self)
        self.strip = CorrectStrip(actions=actions, parent=self)
        self.save_card = SaveMasksCard(settings=settings, parent=self)
        self.notices = NoticeBar(self)
        self.view = MaskEditView(self)
        self.page = NoMasksPage(self)
        self._build_layout()
        self.strip.hide()
        # Itself, not the first of the row of choices.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.save_card.hide()
        self._actions.connect("segment_as", self.thresholds.cycle_as)

    # -------------------------------------------------------------------------------- for callers

    def show_found(self, result: FrameResult, found: Segmentation, style: OverlayStyle) -> None:
        """Show a picture with what was found in it."""
        self.view.set_style(style)
        self.view.show_segmentation(result.frame.image, found, result.input_box)
        self.view.set_badge(
            "random", self.tr("random weights") if result.is_random else "", is_warning=True
        )
        self.view.set_badge("origin", found.note if isinstance(found, LabelMap) else "")
        self._stack.setCurrentWidget(self.view)

    def show_unfit(self, title: str) -> None:
        """Say that a network does not segment."""
        self.page.show_unfit(title)
        self._stack.setCurrentWidget(self.page)

    def show_waiting(self) -> None:
        """Say that an answer will come."""
        self.page.show_waiting()
        self._stack.setCurrentWidget(self.page)

    def set_correcting(self, *, is_correcting: bool) -> None:
        """Leave the thresholds' place to the tools for corrections, or take it again."""
        self.thresholds.setVisible(not is_correcting)

    def empty_sentence(self, found: Segmentation) -> str:
        """Return what to say of a picture in which nothing was found."""
        if isinstance(found, LabelMap):
            return self.tr("No classes in this picture")
        percent = f"{100 * self.thresholds.chosen.score:.0f}"
        return self.tr("No objects above {0} %").format(percent)

    # ------------------------------------------------------------------------------------ private

    def _build_layout(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.bar)
        top.addStretch(1)
        for action in ("segment_correct", "segment_save"):
            button = QToolButton(self)
            button.setDefaultAction(self._actions.action(action))
            top.addWidget(button)
        saving = QMenu(button)
        saving.addActions([self._actions.action(it) for it in ("segment_save", "segment_batch")])
        button.setMenu(saving)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        second = QHBoxLayout()
        second.addWidget(self.thresholds)
        second.addStretch(1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.page)
        self._stack.addWidget(self.view)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(second)
        layout.addWidget(self.strip)
        layout.addWidget(self.save_card)
        layout.addWidget(self.notices)
        layout.addWidget(self._stack, 1)

    # Qt's override.

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for what was missed while it could not be seen."""
        super().showEvent(event)
        self.shown.emit()
