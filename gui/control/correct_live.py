"""Corrections by hand of the live picture, which is frozen for them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from engine.correct.history import EditHistory
from engine.events import Severity
from engine.sources.base import SourceState, SourceStatus
from engine.values import Instances
from gui.control.correct import CorrectControl

if TYPE_CHECKING:
    from engine.values import Frame, FrameResult, Segmentation
    from gui.context import WindowContext
    from gui.panels.segment_panel import SegmentPanel

__all__ = ["LiveCorrectControl"]


class LiveCorrectControl(CorrectControl):
    """Corrects what was found in the newest frame, and keeps it while that frame stands.

    A source that is told to stand still does so a little later, and the network has frames under
    way then: until something was changed the last one of them is taken over; from the first step
    on, what was begun stays. What was read after the source stood still is another picture.

    Signals
    -------
    lost : FrameResult, Instances
        Another picture has come; these were the corrections of the one before.
    """

    lost = Signal(object, object)

    def __init__(self, context: WindowContext, panel: SegmentPanel) -> None:
        super().__init__(view=panel.view, strip=panel.strip, parent=panel)
        self._actions = context.actions
        self._panel = panel
        self._result: FrameResult | None = None
        self._frame: Frame | None = None
        self._is_still = False
        self._still_since: float | None = None
        self._actions.connect("segment_correct", self._toggle)
        self.active_changed.connect(self._show_active)
        context.backend.bridge.source_changed.connect(self._follow_source)

    def corrected(self, result: FrameResult) -> tuple[FrameResult, Segmentation | None]:
        """Take note of the newest result and return what to show: an answer, and what is found.

        That is the newest one as the network gave it, or, while a picture is corrected, the
        answer to that picture and what was made of it by hand.
        """
        history, before = self._history, self._result
        self._result = result
        if history is None or before is None:
            return result, result.segmentation
        is_same = self._is_same(result.frame)
        if not is_same and self._is_later(result.frame):
            self._forget(before)
            return result, result.segmentation
        if history.is_untouched:
            return result, self._take_over(result)
        if not is_same:
            self._result = before
        return self._result, history.now

    def clear(self) -> None:
        """Forget everything: another network is there, which has not answered yet."""
        self.discard()
        self._result = self._frame = None

    @Slot()
    def discard(self) -> None:
        """Show what the network found again, and forget what was changed."""
        self._panel.notices.clear("correct")
        super().discard()

    # ------------------------------------------------------------------------------------ private

    def _toggle(self, is_on: bool) -> None:
        if is_on:
            self._start()
        else:
            self.finish()

    def _start(self) -> None:
        result = self._result
        found = result.segmentation if result is not None else None
        if result is None or not isinstance(found, Instances):
            self._actions.action("segment_correct").setChecked(False)
            text = self.tr("There are no objects to correct; show objects, not a label map.")
            self._panel.notices.show_notice("correct", text, Severity.WARNING)
            return
        self._panel.notices.clear("correct")
        if self._history is None:
            self._frame = result.frame
            self._still_since = time.perf_counter() if self._is_still else None
        if not self._actions.action("freeze").isChecked():
            self._actions.trigger("freeze")
        self.begin(found)

    @Slot(bool)
    def _show_active(self, is_active: bool) -> None:
        self._panel.set_correcting(is_correcting=is_active)
        self._actions.action("segment_correct").setChecked(is_active)

    @Slot(object)
    def _follow_source(self, status: SourceStatus) -> None:
        can_move = status.info is None or status.info.can_play
        self._is_still = status.state is not SourceState.PLAYING or not can_move
        if self._is_still and self._still_since is None:
            self._still_since = time.perf_counter()

    def _is_same(self, frame: Frame) -> bool:
        mine = self._frame
        return mine is not None and (
            frame is mine
            or (frame.index, frame.captured_at, frame.name)
            == (mine.index, mine.captured_at, mine.name)
        )

    def _is_later(self, frame: Frame) -> bool:
        """Whether a frame was read after the source stood still: no straggler, but the next."""
        return self._still_since is not None and frame.captured_at > self._still_since

    def _take_over(self, result: FrameResult) -> Segmentation | None:
        """Correct a newer answer in place of one in which nothing was changed yet."""
        if isinstance(result.segmentation, Instances):
            self._frame, self._history = result.frame, EditHistory(result.segmentation)
        else:
            self.finish()
        return result.segmentation

    def _forget(self, before: FrameResult) -> None:
        """Let go of the corrections of a picture that another one has taken the place of."""
        is_changed, found = self.is_changed, self.now
        self._history = None
        self._chosen = ()
        self._leave()
        if is_changed and found is not None:
            self.lost.emit(before, found)
