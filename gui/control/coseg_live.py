"""The common object in the live picture: what a set taught, applied to what is shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.events import EngineEvent, ModelReady, ModelsListed, Severity
from gui.coseg.live import post_model, shown_overlay

if TYPE_CHECKING:
    from engine.values import FigureGround, FrameResult, Instances
    from gui.context import WindowContext
    from gui.control.coseg_run import CosegRunControl
    from gui.coseg.desk import CosegDesk
    from gui.panels.coseg_panel import CosegPanel
    from gui.panels.source_panel import SourcePanel

__all__ = ["CosegLiveControl"]

STALE_S = 3.0
"""What was seen is drawn for so long, until it is looked for again."""


class CosegLiveControl(QObject):
    """Hands what the set taught to the engine, and draws its answers in the source panel.

    Signals
    -------
    model_wanted : str
        Load the network of this name.
    """

    model_wanted = Signal(str)

    def __init__(
        self,
        context: WindowContext,
        desk: CosegDesk,
        runs: CosegRunControl,
        *,
        panel: CosegPanel,
        source: SourcePanel,
    ) -> None:
        super().__init__(panel)
        self._actions = context.actions
        self._backend = context.backend
        self._desk = desk
        self._runs = runs
        self._panel = panel
        self._source = source
        self._is_on = False
        self._seen_at = 0.0
        self._model: FigureGround | None = None
        self._loaded = ""
        self._titles: dict[str, str] = {}
        desk.result_changed.connect(self._renew)
        runs.model_came.connect(self._take_model)
        context.backend.bridge.event_received.connect(self._hear)
        context.actions.connect("coseg_live", self._toggle)

    @property
    def is_on(self) -> bool:
        """Whether the object is looked for."""
        return self._is_on

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Draw where the object was seen last; not every frame is looked at."""
        if not self._is_on:
            return
        if result.common is not None:
            self._seen_at = result.frame.captured_at
            self._show(result.common)
        elif result.frame.captured_at - self._seen_at > STALE_S:
            self._show(None)

    # ------------------------------------------------------------------------------------ private

    def _show(self, found: Instances | None) -> None:
        """Draw the object; an answer without one says so."""
        view = self._source.view
        view.set_common(shown_overlay(found))
        name = found.categories[0].name if found is not None and found.items else ""
        missing = self.tr("not seen") if found is not None and not found.items else ""
        view.set_badge("common", name or missing, is_warning=bool(missing))

    def _toggle(self, is_on: bool) -> None:
        self._is_on = is_on
        if is_on:
            self._renew()
            return
        self._model = None
        post_model(self._backend, None)
        self._show(None)
        self._panel.notices.clear("live")

    @Slot()
    def _renew(self) -> None:
        """Ask for what the set teaches now."""
        if not self._is_on:
            return
        if self._desk.result is None:
            self._actions.action("coseg_live").setChecked(False)
            self._toggle(is_on=False)
        else:
            found = self._desk.entry.picture if self._desk.entry is not None else None
            self._runs.want_model(found.group if found is not None else 1)

    @Slot(object)
    def _take_model(self, model: FigureGround | None) -> None:
        if not self._is_on:
            return
        self._model = model
        if model is None:
            self._actions.action("coseg_live").setChecked(False)
            self._toggle(is_on=False)
            text = self.tr("This set taught nothing that could be looked for; steer it first.")
            self._panel.notices.show_notice("live", text, Severity.WARNING)
            return
        self._post()

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        if isinstance(event, ModelReady):
            self._loaded = event.info.card.name
            self._titles[self._loaded] = event.info.card.title
            self._post()
        elif isinstance(event, ModelsListed):
            self._titles |= {card.name: card.title for card in event.cards}

    def _post(self) -> None:
        """Have the object looked for, or say which network has to be loaded for it."""
        model = self._model
        if not self._is_on or model is None:
            return
        if model.model == self._loaded:
            post_model(self._backend, model)
            self._panel.notices.clear("live")
            return
        post_model(self._backend, None)
        self._show(None)
        title = self._titles.get(model.model, model.model)
        text = self.tr("This set was described by {0}; load it to find the object live.")
        load = partial(self.model_wanted.emit, model.model)
        self._panel.notices.show_notice(
            "live",
            text.format(title),
            Severity.WARNING,
            actions=[(self.tr("Load {0}").format(title), load)],
        )
