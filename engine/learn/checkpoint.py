"""What a training needs to go on as if nothing had happened."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

import torch

from engine.errors import ModelError
from engine.export.atomic import atomic_path
from engine.values import EpochReport

if TYPE_CHECKING:
    from pathlib import Path

    from engine.learn.dataset import Survey
    from engine.learn.loop import Learner
    from engine.values import TrainSettings

__all__ = ["FILE", "key_of", "load", "save"]

FILE = "checkpoint.pt"


def key_of(survey: Survey, settings: TrainSettings) -> str:
    """Return a checksum of what a training is: its settings, photos, masks and split."""
    told = (
        dataclasses.asdict(settings), survey.dataset.names, survey.digests, survey.is_held_out,
        survey.pixels.tolist(),
    )  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def save(
    path: Path, key: str, learner: Learner, reports: list[EpochReport], best: dict[str, Any]
) -> None:
    """Write the state after an epoch, whole or not at all.

    Raises
    ------
    ExportError
        It cannot be written.
    """
    content = {
        "key": key,
        "weights": learner.state(),
        "optimizer": learner.optimizer.state_dict(),
        "reports": [dataclasses.asdict(one) for one in reports],
        "best": best,
    }
    with atomic_path(path, overwrite=True) as part:
        torch.save(content, part)


def load(path: Path, key: str, learner: Learner) -> tuple[list[EpochReport], dict[str, Any]]:
    """Put the state back, and return the reports so far and the best weights.

    Raises
    ------
    ModelError
        It is damaged, or that of another training.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        if content["key"] == key:
            learner.load(content["weights"])
            learner.optimizer.load_state_dict(content["optimizer"])
            reports = [_report(one) for one in content["reports"]]
            return reports, content["best"]
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, EOFError,
            pickle.UnpicklingError, zipfile.BadZipFile) as error:  # fmt: skip
        raise ModelError(
            f"The checkpoint “{path}” is damaged; delete its folder and train anew."
        ) from error
    raise ModelError(
        "What was begun here was another training: its settings, photos or masks differ; choose "
        f"another folder, or delete “{path.parent}” and train anew."
    )


def _report(fields: dict[str, Any]) -> EpochReport:
    iou = tuple((str(name), float(value)) for name, value in fields["iou"])
    return EpochReport(**fields | {"iou": iou})
