"""A training from a folder of photos to a model: gathered, learnt, measured, written."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch

from engine import device as devices
from engine.errors import ExportError, ModelError
from engine.learn import checkpoint, readers
from engine.learn.card import write_card
from engine.learn.dataset import look_through
from engine.learn.description import Description
from engine.learn.frozen import Frozen
from engine.learn.loop import Learner, class_weights
from engine.learn.material import gather
from engine.learn.model_file import save_model
from engine.learn.networks.build import make_decoder
from engine.learn.networks.encoder import encoder_of, stages_of
from engine.models import loading, registry
from engine.sources.decode import read_picture
from engine.values import EpochReport, GalleryPicture, TrainResult, WeightsChoice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.jobs import JobControl
    from engine.learn.data import Dataset
    from engine.learn.dataset import Survey
    from engine.values import TrainRequest, TrainSettings

__all__ = ["WORK_FOLDER", "resume", "train"]

_logger = logging.getLogger(__name__)

WORK_FOLDER = ".training"
"""Below the folder of the model: checkpoint and cache, while it trains."""
_GALLERY = 6
_SEED_OFFSET = 77


def train(
    request: TrainRequest,
    control: JobControl,
    on_epoch: Callable[[EpochReport], None] = lambda _: None,
    on_gallery: Callable[[tuple[GalleryPicture, ...]], None] = lambda _: None,
    *,
    is_resumed: bool = False,
) -> TrainResult:
    """Train a segmentation network on a frozen backbone.

    Parameters
    ----------
    request
        What, on what, and where to.
    control
        Hears of each step: "Reading the photos", "Looking at the photos", "Epoch 3 of 24"; may
        pause and cancel at any of them.
    on_epoch
        Called after each epoch, in this thread.
    on_gallery
        Likewise, with a few validation photos as the network labels them now; first with epoch 0,
        before anything is learnt.
    is_resumed
        Go on from the last whole epoch of a training that was cancelled or killed; what comes is
        the same as if it had not been. Where there is none it begins.

    Raises
    ------
    DataError
        Nothing can be learnt from the data.
    ModelError
        There is no such backbone, or it cannot be one.
    ExportError
        The folder cannot be written to, or has a model of this name already.
    CancelledError
        `control` was cancelled; the folder keeps what `resume` needs.
    """
    dataset = readers.read(request.data, request.format)
    return train_on(dataset, request, control, (on_epoch, on_gallery), is_resumed=is_resumed)


def resume(
    request: TrainRequest,
    control: JobControl,
    on_epoch: Callable[[EpochReport], None] = lambda _: None,
    on_gallery: Callable[[tuple[GalleryPicture, ...]], None] = lambda _: None,
) -> TrainResult:
    """Go on with a training that was cancelled or killed; see `train`.

    The reports of the epochs before are told again first.

    Raises
    ------
    ModelError
        There is nothing to go on with, or it was another training: its settings, photos or masks
        differ.
    """
    if not (request.out / WORK_FOLDER / checkpoint.FILE).is_file():
        raise ModelError(
            f"“{request.out}” has no training to go on with; start one, or check the folder."
        )
    return train(request, control, on_epoch, on_gallery, is_resumed=True)


def train_on(
    dataset: Dataset,
    request: TrainRequest,
    control: JobControl,
    listeners: tuple[Callable[[EpochReport], None], Callable[[tuple[GalleryPicture, ...]], None]],
    *,
    is_resumed: bool = False,
) -> TrainResult:
    """Train on a set that has been read; see `train`."""
    start = time.perf_counter()
    stages_of(registry.spec(request.settings.backbone).name)  # before anything is read or written
    target = _target(request, is_resumed=is_resumed)
    placement = devices.choose(dataclasses.replace(request.device, is_half=True))
    threads = torch.get_num_threads()
    devices.apply_threads(placement.threads)
    try:
        survey = look_through(dataset, request.settings, control)
        learner, description = _made(survey, request, placement, control)
        run = _Run(survey, learner, request.settings, listeners)
        work = target.parent / WORK_FOLDER
        stopped = run.all_epochs(work / checkpoint.FILE, control, is_resumed=is_resumed)
        result = _written(run, description, request, target, (stopped, start))
    finally:
        torch.set_num_threads(threads)
        _sweep(request.out)
    shutil.rmtree(work, ignore_errors=True)
    return result


def _sweep(out: Path) -> None:
    """Remove the folders that were made for nothing: those that are empty."""
    for folder in (out / WORK_FOLDER / "features", out / WORK_FOLDER, out):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _target(request: TrainRequest, *, is_resumed: bool) -> Path:
    """Return the model's file, in a folder that is there."""
    target = request.out / f"{request.name or 'model'}.safetensors"
    try:
        (request.out / WORK_FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"The folder “{request.out}” cannot be made; choose another one."
        ) from error
    if target.exists() and not is_resumed:
        raise ExportError(f"“{target}” exists already; choose another name or folder.")
    return target


def _made(
    survey: Survey, request: TrainRequest, placement: devices.Placement, control: JobControl
) -> tuple[Learner, Description]:
    settings = request.settings
    loaded = loading.load(settings.backbone, WeightsChoice.PUBLISHED, control)
    encoder = encoder_of(settings.backbone, loaded.module).eval().to(placement.device)
    encoder.requires_grad_(requires_grad=False)
    cut = encoder.cut(settings.unfrozen)
    names = survey.dataset.names
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed + _SEED_OFFSET)
        decoder = make_decoder(
            settings.architecture, encoder.channels, len(names), settings.upsampling
        )
    decoder.to(placement.device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # mypy does not know it
    base = loaded.spec.preprocessing
    frozen = Frozen(encoder, base, cut, placement.device, placement.threads)
    work = request.out / WORK_FOLDER / "features"
    material = gather(survey, frozen, settings, work, control)
    groups = [{"params": list(decoder.parameters())}]
    if settings.unfrozen:
        stages = [encoder.get_submodule(name) for name in encoder.chain[cut:]]
        thawed = [it for stage in stages for it in stage.parameters()]
        for it in thawed:
            it.requires_grad = True
        groups.append({"params": thawed})
    weights = class_weights(survey.frequencies(), settings.class_weight)
    learner = Learner(
        encoder=encoder,
        decoder=decoder,
        cut=cut,
        is_thawed=settings.unfrozen > 0,
        settings=settings,
        dataset=survey.dataset,
        material=material,
        weight=torch.from_numpy(weights).to(placement.device),
        device=placement.device,
        dtype=torch.bfloat16 if placement.autocast_dtype is not None else None,
        optimizer=torch.optim.AdamW(
            groups, lr=settings.learning_rate, weight_decay=settings.weight_decay
        ),
    )
    return learner, Description(
        architecture=settings.architecture,
        backbone=settings.backbone,
        upsampling=settings.upsampling,
        names=names,
        long_side=settings.long_side,
    )


@dataclass(slots=True, eq=False)
class _Run:
    """The epochs of a training."""

    survey: Survey
    learner: Learner
    settings: TrainSettings
    listeners: tuple[Callable[[EpochReport], None], Callable[[tuple[GalleryPicture, ...]], None]]
    reports: list[EpochReport] = field(default_factory=list)
    best: dict[str, Any] = field(default_factory=dict)
    gallery: dict[int, NDArray[np.uint8]] = field(default_factory=dict)

    def all_epochs(self, file: Path, control: JobControl, *, is_resumed: bool) -> str:
        """Learn until the end; return why it is the end."""
        self._choose_gallery()
        if is_resumed and file.is_file():
            self._take_up(file)
        else:
            self.listeners[1](self._measure(control)[3])
        sentence = self._reason_to_stop()
        while not sentence:
            self._one_epoch(file, control)
            sentence = self._reason_to_stop()
        return sentence

    @property
    def best_report(self) -> EpochReport:
        """The epoch whose weights are kept: the last one that was better than all before."""
        return next(one for one in reversed(self.reports) if one.is_best)

    def _one_epoch(self, file: Path, control: JobControl) -> None:
        start = time.perf_counter()
        number = len(self.reports)
        loss = self.learner.epoch(number, control)
        if not np.isfinite(loss):
            raise ModelError(
                "The training ran away: its loss is no number any more; choose a smaller learning "
                "rate."
            )
        mean_iou, iou, accuracy, shown = self._measure(control)
        is_best = all(mean_iou > one.mean_iou for one in self.reports)
        seconds = time.perf_counter() - start
        report = EpochReport(
            epoch=number + 1,
            epochs=self.settings.epochs,
            loss=loss,
            mean_iou=mean_iou,
            iou=iou,
            accuracy=accuracy,
            is_best=is_best,
            seconds=seconds,
            left_s=seconds * (self.settings.epochs - number - 1),
        )
        self.reports.append(report)
        if is_best:
            self.best = self.learner.state()
        key = checkpoint.key_of(self.survey, self.settings)
        checkpoint.save(file, key, self.learner, self.reports, self.best)
        self.listeners[0](report)
        self.listeners[1](shown)

    def _take_up(self, file: Path) -> None:
        key = checkpoint.key_of(self.survey, self.settings)
        self.reports, self.best = checkpoint.load(file, key, self.learner)
        for report in self.reports:
            self.listeners[0](report)

    def _reason_to_stop(self) -> str:
        done, patience = len(self.reports), self.settings.patience
        if done >= self.settings.epochs:
            return f"Finished: {done} epochs."
        if done and patience and done - self.best_report.epoch >= patience:
            return f"Stopped: no better for {patience} epochs."
        return ""

    def _choose_gallery(self) -> None:
        """Keep a few photos to show: as many classes as possible among them."""
        left = list(enumerate(self.learner.material.held_out))
        seen: set[int] = set()
        while left and len(self.gallery) < _GALLERY:
            gains = [len(set(np.unique(it.labels).tolist()) - seen) for _, it in left]
            place, photo = left.pop(int(np.argmax(gains)))
            seen |= set(np.unique(photo.labels).tolist())
            height, width = photo.labels.shape
            image = read_picture(photo.sample.picture)
            self.gallery[place] = np.asarray(
                cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8
            )

    def _measure(
        self, control: JobControl
    ) -> tuple[float, tuple[tuple[str, float], ...], float, tuple[GalleryPicture, ...]]:
        shown: list[GalleryPicture] = []

        def shower(place: int) -> Callable[[NDArray[np.uint8]], None]:
            photo = self.learner.material.held_out[place]
            picture, image = photo.sample.picture, self.gallery[place]
            return lambda found: shown.append(GalleryPicture(picture, image, photo.labels, found))

        wanted = {place: shower(place) for place in self.gallery}
        confusion = self.learner.validate(control, wanted)
        return confusion.mean_iou, confusion.iou(), confusion.accuracy, tuple(shown)


def _written(
    run: _Run,
    description: Description,
    request: TrainRequest,
    target: Path,
    end: tuple[str, float],
) -> TrainResult:
    """Write the best weights and their card."""
    stopped, start = end
    run.learner.load(run.best)
    save_model(target, run.best, description)
    seconds = time.perf_counter() - start
    told = (tuple(run.reports), stopped, seconds)
    card = write_card(target, description, request, run.survey, told)
    return TrainResult(target, card, run.best_report, tuple(run.reports), stopped, seconds)
