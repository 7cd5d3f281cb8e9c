"""The batch panel: what it asks for, what it shows of a run, and that nothing of it blocks."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QToolButton

from engine.batch.inputs import collect
from engine.batch.journal import FINISHED, FOLDER, DoneItem, Journal
from engine.batch.pipeline import BatchProgress
from engine.batch.request import BatchReport, BatchRequest, plain
from engine.batch.run import run_batch
from engine.errors import StorageFullError
from engine.events import ModelsListed
from engine.export.masks.contract import SegmentedPicture
from engine.sources.base import SourceKind, SourceSpec
from engine.values import OverlayStyle, SegmentSettings, WeightsChoice
from gui import settings as keys
from gui.segment.batching import BatchWatch
from gui.settings import Settings
from tests.gui.fake_engine import CONV1, CPU, card, model
from tests.gui.segment_kit import answer, picture, show, three
from tests.gui.window_kit import end, make_kit

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from engine.jobs import JobControl
    from engine.values import ModelCard
    from gui.panels.batch_panel import BatchPanel
    from tests.gui.window_kit import Kit

WAIT_MS = 60_000
LRASPP = "lraspp_mobilenet_v3_large"


def segmenting(name: str, task: str = "instance", *, is_local: bool = True) -> ModelCard:
    return replace(card(name, is_local=is_local), task=task, weights_size_bytes=45_000_000)


CARDS = (
    card("classifier"),
    segmenting("remote", is_local=False),
    segmenting("local"),
    segmenting("tiny"),
    segmenting(LRASPP, "semantic"),
)


@dataclass
class Runner:
    """A run that goes as far as a test lets it."""

    progress: tuple[BatchProgress, ...] = ()
    pictures: tuple[SegmentedPicture, ...] = ()
    report: Callable[[BatchRequest], BatchReport] = lambda request: BatchReport(
        3, 0, (), 4, 2.0, request.output
    )
    error: Exception | None = None
    leaves: int | None = None
    requests: list[BatchRequest] = field(default_factory=list)
    controls: list[JobControl] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    def __call__(
        self,
        request: BatchRequest,
        control: JobControl,
        *,
        on_progress: Callable[[BatchProgress], None],
        on_segmented: Callable[[SegmentedPicture], None],
    ) -> BatchReport:
        self.threads.append(threading.current_thread())
        self.controls.append(control)
        self.requests.append(request)
        if self.leaves is not None:
            leave(request, self.leaves)
        for one in self.progress:
            on_progress(one)
        for shown in self.pictures:
            on_segmented(shown)
        while not self.go.wait(0.01):
            control.check()
        control.check()
        if self.error is not None:
            raise self.error
        return self.report(request)


def leave(request: BatchRequest, done: int) -> None:
    """Leave behind what a run leaves that has done so many pictures."""
    assert request.output is not None
    request.output.mkdir(exist_ok=True)
    note = {
        "network": request.model,
        "weights": "",
        "settings": plain(request.settings),
        "formats": plain(request.formats),
        "style": plain(request.style),
    }
    with Journal(request.output, note, is_anew=True) as journal:
        for item in collect(request.inputs)[:done]:
            journal.add(item, DoneItem(item.relative.as_posix(), ("x.png",)))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Make three small pictures, one a folder deeper."""
    folder = tmp_path / "photos"
    (folder / "deep").mkdir(parents=True)
    rng = np.random.default_rng(3)
    for name in ("1.png", "2.png", "deep/10.png"):
        pixels = rng.integers(0, 256, (40, 56, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / name)
    return folder


@pytest.fixture
def runner(kit: Kit) -> Runner:
    """Open the panel over a run that a test steers."""
    runner = Runner()
    ready(kit, runner)
    return runner


def ready(kit: Kit, runner: Runner) -> None:
    kit.window.batches._run = runner
    kit.loaded(CONV1)
    kit.engine.load(replace(model("tiny"), card=CARDS[3]))
    kit.engine.tell(ModelsListed(CARDS, (CPU,)))
    kit.trigger("segment_batch")
    QApplication.processEvents()


def panel(kit: Kit) -> BatchPanel:
    return kit.window.batch


def fill(kit: Kit, qtbot: QtBot, photos: Path) -> Path:
    """Fill the form in; returns the output folder."""
    out = photos.parent / "out"
    panel(kit).form.inputs.add(str(photos))
    panel(kit).form.set_folder(str(out))
    counted(kit, qtbot)
    return out


def counted(kit: Kit, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: panel(kit).form.look is not None, timeout=WAIT_MS)
    QApplication.processEvents()


def started(kit: Kit, qtbot: QtBot, runner: Runner, button: str = "Start") -> BatchRequest:
    before = len(runner.requests)
    kit.click(panel(kit).form, button)
    qtbot.waitUntil(lambda: len(runner.requests) > before, timeout=WAIT_MS)
    return runner.requests[-1]


def ended(kit: Kit, qtbot: QtBot) -> str:
    qtbot.waitUntil(lambda: not kit.window.batches.is_running, timeout=WAIT_MS)
    return panel(kit).run.title


# ---------------------------------------------------------------------------------------- the form


def test_the_action_brings_the_panel_up_from_anywhere(kit: Kit) -> None:
    kit.trigger("workspace_inspect")
    kit.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    QApplication.processEvents()
    assert kit.window.workspaces.current == "segment"
    assert not panel(kit).visibleRegion().isEmpty()


def test_it_stands_in_the_menu_of_the_button_that_saves(kit: Kit) -> None:
    menus = [it.menu() for it in kit.window.segment.findChildren(QToolButton)]
    found = [menu.actions() for menu in menus if menu is not None]
    action = kit.window.actions_.action("segment_batch")
    assert any(action in actions for actions in found)


def test_the_form_says_what_is_missing(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    form = panel(kit).form
    assert form.offer.sentence == "Add pictures or videos"
    assert not kit.button(form, "Start").isEnabled()
    form.inputs.add(str(photos))
    counted(kit, qtbot)
    assert form.inputs._count.text() == "3 pictures"
    assert form.offer.sentence == "Choose the folder that the files go into"
    form.set_folder(str(photos.parent / "out"))
    counted(kit, qtbot)
    assert kit.button(form, "Start").isEnabled()
    form.formats.tick()
    assert form.offer.sentence == "Tick a form to save"
    assert not kit.button(form, "Start").isEnabled()
    assert runner.requests == []


def test_nothing_to_do_is_said(kit: Kit, runner: Runner, qtbot: QtBot, tmp_path: Path) -> None:
    form = panel(kit).form
    empty = tmp_path / "empty"
    empty.mkdir()
    form.inputs.add(str(empty))
    qtbot.waitUntil(lambda: "There are no pictures" in form.inputs._count.text(), timeout=WAIT_MS)
    assert not kit.button(form, "Start").isEnabled()
    assert runner.requests == []


def test_pictures_are_counted_in_another_thread(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.batch.standing import look
    from gui.control import batch

    del runner
    names: list[str] = []

    def spy(*args: object) -> object:
        names.append(threading.current_thread().name)
        return look(*args)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(batch, "look", spy)
    panel(kit).form.inputs.add(str(photos))
    counted(kit, qtbot)
    assert names == ["layerscope-batch-look"]


def test_networks_that_segment_are_offered_the_loaded_one_first(kit: Kit, runner: Runner) -> None:
    del runner
    combo = panel(kit).form._network
    assert [combo.itemText(row) for row in range(combo.count())] == [
        "Tiny (loaded)",
        "Local",
        LRASPP.capitalize(),
        "Remote (45 MB to download)",
    ]
    assert panel(kit).form.model == "tiny"
    assert panel(kit).form._thresholds.text() == "Score 25 %, IoU 0.45, at most 100 objects"
    combo.setCurrentIndex(2)
    assert panel(kit).form._thresholds.text() == "A class for each pixel"
    assert kit.settings.get(keys.BATCH_MODEL) == LRASPP


def test_thresholds_follow_those_of_the_picture(kit: Kit, runner: Runner) -> None:
    del runner
    kit.window.segment.thresholds.set_score(0.4)
    assert panel(kit).form._thresholds.text() == "Score 40 %, IoU 0.45, at most 100 objects"


def test_the_folder_that_is_shown_is_offered(kit: Kit, runner: Runner, photos: Path) -> None:
    del runner
    kit.engine.status(SourceSpec(SourceKind.IMAGE, str(photos / "1.png")))
    kit.click(panel(kit).form, "Add “photos”")
    assert panel(kit).form.inputs.paths == (str(photos),)
    assert not panel(kit).form.inputs._current.isVisible()
    kit.engine.status(SourceSpec(SourceKind.CAMERA, "0"))
    assert not panel(kit).form.inputs._current.isVisible()


def test_what_is_chosen_is_what_is_asked_for(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    show(kit, answer(three(), frame=picture()))
    kit.window.segment.thresholds.set_score(0.4)
    kit.window.segments._hide(frozenset({3}))
    form = panel(kit).form
    form.formats.tick("voc", "csv")
    form._workers.setValue(3)
    out = fill(kit, qtbot, photos)
    request = started(kit, qtbot, runner)
    assert request == BatchRequest(
        inputs=(str(photos),),
        output=out,
        model="tiny",
        settings=SegmentSettings(score=0.4),
        formats=("voc", "csv"),
        style=kit.window.segments.style(),
        device=replace(request.device, threads=1),
        workers=3,
    )
    assert request.style.hidden == {3}
    assert kit.settings.get(keys.BATCH_INPUTS) == (str(photos),)
    assert kit.settings.get(keys.BATCH_FOLDER) == str(out)
    assert kit.settings.get(keys.BATCH_FORMATS) == ("voc", "csv")
    assert kit.settings.get(keys.BATCH_WORKERS) == 3


def test_another_network_does_not_get_the_classes_of_the_loaded_one(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    show(kit, answer(three(), frame=picture()))
    kit.window.segments._hide(frozenset({3}))
    panel(kit).form._network.setCurrentIndex(1)
    fill(kit, qtbot, photos)
    request = started(kit, qtbot, runner)
    assert request.model == "local"
    assert request.settings.categories is None
    assert request.style.hidden == frozenset()


def _drop(target: BatchPanel, *paths: Path) -> bool:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    rest = data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, *rest)
    enter.ignore()
    target.dragEnterEvent(enter)
    if not enter.isAccepted():
        return False
    target.dropEvent(QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, *rest))
    return True


def test_what_is_dropped_on_the_panel_is_added(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    assert _drop(panel(kit), photos, photos / "1.png")
    assert panel(kit).form.inputs.paths == (str(photos), str(photos / "1.png"))
    assert not panel(kit)._hint.isVisible()
    assert kit.engine.opened == []
    fill(kit, qtbot, photos)
    started(kit, qtbot, runner)
    assert not _drop(panel(kit), photos / "2.png")


# ----------------------------------------------------------------------------------------- the run


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
    assert not runner.controls[0].is_paused
    assert page.sentence == "310 done, 12 of them before, 2 failed, 1,240 files in 1 min 32 s"
    assert page.failures == "deep/7.png is damaged.\n8.png: No memory."
    kit.click(page, "Copy")
    assert QGuiApplication.clipboard().text() == page.failures
    kit.click(page, "New batch")
    assert not panel(kit).is_running


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

    kit.window.batches._run = stopped  # type: ignore[assignment]  # as it is called
    form = panel(kit).form
    form._network.setCurrentIndex(form._network.findData(LRASPP))
    form.formats.tick("npz", "coco")
    out = fill(kit, qtbot, photos)
    kit.click(form, "Start")
    assert ended(kit, qtbot) == "Cancelled"
    counted(kit, qtbot)
    assert {path.name for path in out.rglob("*.npz")} == {"1.npz", "2.npz"}
    assert not (out / "annotations.json").exists()
    kit.window.batches._run = random  # type: ignore[assignment]  # as it is called
    kit.click(panel(kit).run, "Resume")
    assert ended(kit, qtbot) == "Done"
    assert panel(kit).run.sentence.startswith("3 done, 2 of them before, 1 failed, ")
    assert panel(kit).run.failures.startswith("broken.jpg ")
    files = {path.relative_to(out).as_posix() for path in out.rglob("*.*") if path.is_file()}
    visible = {name for name in files if not name.startswith(FOLDER)}
    expected = {"1.npz", "2.npz", "deep/10.npz", "annotations.json", "export.json"}
    assert visible == expected
