"""Class evidence, and the race of a sliding window against one pass, in step with the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from engine.commands import CancelRace, SetEvidence, StartRace
from engine.events import EngineEvent, ModelReady, Notice, RaceFailed, RaceMoved

if TYPE_CHECKING:
    from engine.values import EvidenceRequest, FrameResult, RaceSettings
    from gui.context import WindowContext
    from gui.panels.evidence_panel import EvidencePanel
    from gui.panels.race_panel import RacePanel

__all__ = ["EvidenceControl"]


class EvidenceControl(QObject):
    """Keeps the evidence panel and the race panel in step with the engine.

    Parameters
    ----------
    context
        Of the window.
    evidence, race
        The panels.
    """

    def __init__(self, context: WindowContext, *, evidence: EvidencePanel, race: RacePanel) -> None:
        super().__init__(evidence)
        self._backend = context.backend
        self._evidence = evidence
        self._race = race
        self._request: EvidenceRequest | None = None
        self._backend.bridge.event_received.connect(self._hear)
        evidence.request_changed.connect(self._ask)
        race.race_wanted.connect(self._start)
        race.cancel_wanted.connect(self._cancel)

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Pass an answer on to the panels."""
        self._evidence.show_result(result)
        self._race.show_result(result)

    # ------------------------------------------------------------------------------------ private

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        match event:
            case ModelReady(info):
                self._evidence.set_categories(info.categories)
                self._race.set_categories(info.categories)
            case Notice("evidence", message, _) if message:
                self._evidence.clear(message)
            case RaceMoved(race):
                self._race.show_race(race)
            case RaceFailed(message):
                self._race.show_failed(message)

    @Slot(object)
    def _ask(self, request: EvidenceRequest | None) -> None:
        if request != self._request:
            self._request = request
            self._backend.post(SetEvidence(request))

    @Slot(object)
    def _start(self, settings: RaceSettings) -> None:
        self._backend.post(StartRace(settings))

    @Slot()
    def _cancel(self) -> None:
        self._backend.post(CancelRace())
