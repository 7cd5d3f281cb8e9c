"""The set of a training: looked through in a thread of its own, and shown."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import CancelledError, EngineError
from engine.jobs import Job, Progress
from engine.mailbox import Mailbox
from gui.learn.colours import class_colours
from gui.learn.words import short_set_text
from gui.messages import ProgressText
from gui.segment.look import segment_look

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from PySide6.QtCore import SignalInstance

    from engine.jobs import JobControl
    from engine.values import PreviewTile
    from gui.learn.running import SetLook, TrainEngine
    from gui.panels.train_form import TrainForm
    from gui.panels.train_set_page import TrainSetPage
    from gui.settings import Settings

__all__ = ["TrainSetControl"]

T = TypeVar("T")
_JOIN_S = 5.0


class TrainSetControl(QObject):
    """Looks through whatever set the form names; the newest wish wins.

    Parameters
    ----------
    form, page
        Where a set is chosen, and where it is shown.
    settings
        For the colours of classes.
    engine
        What looks; tests give another.

    Signals
    -------
    changed
        A set was understood, or is not any more.
    """

    changed = Signal()

    _looked = Signal(int, object, str)
    _cut = Signal(int, object, str)
    _listed = Signal(object)
    _progressed = Signal(int)

    def __init__(
        self, form: TrainForm, page: TrainSetPage, *, settings: Settings, engine: TrainEngine
    ) -> None:
        super().__init__(page)
        self._form = form
        self._page = page
        self._settings = settings
        self.engine = engine
        self._number = 0
        self._cut_number = 0
        self._seed = 0
        self._wanted: tuple[object, ...] = ()
        self._jobs: list[Job[Any]] = []
        self._stages: Mailbox[Progress] = Mailbox()
        self._words = ProgressText("photos")
        self.look: SetLook | None = None
        self.sentence = ""
        self.is_looking = False
        self.colours: NDArray[np.uint8] = np.zeros((1, 3), np.uint8)
        self._looked.connect(self._take_look)
        self._cut.connect(self._take_crops)
        self._listed.connect(form.data.show_formats)
        self._progressed.connect(self._show_progress)

    def start(self) -> None:
        """Look at the set that was chosen last, the first time that anybody can see it."""
        if not self._wanted:
            self.look_again()

    @Slot()
    def look_again(self) -> None:
        """Look through the set that the form names, unless it is known as it is asked for."""
        asked = self._form.asked
        settings = asked.settings
        wanted = (asked.data, asked.format, settings.validation, settings.seed, settings.crop_px)
        if wanted == self._wanted and (self.look is not None or self.is_looking):
            return
        self._wanted = wanted
        self._end_jobs()
        self._number += 1
        self._cut_number += 1
        self.look, self.sentence, self.is_looking = None, "", bool(asked.data)
        if not asked.data:
            self._page.empty.show_empty()
            self._page.show_empty()
            self._form.data.show_state("")
            self.changed.emit()
            return
        self._words = ProgressText("photos")
        self._page.empty.show_looking(asked.data)
        self._page.show_empty()
        self._form.data.show_state(self.tr("Looking through…"))
        self.changed.emit()
        self._start_look(Path(asked.data), asked.format)

    @Slot()
    def shuffle(self) -> None:
        """Show other crops."""
        if self.look is None:
            return
        self._seed += 1
        self._cut_number += 1
        asked, number, seed = self._form.asked, self._cut_number, self._seed
        path, settings, crops = Path(asked.data), asked.settings, self.engine.crops

        def work(_control: JobControl) -> tuple[PreviewTile, ...]:
            return crops(path, asked.format, settings, seed)

        def failed(error: EngineError) -> None:
            self._tell(self._cut, number, None, error.message)

        self._run(work, lambda tiles: self._tell(self._cut, number, tiles, ""), failed)

    def close(self) -> None:
        """Stop what is under way, and wait."""
        self._number += 1
        self._cut_number += 1
        self._end_jobs()
        for job in self._jobs:
            job.join(_JOIN_S)

    # ------------------------------------------------------------------------------------ private

    def _start_look(self, path: Path, form: str) -> None:
        number, settings, engine, seed = (
            self._number,
            self._form.asked.settings,
            self.engine,
            self._seed,
        )

        def work(control: JobControl) -> SetLook:
            with suppress(RuntimeError):  # the window is gone
                self._listed.emit(engine.formats())
            return engine.look(path, form, settings, seed, control)

        def failed(error: EngineError) -> None:
            if not isinstance(error, CancelledError):
                self._tell(self._looked, number, None, error.message)

        def progress(step: Progress) -> None:
            if self._stages.take() is None:
                self._stages.put(step)
                with suppress(RuntimeError):
                    self._progressed.emit(number)
            else:
                self._stages.put(step)

        self._run(work, lambda look: self._tell(self._looked, number, look, ""), failed, progress)

    def _run(
        self,
        work: Callable[[JobControl], T],
        done: Callable[[T], None],
        failed: Callable[[EngineError], None],
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        job = Job(work, on_done=done, on_failed=failed, on_progress=progress, name="train-set")
        self._jobs = [one for one in self._jobs if one.is_running]
        self._jobs.append(job.start())

    def _end_jobs(self) -> None:
        for job in self._jobs:
            job.cancel()

    def _tell(self, signal: SignalInstance, number: int, found: object, sentence: str) -> None:
        with suppress(RuntimeError):  # the window is gone
            signal.emit(number, found, sentence)

    @Slot(int)
    def _show_progress(self, number: int) -> None:
        stage = self._stages.take()
        if number == self._number and stage is not None and self.is_looking:
            self._page.empty.show_looking(self._words.text(stage))

    @Slot(int, object, str)
    def _take_look(self, number: int, look: SetLook | None, sentence: str) -> None:
        if number != self._number:
            return
        self.look, self.sentence, self.is_looking = look, sentence, False
        if look is None:
            self._page.empty.show_error(sentence)
            self._page.show_empty()
            self._form.data.show_state(self.tr("Cannot be used"), is_error=True)
        else:
            names = [one.name for one in look.summary.classes]
            self.colours = class_colours(names, segment_look(self._settings))
            self._page.show_set(look, self.colours)
            self._form.data.show_state(short_set_text(look))
        self.changed.emit()

    @Slot(int, object, str)
    def _take_crops(self, number: int, tiles: tuple[PreviewTile, ...] | None, why: str) -> None:
        if number != self._cut_number:  # others were wanted since
            return
        if tiles is None:
            self._page.tiles.clear(why)
        else:
            self._page.show_tiles(tiles)
