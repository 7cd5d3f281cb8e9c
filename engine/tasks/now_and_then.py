"""What is asked of some frames only, each within a share of the live loop's time."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

from engine.capture.survey import Budget
from engine.errors import EngineError
from engine.events import Severity
from engine.tasks.evidence import LiveEvidence

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.network import Network
    from engine.values import EvidenceRequest, FigureGround, FrameResult, Instances

    Tell = Callable[[str, str, Severity], None]

__all__ = ["LiveCommon", "NowAndThen"]


class LiveCommon:
    """Looks for a set's common object in frame after frame, within a share of the loop's time."""

    def __init__(self) -> None:
        self._model: FigureGround | None = None
        self._budget = Budget()
        self._seen: tuple[int, str] = (0, "")
        self.trouble = ""

    def set_model(self, model: FigureGround | None) -> None:
        """Look for this from now on, at once for the first time; None = for nothing."""
        self._model, self._seen, self.trouble = model, (0, ""), ""
        self._budget = Budget()

    def answer(self, network: Network, result: FrameResult, now: float) -> Instances | None:
        """Return what was found in a frame, or None while no look is due.

        What goes wrong is said in `trouble`, and does not come with every frame.
        """
        seen = (id(network), result.frame.name)
        # A still picture comes but once: it cannot wait for its turn.
        if self._model is None or not (seen != self._seen or self._budget.is_due(now)):
            return None
        self._seen = seen
        from engine.coseg.live import common_object  # noqa: PLC0415 - few sessions look for one

        start = time.perf_counter()
        try:
            found = common_object(network, result.frame, self._model)
        except EngineError as error:
            self.trouble = error.message
            return None
        finally:
            done = time.perf_counter()
            self._budget.note(done, done - start)
        self.trouble = ""
        return found


class NowAndThen:
    """The class evidence and the common object of frames that were answered.

    Parameters
    ----------
    tell
        Hears a topic, a sentence (empty: it is over) and how much it weighs.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._evidence = LiveEvidence()
        self._common = LiveCommon()

    def set_evidence(self, request: EvidenceRequest | None) -> None:
        """Ask the places of frames for classes; None = do not."""
        self._evidence.set_request(request)
        self._tell("evidence", "", Severity.INFO)

    def set_common(self, model: FigureGround | None) -> None:
        """Look for what a set of pictures had in common; None = do not."""
        self._common.set_model(model)
        self._tell("common", "", Severity.INFO)

    def added(self, network: Network, result: FrameResult) -> FrameResult:
        """Return a frame's result with what is due for it."""
        evidence = self._evidence.answer(network, result, time.perf_counter())
        self._tell("evidence", self._evidence.trouble, Severity.WARNING)
        common = self._common.answer(network, result, time.perf_counter())
        self._tell("common", self._common.trouble, Severity.WARNING)
        return dataclasses.replace(result, evidence=evidence, common=common)
