"""Many pictures through a network, in a job beside the live loop."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from engine.batch.request import BatchReport, BatchRequest
from engine.batch.standing import Look, look
from engine.errors import CancelledError, EngineError
from engine.events import EngineEvent, ModelReady, ModelsListed
from engine.jobs import Job
from engine.sources.base import SourceKind, SourceStatus
from gui.panels.batch_offer import BatchStart
from gui.remembered import device_request
from gui.segment.batching import BatchWatch, RunBatch, run_batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.batch.pipeline import BatchProgress
    from engine.jobs import JobControl
    from engine.values import ModelCard, OverlayStyle, SegmentSettings
    from gui.context import WindowContext
    from gui.panels.batch_panel import BatchPanel

    Drawn = Callable[[], tuple[SegmentSettings, OverlayStyle]]

__all__ = ["BatchControl"]

TASKS = frozenset({"instance", "semantic"})
LOOK_MS = 100
"""How often the newest of what a run tells is shown."""
_JOIN_S = 60.0
_LOOK_JOIN_S = 5.0


class BatchControl(QObject):
    """Looks what there is to do, runs it, and shows how far it is.

    Parameters
    ----------
    panel
        The batch panel; also the parent.
    context
        Of the window.
    drawn
        Returns which answers count in the live picture, and how they are drawn.
    run
        Does the work, in a thread of its own; tests give another.

    Signals
    -------
    wanted
        The panel is to be brought forward.
    told : str
        What a run came to that nobody looked at.
    """

    wanted = Signal()
    told = Signal(str)

    _looked = Signal(int, object, str)
    _ended = Signal(object, object)

    def __init__(
        self,
        panel: BatchPanel,
        context: WindowContext,
        *,
        drawn: Drawn,
        run: RunBatch = run_batch,
    ) -> None:
        super().__init__(panel)
        self._panel = panel
        self._settings = context.settings
        self._drawn = drawn
        self._run = run
        self._cards: tuple[ModelCard, ...] = ()
        self._loaded: ModelCard | None = None
        self._number = 0
        self._looking: Job[Look] | None = None
        self._job: Job[BatchReport] | None = None
        self._request: BatchRequest | None = None
        self._watch: BatchWatch | None = None
        self._last: BatchProgress | None = None
        self._pace = QTimer(self)
        self._pace.setInterval(LOOK_MS)
        self._pace.timeout.connect(self._show_newest)
        self._connect(context)

    @property
    def is_running(self) -> bool:
        """Whether a run is under way."""
        return self._job is not None

    def close(self) -> None:
        """Stop what is under way at its next safe point, and wait: no file is left half-written."""
        self._number += 1
        for job, seconds in ((self._looking, _LOOK_JOIN_S), (self._job, _JOIN_S)):
            if job is not None:
                job.cancel()
                job.join(seconds)
        self._pace.stop()

    # ------------------------------------------------------------------------- what is to be done

    def _connect(self, context: WindowContext) -> None:
        panel = self._panel
        context.actions.connect("segment_batch", self.wanted.emit)
        context.backend.bridge.event_received.connect(self._hear)
        context.backend.bridge.source_changed.connect(self._follow)
        panel.shown.connect(self.look)
        panel.form.look_wanted.connect(self.look)
        panel.form.offer.start_wanted.connect(self._start)
        panel.run.pause_wanted.connect(self._pause)
        panel.run.cancel_wanted.connect(self._cancel)
        panel.run.resume_wanted.connect(self._resume)
        panel.run.again_wanted.connect(self._show_form)
        panel.run.folder_wanted.connect(self._open_folder)
        self._looked.connect(self._take_look)
        self._ended.connect(self._take_end)

    @Slot()
    def look(self) -> None:
        """Count the pictures, and see what the folder holds."""
        if self.is_running:
            return
        self.show_thresholds()
        self._number += 1
        number, form = self._number, self._panel.form
        if self._looking is not None:
            self._looking.cancel()
        inputs, output = form.inputs.paths, Path(form.folder) if form.folder else None
        form.show_looking()
        if not inputs:
            return

        def work(control: JobControl) -> Look:
            return look(inputs, output, control)

        def done(found: Look) -> None:
            self._tell_look(number, found, "")

        def failed(error: EngineError) -> None:
            self._tell_look(number, None, error.message)

        self._looking = Job(work, on_done=done, on_failed=failed, name="batch-look").start()

    @Slot()
    def show_thresholds(self) -> None:
        """Show which answers count now."""
        self._panel.form.show_thresholds(self._drawn()[0])

    def _tell_look(self, number: int, found: Look | None, sentence: str) -> None:
        with suppress(RuntimeError):  # the window is gone
            self._looked.emit(number, found, sentence)

    @Slot(int, object, str)
    def _take_look(self, number: int, found: Look | None, sentence: str) -> None:
        if number != self._number:
            return
        if found is not None:
            self._panel.form.show_look(found)
        elif sentence:
            self._panel.form.show_nothing(sentence)
        standing = found.standing if found is not None else None
        if self._panel.is_running and standing is not None and not standing.is_finished:
            self._panel.run.set_resumable(is_resumable=True)
            self._panel.run.show_failed_files(standing.failed)

    # ---------------------------------------------------------------------- what the engine tells

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        match event:
            case ModelsListed(cards):
                self._cards = tuple(card for card in cards if card.task in TASKS)
            case ModelReady(info):
                self._loaded = info.card
            case _:
                return
        loaded = self._loaded.name if self._loaded is not None else ""
        self._panel.form.show_networks(self._cards, loaded)

    @Slot(object)
    def _follow(self, status: SourceStatus) -> None:
        """Offer the folder of what is shown."""
        folder = ""
        if status.spec.kind is SourceKind.FOLDER:
            folder = status.spec.location
        elif status.spec.kind in {SourceKind.IMAGE, SourceKind.VIDEO}:
            folder = str(Path(status.spec.location).parent)
        self._panel.form.inputs.offer(folder)

    # ------------------------------------------------------------------------------------ the run

    @Slot(object)
    def _start(self, start: BatchStart) -> None:
        form = self._panel.form
        request = self._asked_for(start)
        standing = form.look.standing if form.look is not None else None
        if start is BatchStart.RESUME and standing is not None:
            request = standing.gone_on_with(request)
        self._begin(request)

    def _asked_for(self, start: BatchStart) -> BatchRequest:
        form = self._panel.form
        settings, style = self._drawn()
        if self._loaded is None or form.model != self._loaded.name:
            # Another network numbers its classes in another way.
            settings = replace(settings, categories=None)
            style = replace(style, colours=(), hidden=frozenset())
        return BatchRequest(
            inputs=form.inputs.paths,
            output=Path(form.folder),
            model=form.model,
            settings=settings,
            formats=form.formats.chosen,
            style=style,
            device=replace(device_request(self._settings), threads=form.threads),
            workers=form.workers,
            is_anew=start is BatchStart.ANEW,
        )

    def _begin(self, request: BatchRequest) -> None:
        self._number += 1  # what is looked at now is over
        self._request, self._last = request, None
        watch = self._watch = BatchWatch(request.style)
        title, output = self._panel.form.title(request.model), str(request.output)
        self._panel.run.begin(self.tr("{0} → {1}").format(title, output))
        self._panel.show_run()

        def work(control: JobControl) -> BatchReport:
            return self._run(
                request, control, on_progress=watch.progress.put, on_segmented=watch.take_picture
            )

        self._job = Job(
            work,
            on_done=lambda report: self._tell_end(report, None),
            on_failed=lambda error: self._tell_end(None, error),
            on_progress=watch.stages.put,
            name="batch",
        ).start()
        self._pace.start()

    @Slot(bool)
    def _pause(self, is_paused: bool) -> None:
        if self._job is not None:
            control = self._job.control
            (control.pause if is_paused else control.resume)()

    @Slot()
    def _cancel(self) -> None:
        if self._job is not None:
            self._panel.run.show_cancelling()
            self._job.cancel()

    @Slot()
    def _resume(self) -> None:
        """Go on with the run that was stopped just now, as it was begun."""
        found = self._panel.form.look
        if self._request is not None and found is not None and found.standing is not None:
            self._begin(found.standing.gone_on_with(self._request))

    @Slot()
    def _show_newest(self) -> None:
        watch, page = self._watch, self._panel.run
        if watch is None:
            return
        stage, progress, preview = (
            watch.stages.take(),
            watch.progress.take(),
            watch.previews.take(),
        )
        if stage is not None:
            page.show_stage(stage)
        if progress is not None:
            self._last = progress
            page.show_progress(progress)
        if preview is not None:
            page.preview.show_picture(preview)

    def _tell_end(self, report: BatchReport | None, error: EngineError | None) -> None:
        with suppress(RuntimeError):  # the window is gone
            self._ended.emit(report, error)

    @Slot(object, object)
    def _take_end(self, report: BatchReport | None, error: EngineError | None) -> None:
        self._pace.stop()
        self._show_newest()
        self._job = self._watch = None
        if report is not None:
            self._panel.run.show_report(report)
        else:
            self._panel.run.show_failure(error or CancelledError(), self._last)
        if not self._panel.isVisible():
            self.told.emit(f"{self._panel.run.title}: {self._panel.run.sentence}")
        self.look()  # what the folder holds now: it can be resumed

    @Slot()
    def _show_form(self) -> None:
        self._panel.show_form()
        self.look()

    @Slot()
    def _open_folder(self) -> None:
        if self._request is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._request.output)))
