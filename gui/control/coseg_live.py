"""The common object in the live picture: what a set taught, applied to what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from engine.events import EngineEvent, ModelReady, Severity
from gui.coseg.live import post_model, shown_overlay

if TYPE_CHECKING:
    from engine.values import FigureGround, FrameResult
    from gui.context import WindowContext
    from gui.control.coseg_run import CosegRunControl
    from gui.coseg.desk import CosegDesk
    from gui.panels.coseg_panel import CosegPanel
    from gui.panels.source_panel import SourcePanel

__all__ = ["CosegLiveControl"]


class CosegLiveControl(QObject):
    """Hands what the set taught to the engine, and draws its answers in the source panel."""

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
        """Draw where the object is in the newest frame."""
        if self._is_on:
            found = getattr(result, "common", None)
            self._source.view.set_common(shown_overlay(found))

    # ------------------------------------------------------------------------------------ private

    def _toggle(self, is_on: bool) -> None:
        self._is_on = is_on
        if is_on:
            self._renew()
            return
        self._model = None
        post_model(self._backend, None)
        self._source.view.set_common(None)
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
        post_model(self._backend, model)
        self._say_which()

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        if isinstance(event, ModelReady):
            self._loaded = event.info.card.name
            self._titles[self._loaded] = event.info.card.title
            self._say_which()

    def _say_which(self) -> None:
        """Say so where another network is loaded than the one that the set was described by."""
        model = self._model
        if not self._is_on or model is None or model.model == self._loaded:
            self._panel.notices.clear("live")
            return
        text = self.tr(
            "The live picture is looked at by another network than this set; load {0} to find the "
            "object in it."
        ).format(self._titles.get(model.model, model.model))
        self._panel.notices.show_notice("live", text, Severity.WARNING)
