"""Tracing a network beside the one that is loaded, in a thread of its own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from engine.commands import CancelOther, TraceOther
from engine.errors import CancelledError
from engine.events import OtherFailed, OtherProgress, OtherTraced
from engine.jobs import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.errors import EngineError
    from engine.events import EngineEvent
    from engine.jobs import JobControl
    from engine.values import NetworkGraph

__all__ = ["OtherTracer"]

_logger = logging.getLogger(__name__)


class OtherTracer:
    """Traces one network at a time; the newest wish wins.

    Parameters
    ----------
    on_event
        Hears how far it is and how it ended, in the job's thread.
    start
        Starts a job and keeps it, to be waited for at the end.
    """

    def __init__(
        self,
        on_event: Callable[[EngineEvent], None],
        start: Callable[[Job[NetworkGraph]], Job[NetworkGraph]],
    ) -> None:
        self._on_event = on_event
        self._start = start
        self._job: Job[NetworkGraph] | None = None

    def obey(self, command: TraceOther | CancelOther) -> None:
        """Begin another, or only stop the one under way."""
        if self._job is not None:
            self._job.cancel()
        if isinstance(command, CancelOther):
            return
        name, shape = command.name, command.input_shape

        def work(control: JobControl) -> NetworkGraph:
            from engine.graph.any_structure import any_structure  # noqa: PLC0415 - torch

            return any_structure(name, shape, control)

        def failed(error: EngineError) -> None:
            if not isinstance(error, CancelledError):
                _logger.info("%s", error, exc_info=error)
                self._on_event(OtherFailed(name, error.message))

        self._job = self._start(
            Job(
                work,
                on_done=lambda graph: self._on_event(OtherTraced(name, graph)),
                on_failed=failed,
                on_progress=lambda step: self._on_event(OtherProgress(name, step.stage)),
                name="trace-other",
            )
        )
