"""What was found in the picture: drawn, listed, chosen; the actions of the group "Segment"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.commands import SetSegmentation
from engine.events import EngineEvent, ModelReady, ModelsListed
from engine.values import BACKGROUND, Instances, LabelMap
from gui.control.correct_live import LiveCorrectControl
from gui.control.objects import ObjectsControl
from gui.control.save_masks import SaveMasksControl
from gui.panels.no_masks_page import DEFAULT_MODEL
from gui.segment.choice import Choice
from gui.segment.look import store_look, store_segment_settings
from gui.segment.pointing import category_name, describe
from gui.segment.writing import Shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import (
        FrameResult,
        OverlayStyle,
        Segmentation,
        SegmentSettings,
    )
    from gui.context import WindowContext
    from gui.panels.activation_panel import ActivationPanel
    from gui.panels.objects_panel import ObjectsPanel
    from gui.panels.segment_panel import SegmentPanel
    from gui.segment.look import Rgb, SegmentLook
    from gui.segment.pointing import Pointed

__all__ = ["SegmentControl"]


class SegmentControl(QObject):
    """Keeps the picture, the lists and the engine in step.

    Parameters
    ----------
    context
        Of the window.
    panel, objects
        The picture, and the lists beside it.
    maps
        Has the watched layer and the chosen channel.

    Signals
    -------
    model_wanted : str
        Load the network of this name.
    choice_wanted
        Let the person choose among the networks that segment.
    pointed_told : str
        What lies under the pointer; "" = nothing.
    """

    model_wanted = Signal(str)
    choice_wanted = Signal()
    pointed_told = Signal(str)

    def __init__(
        self,
        context: WindowContext,
        *,
        panel: SegmentPanel,
        objects: ObjectsPanel,
        maps: ActivationPanel,
    ) -> None:
        super().__init__(panel)
        self._backend = context.backend
        self._settings = context.settings
        self._actions = context.actions
        self._panel = panel
        self._objects = objects
        self._title = ""
        self._result: FrameResult | None = None
        self._found: Segmentation | None = None
        self._hidden: frozenset[int] = frozenset()
        self._choice = Choice()
        self.correct = LiveCorrectControl(context, panel)
        self.saving = SaveMasksControl(context, panel)
        self.lists = ObjectsControl(
            objects,
            maps=maps,
            choice=self._choice,
            style=self.style,
            empty_sentence=panel.empty_sentence,
        )
        self._connect_panels()
        self._connect_actions()

    # -------------------------------------------------------------------------------- for callers

    @property
    def shown(self) -> tuple[FrameResult, Segmentation] | None:
        """The newest picture with what is shown of it: corrected, where it was."""
        if self._result is None or self._found is None:
            return None
        return self._result, self._found

    def begin(self) -> None:
        """Tell the engine which answers count, before the first network is loaded."""
        self._backend.post(SetSegmentation(self._panel.thresholds.chosen))

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Take the newest answer; it is drawn where it can be seen."""
        self._result, found = self.correct.corrected(result)
        before, self._found = self._found, found
        if found is None:
            self._show_nothing(self._result)
            return
        if before is None or before.categories != found.categories:
            self._hidden = frozenset()
            self._panel.thresholds.set_categories(found.categories)
        self.correct.choose(self._choice.keep(found))
        self._show_picture()
        self.lists.follow(self._result, found)

    def style(self) -> OverlayStyle:
        """Return what masks are drawn with now."""
        categories = self._found.categories if self._found is not None else ()
        return replace(self._panel.bar.look.style_for(categories), hidden=self._hidden)

    def drawn(self) -> tuple[SegmentSettings, OverlayStyle]:
        """Return which answers count in the picture, and how they are drawn."""
        return self._panel.thresholds.chosen, self.style()

    def choose(self, places: tuple[int, ...]) -> None:
        """Choose objects, in the picture and in the table."""
        if not isinstance(self._found, Instances):
            return
        self._choice.take(self._found, places)
        self.correct.choose(places)
        self._show_choice()

    def choose_category(self, category: int) -> None:
        """Choose a class: of a label map its area, of objects those of the class."""
        if isinstance(self._found, Instances):
            items = enumerate(self._found.items)
            self.choose(tuple(place for place, item in items if item.category == category))
        else:
            self._choice.take_category(category)
            self._show_choice()

    def close(self) -> None:
        """Finish what is under way."""
        self.lists.close()
        self.saving.close()

    # ------------------------------------------------------------------------------------ private

    def _connect_panels(self) -> None:
        panel, objects = self._panel, self._objects
        self._backend.bridge.event_received.connect(self._hear)
        panel.shown.connect(self._show_picture)
        panel.bar.look_changed.connect(self._restyle)
        panel.thresholds.settings_changed.connect(self._set_counting)
        panel.page.model_wanted.connect(self.model_wanted)
        panel.page.choice_wanted.connect(self.choice_wanted)
        panel.view.places_chosen.connect(self.choose)
        panel.view.category_chosen.connect(self.choose_category)
        panel.view.pointed.connect(self._tell_pointed)
        self.lists.places_chosen.connect(self.choose)
        self.lists.place_lit.connect(panel.view.light)
        objects.category_chosen.connect(self.choose_category)
        objects.hidden_changed.connect(self._hide)
        objects.colour_picked.connect(self._recolour)
        self._actions.action("freeze").toggled.connect(self._tell_frozen)
        self.correct.changed.connect(self._show_corrected)
        self.correct.lost.connect(self._keep_lost)

    def _connect_actions(self) -> None:
        connect = self._actions.connect
        connect("segment_next", lambda: self._step(1))
        connect("segment_previous", lambda: self._step(-1))
        connect("segment_add_next", self._add_next)
        connect("segment_hide", lambda: self._on_class(self._objects.toggle))
        connect("segment_solo", lambda: self._on_class(self._objects.solo))

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        if isinstance(event, ModelReady):
            self._title = event.info.card.title
            self._result = self._found = None
            self._choice.clear()
            self.correct.clear()
            self._panel.show_waiting()
            self.lists.clear(self.tr("Waiting for the first answer"))
        elif isinstance(event, ModelsListed):
            for card in event.cards:
                if card.name == DEFAULT_MODEL:
                    self._panel.page.show_offer(card)

    def _show_nothing(self, result: FrameResult) -> None:
        self._choice.clear()
        self.saving.take(None)
        self._panel.show_unfit(self._title or result.model)
        self.lists.clear(self.tr("This network does not segment"))

    def _show(self) -> None:
        self._show_picture()
        self.lists.show_now()

    @Slot()
    def _show_picture(self) -> None:
        result, found = self._result, self._found
        if result is None or found is None:
            return
        style = self.style()
        self.saving.take(Shown(result, found, style, self.correct.is_changed))
        if self._panel.isVisible():
            self._panel.show_found(result, found, style)
            is_empty = isinstance(found, Instances) and not found.items
            self._panel.view.set_note(self._panel.empty_sentence(found) if is_empty else "")
            self._select_in_picture()

    def _show_choice(self) -> None:
        self._select_in_picture()
        self.lists.show_choice()

    def _select_in_picture(self) -> None:
        self._panel.view.select(self._choice.places(self._found))
        is_map = isinstance(self._found, LabelMap)
        self._panel.view.select_category(self._choice.category if is_map else BACKGROUND)

    @Slot(object)
    def _show_corrected(self, places: tuple[int, ...]) -> None:
        if self._result is None:
            return
        self._found = self.correct.now or self._result.segmentation
        if isinstance(self._found, Instances):
            self._choice.take(self._found, places)
        self._show_picture()
        if self._found is not None:
            self.lists.show_corrected(self._found)

    @Slot(object, object)
    def _keep_lost(self, result: FrameResult, found: Instances) -> None:
        """Let corrections be saved still when the picture has moved on."""
        kept = Shown(result, found, self.style(), is_corrected=True)
        self.saving.offer(kept)

    @Slot(object)
    def _tell_pointed(self, at: Pointed | None) -> None:
        text = ""
        if at is not None and self._found is not None:
            text = f"{describe(self._found, at)}   x={at.x} y={at.y}"
        self.pointed_told.emit(text)

    @Slot(bool)
    def _tell_frozen(self, is_frozen: bool) -> None:
        self._panel.view.set_badge("frozen", self.tr("frozen") if is_frozen else "")

    @Slot(object)
    def _restyle(self, look: SegmentLook) -> None:
        store_look(self._settings, look)
        self._show()

    @Slot(object)
    def _set_counting(self, chosen: SegmentSettings) -> None:
        store_segment_settings(self._settings, chosen)
        self._backend.post(SetSegmentation(chosen))
        if self.correct.is_changed:
            self._panel.notices.show_notice(
                "correct",
                self.tr("The picture shows your corrections, not the network's answer."),
                actions=[(self.tr("Discard the corrections"), self.correct.discard)],
            )

    @Slot(object)
    def _hide(self, hidden: frozenset[int]) -> None:
        self._hidden = hidden
        self._show()

    @Slot(int, object)
    def _recolour(self, category: int, colour: Rgb) -> None:
        if self._found is not None:
            bar, name = self._panel.bar, category_name(self._found, category)
            bar.set_look(bar.look.with_colour(name, colour))

    def _on_class(self, change: Callable[[int], None]) -> None:
        if self._choice.category:
            change(self._choice.category)

    def _step(self, step: int) -> None:
        """Choose the object after or before, in order of their scores."""
        if isinstance(self._found, Instances) and self._found.items:
            places = self._choice.places(self._found)
            start = places[0] if places else (-1 if step > 0 else 0)
            self.choose(((start + step) % len(self._found.items),))

    def _add_next(self) -> None:
        """Choose besides the chosen the first one after the last of them that is not."""
        if isinstance(self._found, Instances):
            places = self._choice.places(self._found)
            count, last = len(self._found.items), places[-1] if places else -1
            others = ((last + step) % count for step in range(1, count + 1))
            self.choose((*places, *[it for it in others if it not in places][:1]))
