"""A batch from the request to the report: the network loaded, every file done, the rest told."""

from __future__ import annotations

import difflib
import time
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.batch.inputs import collect
from engine.batch.journal import FINISHED, FOLDER, Journal
from engine.batch.lock import locked
from engine.batch.pipeline import BatchProgress, Pipeline
from engine.batch.request import BatchReport, BatchRequest, plain
from engine.batch.stages import ApartFilm, BatchStages, StillsOnly
from engine.errors import ModelError
from engine.export.masks.contract import ExportOptions, Policy
from engine.export.masks.journal import made
from engine.export.masks.registry import make_writer
from engine.export.masks.run import MaskExport, Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine.batch.inputs import BatchItem
    from engine.batch.journal import DoneItem
    from engine.export.masks.contract import MaskWriter, SegmentedPicture
    from engine.jobs import JobControl
    from engine.tasks.segmenter import Segmenter

__all__ = ["run_batch"]


def run_batch(
    request: BatchRequest,
    control: JobControl,
    *,
    on_progress: Callable[[BatchProgress], None] = lambda _progress: None,
    on_segmented: Callable[[SegmentedPicture], None] | None = None,
) -> BatchReport:
    """Segment many pictures and videos and write what was asked for.

    A file that cannot be done is reported at the end and does not stop the run. A run that was
    stopped, or killed, goes on with `BatchRequest.is_resumed`: nothing is lost and no picture is
    done twice; a video begins again at its first frame.

    Parameters
    ----------
    request
        What is wanted.
    control
        Pauses and cancels between pictures; hears of the loading of the network.
    on_progress
        Called after each picture, in this thread.
    on_segmented
        Called with each result, in order, in the thread that writes.

    Raises
    ------
    SourceError
        There is nothing to do in the inputs.
    ModelError
        The network cannot be had, or knows no such class.
    ExportError
        The folder cannot be written to, holds something else, or is full.
    CancelledError
        The person stopped it; what was done stays and can be gone on with.
    """
    begun_at = time.monotonic()
    items = collect(request.inputs, output=request.output)
    for name in request.formats:
        make_writer(name)  # a wrong name is told before the network is loaded
    from engine.tasks.segmenter import Segmenter  # noqa: PLC0415 - torch, when it is sure

    segmenter = Segmenter.load(
        request.model or None,
        request.task,
        request.settings,
        request.device,
        weights=request.weights,
        control=control,
    )
    try:
        request = _with_classes(request, segmenter)
        segmenter.set_settings(request.settings)
        segmenter.fuse()
        work = _Work(request, segmenter, on_progress, on_segmented)
        return work.run(items, control, begun_at)
    finally:
        segmenter.close()


class _Work:
    """One run, with its notes and its export, where files are wanted."""

    def __init__(
        self,
        request: BatchRequest,
        segmenter: Segmenter,
        on_progress: Callable[[BatchProgress], None],
        on_segmented: Callable[[SegmentedPicture], None] | None,
    ) -> None:
        self._request = request
        self._segmenter = segmenter
        self._on_progress = on_progress
        self._on_segmented = on_segmented
        self._journal: Journal | None = None
        self._export: MaskExport | None = None
        self._files = 0
        self._errors: dict[str, str] = {}
        self._notes: dict[str, str] = {}

    def run(self, items: Sequence[BatchItem], control: JobControl, begun_at: float) -> BatchReport:
        """Do what is not done yet, and write the files of many pictures."""
        output = self._request.output
        with locked(output) if output is not None else nullcontext():
            return self._run(items, control, begun_at)

    def _run(self, items: Sequence[BatchItem], control: JobControl, begun_at: float) -> BatchReport:
        output = self._request.output
        if output is not None:
            self._open(output)
        try:
            todo = [item for item in items if self._journal is None or not self._journal.has(item)]
            before = len(items) - len(todo)
            if todo or not self._is_finished:
                self._begin_export()
                self._work(todo, control, before)
                self._finish(control)
        finally:
            if self._journal is not None:
                self._journal.close()
        return BatchReport(
            done=len(items) - len(self._errors),
            before=before,
            failed=tuple(self._errors.items()),
            files=self._files,
            seconds=time.monotonic() - begun_at,
            output=output,
            notes=tuple(self._notes.items()),
        )

    def _open(self, output: Path) -> None:
        request = self._request
        self._journal = Journal(
            made(output),
            {
                "network": self._segmenter.network_name,
                "weights": self._segmenter.weights_sha256,
                "settings": plain(request.settings),
                "formats": plain(request.formats),
                "style": plain(request.style),
            },
            is_resumed=request.is_resumed,
            is_anew=request.is_anew,
        )

    @property
    def _is_finished(self) -> bool:
        output = self._request.output
        return output is not None and (output / FOLDER / FINISHED).exists()

    def _begin_export(self) -> None:
        request, output = self._request, self._request.output
        if output is None:
            return
        is_reopened = request.is_resumed and self._is_finished
        options = ExportOptions(
            policy=Policy.OVERWRITE if request.is_anew else Policy.REFUSE,
            style=request.style,
            is_continued=request.is_resumed,
            is_reopened=is_reopened,
        )
        (output / FOLDER / FINISHED).unlink(missing_ok=True)
        writers = [_writer(name, is_reopened=is_reopened) for name in request.formats]
        origin = Origin(
            self._segmenter.network_name,
            self._segmenter.weights_sha256,
            {**plain(request.settings), "weights_licence": self._segmenter.licence},
        )
        self._export = MaskExport(output, writers, options, origin)

    def _work(self, todo: Sequence[BatchItem], control: JobControl, before: int) -> None:
        from engine.batch.streams import Streams  # noqa: PLC0415 - torch, when it is sure

        request = self._request
        streams = Streams(self._segmenter, request.device)
        stages = BatchStages(streams, self._export, request, self._on_segmented)
        pipeline = Pipeline(
            stages,
            on_done=self._note,
            on_progress=self._on_progress,
            workers=request.workers,
            networks=streams.count,
        )
        try:
            pipeline.run(todo, control, done=before)
        finally:
            streams.close()

    def _note(self, item: BatchItem, done: DoneItem) -> None:
        if done.error:
            self._errors[done.relative] = done.error
            if self._export is not None:
                self._export.skip(item.relative, done.error)
        if done.facts and "note" in done.facts:
            self._notes[done.relative] = str(done.facts["note"])
        self._files += len(done.files) + int((done.facts or {}).get("frame_files", 0))
        if self._journal is not None:
            self._journal.add(item, done)

    def _finish(self, control: JobControl) -> None:
        output = self._request.output
        if self._export is None or output is None:
            return
        control.report("Writing the files of all pictures")
        finished = output / FOLDER / FINISHED
        self._files += len(self._export.finish(on_written=finished.touch))


def _writer(name: str, *, is_reopened: bool) -> MaskWriter:
    """Make the writer of a format, with what a batch does otherwise."""
    writer = make_writer(name)
    if name == "overlay":
        return StillsOnly(writer)
    if name == "film" and is_reopened:
        return ApartFilm(writer)
    return writer


def _with_classes(request: BatchRequest, segmenter: Segmenter) -> BatchRequest:
    """Put the ids of the wanted categories into the settings.

    Raises
    ------
    ModelError
        The network has no category of a name; the sentence offers the nearest.
    """
    if not request.classes:
        return request
    ids = {category.name.casefold(): category.id for category in segmenter.categories}
    found = set()
    for name in request.classes:
        if name.casefold() not in ids:
            near = difflib.get_close_matches(name.casefold(), ids, n=1, cutoff=0.5)
            hint = f"did you mean “{near[0]}”?" if near else "“layerscope models” tells more."
            raise ModelError(f"{segmenter.title} knows no class “{name}”; {hint}")
        found.add(ids[name.casefold()])
    return replace(request, settings=replace(request.settings, categories=frozenset(found)))
