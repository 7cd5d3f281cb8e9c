"""The lists beside the picture: classes, objects, and the one that is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.values import Instances
from gui.segment.pointing import follow

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import FrameResult, OverlayStyle, Segmentation
    from gui.display_style import DisplayStyle
    from gui.panels.activation_panel import ActivationPanel
    from gui.panels.objects_panel import ObjectsPanel
    from gui.segment.choice import Choice

__all__ = ["LISTS_MS", "ObjectsControl"]

LISTS_MS = 200
"""The lists follow the picture at this pace: numbers that jump cannot be read."""


class ObjectsControl(QObject):
    """Keeps the lists in step with the picture, a few frames behind it.

    Parameters
    ----------
    panel
        The lists.
    maps
        Has the watched layer and the chosen channel.
    choice
        What is chosen, here and in the picture.
    style
        Returns what masks are drawn with now.

    Signals
    -------
    places_chosen : tuple of int
        Objects were chosen in a list: their places in the newest frame.
    place_lit : int or None
        The object whose row is under the pointer, by its place in the newest frame.
    """

    places_chosen = Signal(object)
    place_lit = Signal(object)

    def __init__(
        self,
        panel: ObjectsPanel,
        *,
        maps: ActivationPanel,
        choice: Choice,
        style: Callable[[], OverlayStyle],
        empty_sentence: Callable[[Segmentation], str],
    ) -> None:
        super().__init__(panel)
        self._panel = panel
        self._maps = maps
        self._choice = choice
        self._style = style
        self._empty_sentence = empty_sentence
        self._result: FrameResult | None = None
        self._found: Segmentation | None = None
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.timeout.connect(self.show_now)
        panel.shown.connect(self.show_now)
        panel.places_chosen.connect(self._tell_chosen)
        panel.place_hovered.connect(self._tell_lit)
        panel.card.channel_chosen.connect(maps.choose_channel)
        maps.channel_chosen.connect(panel.card.bars.set_channel)
        maps.style_changed.connect(self.set_display)

    @property
    def is_due(self) -> bool:
        """Whether the lists are behind the picture and will follow."""
        return self._due.isActive()

    def follow(self, result: FrameResult, found: Segmentation) -> None:
        """Take note of the newest frame; it is listed soon."""
        self._result, self._found = result, found
        if not self._due.isActive():
            self._due.start(LISTS_MS)

    def clear(self, sentence: str) -> None:
        """List nothing, and say why."""
        self._due.stop()
        self._result = self._found = None
        self._panel.clear(sentence)

    def show_corrected(self, found: Segmentation) -> None:
        """List at once what was made of the newest frame by hand."""
        self._found = found
        self.show_now()

    @Slot()
    def show_now(self) -> None:
        """List what is found."""
        self._due.stop()
        if self._found is not None and self._panel.isVisible():
            self._panel.show_found(self._found, self._style(), self._empty_sentence(self._found))
            self._select()

    def show_choice(self) -> None:
        """Show what is chosen."""
        if self._panel.found is not self._found:
            self.show_now()
        else:
            self._select()

    @Slot(object)
    def set_display(self, style: DisplayStyle) -> None:
        """Take the colours of maps."""
        self._panel.card.set_display(style)
        self._show_subject()

    def close(self) -> None:
        """Follow nothing any more."""
        self._due.stop()

    # ------------------------------------------------------------------------------------ private

    def _select(self) -> None:
        self._panel.select(self._choice.places(self._found))
        self._panel.select_category(self._choice.category)
        self._show_subject()

    def _show_subject(self) -> None:
        if not self._panel.isVisible() or self._result is None:
            return
        subject = self._choice.subject(self._found)
        if subject is None or not subject.region.pixels.size:
            self._panel.card.clear()
            return
        page = self._maps.current_page
        activation = self._result.activation(page.key) if page is not None else None
        self._panel.card.show_subject(subject, self._result, activation)

    def _listed(self, place: int) -> int | None:
        """Return the place now of an object of the list, which may be a few frames old."""
        listed, found = self._panel.found, self._found
        if not isinstance(listed, Instances) or not isinstance(found, Instances):
            return None
        return place if listed is found else follow(listed.items[place], found)

    @Slot(object)
    def _tell_chosen(self, places: tuple[int, ...]) -> None:
        now = (self._listed(place) for place in places)
        self.places_chosen.emit(tuple(place for place in now if place is not None))

    @Slot(object)
    def _tell_lit(self, place: int | None) -> None:
        self.place_lit.emit(None if place is None else self._listed(place))
