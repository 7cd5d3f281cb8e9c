"""A set worked through in a thread beside the live loop: the first run, and every answer after."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.errors import CancelledError, EngineError
from engine.jobs import Job
from engine.values import CosegRequest, DeviceRequest
from gui.coseg.asked import Asked
from gui.coseg.running import CosegWatch, OpenSet, PictureSet, open_set

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine.jobs import JobControl
    from engine.values import CosegSeed
    from engine.values.coseg import WhyMap

__all__ = ["CosegRunControl", "Wish"]

DEFAULT_MODEL = "efficientnet_lite0"
LOOK_MS = 100
"""How often the newest of what a run tells is passed on."""
_JOIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the set is to be answered to."""

    asked: Asked = field(default_factory=Asked)
    seeds: tuple[CosegSeed, ...] = ()


class CosegRunControl(QObject):
    """Does one thing at a time: what is wished for last is done next.

    A wish that differs from what was answered is answered at once, without describing the pictures
    again; the answer that is under way is given up for it. Maps of reasons wait until the set is
    answered.

    Parameters
    ----------
    open_
        Opens a set, in the thread that works through it; tests give another.

    Signals
    -------
    begun : str
        Work of a kind began: "run", "answer", "why" or "model".
    staged : Progress
    pictures_came : list of CosegPicture
    answered : CosegResult
    failed : EngineError
        Of a run or an answer.
    why_came : Path, str, ndarray or None
        A map of reasons of a picture; None = there is none.
    model_came : FigureGround or None
        What the set taught.
    """

    begun = Signal(str)
    staged = Signal(object)
    pictures_came = Signal(list)
    answered = Signal(object)
    failed = Signal(object)
    why_came = Signal(object, str, object)
    model_came = Signal(object)

    _ended = Signal(str, object, object)
    _why_made = Signal(object, str, object)

    def __init__(self, parent: QObject, open_: OpenSet = open_set) -> None:
        super().__init__(parent)
        self.open_set = open_
        self._paths: tuple[Path, ...] = ()
        self._device = DeviceRequest()
        self._wish = Wish()
        self._answered_to: Wish | None = None
        self._working_on: Wish | None = None
        self._set: PictureSet | None = None
        self._is_run_wanted = False
        self._is_held = False
        self._model_wanted = 0
        self._why_wanted: tuple[Path, tuple[WhyMap, ...]] | None = None
        self._job: Job[Any] | None = None
        self._kind = ""
        self._watch = CosegWatch()
        self._pace = QTimer(self)
        self._pace.setInterval(LOOK_MS)
        self._pace.timeout.connect(self._tell_newest)
        self._ended.connect(self._take_end)
        self._why_made.connect(self.why_came)

    # -------------------------------------------------------------------------------- for callers

    @property
    def is_running(self) -> bool:
        """Whether the set is worked through now."""
        return self._kind in {"run", "answer"}

    @property
    def is_busy(self) -> bool:
        """Whether anything at all is under way."""
        return self._job is not None

    @property
    def is_answered(self) -> bool:
        """Whether the set was worked through once, and can be answered at once."""
        return self._set is not None

    def set_paths(self, paths: Sequence[Path]) -> None:
        """Take another set; nothing is done with it yet."""
        self._paths = tuple(paths)
        self._forget()

    def run(self, device: DeviceRequest) -> None:
        """Work through the set from the beginning."""
        self._device = device
        self._forget()
        self._is_held = False
        self._is_run_wanted = bool(self._paths)
        self._go_on()

    def wish(self, wish: Wish) -> None:
        """Have the set answered to this, as soon as it can be."""
        if wish == self._wish:
            return
        is_other_network = _network(wish) != _network(self._wish)
        self._wish = wish
        self._is_held = False
        if is_other_network:
            self._forget()
        elif self._kind == "answer" and self._job is not None:
            self._job.cancel()
        self._go_on()

    def want_why(self, path: Path, kinds: tuple[WhyMap, ...]) -> None:
        """Make maps of reasons of a picture, in this order; those wanted before are given up."""
        self._why_wanted = (path, kinds) if kinds else None
        if self._kind == "why" and self._job is not None:
            self._job.cancel()
        self._go_on()

    def want_model(self, group: int = 1) -> None:
        """Hand on what a group of the set taught, as soon as it is answered."""
        self._model_wanted = group
        self._go_on()

    def cancel(self) -> None:
        """Stop what is under way; it is not begun again before something else is wished for."""
        self._is_run_wanted = False
        self._is_held = True
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """Stop, and wait."""
        self.cancel()
        self._why_wanted, self._model_wanted = None, 0
        if self._job is not None:
            self._job.join(_JOIN_S)
        self._pace.stop()

    # ------------------------------------------------------------------------------------ private

    def _forget(self) -> None:
        """Let go of the set that was worked through."""
        self._set = self._answered_to = None
        self._is_run_wanted = False
        self._why_wanted, self._model_wanted = None, 0
        if self._job is not None:
            self._job.cancel()

    def _go_on(self) -> None:
        """Begin what is to be done next, if nothing is under way."""
        if self._job is not None:
            return
        held = self._set
        if self._is_run_wanted:
            self._is_run_wanted = False
            self._begin("run", self._running())
        elif held is None:
            return
        elif self._answered_to != self._wish and not self._is_held:
            self._begin("answer", self._answering(held))
        elif self._why_wanted is not None:
            self._begin("why", self._reasoning(held, *self._why_wanted))
            self._why_wanted = None
        elif self._model_wanted:
            group, self._model_wanted = self._model_wanted, 0
            self._begin("model", lambda _control: held.model(group))

    def _running(self) -> Callable[[JobControl], object]:
        asked = self._wish.asked
        request = CosegRequest(
            self._paths,
            asked.settings,
            _network(self._wish),
            device=self._device,
            seeds=self._wish.seeds,
        )
        watch, open_ = self._watch, self.open_set

        def work(control: JobControl) -> object:
            opened = open_(request)
            return opened, opened.run(control, watch.take_picture)

        return work

    def _answering(self, held: PictureSet) -> Callable[[JobControl], object]:
        wish, watch = self._wish, self._watch
        settings, seeds = wish.asked.settings, wish.seeds

        def work(control: JobControl) -> object:
            # Asked of the set itself: an answer that was given up has changed it, too.
            are_seeds_other = held.request.seeds != seeds
            if held.request.settings != settings:
                result = held.with_settings(settings, control, watch.take_picture)
                if not are_seeds_other:
                    return held, result
            if are_seeds_other:
                return held, held.steered(seeds, control, watch.take_picture)
            return held, held.run(control, watch.take_picture)

        return work

    def _reasoning(
        self, held: PictureSet, path: Path, kinds: tuple[WhyMap, ...]
    ) -> Callable[[JobControl], object]:
        def tell(kind: str, values: object) -> None:
            with suppress(RuntimeError):  # the window is gone
                self._why_made.emit(path, kind, values)

        def work(control: JobControl) -> object:
            for kind in kinds:
                control.check()
                try:
                    tell(kind, held.why(path, kind, control))
                except CancelledError:
                    raise
                except EngineError:
                    tell(kind, None)
            return None

        return work

    def _begin(self, kind: str, work: Callable[[JobControl], object]) -> None:
        self._kind, self._working_on = kind, self._wish
        watch = self._watch
        self._job = Job(
            work,
            on_done=lambda result: self._tell_end(kind, result, None),
            on_failed=lambda error: self._tell_end(kind, None, error),
            on_progress=watch.stages.put,
            name=f"coseg-{kind}",
        ).start()
        self._pace.start()
        self.begun.emit(kind)

    @Slot()
    def _tell_newest(self) -> None:
        stage, pictures = self._watch.stages.take(), self._watch.pictures()
        if not self.is_running:
            return
        if stage is not None:
            self.staged.emit(stage)
        if pictures:
            self.pictures_came.emit(pictures)

    def _tell_end(self, kind: str, result: object, error: EngineError | None) -> None:
        with suppress(RuntimeError):  # the window is gone
            self._ended.emit(kind, result, error)

    @Slot(str, object, object)
    def _take_end(self, kind: str, result: object, error: EngineError | None) -> None:
        self._pace.stop()
        self._tell_newest()
        job, done_for = self._job, self._working_on
        self._job, self._kind = None, ""
        is_given_up = job is not None and job.control.is_cancelled
        if kind in {"run", "answer"}:
            self._take_answer(result, error, done_for, is_given_up=is_given_up)
        elif kind == "model" and not is_given_up:
            self.model_came.emit(result)
        self._go_on()

    def _take_answer(
        self,
        result: object,
        error: EngineError | None,
        done_for: Wish | None,
        *,
        is_given_up: bool,
    ) -> None:
        self._answered_to = None
        if is_given_up and not self._is_held:
            return  # for something that is wished for more
        if isinstance(result, tuple):
            self._set, found = result
            self._answered_to = done_for
            self.answered.emit(found)
        else:
            self._is_held = True
            self.failed.emit(error or CancelledError())


def _network(wish: Wish) -> str:
    """Return the name of the network that is meant."""
    return wish.asked.model or DEFAULT_MODEL
