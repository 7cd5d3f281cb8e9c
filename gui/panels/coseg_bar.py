"""The row of choices above a set's grid: how masks are drawn, which pictures, in which order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from gui.coseg.look import LEAST_CELL_PX, MOST_CELL_PX
from gui.coseg.order import Show, SortBy
from gui.coseg.words import group_text
from gui.segment.drawn import Drawn
from gui.views.action_button import action_button
from gui.views.choices import choice_box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.values import CosegGroup
    from gui.actions import Actions
    from gui.coseg.collection import Entry
    from gui.coseg.look import CosegLook

__all__ = ["CosegBar"]

OPACITY_STEP = 0.1
CELL_STEP = 1.2


class CosegBar(QWidget):
    """Edits a :class:`CosegLook`.

    Signals
    -------
    look_changed : CosegLook
        The person chose something.
    """

    look_changed = Signal(object)

    def __init__(self, *, actions: Actions, look: CosegLook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._look = look
        self._groups: tuple[CosegGroup, ...] = ()
        self._build_parts()
        self._build_layout()
        self._connect_parts()
        self._display()

    # -------------------------------------------------------------------------------- for callers

    @property
    def look(self) -> CosegLook:
        """What is chosen."""
        return self._look

    def set_look(self, look: CosegLook) -> None:
        """Choose all of it, and tell."""
        if look != self._look:
            self._look = look
            self._display()
            self.look_changed.emit(look)

    def show_counts(self, entries: Sequence[Entry]) -> None:
        """Say how many pictures there are of each kind; kinds of which there are none go."""
        kinds = self._kinds()
        counts = {
            Show.ALL: len(entries),
            Show.OUTLIERS: sum(entry.is_outlier for entry in entries),
            Show.UNSURE: sum(entry.is_unsure for entry in entries),
            Show.CORRECTED: sum(entry.corrected is not None for entry in entries),
            Show.STEERED: sum(entry.is_steered for entry in entries),
            Show.FAILED: sum(bool(entry.failure) for entry in entries),
        }
        with QSignalBlocker(self._show):
            self._show.clear()
            for kind, title in kinds.items():
                if counts[kind] or kind in {Show.ALL, self._look.show}:
                    self._show.addItem(f"{title} ({counts[kind]})", kind)
            self._show.setCurrentIndex(max(0, self._show.findData(self._look.show)))
        has_scores = any(entry.score is not None for entry in entries)
        place = self._sort.findData(SortBy.JACCARD)
        if has_scores and place < 0:
            self._sort.addItem(self.tr("Worst J first"), SortBy.JACCARD)
        self._parts.setVisible(
            any(entry.picture is not None and entry.picture.parts is not None for entry in entries)
        )

    def show_groups(self, groups: Sequence[CosegGroup]) -> None:
        """Offer these groups; one is none."""
        self._groups = tuple(groups) if len(groups) > 1 else ()
        with QSignalBlocker(self._group):
            self._group.clear()
            self._group.addItem(self.tr("All groups"), 0)
            for group in self._groups:
                self._group.addItem(group_text(group), group.number)
        self._group.setVisible(bool(self._groups))
        if self._look.group > len(self._groups):
            self.set_look(replace(self._look, group=0))
        self._display()

    # ------------------------------------------------------------------------------------ private

    def _kinds(self) -> dict[Show, str]:
        return {
            Show.ALL: self.tr("All"),
            Show.OUTLIERS: self.tr("Outliers"),
            Show.UNSURE: self.tr("Unsure"),
            Show.CORRECTED: self.tr("Corrected"),
            Show.STEERED: self.tr("With clicks"),
            Show.FAILED: self.tr("Unreadable"),
        }

    def _build_parts(self) -> None:
        self._drawn = choice_box(
            self,
            self.tr("What of a mask is drawn: its area, its outline, or both (A)"),
            (
                (self.tr("Fill + line"), Drawn.BOTH),
                (self.tr("Fill"), Drawn.FILL),
                (self.tr("Line"), Drawn.OUTLINE),
            ),
        )
        self._opacity = self._slider(5, 100, 72, self.tr("How strongly masks cover (, and .)"))
        self._cell = self._slider(
            LEAST_CELL_PX, MOST_CELL_PX, 72, self.tr("Size of the pictures (+ and -)")
        )
        self._sort = choice_box(
            self,
            self.tr("In which order the pictures stand (Shift+S)"),
            (
                (self.tr("By name"), SortBy.NAME),
                (self.tr("Least sure first"), SortBy.SURENESS),
                (self.tr("Largest first"), SortBy.AREA),
            ),
        )
        if self._look.sort is SortBy.JACCARD:
            self._sort.addItem(self.tr("Worst J first"), SortBy.JACCARD)
        self._show = choice_box(self, self.tr("Which pictures are shown"), ())
        self._group = choice_box(self, self.tr("Which group is shown"), ())
        self._group.hide()
        self._parts = action_button(self._actions.action("coseg_parts"), self)
        self._parts.hide()

    def _slider(self, least: int, most: int, width: int, tip: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setRange(least, most)
        slider.setFixedWidth(width)
        slider.setToolTip(tip)
        slider.setAccessibleName(tip)
        return slider

    def _build_layout(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(4)
        for widget in (self._show, self._group, self._sort):
            first.addWidget(widget)
        first.addStretch(1)
        first.addWidget(self._cell)
        second.addWidget(self._drawn)
        second.addWidget(self._opacity)
        second.addWidget(self._parts)
        second.addStretch(1)
        for name, text in (
            ("coseg_live", self.tr("Find it live")),
            ("coseg_save", self.tr("Save")),
        ):
            self._actions.action(name).setIconText(text)
            button = QToolButton(self)
            button.setDefaultAction(self._actions.action(name))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            second.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(first)
        layout.addLayout(second)

    def _connect_parts(self) -> None:
        for combo in (self._drawn, self._sort, self._show, self._group):
            combo.currentIndexChanged.connect(self._take)
        for slider in (self._opacity, self._cell):
            slider.valueChanged.connect(self._take)
        connect = self._actions.connect
        connect("coseg_drawn", lambda: _cycle(self._drawn))
        connect("coseg_sort", lambda: _cycle(self._sort))
        connect("coseg_parts", lambda is_on: self.set_look(replace(self._look, has_parts=is_on)))
        connect("coseg_fainter", lambda: self._fade(-OPACITY_STEP))
        connect("coseg_stronger", lambda: self._fade(OPACITY_STEP))
        connect("coseg_larger", lambda: self._resize(CELL_STEP))
        connect("coseg_smaller", lambda: self._resize(1 / CELL_STEP))

    def _display(self) -> None:
        look = self._look
        for combo, value in (
            (self._drawn, look.drawn),
            (self._sort, look.sort),
            (self._show, look.show),
            (self._group, look.group),
        ):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(max(0, combo.findData(value)))
        for slider, number in (
            (self._opacity, round(100 * look.opacity)),
            (self._cell, look.cell_px),
        ):
            with QSignalBlocker(slider):
                slider.setValue(number)
        self._opacity.setEnabled(look.drawn is not Drawn.OUTLINE)
        self._actions.action("coseg_parts").setChecked(look.has_parts)

    def _fade(self, step: float) -> None:
        opacity = min(max(self._look.opacity + step, 0.05), 1.0)
        self.set_look(replace(self._look, opacity=round(opacity, 2)))

    def _resize(self, factor: float) -> None:
        wanted = round(self._look.cell_px * factor)
        self.set_look(replace(self._look, cell_px=min(max(wanted, LEAST_CELL_PX), MOST_CELL_PX)))

    @Slot()
    def _take(self) -> None:
        shown = self._show.currentData()
        self.set_look(
            replace(
                self._look,
                drawn=Drawn(self._drawn.currentData()),
                opacity=self._opacity.value() / 100,
                cell_px=self._cell.value(),
                sort=SortBy(self._sort.currentData()),
                show=Show(shown) if shown is not None else self._look.show,
                group=int(self._group.currentData() or 0),
            )
        )


def _cycle(combo: QComboBox) -> None:
    combo.setCurrentIndex((combo.currentIndex() + 1) % combo.count())
