"""Long work that the engine thread starts and does not wait for, each in a thread of its own."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

from engine import commands as c
from engine.errors import CancelledError, EngineError
from engine.events import (
    EngineEvent,
    ModelsListed,
    Notice,
    OtherFailed,
    OtherProgress,
    OtherTraced,
    RaceFailed,
    RaceMoved,
    Severity,
    UpsamplingCompared,
)
from engine.jobs import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.jobs import JobControl
    from engine.session import Session
    from engine.values import NetworkGraph, RaceSettings

__all__ = ["Beside", "log_cause"]

T = TypeVar("T")
_logger = logging.getLogger(__name__)


class Beside:
    """The jobs of an engine thread; it is told of what they come to by events.

    Parameters
    ----------
    on_event
        Hears them, in the job's thread.
    """

    def __init__(self, on_event: Callable[[EngineEvent], None]) -> None:
        self._on_event = on_event
        self._jobs: list[Job[Any]] = []
        self._other: Job[NetworkGraph] | None = None
        self._race: Job[object] | None = None

    def start(self, job: Job[T]) -> Job[T]:
        """Begin a job, and see to its end when the thread ends."""
        self._jobs = [it for it in self._jobs if it.is_running]
        self._jobs.append(job.start())
        return job

    def obey(self, command: c.Command, session: Session) -> bool:
        """Do what a command says, if it starts or ends such work; tell whether it does."""
        match command:
            case c.ListModels():
                self._list_models()
            case c.TraceOther():
                self._trace_other(command)
            case c.CancelOther():
                self._cancel_other()
            case c.StartRace(settings):
                self._start_race(session, settings)
            case c.CancelRace():
                self.cancel_race()
            case c.CompareUpsampling():
                self._compare_upsampling(session)
            case _:
                return False
        return True

    def end(self, within_s: float) -> None:
        """Cancel all of them and wait, so long at most."""
        for job in self._jobs:
            job.cancel()
        end = time.monotonic() + within_s
        for job in self._jobs:
            job.join(max(0.0, end - time.monotonic()))

    def cancel_race(self) -> None:
        """Give a race up."""
        if self._race is not None:
            self._race.cancel()

    def _list_models(self) -> None:
        """Look into the registry, which takes a second or two the first time."""

        def work(_control: JobControl) -> ModelsListed:
            from engine import device  # noqa: PLC0415 - torch
            from engine.models import registry  # noqa: PLC0415 - torch

            return ModelsListed(registry.cards(), device.available())

        def failed(error: EngineError) -> None:
            self._on_event(Notice("command", error.message, Severity.ERROR))

        self.start(Job(work, on_done=self._on_event, on_failed=failed, name="list"))

    def _trace_other(self, command: c.TraceOther) -> None:
        """Trace a network beside the one that is loaded; the one before is given up."""
        self._cancel_other()
        name, shape = command.name, command.input_shape

        def work(control: JobControl) -> NetworkGraph:
            from engine.graph.any_structure import any_structure  # noqa: PLC0415 - torch

            return any_structure(name, shape, control)

        def failed(error: EngineError) -> None:
            if not isinstance(error, CancelledError):
                log_cause(error)
                self._on_event(OtherFailed(name, error.message))

        self._other = self.start(
            Job(
                work,
                on_done=lambda graph: self._on_event(OtherTraced(name, graph)),
                on_failed=failed,
                on_progress=lambda step: self._on_event(OtherProgress(name, step.stage)),
                name="trace-other",
            )
        )

    def _cancel_other(self) -> None:
        """Give the tracing up."""
        if self._other is not None:
            self._other.cancel()

    def _compare_upsampling(self, session: Session) -> None:
        """Make three passes at once: a thread of its own would find the network in use."""
        try:
            self._on_event(UpsamplingCompared(session.compare_upsampling()))
        except EngineError as error:
            log_cause(error)
            self._on_event(UpsamplingCompared(None, error.message))

    def _start_race(self, session: Session, settings: RaceSettings) -> None:
        """Race in a thread of its own: the live loop goes on meanwhile."""
        self.cancel_race()
        try:
            run = session.race(settings).run
        except EngineError as error:
            self._on_event(RaceFailed(error.message))
            return
        self._race = self.start(
            Job(
                lambda control: run(control, lambda race: self._on_event(RaceMoved(race))),
                on_done=lambda _race: None,
                on_failed=lambda error: self._on_event(_race_failed(error)),
                name="race",
            )
        )


def _race_failed(error: EngineError) -> RaceFailed:
    return RaceFailed("" if isinstance(error, CancelledError) else error.message)


def log_cause(error: Exception) -> None:
    """Keep what lies behind the sentence."""
    if not isinstance(error, EngineError) or error.__cause__ is not None:
        _logger.error("%s", error, exc_info=error)
