"""Corrections by hand: the actions of the group "Correct"."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.correct import operations
from engine.correct.history import EditHistory
from engine.events import Severity
from engine.values import Instances
from gui.segment.tools import Tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import Frame, FrameResult, Segmentation
    from gui.context import WindowContext
    from gui.panels.segment_panel import SegmentPanel

__all__ = ["CorrectControl"]

_STEPS = (
    "correct_delete",
    "correct_merge",
    "correct_split",
    "correct_grow",
    "correct_shrink",
    "correct_fill",
)


class CorrectControl(QObject):
    """Keeps what a person changed in the objects of one frozen picture.

    Signals
    -------
    changed : tuple of int
        Other objects are to be shown, and these of them are chosen.
    lost : FrameResult, Instances
        Another picture has come; these were the corrections of the one before.
    """

    changed = Signal(object)
    lost = Signal(object, object)

    def __init__(self, context: WindowContext, panel: SegmentPanel) -> None:
        super().__init__(panel)
        self._actions = context.actions
        self._panel = panel
        self._history: EditHistory | None = None
        self._frame: Frame | None = None
        self._result: FrameResult | None = None
        self._is_active = False
        self._chosen: tuple[int, ...] = ()
        self._connect_parts()
        self._enable()

    @property
    def is_active(self) -> bool:
        """Whether a correction goes on."""
        return self._is_active

    @property
    def is_changed(self) -> bool:
        """Whether what is shown is not what the network found."""
        return self._history is not None and self._history.is_changed

    @property
    def history(self) -> EditHistory | None:
        """The steps, while they belong to the picture that is shown."""
        return self._history

    def corrected(self, result: FrameResult) -> Segmentation | None:
        """Take note of the newest result and return what to show for it.

        That is what the network found, or what was made of it by hand while the picture stands.
        """
        before, self._result = self._result, result
        if self._history is not None and not self._is_same(result.frame):
            self._forget(before)
        return self._history.now if self._history is not None else result.segmentation

    def choose(self, places: tuple[int, ...]) -> None:
        """Take note of which objects the next step is for."""
        if places == self._chosen and not self._is_active:
            return
        self._chosen = places
        history = self._history
        category = 0
        if history is not None and places:
            category = history.now.items[places[0]].category
        self._panel.strip.show_chosen(len(places), category)
        if not self._is_active:
            self._enable()

    @Slot()
    def discard(self) -> None:
        """Show what the network found again, and forget what was changed."""
        self._is_active, was_active = False, self._is_active
        self._history = self._frame = None
        if was_active:
            self._leave()
        self._panel.notices.clear("correct")
        self._tell_badge()
        self._enable()
        self.changed.emit(())

    @Slot()
    def finish(self) -> None:
        """End the correction; what was changed stays until the picture goes."""
        if not self._is_active:
            return
        self._is_active = False
        self._leave()
        if self._history is not None and not self._history.is_changed:
            self._history = self._frame = None
        self._tell_badge()
        self._enable()
        self.changed.emit(self._chosen)

    # ------------------------------------------------------------------------------------ private

    def _connect_parts(self) -> None:
        connect = self._actions.connect
        connect("segment_correct", self._toggle)
        connect("correct_undo", lambda: self._go(is_back=True))
        connect("correct_redo", lambda: self._go(is_back=False))
        connect("correct_delete", self._delete)
        connect("correct_merge", self._merge)
        connect("correct_split", partial(self._on_first, "split", operations.split))
        connect("correct_grow", partial(self._on_first, "grow", operations.grow))
        connect("correct_shrink", partial(self._on_first, "shrink", operations.shrink))
        connect("correct_fill", partial(self._on_first, "fill", operations.fill_holes))
        strip = self._panel.strip
        strip.done.connect(self.finish)
        strip.category_chosen.connect(self._relabel)
        strip.drop_wanted.connect(self._drop)
        self._panel.view.left.connect(self.finish)
        self._panel.view.stroke_drawn.connect(self._draw)

    def _toggle(self, is_on: bool) -> None:
        if is_on:
            self._start()
        else:
            self.finish()

    def _start(self) -> None:
        found = self._result.segmentation if self._result is not None else None
        if self._result is None or not isinstance(found, Instances):
            self._actions.action("segment_correct").setChecked(False)
            text = self.tr("There are no objects to correct; show objects, not a label map.")
            self._panel.notices.show_notice("correct", text, Severity.WARNING)
            return
        self._panel.notices.clear("correct")
        if self._history is None:
            self._history, self._frame = EditHistory(found), self._result.frame
        self._is_active = True
        self._actions.action("segment_correct").setChecked(True)
        if not self._actions.action("freeze").isChecked():
            self._actions.trigger("freeze")
        self._panel.strip.set_categories(found.categories)
        self._panel.set_correcting(is_correcting=True)
        self._panel.view.setFocus()
        self.choose(self._chosen)
        self._enable()
        self._tell_badge()
        self.changed.emit(self._chosen)

    def _leave(self) -> None:
        """Put the tools away."""
        self._panel.strip.set_tool(Tool.SELECT)
        self._panel.set_correcting(is_correcting=False)
        self._actions.action("segment_correct").setChecked(False)

    def _is_same(self, frame: Frame) -> bool:
        mine = self._frame
        return mine is not None and (
            frame is mine
            or (frame.index, frame.captured_at, frame.name)
            == (mine.index, mine.captured_at, mine.name)
        )

    def _forget(self, before: FrameResult | None) -> None:
        """Let go of the corrections of a picture that another one has taken the place of."""
        was_active, history = self._is_active, self._history
        self._history = self._frame = None
        if was_active:
            self.finish()
        self._chosen = ()
        self._tell_badge()
        self._enable()
        if before is not None and history is not None and history.is_changed:
            self.lost.emit(before, history.now)

    # ---------------------------------------------------------------------------------- the steps

    def _take(self, state: Instances, name: str, chosen: tuple[int, ...]) -> None:
        if self._history is not None and self._history.add(state, name):
            self._show(chosen)

    def _go(self, *, is_back: bool) -> None:
        if self._history is None:
            return
        before = self._history.now
        now = self._history.undo() if is_back else self._history.redo()
        if now is not before:
            is_alike = len(now.items) == len(before.items)
            self._show(self._chosen if is_alike else ())

    def _show(self, chosen: tuple[int, ...]) -> None:
        self.choose(chosen)
        self._enable()
        self._tell_badge()
        self.changed.emit(chosen)

    def _on_first(self, name: str, change: Callable[[Instances, int], Instances]) -> None:
        if self._history is not None and self._chosen:
            before = self._history.now
            state = change(before, self._chosen[0])
            is_gone = len(state.items) < len(before.items)
            self._take(state, name, () if is_gone else self._chosen[:1])

    def _delete(self) -> None:
        if self._history is not None and self._chosen:
            self._take(operations.delete(self._history.now, self._chosen), "delete", ())

    def _merge(self) -> None:
        if self._history is not None and len(self._chosen) > 1:
            state = operations.merge(self._history.now, self._chosen)
            self._take(state, "merge", (min(self._chosen),))

    @Slot(int)
    def _relabel(self, category: int) -> None:
        if self._history is not None and self._chosen:
            state = operations.relabel(self._history.now, self._chosen[0], category)
            self._take(state, "relabel", self._chosen[:1])

    @Slot(int)
    def _drop(self, least_area: int) -> None:
        if self._history is not None:
            self._take(operations.drop_small(self._history.now, least_area), "drop", ())

    @Slot(object, float)
    def _draw(self, way: list[tuple[float, float]], radius: float) -> None:
        is_brush = self._panel.strip.tool is Tool.BRUSH
        change = operations.paint if is_brush else operations.erase
        self._on_first(
            "brush" if is_brush else "eraser",
            lambda state, place: change(state, place, way, radius),
        )

    def _enable(self) -> None:
        """Let the keys work only while there is something for them to do."""
        history = self._history if self._is_active else None
        for name in ("correct_select", "correct_brush", "correct_eraser"):
            self._actions.action(name).setEnabled(self._is_active)
        for name in ("correct_smaller", "correct_larger"):
            self._actions.action(name).setEnabled(self._is_active)
        self._actions.action("correct_undo").setEnabled(bool(history and history.undone_next))
        self._actions.action("correct_redo").setEnabled(bool(history and history.redone_next))
        if not self._is_active:
            for name in _STEPS:
                self._actions.action(name).setEnabled(False)

    def _tell_badge(self) -> None:
        text = self.tr("correcting") if self._is_active else ""
        if not text and self.is_changed:
            text = self.tr("corrected")
        self._panel.view.set_badge("correct", text, is_warning=self._is_active)
