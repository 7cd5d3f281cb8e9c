"""The engine thread: it owns the session, does what is asked, and answers to the newest frame."""

from __future__ import annotations

import enum
import logging
import threading
from collections import deque
from typing import TYPE_CHECKING, TypeVar

from engine import commands as c
from engine.errors import CancelledError, EngineError, WeightsUnavailableError
from engine.events import (
    EngineEvent,
    LoadingCancelled,
    LoadingFailed,
    LoadingProgress,
    ModelReady,
    ModelsListed,
    Notice,
    Severity,
)
from engine.jobs import SOMETHING_WENT_WRONG, Job
from engine.mailbox import Mailbox
from engine.values import Frame, FrameResult, WeightsChoice

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.jobs import JobControl, Progress
    from engine.models.loading import LoadedModel
    from engine.session import Session

T = TypeVar("T")
_logger = logging.getLogger(__name__)


class _Stale(enum.IntEnum):
    """What a command leaves to be done for the frame that stands."""

    NOTHING = 0
    COMPOSE = 1
    FORWARD = 2


class EngineThread(threading.Thread):
    """Runs the network on the newest frame, again and again.

    Frames go into `frames`, results come out of `results`: one place each, the newest wins.
    Commands go through `post`, a FIFO. torch is imported in this thread, after `start`.

    Parameters
    ----------
    on_event
        Hears every :data:`EngineEvent`, in one of the engine's threads; quick, must not raise.
    on_result
        Nudged after each result, likewise.
    """

    def __init__(
        self,
        on_event: Callable[[EngineEvent], None],
        on_result: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(name="layerscope-engine", daemon=True)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self.frames: Mailbox[Frame] = Mailbox(self._wake.set)
        self.results: Mailbox[FrameResult] = Mailbox(on_result)
        self._on_event = on_event
        self._commands: deque[c.Command] = deque()
        self._loaded: deque[LoadedModel] = deque()
        self._loading: Job[LoadedModel] | None = None
        self._listing: Job[ModelsListed] | None = None
        self._frame: Frame | None = None
        self._trouble = ""

    # ------------------------------------------------------------------- from any other thread

    def post(self, command: c.Command) -> None:
        """Leave a command; it is done before the next frame, in the order of posting."""
        self._commands.append(command)
        self._wake.set()

    def stop(self, timeout: float = 10.0) -> bool:
        """Stop, wait, and say whether the thread has ended."""
        self._stopping.set()
        self._wake.set()
        if self.is_alive():
            self.join(timeout)
        return not self.is_alive()

    # ------------------------------------------------------------------------- the thread itself

    def run(self) -> None:
        """Work until told to stop."""
        from engine.session import Session  # noqa: PLC0415 - torch comes with it, after the window

        session = Session(self._on_event)
        try:
            while not self._stopping.is_set():
                self._wake.wait()
                self._wake.clear()
                self._turn(session)
        finally:
            for job in (self._loading, self._listing):
                if job is not None:
                    job.cancel()
                    job.join(5)
            session.close()

    def _turn(self, session: Session) -> None:
        stale = _Stale.NOTHING
        while self._loaded:
            stale = max(stale, self._guard(self._adopt, session, self._loaded.popleft()))
        while self._commands and not self._stopping.is_set():
            stale = max(stale, self._guard(self._obey, session, self._commands.popleft()))
        frame = self.frames.take()
        if frame is not None:
            self._frame, stale = frame, _Stale.FORWARD
        if stale and self._frame is not None and session.info is not None:
            self._answer(session, self._frame, stale)

    def _answer(self, session: Session, frame: Frame, stale: _Stale) -> None:
        try:
            result = session.recompose() if stale is _Stale.COMPOSE else None
            self.results.put(result or session.process(frame))
        except EngineError as error:
            self._tell_trouble(error.message)
        except Exception:
            _logger.exception("a frame failed")
            self._tell_trouble(SOMETHING_WENT_WRONG)
        else:
            self._tell_trouble("")

    def _tell_trouble(self, message: str) -> None:
        """Say once what is wrong, and once that it is over."""
        if message != self._trouble:
            self._trouble = message
            self._on_event(Notice("engine", message, Severity.ERROR))

    def _guard(self, work: Callable[[Session, T], _Stale], session: Session, item: T) -> _Stale:
        try:
            return work(session, item)
        except EngineError as error:
            self._on_event(Notice("command", error.message, Severity.ERROR))
        except Exception:
            _logger.exception("%r failed", item)
            self._on_event(Notice("command", SOMETHING_WENT_WRONG, Severity.ERROR))
        return _Stale.NOTHING

    def _obey(self, session: Session, command: c.Command) -> _Stale:
        match command:
            case c.WatchLayers(layers):
                session.watch(layers)
                return _Stale.COMPOSE
            case c.SetStyle(style):
                session.set_style(style)
                return _Stale.COMPOSE
            case c.SetClassification(top_k, smoothing_s):
                session.set_classification(top_k, smoothing_s)
                return _Stale.COMPOSE
            case c.SetFit(fit):
                session.set_fit(fit)
                return _Stale.FORWARD
            case c.SetDevice(request):
                session.set_device(request)
                return self._tell_ready(session)
            case c.LoadModel(name, weights):
                self._load(name, weights)
            case c.CancelLoading():
                if self._loading is not None:
                    self._loading.cancel()
            case c.ListModels():
                self._list_models()
        return _Stale.NOTHING

    # ---------------------------------------------------------------------------- loading a model

    def _load(self, name: str, weights: WeightsChoice) -> None:
        """Load in a thread of its own: the network that runs goes on meanwhile."""
        if self._loading is not None:
            self._loading.cancel()

        def work(control: JobControl) -> LoadedModel:
            from engine.models import loading  # noqa: PLC0415 - torch

            return loading.load(name, weights, control)

        def progress(step: Progress) -> None:
            self._on_event(LoadingProgress(name, step.stage, step.done, step.total))

        def failed(error: EngineError) -> None:
            if isinstance(error, CancelledError):
                self._on_event(LoadingCancelled(name))
                return
            can_run_random = isinstance(error, WeightsUnavailableError)
            self._on_event(LoadingFailed(name, error.message, can_run_random))

        self._loading = Job(
            work, on_done=self._take_loaded, on_failed=failed, on_progress=progress, name="load"
        ).start()

    def _take_loaded(self, loaded: LoadedModel) -> None:
        self._loaded.append(loaded)
        self._wake.set()

    def _adopt(self, session: Session, loaded: LoadedModel) -> _Stale:
        try:
            session.adopt(loaded)
        except EngineError as error:
            self._on_event(LoadingFailed(loaded.spec.name, error.message, can_run_random=False))
            return _Stale.NOTHING
        return self._tell_ready(session)

    def _tell_ready(self, session: Session) -> _Stale:
        if session.info is None:
            return _Stale.NOTHING
        self._on_event(ModelReady(session.info))
        return _Stale.FORWARD

    def _list_models(self) -> None:
        """List in a thread of its own: the first look into the registry takes a second or two."""

        def work(_control: JobControl) -> ModelsListed:
            from engine import device  # noqa: PLC0415 - torch
            from engine.models import registry  # noqa: PLC0415 - torch

            return ModelsListed(registry.cards(), device.available())

        def failed(error: EngineError) -> None:
            self._on_event(Notice("command", error.message, Severity.ERROR))

        self._listing = Job(work, on_done=self._on_event, on_failed=failed, name="list").start()
