"""Switching the skips of a U-Net that runs, for as long as the page for it can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from engine.commands import CompareUpsampling, SetSkips
from engine.events import EngineEvent, ModelReady, UpsamplingCompared
from engine.values import SkipSwitches
from gui.learn.skips import is_transposed, strides_of
from gui.segment.look import segment_look

if TYPE_CHECKING:
    from engine.values import Category, FrameResult, OverlayStyle
    from gui.context import WindowContext
    from gui.panels.skip_page import SkipPage

__all__ = ["SkipControl"]

REST_MS = 400
"""From one comparison to the next: three passes each time, and the live picture goes on."""


class SkipControl(QObject):
    """Joins the page with the engine; the network is whole again where it cannot be seen."""

    def __init__(self, context: WindowContext, page: SkipPage) -> None:
        super().__init__(page)
        self._backend = context.backend
        self._settings = context.settings
        self._page = page
        self._strides: tuple[int, ...] = ()
        self._shown = False
        self._sent = SkipSwitches()
        self._last: FrameResult | None = None
        self._is_asked = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._compare)
        self._backend.bridge.event_received.connect(self._hear)
        page.switched.connect(self._send)
        page.visible_changed.connect(self._follow)
        page.compare_toggled.connect(self._compare)

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Show the newest answer."""
        self._last = result
        if self._shown and self._strides and not self._page.is_comparing:
            found = result.segmentation
            style = self._style(found.categories if found is not None else ())
            self._page.show_found(result.frame, found, style)

    def close(self) -> None:
        """Ask for nothing any more."""
        self._rest.stop()

    # ------------------------------------------------------------------------------------ private

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        match event:
            case ModelReady(info):
                self._last, self._is_asked, self._sent = None, False, SkipSwitches()
                self._strides = strides_of(info)
                if self._strides:
                    self._page.show_unet(self._strides, is_transposed=is_transposed(info))
                    if self._shown:  # it may only have moved, with its switches as they were
                        self._backend.post(SetSkips(self._page.switches))
                else:
                    self._page.show_unfit(info.card.title)
                self._compare()
            case UpsamplingCompared():
                self._take(event)

    @Slot(bool)
    def _follow(self, is_shown: bool) -> None:
        self._shown = is_shown
        self._send(self._page.switches if is_shown else SkipSwitches())
        if is_shown:
            if self._last is not None:
                self.show_result(self._last)
            self._compare()
        else:
            self._rest.stop()

    @Slot(object)
    def _send(self, switches: SkipSwitches) -> None:
        if self._strides and switches != self._sent:
            self._sent = switches
            self._backend.post(SetSkips(switches))

    @Slot()
    def _compare(self) -> None:
        """Ask for the ways of upsampling side by side, unless an answer is on its way."""
        is_wanted = self._shown and self._strides and self._page.is_comparing
        if is_wanted and not self._is_asked:
            self._is_asked = True
            self._backend.post(CompareUpsampling())

    def _take(self, event: UpsamplingCompared) -> None:
        self._is_asked = False
        if not (self._shown and self._page.is_comparing and self._strides):
            return
        if event.comparison is None:
            self._page.lanes.show_failed(event.message)
        else:
            categories = event.comparison.views[0].found.categories
            self._page.lanes.show_comparison(event.comparison, self._style(categories))
        self._rest.start()

    def _style(self, categories: tuple[Category, ...]) -> OverlayStyle:
        return segment_look(self._settings).style_for(categories)
