"""What a batch is asked for, and what it came to. No torch is needed to say it."""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.values import DeviceRequest, OverlayStyle, SegmentSettings, WeightsChoice

__all__ = ["BatchReport", "BatchRequest", "plain"]


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """Pictures to segment, and what to write of them.

    Attributes
    ----------
    inputs
        Files, folders and patterns; see `engine.batch.inputs.collect`.
    output
        Where files go; None = nothing is written.
    task
        Which kind of network, where `model` is empty.
    model
        Name of the network; empty = the task's default.
    settings
        Which of its answers count.
    classes
        Names of the categories that count; empty = those of `settings`.
    formats
        Names of export formats.
    style
        Colours, and how overlays are drawn.
    device, weights
        Where and how the network runs.
    workers
        Threads that read ahead.
    is_resumed
        Go on with the run that the folder holds.
    is_anew
        Begin anew in a folder that holds files already; they are replaced.
    """

    inputs: tuple[str, ...]
    output: Path | None = None
    task: Literal["instance", "semantic"] = "instance"
    model: str = ""
    settings: SegmentSettings = field(default_factory=SegmentSettings)
    classes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("overlay", "coco")
    style: OverlayStyle = field(default_factory=OverlayStyle)
    device: DeviceRequest = field(default_factory=DeviceRequest)
    weights: WeightsChoice = WeightsChoice.PUBLISHED
    workers: int = 2
    is_resumed: bool = False
    is_anew: bool = False

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ValueError(f"workers: expected 1 or more, got {self.workers}")
        if not self.inputs:
            raise ValueError("inputs: expected at least one")


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What a batch came to.

    Attributes
    ----------
    done
        Pictures and videos that have all their files, those of earlier runs too.
    before
        How many of them an earlier run had done.
    failed
        Name and sentence of each that could not be done.
    files
        How many files were written by this run.
    seconds
        How long this run took.
    output
        Where the files are; None where nothing was written.
    notes
        Name and sentence of each that was done, but not as it should be: a video that ended early.
    """

    done: int
    before: int
    failed: tuple[tuple[str, str], ...]
    files: int
    seconds: float
    output: Path | None
    notes: tuple[tuple[str, str], ...] = ()


def plain(value: object) -> Any:
    """Return dataclasses, sets, enums and paths as JSON has them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    return value
