"""What a person does with the batch panel, and a run that a test steers."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from engine.batch.inputs import collect
from engine.batch.journal import DoneItem, Journal
from engine.batch.pipeline import BatchProgress
from engine.batch.request import BatchReport, BatchRequest, plain
from engine.events import ModelsListed
from engine.export.masks.contract import SegmentedPicture
from tests.gui.fake_engine import CONV1, CPU, card, model

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


def drop(target: BatchPanel, *paths: Path) -> bool:
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


def photos_in(parent: Path) -> Path:
    """Make three small pictures, one a folder deeper."""
    folder = parent / "photos"
    (folder / "deep").mkdir(parents=True)
    rng = np.random.default_rng(3)
    for name in ("1.png", "2.png", "deep/10.png"):
        pixels = rng.integers(0, 256, (40, 56, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / name)
    return folder
