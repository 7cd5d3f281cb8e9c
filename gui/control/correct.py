"""Corrections by hand of the objects in one still picture, wherever it is shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.correct import operations
from engine.correct.history import EditHistory
from gui.segment.tools import Tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import Instances
    from gui.panels.correct_strip import CorrectStrip
    from gui.views.mask_edit_view import MaskEditView

__all__ = ["CorrectControl"]


class CorrectControl(QObject):
    """Keeps what a person changed in the objects of one picture, and joins tools and picture.

    Whoever owns it shows the objects: `now`, whenever `changed` is told, and tells it what is
    chosen (`choose`).

    Parameters
    ----------
    view
        Shows the picture and its objects; is painted on.
    strip
        The tools; shown while a correction goes on.

    Signals
    -------
    changed : tuple of int
        Other objects are to be shown, and these of them are chosen.
    active_changed : bool
        A correction begins, or ends.
    """

    changed = Signal(object)
    active_changed = Signal(bool)

    def __init__(self, *, view: MaskEditView, strip: CorrectStrip, parent: QObject) -> None:
        super().__init__(parent)
        self._view = view
        self._strip = strip
        self._history: EditHistory | None = None
        self._is_active = False
        self._chosen: tuple[int, ...] = ()
        self._steps = self._make_steps()
        self._connect_parts()

    @property
    def is_active(self) -> bool:
        """Whether a correction goes on."""
        return self._is_active

    @property
    def is_changed(self) -> bool:
        """Whether what is shown is not what was found."""
        return self._history is not None and self._history.is_changed

    @property
    def history(self) -> EditHistory | None:
        """The steps, while they belong to the picture that is shown."""
        return self._history

    @property
    def now(self) -> Instances | None:
        """The objects as they stand; None where nothing was begun."""
        return self._history.now if self._history is not None else None

    def begin(self, found: Instances) -> None:
        """Show the tools; where there are corrections already, go on with those."""
        if self._history is None:
            self._history = EditHistory(found)
        self._is_active = True
        self._strip.set_categories(found.categories)
        self._strip.show()
        self._view.set_editing(True)
        self._view.setFocus()
        self.active_changed.emit(True)
        self._show(self._chosen)

    def choose(self, places: tuple[int, ...]) -> None:
        """Take note of which objects the next step is for."""
        if places == self._chosen and not self._is_active:
            return
        self._chosen = places
        category = 0
        if self._history is not None and places:
            category = self._history.now.items[places[0]].category
        self._strip.show_chosen(len(places), category)

    @Slot()
    def finish(self) -> None:
        """End the correction; what was changed stays."""
        if not self._is_active:
            return
        if self._history is not None and not self._history.is_changed:
            self._history = None
        self._leave()
        self.changed.emit(self._chosen)

    @Slot()
    def discard(self) -> None:
        """Show what was found again, and forget what was changed."""
        self._history = None
        self._chosen = ()
        self._leave()
        self.changed.emit(())

    # ------------------------------------------------------------------------------------ private

    def _connect_parts(self) -> None:
        strip, view = self._strip, self._view
        strip.done.connect(self.finish)
        strip.step_wanted.connect(self._take_step)
        strip.category_chosen.connect(self._relabel)
        strip.drop_wanted.connect(self._drop)
        strip.tool_changed.connect(view.set_tool)
        view.left.connect(self.finish)
        view.stroke_drawn.connect(self._draw)

    def _make_steps(self) -> dict[str, Callable[[], None]]:
        return {
            "correct_undo": partial(self._go, is_back=True),
            "correct_redo": partial(self._go, is_back=False),
            "correct_delete": self._delete,
            "correct_merge": self._merge,
            "correct_split": partial(self._on_first, "split", operations.split),
            "correct_grow": partial(self._on_first, "grow", operations.grow),
            "correct_shrink": partial(self._on_first, "shrink", operations.shrink),
            "correct_fill": partial(self._on_first, "fill", operations.fill_holes),
        }

    def _leave(self) -> None:
        """Put the tools away."""
        was_active, self._is_active = self._is_active, False
        if was_active:
            self._strip.set_tool(Tool.SELECT)
            self._strip.hide()
            self._view.set_editing(False)
        self._tell_state()
        if was_active:
            self.active_changed.emit(False)

    def _show(self, chosen: tuple[int, ...]) -> None:
        self.choose(chosen)
        self._tell_state()
        self.changed.emit(chosen)

    def _tell_state(self) -> None:
        history = self._history
        can_undo, can_redo = (
            (bool(history.undone_next), bool(history.redone_next)) if history else (False, False)
        )
        self._strip.show_history(can_undo=can_undo, can_redo=can_redo)
        text = self.tr("correcting") if self._is_active else ""
        if not text and self.is_changed:
            text = self.tr("corrected")
        self._view.set_badge("correct", text, is_warning=self._is_active)

    # ---------------------------------------------------------------------------------- the steps

    @Slot(str)
    def _take_step(self, name: str) -> None:
        self._steps[name]()

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
        self._view.setFocus()  # the keys go on being for the picture
        if self._history is not None and self._chosen:
            state = operations.relabel(self._history.now, self._chosen[0], category)
            self._take(state, "relabel", self._chosen[:1])

    @Slot(int)
    def _drop(self, least_area: int) -> None:
        self._view.setFocus()
        if self._history is not None:
            self._take(operations.drop_small(self._history.now, least_area), "drop", ())

    @Slot(object, float)
    def _draw(self, way: list[tuple[float, float]], radius: float) -> None:
        is_brush = self._strip.tool is Tool.BRUSH
        change = operations.paint if is_brush else operations.erase
        self._on_first(
            "brush" if is_brush else "eraser",
            lambda state, place: change(state, place, way, radius),
        )
