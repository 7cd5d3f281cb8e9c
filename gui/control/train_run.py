"""A training in a thread of its own: begun, followed, paused, stopped, gone on with."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.errors import CancelledError, EngineError
from engine.jobs import Job
from engine.values import EpochReport
from gui.learn.history import TrainHistory
from gui.learn.running import TrainWatch, has_checkpoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.jobs import JobControl
    from engine.values import DeviceRequest, TrainResult
    from gui.learn.asked import TrainAsked
    from gui.learn.running import TrainEngine
    from gui.panels.train_run_page import TrainRunPage

__all__ = ["TrainRunControl"]

LOOK_MS = 100
"""How often the newest of what a training tells is shown."""
_JOIN_S = 60.0


class TrainRunControl(QObject):
    """Runs one training at a time.

    Parameters
    ----------
    page
        Shows it; also the parent.
    engine
        What trains; tests give another.

    Signals
    -------
    ended
        It came to its end, or stopped.
    """

    ended = Signal()

    _finished = Signal(object, object, str)

    def __init__(self, page: TrainRunPage, engine: TrainEngine) -> None:
        super().__init__(page)
        self._page = page
        self.engine = engine
        self._job: Job[TrainResult] | None = None
        self._watch: TrainWatch | None = None
        self._colours: NDArray[np.uint8] = np.zeros((1, 3), np.uint8)
        self.asked: TrainAsked | None = None
        self.history = TrainHistory()
        self.result: TrainResult | None = None
        self._pace = QTimer(self)
        self._pace.setInterval(LOOK_MS)
        self._pace.timeout.connect(self._show_newest)
        self._finished.connect(self._take_end)
        page.pause_wanted.connect(self.pause)
        page.cancel_wanted.connect(self.cancel)

    @property
    def is_running(self) -> bool:
        """Whether a training is under way."""
        return self._job is not None

    def begin(self, asked: TrainAsked, device: DeviceRequest, *, is_resumed: bool) -> None:
        """Train, from the beginning or from the last whole epoch."""
        if self.is_running:
            return
        self.asked, self.result, self.history = asked, None, TrainHistory()
        watch = self._watch = TrainWatch()
        request, run = asked.request(device), self.engine.run
        what = self.tr("{0} → {1}").format(request.data.name, asked.model.name)
        self._page.begin(what, str(asked.model))

        def work(control: JobControl) -> TrainResult:
            return run(
                request, control, watch.take_epoch, watch.take_gallery, is_resumed=is_resumed
            )

        self._job = Job(
            work,
            on_done=lambda result: self._tell(result, None, _card_of(result)),
            on_failed=lambda error: self._tell(None, error, ""),
            on_progress=watch.stages.put,
            name="train",
        ).start()
        self._pace.start()

    def set_classes(self, names: tuple[str, ...], colours: NDArray[np.uint8]) -> None:
        """Draw classes in these colours, (classes, 3) uint8, the background's unused."""
        self._colours = colours
        self._page.set_class_colours(names, colours)
        if self.history.shown_epochs:
            self._page.show_history(self.history, colours)

    @Slot()
    def pause(self) -> None:
        """Let it stand still, or go on."""
        if self._job is None:
            return
        control = self._job.control
        (control.resume if control.is_paused else control.pause)()
        self._page.set_paused(is_paused=control.is_paused)

    @Slot()
    def cancel(self) -> None:
        """Stop it at its next safe point."""
        if self._job is not None:
            self._page.show_cancelling()
            self._job.cancel()

    def close(self) -> None:
        """Stop what is under way at its next safe point, and wait: it can be gone on with."""
        self._pace.stop()
        if self._job is not None:
            self._job.cancel()
            self._job.join(_JOIN_S)

    # ------------------------------------------------------------------------------------ private

    def _tell(self, result: TrainResult | None, error: EngineError | None, card: str) -> None:
        with suppress(RuntimeError):  # the window is gone
            self._finished.emit(result, error, card)

    @Slot()
    def _show_newest(self) -> None:
        watch = self._watch
        if watch is None:
            return
        stage, told = watch.stages.take(), watch.told()
        for one in told:
            if isinstance(one, EpochReport):
                self.history.add_report(one)
            else:
                self.history.add_gallery(one)
        if told:
            self._page.show_history(self.history, self._colours)
        if stage is not None:
            self._page.show_stage(stage)

    @Slot(object, object, str)
    def _take_end(self, result: TrainResult | None, error: EngineError | None, card: str) -> None:
        self._pace.stop()
        self._show_newest()
        self._job = self._watch = None
        self.result = result
        if result is not None:
            self._page.show_result(result, card)
        else:
            out = Path(self.asked.out) if self.asked is not None else None
            is_resumable = out is not None and has_checkpoint(out)
            self._page.show_failure(
                error or CancelledError(), self.history, is_resumable=is_resumable
            )
        self.ended.emit()


def _card_of(result: TrainResult) -> str:
    """Return the model card's text; "" where it is gone."""
    try:
        return result.card.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
