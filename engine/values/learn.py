"""Training a segmentation network: what is asked for, and what is heard of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from engine.values.checks import require
from engine.values.models import DeviceRequest

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "Architecture",
    "ClassCount",
    "DataSummary",
    "EpochReport",
    "GalleryPicture",
    "PreviewTile",
    "SkipSwitches",
    "TrainRequest",
    "TrainResult",
    "TrainSettings",
    "Upsampling",
]

Architecture: TypeAlias = Literal["unet", "fcn8s", "fcn16s", "fcn32s", "lraspp", "deeplab"]
Upsampling: TypeAlias = Literal["nearest", "bilinear", "transposed"]
"""How a coarse map becomes a fine one; "transposed" is learnt, and begins as bilinear."""


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How a network is trained; the same settings and files give the same weights on a machine.

    Attributes
    ----------
    architecture
        What stands on the backbone.
    backbone
        A classifier of the registry, with its published weights.
    upsampling
        Of a U-Net; FCNs always have transposed convolutions, the others bilinear.
    epochs
        Rounds over all cached crops; fewer where `patience` ends it.
    patience
        Stop after so many epochs without a better mean IoU; 0 = never.
    crops
        Augmented crops that are made of each training photo.
    crop_px
        Height and width of a crop, a multiple of 32.
    window_px
        Height and width of what a step sees of a crop, another part each time; a multiple of 32.
        Of a smaller crop all is seen.
    long_side
        Of whole photos, when it is validated and when the model is used, in pixels.
    batch
        Crops a step.
    learning_rate, weight_decay
        Of AdamW; the rate is the peak of one cycle (Smith and Topin, 2018).
    dice
        Weight of the dice loss beside cross-entropy, 0 = none.
    background
        How far an unmarked pixel of a partly labelled photo is taken for background, in 0..1;
        at 0 it is only known not to be of a marked class.
    class_weight
        Classes weigh as their frequency to the power of minus this; 0 = all the same.
    unfrozen
        So many of the backbone's last stages are trained too; 0 = none.
    validation
        Share of the photos that is held out, above 0 and below 1.
    seed
        Of split, crops, order and initial weights.
    cache_gb
        The most that cached features may take on the disk; fewer crops are made where it is short.
    """

    architecture: Architecture = "unet"
    backbone: str = "efficientnet_lite0"
    upsampling: Upsampling = "bilinear"
    epochs: int = 24
    patience: int = 8
    crops: int = 8
    crop_px: int = 256
    window_px: int = 192
    long_side: int = 384
    batch: int = 16
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.05
    dice: float = 0.5
    background: float = 0.7
    class_weight: float = 0.25
    unfrozen: int = 0
    validation: float = 0.2
    seed: int = 0
    cache_gb: float = 6.0

    def __post_init__(self) -> None:
        _among(self, "architecture", get_args(Architecture))
        _among(self, "upsampling", get_args(Upsampling))
        for name in ("epochs", "crops"):
            _within(self, name, 1, math.inf)
        for name in ("patience", "unfrozen", "seed", "weight_decay", "dice"):
            _within(self, name, 0, math.inf)
        for name in ("background", "class_weight"):
            _within(self, name, 0, 1)
        for name in ("crop_px", "window_px", "long_side"):
            _within(self, name, 64, 2048)
            if getattr(self, name) % 32:
                raise ValueError(f"{name}: expected a multiple of 32, got {getattr(self, name)}")
        _within(self, "batch", 2, math.inf)
        for name in ("validation", "learning_rate", "cache_gb"):
            _within(self, name, 1e-6, 0.9 if name == "validation" else math.inf)


def _among(values: object, name: str, known: tuple[str, ...]) -> None:
    if getattr(values, name) not in known:
        raise ValueError(f"{name}: expected one of {known}, got {getattr(values, name)!r}")


def _within(values: object, name: str, least: float, most: float) -> None:
    if not least <= getattr(values, name) <= most:
        raise ValueError(f"{name}: expected {least}..{most}, got {getattr(values, name)}")


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """A training.

    Attributes
    ----------
    data
        Folder or file with pictures and their masks.
    out
        Folder for the model and its card; while it trains, also for checkpoint and cache.
    name
        Of the model's file, without suffix; empty = "model".
    format
        Of the masks, by the names of `engine.learn.readers`; "auto" = found out.
    settings
        How.
    device
        What it runs on; `threads` are those of the training.
    licence
        Of the data, for the card; empty = not known.
    """

    data: Path
    out: Path
    name: str = ""
    format: str = "auto"
    settings: TrainSettings = field(default_factory=TrainSettings)
    device: DeviceRequest = field(default_factory=DeviceRequest)
    licence: str = ""


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How much of a class there is.

    Attributes
    ----------
    id
        Its label; 0 = background.
    name
        For the person.
    photos
        In which it is marked.
    pixels
        Of it, in the masks at their own size.
    training_photos, validation_photos
        The same photos, by the side of the split that they fell on.
    """

    id: int
    name: str
    photos: int
    pixels: int
    training_photos: int
    validation_photos: int


@dataclass(frozen=True, slots=True)
class DataSummary:
    """What a data set holds.

    Attributes
    ----------
    path
        Where it is.
    format
        Name of the format that was read.
    classes
        Background first, then in order of id.
    photos
        With masks that can be used, in order; `training` and `validation` are the split of them.
    is_partial
        Whether only some classes are marked in some photos.
    ignored
        Share of the pixels that are marked as to be ignored, 0..1.
    skipped
        Photos that are left out, each with the sentence that says why.
    notes
        Sentences on what is odd: duplicates, a class with hardly a pixel.
    """

    path: Path
    format: str
    classes: tuple[ClassCount, ...]
    photos: tuple[Path, ...]
    training: tuple[Path, ...]
    validation: tuple[Path, ...]
    is_partial: bool
    ignored: float
    skipped: tuple[tuple[Path, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PreviewTile:
    """One crop as the network sees it.

    Attributes
    ----------
    path
        The photo.
    image : ndarray, (crop_px, crop_px, 3), uint8
        RGB, augmented; what lies outside the photo is grey.
    labels : ndarray, (crop_px, crop_px), uint8
        Ids, 0 = background, 255 = ignored.
    """

    path: Path
    image: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        require(self.image, 3, np.uint8, "PreviewTile.image")
        require(self.labels, 2, np.uint8, "PreviewTile.labels")


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What came of an epoch.

    Attributes
    ----------
    epoch
        From 1 on.
    epochs
        How many there will be at most.
    loss
        Mean over the epoch's crops.
    mean_iou
        On the validation photos, over the classes that are marked there, background included;
        0..1. A pixel of which the truth is not known counts nowhere.
    iou
        (name, IoU) of each class that is marked in the validation photos.
    accuracy
        Share of the validation pixels with the right label, 0..1.
    is_best
        Whether no epoch before was better.
    seconds
        That the epoch took, validation included.
    left_s
        That the rest will take, in seconds, if no epoch ends it earlier.
    """

    epoch: int
    epochs: int
    loss: float
    mean_iou: float
    iou: tuple[tuple[str, float], ...]
    accuracy: float
    is_best: bool
    seconds: float
    left_s: float


@dataclass(frozen=True, slots=True, eq=False)
class GalleryPicture:
    """A validation photo, and what the network says of it after an epoch.

    Attributes
    ----------
    path
        The photo.
    image : ndarray, (h, w, 3), uint8
        RGB, at the size the network is given.
    truth, found : ndarray, (h, w), uint8
        Ids, 0 = background; 255 in `truth` = ignored.
    """

    path: Path
    image: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    found: NDArray[np.uint8]

    def __post_init__(self) -> None:
        require(self.image, 3, np.uint8, "GalleryPicture.image")
        for name in ("truth", "found"):
            require(getattr(self, name), 2, np.uint8, f"GalleryPicture.{name}")


@dataclass(frozen=True, slots=True)
class TrainResult:
    """What a training leaves.

    Attributes
    ----------
    model
        The safetensors file; `registry.spec(str(model))` opens it.
    card
        The model card beside it, in Markdown; the same as JSON has the suffix ".json".
    best
        The epoch whose weights were kept.
    epochs
        All reports, in order, also of before a resume.
    stopped
        Why it ended, in a sentence.
    seconds
        That it took, cache included.
    """

    model: Path
    card: Path
    best: EpochReport
    epochs: tuple[EpochReport, ...]
    stopped: str
    seconds: float


@dataclass(frozen=True, slots=True)
class SkipSwitches:
    """Which connections of a decoder are on, and how it upsamples: to see what each does.

    Attributes
    ----------
    skips
        On or off, the coarsest (stride 16) first; a network with fewer skips looks at the first
        ones only. What is off gives zeros.
    upsampling
        None = as it was trained. Another than that shows what it does to the mask, no more: the
        weights were not trained with it.
    """

    skips: tuple[bool, ...] = (True, True, True)
    upsampling: Upsampling | None = None

    def __post_init__(self) -> None:
        if self.upsampling is not None:
            _among(self, "upsampling", get_args(Upsampling))
