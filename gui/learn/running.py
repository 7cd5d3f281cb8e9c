"""Sets that are looked at and trainings that run, in threads of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from engine.mailbox import Inbox, Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.jobs import JobControl, Progress
    from engine.values import (
        DataSummary,
        EpochReport,
        GalleryPicture,
        PreviewTile,
        TrainRequest,
        TrainResult,
        TrainSettings,
    )

    Gallery = tuple[GalleryPicture, ...]

__all__ = ["RunTraining", "SetLook", "TrainEngine", "TrainWatch", "has_checkpoint", "run_training"]

TILES = 12
"""Crops in a preview."""
_OWN_FORMAT = "layerscope"
_WORK_FOLDER = ".training"
_CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True, eq=False)
class SetLook:
    """A set that was looked through.

    Attributes
    ----------
    summary
        What it holds.
    tiles
        Crops of it as the network sees them.
    is_own
        Whether its masks were made by a network or by co-segmentation, and exported from here.
    """

    summary: DataSummary
    tiles: tuple[PreviewTile, ...]
    is_own: bool = False


class RunTraining(Protocol):
    """Trains; see `engine.learn.training.train`."""

    def __call__(
        self,
        request: TrainRequest,
        control: JobControl,
        on_epoch: Callable[[EpochReport], None],
        on_gallery: Callable[[Gallery], None],
        *,
        is_resumed: bool,
    ) -> TrainResult:
        """Do it."""


def run_training(
    request: TrainRequest,
    control: JobControl,
    on_epoch: Callable[[EpochReport], None],
    on_gallery: Callable[[Gallery], None],
    *,
    is_resumed: bool,
) -> TrainResult:
    """Train with the engine; see `engine.learn.start` for what it raises."""
    from engine.learn.start import start_training  # noqa: PLC0415 - off the GUI thread

    return start_training(request, control, on_epoch, on_gallery, is_resumed=is_resumed)


def look_through(
    path: Path, form: str, settings: TrainSettings, seed: int, control: JobControl
) -> SetLook:
    """Read a set and cut crops out of it; see `engine.learn.dataset` for what it raises."""
    from engine.learn import dataset  # noqa: PLC0415 - brings OpenCV, off the GUI thread

    summary = dataset.read_dataset(path, form, settings, control)
    control.check()
    tiles = dataset.preview(path, TILES, settings, format=form, seed=seed)
    return SetLook(summary, tiles, summary.format == _OWN_FORMAT or is_own_export(path))


def cut_crops(path: Path, form: str, settings: TrainSettings, seed: int) -> tuple[PreviewTile, ...]:
    """Cut other crops; see `engine.learn.dataset.preview`."""
    from engine.learn import dataset  # noqa: PLC0415 - as above

    return dataset.preview(path, TILES, settings, format=form, seed=seed)


def format_names() -> tuple[str, ...]:
    """Return the names of the formats that can be read."""
    from engine.learn import readers  # noqa: PLC0415 - as above

    return readers.names()


@dataclass(frozen=True, slots=True)
class TrainEngine:
    """What the window asks of the engine beside its thread; tests give their own.

    Attributes
    ----------
    look, crops, formats, run
        See the functions of this module.
    """

    look: Callable[[Path, str, TrainSettings, int, JobControl], SetLook] = look_through
    crops: Callable[[Path, str, TrainSettings, int], tuple[PreviewTile, ...]] = cut_crops
    formats: Callable[[], tuple[str, ...]] = format_names
    run: RunTraining = run_training


def is_own_export(path: Path) -> bool:
    """Tell whether masks were written by Layerscope itself: they are a network's, not a person's.

    Its exports leave a folder `.layerscope` or a manifest `export.json`.
    """
    folder = path if path.is_dir() else path.parent
    return any(
        (place / mark).exists()
        for place in (folder, folder.parent)
        for mark in (".layerscope", "export.json")
    )


def has_checkpoint(folder: Path) -> bool:
    """Tell whether a training was stopped in a folder and can be gone on with."""
    try:
        return (folder / _WORK_FOLDER / _CHECKPOINT).is_file()
    except OSError:
        return False


class TrainWatch:
    """Keeps what a training tells until somebody looks: the newest stage, all epochs.

    The training's thread tells it; the GUI thread takes.

    Attributes
    ----------
    stages
        How far it is.
    """

    def __init__(self) -> None:
        self.stages: Mailbox[Progress] = Mailbox()
        self._told: Inbox[EpochReport | Gallery] = Inbox()

    def take_epoch(self, report: EpochReport) -> None:
        """Hear of an epoch."""
        self._told.put(report)

    def take_gallery(self, pictures: Gallery) -> None:
        """Hear of the validation photos."""
        self._told.put(pictures)

    def told(self) -> list[EpochReport | Gallery]:
        """Return what came since this was asked last, in order."""
        return self._told.take_all()
