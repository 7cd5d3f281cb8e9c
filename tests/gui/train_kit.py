"""Made sets and trainings, so that every number can be counted by hand; and what a person does."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QApplication, QSpinBox

from engine.jobs import Progress
from engine.values import (
    ClassCount,
    DataSummary,
    EpochReport,
    GalleryPicture,
    PreviewTile,
    TrainResult,
)
from gui.learn.running import SetLook, TrainEngine

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from engine.jobs import JobControl
    from engine.values import TrainRequest, TrainSettings
    from gui.panels.train_numbers import TrainNumbers
    from tests.gui.window_kit import Kit

WAIT_MS = 60_000
NAMES = ("background", "cat", "dog")
SIZE = (24, 32)


def summary(path: Path, **changes: object) -> DataSummary:
    """Return a set of six photos, two of which are held out."""
    photos = tuple(path / f"{number}.png" for number in range(6))
    made = DataSummary(
        path=path,
        format="binary",
        classes=(
            ClassCount(0, "background", 6, 800, 4, 2),
            ClassCount(1, "cat", 4, 150, 3, 1),
            ClassCount(2, "dog", 2, 50, 1, 1),
        ),
        photos=photos,
        training=photos[:4],
        validation=photos[4:],
        is_partial=False,
        ignored=0.0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # of the fields' own types


def tiles(seed: int = 0) -> tuple[PreviewTile, ...]:
    """Return two grey crops, half of each marked."""
    labels = np.zeros((64, 64), np.uint8)
    labels[:, 32:] = 1
    grey = np.full((64, 64, 3), 100 + seed, np.uint8)
    return tuple(PreviewTile(Path(f"crop{number}.png"), grey, labels) for number in range(2))


def report(epoch: int, mean_iou: float, *, is_best: bool = True, epochs: int = 5) -> EpochReport:
    """Return an epoch of half a second in which the cat does better than the dog."""
    iou = (("background", 0.9), ("cat", mean_iou), ("dog", mean_iou / 2))
    return EpochReport(
        epoch, epochs, 1.0 / epoch, mean_iou, iou, 0.8, is_best, 0.5, 0.5 * (epochs - epoch)
    )


def gallery(label: int) -> tuple[GalleryPicture, ...]:
    """Return two photos in which all was found to be of one label; the truth is a cat."""
    image = np.full((*SIZE, 3), 80, np.uint8)
    truth, found = np.full(SIZE, 1, np.uint8), np.full(SIZE, label, np.uint8)
    return tuple(GalleryPicture(Path(f"held{n}.png"), image, truth, found) for n in range(2))


def result(request: TrainRequest) -> TrainResult:
    """Write what a training of three epochs leaves, and return it."""
    model = request.out / f"{request.name or 'model'}.safetensors"
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_bytes(b"weights")
    card = model.with_suffix(".md")
    card.write_text("# The card\n\nMean IoU 0.600.\n", encoding="utf-8")
    reports = (report(1, 0.4), report(2, 0.6), report(3, 0.5, is_best=False))
    return TrainResult(model, card, reports[1], reports, "Stopped: no better for 1 epochs.", 61.0)


@dataclass
class Trainer:
    """An engine that looks and trains as far as a test lets it."""

    look: Callable[[Path, TrainSettings], SetLook] = lambda path, _settings: SetLook(
        summary(path), tiles()
    )
    told: tuple[object, ...] = ()
    error: Exception | None = None
    has_checkpoint: bool = True
    looks: list[tuple[Path, str, TrainSettings]] = field(default_factory=list)
    held: dict[int, threading.Event] = field(default_factory=dict)
    seeds: list[int] = field(default_factory=list)
    requests: list[TrainRequest] = field(default_factory=list)
    resumed: list[bool] = field(default_factory=list)
    controls: list[JobControl] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    @property
    def engine(self) -> TrainEngine:
        """It, as the window sees it."""
        return TrainEngine(self._look, self._crops, lambda: ("binary", "coco"), self._run)

    def _look(
        self, path: Path, form: str, settings: TrainSettings, seed: int, control: JobControl
    ) -> SetLook:
        del seed
        control.check()
        self.looks.append((path, form, settings))
        return self.look(path, settings)

    def _crops(
        self, path: Path, form: str, settings: TrainSettings, seed: int
    ) -> tuple[PreviewTile, ...]:
        del path, form, settings
        if seed in self.held:
            assert self.held[seed].wait(WAIT_MS / 1000)
        self.seeds.append(seed)
        return tiles(seed)

    def _run(
        self,
        request: TrainRequest,
        control: JobControl,
        on_epoch: Callable[[EpochReport], None],
        on_gallery: Callable[[tuple[GalleryPicture, ...]], None],
        *,
        is_resumed: bool,
    ) -> TrainResult:
        self.threads.append(threading.current_thread())
        self.controls.append(control)
        self.resumed.append(is_resumed)
        self.requests.append(request)
        work = request.out / ".training"
        if self.has_checkpoint:
            work.mkdir(parents=True, exist_ok=True)
            (work / "checkpoint.pt").write_bytes(b"state")
        for one in self.told:
            if isinstance(one, EpochReport):
                on_epoch(one)
            elif isinstance(one, Progress):
                control.report(one.stage, one.done, one.total)
            elif isinstance(one, tuple):
                on_gallery(one)
        while not self.go.wait(0.01):
            control.check()
        control.check()
        if self.error is not None:
            raise self.error
        if self.has_checkpoint:
            (work / "checkpoint.pt").unlink()
        return result(request)


def ready(kit: Kit, trainer: Trainer) -> None:
    """Open the workspace over an engine that a test steers."""
    training = kit.window.train.training
    training.sets.engine = training.runs.engine = trainer.engine
    kit.loaded()
    kit.trigger("workspace_train")
    QApplication.processEvents()


def understood(kit: Kit, qtbot: QtBot, path: Path) -> None:
    """Choose a set and wait until it was looked through."""
    kit.window.train.training.open_data(str(path))
    wait_for_look(kit, qtbot)


def choose(numbers: TrainNumbers, name: str, value: float) -> None:
    """Set a number of the form."""
    field = numbers.field(name)
    if isinstance(field, QSpinBox):
        field.setValue(int(value))
    else:
        field.setValue(value)


def wait_for_look(kit: Kit, qtbot: QtBot) -> None:
    sets = kit.window.train.training.sets
    qtbot.waitUntil(lambda: not sets.is_looking, timeout=WAIT_MS)
    QApplication.processEvents()


def started(kit: Kit, qtbot: QtBot, trainer: Trainer, button: str = "Start") -> TrainRequest:
    """Press the button and wait until the training runs."""
    before = len(trainer.requests)
    kit.click(kit.window.train.form.offer, button)
    qtbot.waitUntil(lambda: len(trainer.requests) > before, timeout=WAIT_MS)
    return trainer.requests[-1]


def ended(kit: Kit, qtbot: QtBot) -> str:
    """Wait for the end of a training; return what is said over it."""
    runs = kit.window.train.training.runs
    qtbot.waitUntil(lambda: not runs.is_running, timeout=WAIT_MS)
    return kit.window.train.pages.run.title
