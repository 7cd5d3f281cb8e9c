"""The tour's last part: many pictures, in the batch panel and by `layerscope segment`."""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QProcess

from engine.sources.base import SetPlaying
from engine.sources.demo import photo_files
from gui.tour.report import files_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gui.tour.driver import Tour, Wait

__all__ = ["look_at_batch", "segment_photos"]

FORMATS = "overlay,coco,voc,csv"


def look_at_batch(tour: Tour) -> Iterator[Wait]:
    """Work through two of the photos in the panel."""
    tour.say("the batch panel")
    window, form = tour.window, tour.window.batch.form
    window.source.command_given.emit(SetPlaying(False))  # the cores are the batch's
    window.actions_.trigger("segment_batch")
    form.inputs.add(*map(str, photo_files()[:2]))
    form.set_folder(str(tour.out / "batch"))
    start = partial(_offered, tour)
    yield tour.until(lambda: bool(start()), "what there is to do")
    yield tour.seconds(0.3)
    tour.shoot("batch_form")
    tour.click(form, start())
    yield tour.until(lambda: not window.batches.is_running, "the end of the batch", 120)
    yield tour.seconds(0.3)
    tour.shoot("batch_done")
    tour.report.set("batch_panel", f"{window.batch.run.title}: {window.batch.run.sentence}")
    if window.batch.run.failures:
        raise LookupError(f"the batch failed: {window.batch.run.failures}")


def _offered(tour: Tour) -> str:
    """Return the button that begins; another where the folder holds an earlier tour's run."""
    words = (it for it in ("Start", "Begin anew") if tour.has_button(tour.window.batch.form, it))
    return next(words, "")


def segment_photos(tour: Tour) -> Iterator[Wait]:
    """Segment the photos as the command line does, and count what came of it."""
    tour.say("layerscope segment on the demo's photos")
    tour.window.source.command_given.emit(SetPlaying(False))  # the cores are its own
    folder, photos = tour.out / "segmented", photo_files()
    words = ["segment", *map(str, photos), "--out", str(folder), "--format", FORMATS]
    process = QProcess(tour)
    begun_at, started_at = time.perf_counter(), time.time()
    process.start(sys.executable, ["-m", "main", *words, "--overwrite", "--json"])
    yield tour.until(
        lambda: process.state() is QProcess.ProcessState.NotRunning, "layerscope segment", 120
    )
    if process.exitStatus() is not QProcess.ExitStatus.NormalExit or process.exitCode():
        said = process.readAllStandardError().toStdString().strip()
        raise LookupError(f"layerscope segment ended with {process.exitCode()}: {said}")
    records = [json.loads(it) for it in process.readAllStandardOutput().toStdString().splitlines()]
    if len(records) != len(photos):
        raise LookupError(f"of {len(photos)} photos {len(records)} were answered")
    tour.report.set("segment_command_s", time.perf_counter() - begun_at)
    tour.report.set("segment_command_pictures", len(records))
    found = sum(len(record["instances"]) for record in records)
    tour.report.set("segment_command_objects", found)
    tour.report.set("segment_command_files", len(files_in(folder, started_at)))
    tour.window.source.command_given.emit(SetPlaying(True))
