"""Begin a training, or go on with one, from where torch is not loaded yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.jobs import JobControl
    from engine.values import EpochReport, GalleryPicture, TrainRequest, TrainResult

__all__ = ["start_training"]


def start_training(
    request: TrainRequest,
    control: JobControl,
    on_epoch: Callable[[EpochReport], None],
    on_gallery: Callable[[tuple[GalleryPicture, ...]], None],
    *,
    is_resumed: bool,
) -> TrainResult:
    """Train in this thread; see `engine.learn.training.train` and `resume`, also for errors."""
    from engine.learn import training  # noqa: PLC0415 - torch

    run = training.resume if is_resumed else training.train
    return run(request, control, on_epoch, on_gallery)
