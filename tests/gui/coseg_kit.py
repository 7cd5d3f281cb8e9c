"""A set that a test steers, and what a person does with the Co-segment workspace."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QApplication

from engine.events import ModelsListed
from engine.values import (
    CosegFailure,
    CosegGroup,
    CosegPicture,
    CosegRequest,
    CosegResult,
    CosegSettings,
    FigureGround,
    PackedRegion,
    Region,
    WeightsChoice,
)
from tests.gui.fake_engine import CPU, card

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from engine.jobs import JobControl
    from engine.values import CosegSeed
    from engine.values.coseg import WhyMap
    from gui.control.coseg import CosegControl
    from tests.gui.window_kit import Kit

    OnPicture = Callable[[CosegPicture, NDArray[np.uint8]], None]

WAIT_MS = 60_000
SIZE = (40, 60)
GRID = (5, 8)


def picture(
    path: Path,
    region: Region,
    *,
    confidence: float = 0.8,
    is_outlier: bool = False,
    group: int = 1,
    parts: int = 0,
) -> CosegPicture:
    soft = np.linspace(0, 1, GRID[0] * GRID[1], dtype=np.float32).reshape(GRID)
    numbers = None
    if parts:
        numbers = np.tile(np.arange(GRID[1]) * parts // GRID[1] + 1, (GRID[0], 1)).astype(np.uint8)
    sure = 0.0 if is_outlier else confidence
    return CosegPicture(
        path, SIZE, PackedRegion.of(region), soft, sure, 0.4, is_outlier,
        np.zeros(GRID, np.int8), group, numbers,
    )  # fmt: skip


def rectangle(left: int, top: int, width: int, height: int) -> Region:
    return Region(left, top, np.ones((height, width), np.bool_))


@dataclass
class FakeSet:
    """A set that goes as far as a test lets it, and answers what the test says."""

    request: CosegRequest
    script: Script

    def run(self, control: JobControl, on_picture: OnPicture) -> CosegResult:
        return self.script.answer("run", self.request, control, on_picture)

    def with_settings(
        self, settings: CosegSettings, control: JobControl, on_picture: OnPicture
    ) -> CosegResult:
        self.request = replace(self.request, settings=settings)
        return self.script.answer("settings", self.request, control, on_picture)

    def steered(
        self, seeds: Sequence[CosegSeed], control: JobControl, on_picture: OnPicture
    ) -> CosegResult:
        self.request = replace(self.request, seeds=tuple(seeds))
        return self.script.answer("seeds", self.request, control, on_picture)

    def why(self, path: Path, kind: WhyMap, control: JobControl) -> NDArray[np.generic]:
        control.check()
        self.script.asked_why.append((path.name, kind))
        if kind == "labels":
            return np.arange(GRID[0] * GRID[1], dtype=np.uint8).reshape(GRID)
        return np.linspace(0, 1, GRID[0] * GRID[1], dtype=np.float32).reshape(GRID)

    def model(self, number: int = 1) -> FigureGround:
        return FigureGround(
            self.request.model,
            WeightsChoice.PUBLISHED,
            "",
            640,
            np.full(3, number, np.float32),
            0.0,
        )


@dataclass
class Script:
    """What the sets of a test answer.

    `found` says what is found in each picture: by default a rectangle, nothing in the third one.
    """

    found: Callable[[int, Path, CosegRequest], CosegPicture] | None = None
    note: str = ""
    groups: int = 1
    failing: frozenset[str] = frozenset()
    error: Exception | None = None
    calls: list[tuple[str, CosegRequest]] = field(default_factory=list)
    controls: list[JobControl] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)
    asked_why: list[tuple[str, str]] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
    stop_after: int = 10_000

    def open(self, request: CosegRequest) -> FakeSet:
        return FakeSet(request, self)

    def answer(
        self, what: str, request: CosegRequest, control: JobControl, on_picture: OnPicture
    ) -> CosegResult:
        self.calls.append((what, request))
        self.controls.append(control)
        self.threads.append(threading.current_thread())
        made, failures = [], []
        for index, path in enumerate(request.paths):
            control.report("Cutting out", index, len(request.paths))
            if index == self.stop_after:
                while not self.go.wait(0.01):
                    control.check()
            if path.name in self.failing:
                failures.append(CosegFailure(path, f"{path.name} is damaged."))
                continue
            found = self.found or usual
            made.append(found(index, path, request))
            on_picture(made[-1], np.zeros((*SIZE, 3), np.uint8))
        if self.error is not None:
            raise self.error
        groups = tuple(
            CosegGroup(number, sum(one.group == number for one in made), (("tabby", 0.5),))
            for number in range(1, self.groups + 1)
        )
        return CosegResult(
            tuple(made), tuple(failures), "Tiny", self.note, (("Cutting out", 1.25),), groups
        )


def usual(index: int, path: Path, request: CosegRequest) -> CosegPicture:
    """Return a rectangle that grows with the picture's number; the third one is an outlier."""
    parts = request.settings.parts
    if index == 2:
        return picture(path, Region(0, 0, np.zeros((0, 0), np.bool_)), is_outlier=True, parts=parts)
    sure = 0.2 if index == 1 else 0.8
    return picture(path, rectangle(10, 10, 10 + 5 * index, 20), confidence=sure, parts=parts)


def photos_in(folder: Path, count: int = 4) -> Path:
    """Make small pictures "1.png", "2.png", ..."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(5)
    for number in range(1, count + 1):
        pixels = rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


def masks_in(folder: Path, count: int = 4) -> Path:
    """Make true masks "1.png", ...: a rectangle of 20 x 20 pixels, but none for the last."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count):
        mask = np.zeros(SIZE, np.uint8)
        mask[10:30, 10:30] = 255
        Image.fromarray(mask).save(folder / f"{number}.png")
    return folder


def ready(kit: Kit, script: Script) -> CosegControl:
    """Open the workspace over sets that a test steers."""
    control = kit.window.cosegs
    control.runs.open_set = script.open
    control.networks.usable = tuple
    kit.trigger("workspace_coseg")
    kit.engine.tell(ModelsListed((card("efficientnet_lite0"), card("resnet18")), (CPU,)))
    QApplication.processEvents()
    return control


def taken(kit: Kit, qtbot: QtBot, folder: Path) -> CosegControl:
    """Take a folder in."""
    control = kit.window.cosegs
    count = len(list(folder.glob("*.png")))
    control.open(str(folder))
    qtbot.waitUntil(lambda: len(control.desk.collection) == count, timeout=WAIT_MS)
    return control


def answered(kit: Kit, qtbot: QtBot) -> CosegControl:
    """Work through the set, and wait until nothing is under way."""
    control = kit.window.cosegs
    kit.trigger("coseg_run")
    qtbot.waitUntil(lambda: control.desk.result is not None, timeout=WAIT_MS)
    rested(kit, qtbot)
    return control


def rested(kit: Kit, qtbot: QtBot) -> None:
    """Wait until nothing is under way."""
    control = kit.window.cosegs
    qtbot.waitUntil(lambda: not control.runs.is_busy, timeout=WAIT_MS)
    QApplication.processEvents()


def chosen(kit: Kit, qtbot: QtBot, place: int) -> None:
    """Look at a picture, and wait until it is on the screen."""
    control = kit.window.cosegs
    control.desk.go_to(place)
    qtbot.waitUntil(lambda: control.pictures.image is not None, timeout=WAIT_MS)
    QApplication.processEvents()
