"""A batch that runs: followed, paused, stopped, gone on with; the live picture goes on."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from engine.batch.journal import FINISHED, FOLDER
from engine.batch.pipeline import BatchProgress
from engine.batch.request import BatchReport, BatchRequest
from engine.batch.run import run_batch
from engine.errors import StorageFullError
from engine.export.masks.contract import SegmentedPicture
from engine.values import OverlayStyle, SegmentSettings, WeightsChoice
from gui.segment.batching import BatchWatch
from gui.settings import Settings
from tests.gui.batch_kit import (
    LRASPP,
    WAIT_MS,
    Runner,
    counted,
    ended,
    fill,
    leave,
    panel,
    photos_in,
    ready,
    started,
)
from tests.gui.fake_engine import CONV1
from tests.gui.segment_kit import picture, three
from tests.gui.window_kit import end, make_kit

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from engine.jobs import JobControl
    from tests.gui.window_kit import Kit

    Named = tuple[tuple[str, str], ...]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Make three small pictures, one a folder deeper."""
    return photos_in(tmp_path)


@pytest.fixture
def runner(kit: Kit) -> Runner:
    """Open the panel over a run that a test steers."""
    runner = Runner()
    ready(kit, runner)
    return runner


def test_a_run_is_followed_paused_and_reported(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    frame = picture()
    runner.progress = (BatchProgress(124, 312, 2, "deep/10.png", 3.42, 55.2),)
    runner.pictures = (SegmentedPicture(frame.image, three(), PurePosixPath("deep/10.png")),)
    failed = (("deep/7.png", "7.png is damaged."), ("8.png", "No memory."))
    runner.report = lambda request: BatchReport(310, 12, failed, 1240, 92.0, request.output)
    fill(kit, qtbot, photos)
    started(kit, qtbot, runner)
    page = panel(kit).run
    qtbot.waitUntil(lambda: page.preview.has_picture, timeout=WAIT_MS)
    assert page.title == "Segmenting"
    assert page._what.text() == "Tiny → out"
    assert page.sentence == "124 of 312, 3.4 a second, 55 s left"
    assert page._failed.text() == "2 failed"
    assert page._name.text() == "deep/10.png"
    assert runner.threads[0] is not threading.current_thread()
    kit.click(page, "Pause")
    assert page.title == "Paused"
    assert runner.controls[0].is_paused
    runner.go.set()
    kit.click(page, "Resume")
    assert ended(kit, qtbot) == "Done"
    assert page.sentence == "310 done, 12 of them before, 2 failed, 1,240 files in 1 min 32 s"
    assert page.failures == "deep/7.png is damaged.\n8.png: No memory."
    kit.click(page, "Copy")
    assert QGuiApplication.clipboard().text() == page.failures
    kit.click(page, "New batch")
    assert not panel(kit).is_running


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        ((), ("Incomplete", "3 done, 1 incomplete")),
        ((("8.png", "No memory."),), ("Failed or incomplete", "3 done, 1 failed, 1 incomplete")),
    ],
)
def test_what_was_done_but_is_not_whole_is_told_at_the_end(  # noqa: PLR0917 - fixtures
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path, failed: Named, said: tuple[str, str]
) -> None:
    title, summed = said
    notes = (("deep/walk.mp4", "the video ended early, after 12 frames: 3.0 s are missing"),)
    runner.report = lambda request: BatchReport(3, 0, failed, 5, 2.0, request.output, notes)
    fill(kit, qtbot, photos)
    started(kit, qtbot, runner)
    runner.go.set()
    assert ended(kit, qtbot) == "Done"
    page = panel(kit).run
    assert page.sentence == f"{summed}, 5 files in 2 s"
    assert page._list_title.text() == title
    told = [*(f"{name}: {sentence}" for name, sentence in failed), ": ".join(notes[0])]
    assert page.failures.splitlines() == told
    assert page._failures.isVisible()
    kit.click(page, "Copy")
    assert QGuiApplication.clipboard().text() == page.failures


def test_the_picture_stays_live_while_a_batch_runs(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    fill(kit, qtbot, photos)
    started(kit, qtbot, runner)
    with qtbot.waitSignal(kit.window.result_shown, timeout=WAIT_MS) as shown:
        kit.engine.answer(CONV1, index=5)
    assert shown.args[0].frame.index == 5
    assert kit.window.batches.is_running


def test_a_cancelled_run_can_be_gone_on_with(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    runner.progress = (BatchProgress(2, 3),)
    runner.leaves = 2
    fill(kit, qtbot, photos)
    first = started(kit, qtbot, runner)
    page = panel(kit).run
    kit.click(page, "Cancel")
    assert ended(kit, qtbot) == "Cancelled"
    assert page.sentence == "2 of 3 are done and stay; resume it whenever you like."
    counted(kit, qtbot)
    runner.go.set()
    runner.leaves = None
    kit.click(page, "Resume")
    assert ended(kit, qtbot) == "Done"
    assert runner.requests[1] == replace(first, is_resumed=True)


def test_cancelling_is_said_until_it_is_done(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    fill(kit, qtbot, photos)
    started(kit, qtbot, runner)
    kit.click(panel(kit).run, "Cancel")
    assert panel(kit).run.title == "Cancelling…"
    assert not kit.button(panel(kit).run, "Pause").isEnabled()
    assert ended(kit, qtbot) == "Cancelled"
    counted(kit, qtbot)
    assert panel(kit).run.sentence == "Nothing was written yet."
    assert not panel(kit).run._resume.isVisible()


def test_what_went_wrong_is_said(kit: Kit, runner: Runner, qtbot: QtBot, photos: Path) -> None:
    runner.error = StorageFullError("The disk is full; free some space and resume.")
    runner.go.set()
    fill(kit, qtbot, photos)
    started(kit, qtbot, runner)
    assert ended(kit, qtbot) == "Stopped"
    assert panel(kit).run.sentence == "The disk is full; free some space and resume."


def test_a_folder_with_a_run_offers_to_go_on_or_to_begin_anew(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    out = photos.parent / "out"
    settings, style = SegmentSettings(score=0.7), OverlayStyle(opacity=0.1)
    stopped = BatchRequest((str(photos),), out, "instance", "local", settings, style=style)
    leave(stopped, 1)
    fill(kit, qtbot, photos)
    assert panel(kit).form.offer.sentence == (
        "This folder holds a run that was stopped: 1 of 3 done. It goes on as begun: "
        "Local, score 70 %, IoU 0.45, at most 100 objects, Overlay, COCO."
    )
    assert panel(kit).form.offer._start.isHidden()
    runner.go.set()
    request = started(kit, qtbot, runner, "Resume")
    assert (request.is_resumed, request.is_anew) == (True, False)
    assert (request.model, request.settings, request.style) == ("local", settings, style)
    assert ended(kit, qtbot) == "Done"
    kit.click(panel(kit).run, "New batch")
    counted(kit, qtbot)
    request = started(kit, qtbot, runner, "Begin anew")
    assert (request.is_resumed, request.is_anew) == (False, True)
    assert (request.model, request.settings.score) == ("tiny", 0.25)
    assert ended(kit, qtbot) == "Done"


def test_a_finished_run_takes_what_is_new(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    out = photos.parent / "out"
    leave(BatchRequest((str(photos),), out, model="tiny"), 3)
    (out / FOLDER / FINISHED).touch()
    fill(kit, qtbot, photos)
    assert panel(kit).form.offer.sentence.startswith("This folder holds a finished run of 3: Tiny,")
    assert started(kit, qtbot, runner, "Add what is new").is_resumed


def test_closing_the_window_stops_a_run_and_the_next_one_offers_it(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    runner.leaves = 2
    fill(kit, qtbot, photos)
    started(kit, qtbot, runner)
    kit.window.close()
    assert runner.controls[0].is_cancelled
    assert not runner.threads[0].is_alive()
    kit.settings.sync()
    again = make_kit(Settings(kit.settings.path))
    try:
        ready(again, Runner())
        counted(again, qtbot)
        assert "a run that was stopped: 2 of 3 done" in panel(again).form.offer.sentence
    finally:
        end(again)


def test_a_run_that_ends_unseen_is_told(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    fill(kit, qtbot, photos)
    started(kit, qtbot, runner)
    kit.trigger("workspace_inspect")
    QApplication.processEvents()
    runner.go.set()
    ended(kit, qtbot)
    assert kit.notices["batch"] == "Batch – Done: 3 done, 4 files in 2 s"
    kit.click(kit.window.notices, "Show")
    QApplication.processEvents()
    assert not panel(kit).visibleRegion().isEmpty()


def test_previews_are_drawn_now_and_then() -> None:
    frame = picture()
    shown = SegmentedPicture(frame.image, three(), PurePosixPath("1.png"))
    now = [0.0, 0.0, 0.4, 0.5, 0.6, 1.0]  # drawn, not yet, drawn and slow, not yet
    watch = BatchWatch(OverlayStyle(), clock=lambda: now.pop(0))
    drawn = []
    for _ in range(4):
        watch.take_picture(shown)
        drawn.append(watch.previews.take() is not None)
    assert drawn == [True, False, True, False]
    assert now == []


# --------------------------------------------------------------------------------- the real engine


def test_a_real_run_writes_files_and_goes_on_after_a_stop(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    del runner
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")

    def random(request: BatchRequest, control: JobControl, **told: object) -> BatchReport:
        return run_batch(replace(request, weights=WeightsChoice.RANDOM), control, **told)  # type: ignore[arg-type]  # handed on

    def stopped(request: BatchRequest, control: JobControl, **told: object) -> BatchReport:
        # The broken one is the third of four, and the first that is told.
        told["on_progress"] = lambda progress: control.cancel() if progress.failed else None
        return random(request, control, **told)

    kit.window.batches._run = stopped
    form = panel(kit).form
    form._network.setCurrentIndex(form._network.findData(LRASPP))
    form.formats.tick("npz", "coco")
    out = fill(kit, qtbot, photos)
    kit.click(form, "Start")
    assert ended(kit, qtbot) == "Cancelled"
    counted(kit, qtbot)
    assert {path.name for path in out.rglob("*.npz")} == {"1.npz", "2.npz"}
    assert not (out / "annotations.json").exists()
    kit.window.batches._run = random
    kit.click(panel(kit).run, "Resume")
    assert ended(kit, qtbot) == "Done"
    assert panel(kit).run.sentence.startswith("3 done, 2 of them before, 1 failed, ")
    assert panel(kit).run.failures.startswith("broken.jpg ")
    files = {path.relative_to(out).as_posix() for path in out.rglob("*.*") if path.is_file()}
    visible = {name for name in files if not name.startswith(FOLDER)}
    expected = {"1.npz", "2.npz", "deep/10.npz", "annotations.json", "export.json"}
    assert visible == expected
