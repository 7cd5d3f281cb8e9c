"""Masks of a set put right by hand, with the tools of the Segment workspace."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Slot

from engine.values import Box, Instance, Instances, Region
from gui.control.correct import CorrectControl
from gui.coseg.collection import COMMON_OBJECT

if TYPE_CHECKING:
    from gui.context import WindowContext
    from gui.coseg.desk import CosegDesk
    from gui.panels.coseg_panel import CosegPanel

__all__ = ["CosegCorrectControl"]


class CosegCorrectControl(QObject):
    """Corrects the picture that is looked at; what was changed goes to the desk at each step."""

    def __init__(self, context: WindowContext, desk: CosegDesk, panel: CosegPanel) -> None:
        super().__init__(panel)
        self._actions = context.actions
        self._desk = desk
        self._picture = panel.picture
        self._place = -1
        self._before: Instances | None = None
        self._tools = CorrectControl(
            view=panel.picture.view, strip=panel.picture.strip, parent=self
        )
        self._tools.changed.connect(self._show)
        self._tools.active_changed.connect(self._follow)
        panel.picture.view.places_chosen.connect(self._choose)
        desk.place_changed.connect(self._leave)
        desk.set_changed.connect(self._leave)
        context.actions.connect("coseg_correct", self._toggle)
        context.actions.connect("coseg_discard", self.discard)
        context.actions.action("coseg_discard").setEnabled(False)

    @property
    def is_active(self) -> bool:
        """Whether a correction goes on."""
        return self._tools.is_active

    def go(self, *, is_back: bool) -> None:
        """Take a step back or forth."""
        self._picture.strip.step_wanted.emit("correct_undo" if is_back else "correct_redo")

    @Slot()
    def discard(self) -> None:
        """Show again what was found in the picture that is looked at."""
        place = self._desk.place
        if place >= 0:
            self._place = -1  # what the tools tell now is of no picture
            self._tools.discard()
            self._desk.correct(place, None)

    # ------------------------------------------------------------------------------------ private

    def _toggle(self, is_on: bool) -> None:
        if not is_on:
            self._tools.finish()
            return
        entry = self._desk.entry
        found = entry.shown if entry is not None else None
        if found is None:
            self._actions.action("coseg_correct").setChecked(False)
            return
        self._place = self._desk.place
        self._before = entry.corrected if entry is not None else None
        self._tools.choose((0,))
        self._tools.begin(_with_one(found))

    @Slot(object)
    def _choose(self, places: tuple[int, ...]) -> None:
        if self._tools.is_active:
            self._picture.view.select(places)
            self._tools.choose(places)

    @Slot(object)
    def _show(self, chosen: tuple[int, ...]) -> None:
        """Draw the objects as they stand, and note them."""
        now, place = self._tools.now, self._place
        if now is None or place < 0:
            return
        is_changed = self._tools.is_changed
        self._desk.correct(place, _without_empty(now) if is_changed else self._before)
        image = self._picture.view.image
        if self._tools.is_active and image is not None:
            self._picture.show_picture(image, now)
            self._picture.view.select(chosen)

    @Slot(bool)
    def _follow(self, is_active: bool) -> None:
        self._actions.action("coseg_correct").setChecked(is_active)
        self._picture.view.set_steering(is_steering=not is_active)
        if not is_active and self._desk.place >= 0:
            self._picture.view.select(())
            self._desk.entries_changed.emit([self._desk.place])
        self._desk.seeds_changed.emit()  # they are not listed while the tools are out

    @Slot()
    def _leave(self) -> None:
        """End the correction: another picture is looked at, perhaps of another set."""
        self._place = -1  # each step is on the desk already
        self._tools.finish()
        if self._tools.history is not None:
            self._tools.discard()


def _with_one(found: Instances) -> Instances:
    """Return them, or where there are none an object of no pixels, to be painted."""
    if found.items:
        return found
    nothing = Region(0, 0, np.zeros((0, 0), np.bool_))
    return replace(found, items=(Instance(COMMON_OBJECT.id, 1.0, Box(0, 0, 0, 0), nothing),))


def _without_empty(found: Instances) -> Instances:
    return replace(found, items=tuple(item for item in found.items if item.region.area))
