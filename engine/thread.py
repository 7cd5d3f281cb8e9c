"""The engine thread: it owns the session, does what is asked, and answers to the newest frame."""

from __future__ import annotations

import enum
import logging
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

from engine import commands as c
from engine.allocator import keep_freed_memory
from engine.beside import Beside, log_cause
from engine.errors import CancelledError, EngineError, WeightsUnavailableError
from engine.events import (
    CostMeasured,
    EngineEvent,
    FieldMeasured,
    GraphTraced,
    LoadingCancelled,
    LoadingFailed,
    LoadingProgress,
    ModelReady,
    Notice,
    Severity,
)
from engine.field import FieldMeter
from engine.jobs import SOMETHING_WENT_WRONG, Job
from engine.mailbox import Mailbox
from engine.models.user.errors import FileChangedError, NeedsConsentError
from engine.values import Frame, FrameResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.jobs import JobControl, Progress
    from engine.models.loading import LoadedModel
    from engine.session import Session
    from engine.values import ModelInfo

_logger = logging.getLogger(__name__)

_FRAME = "engine"
"""The topic of what goes wrong with frame after frame."""
_FIELD = "field"
"""The topic of receptive fields that cannot be measured."""
_TOPICS: dict[type[c.Command], str] = {
    c.SetDevice: "device",
    c.WatchLayers: "layers",
    c.TraceGraph: "graph",
    c.MeasureCost: "graph",
    c.MeasureField: _FIELD,
}
_CANNOT_START = (
    "The networks cannot be started; install Layerscope again (the log has the details)."
)
_JOIN_S = 5.0


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
        self._loaded: deque[tuple[int, LoadedModel]] = deque()
        self._loading: Job[LoadedModel] | None = None
        self._load_number = 0
        self._asked = ""
        self._file_warning = ""
        self._beside = Beside(on_event)
        self._frame: Frame | None = None
        self._told_info: ModelInfo | None = None
        self._troubles: dict[str, str] = {}
        self._fields = FieldMeter()

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
        keep_freed_memory()
        session = self._start_session()
        if session is None:
            return
        try:
            while not self._stopping.is_set():
                self._wake.wait(self._fields.wait_s())
                self._wake.clear()
                self._turn(session)
        finally:
            self._beside.end(_JOIN_S)
            session.close()

    def _start_session(self) -> Session | None:
        try:
            from engine.session import Session  # noqa: PLC0415 - torch, after the window

            return Session(self._on_event)
        except Exception:
            _logger.exception("the engine cannot start")
            self._on_event(Notice(_FRAME, _CANNOT_START, Severity.ERROR))
            return None

    def _turn(self, session: Session) -> None:
        stale = _Stale.NOTHING
        while self._loaded:
            stale = max(stale, self._adopt(session, *self._loaded.popleft()))
        while self._commands and not self._stopping.is_set():
            stale = max(stale, self._try(session, self._commands.popleft()))
        frame = self.frames.take()
        if frame is not None:
            self._frame, stale = frame, _Stale.FORWARD
        if self._stopping.is_set():
            return
        if stale and self._frame is not None and session.info is not None:
            self._answer(session, self._frame, stale)
            if session.info is not self._told_info:  # it had to move to another device
                self._tell_ready(session)
        self._measure_field()

    def _measure_field(self) -> None:
        """Make one pass for the receptive field that is wanted, if it is time for it."""
        try:
            field = self._fields.step()
        except Exception as error:  # noqa: BLE001 - the loop lives on; it is logged and told
            self._tell_trouble(_FIELD, error)
            return
        if field is not None:
            self._on_event(FieldMeasured(field))

    def _answer(self, session: Session, frame: Frame, stale: _Stale) -> None:
        try:
            result = session.recompose() if stale is _Stale.COMPOSE else None
            self.results.put(result or session.process(frame))
        except Exception as error:  # noqa: BLE001 - the loop lives on; it is logged and told
            self._tell_trouble(_FRAME, error)
        else:
            self._tell_over(_FRAME)
            self._fields.note_frame()

    def _try(self, session: Session, command: c.Command) -> _Stale:
        topic = _TOPICS.get(type(command), "command")
        try:
            stale = self._obey(session, command)
        except Exception as error:  # noqa: BLE001 - the loop lives on; it is logged and told
            self._tell_trouble(topic, error)
            return _Stale.NOTHING
        self._tell_over(topic)
        return stale

    def _tell_trouble(self, topic: str, error: Exception) -> None:
        """Say what is wrong; what is wrong with each frame only once."""
        message = _sentence(error)
        if topic == _FRAME and self._troubles.get(topic) == message:
            return
        log_cause(error)
        self._troubles[topic] = message
        self._on_event(Notice(topic, message, Severity.ERROR))

    def _tell_over(self, topic: str) -> None:
        if self._troubles.pop(topic, ""):
            self._on_event(Notice(topic, ""))

    def _obey(self, session: Session, command: c.Command) -> _Stale:
        if self._beside.obey(command, session):
            return _Stale.NOTHING
        match command:
            case c.SetDevice(request):
                self._beside.cancel_race()  # the weights that it shares are about to move
                session.set_device(request)
                return self._tell_ready(session)
            case c.LoadModel():
                self._start_loading(command)
            case c.CancelLoading():
                if self._loading is not None:
                    self._loading.cancel()
            case c.TraceGraph():
                self._on_event(GraphTraced(session.trace()))
            case c.MeasureCost(has_times):
                self._on_event(CostMeasured(session.cost(has_times=has_times)))
            case c.MeasureField(request):
                self._fields.drop()
                if request is not None:
                    self._fields.begin(session.measure_field(request))
            case _:
                return _set(session, command)
        return _Stale.NOTHING

    # ---------------------------------------------------------------------------- loading a model

    def _start_loading(self, command: c.LoadModel) -> None:
        """Load in a thread of its own: the network that runs goes on meanwhile.

        A loading that is under way is given up without a word, however it ends: the newer one is
        what the person waits for.
        """
        if self._loading is not None:
            self._loading.cancel()
        self._load_number = number = self._load_number + 1
        self._asked = name = command.name
        own: dict[str, Any] = {}  # of a person's own file
        if command.options is not None:
            own = {"options": command.options, "content": command.content}

        def work(control: JobControl) -> LoadedModel:
            from engine.models import loading  # noqa: PLC0415 - torch

            return loading.load(name, command.weights, control, **own)

        def progress(step: Progress) -> None:
            if number == self._load_number:
                self._on_event(LoadingProgress(name, step.stage, step.done, step.total))

        def done(loaded: LoadedModel) -> None:
            self._loaded.append((number, loaded))
            self._wake.set()

        def failed(error: EngineError) -> None:
            if number == self._load_number:
                self._tell_not_loaded(name, error)

        self._loading = self._beside.start(
            Job(work, on_done=done, on_failed=failed, on_progress=progress, name="load")
        )

    def _adopt(self, session: Session, number: int, loaded: LoadedModel) -> _Stale:
        if number != self._load_number or self._loading is None:
            return _Stale.NOTHING
        try:
            self._loading.control.check()  # it may have been too late for the job to notice
            session.adopt(loaded)
        except Exception as error:  # noqa: BLE001 - the loop lives on; it is logged and told
            self._tell_not_loaded(self._asked, error)
            return _Stale.NOTHING
        # Of a person's own file: what was guessed, and what cannot be seen of it.
        warning = " ".join(getattr(loaded, "warnings", ()))
        if warning != self._file_warning:
            self._file_warning = warning
            self._on_event(Notice("file", warning, Severity.WARNING))
        return self._tell_ready(session, self._asked)

    def _tell_not_loaded(self, name: str, error: Exception) -> None:
        if isinstance(error, CancelledError):
            self._on_event(LoadingCancelled(name))
            return
        log_cause(error)
        can_run_random = isinstance(error, WeightsUnavailableError)
        needs_consent = isinstance(error, NeedsConsentError)
        has_changed = isinstance(error, FileChangedError)
        sentence = _sentence(error)
        self._on_event(LoadingFailed(name, sentence, can_run_random, needs_consent, has_changed))

    def _tell_ready(self, session: Session, asked: str = "") -> _Stale:
        if session.info is None:
            return _Stale.NOTHING
        self._fields.drop()  # it was begun with the network as it was
        self._told_info = session.info
        self._on_event(ModelReady(session.info, asked))
        return _Stale.FORWARD


def _sentence(error: Exception) -> str:
    return error.message if isinstance(error, EngineError) else SOMETHING_WENT_WRONG


def _set(session: Session, command: c.Command) -> _Stale:
    """Change how the session answers; say what is then to be done for the frame that stands."""
    match command:
        case c.WatchLayers(layers):
            session.watch(layers)
        case c.SetStyle(style):
            session.set_style(style)
        case c.SetClassification(top_k, smoothing_s):
            session.set_classification(top_k, smoothing_s)
        case c.SetSegmentation(settings):
            session.set_segmentation(settings)
        case c.SetFit(fit):
            session.set_fit(fit)
            return _Stale.FORWARD
        case c.SetSkips(switches):
            session.set_skips(switches)
            return _Stale.FORWARD
        case c.SetEvidence(request):
            session.set_evidence(request)
            return _Stale.FORWARD if request is not None else _Stale.NOTHING
        case c.SetCommonObject(model):
            session.set_common(model)
            return _Stale.FORWARD if model is not None else _Stale.NOTHING
        case c.SetSurvey(survey):
            session.set_survey(survey)
            return _Stale.FORWARD if survey is not None else _Stale.NOTHING
    return _Stale.COMPOSE
