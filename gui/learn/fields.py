"""The settings of a training as a person meets them: titles, tooltips with papers, bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui.actions import marked

if TYPE_CHECKING:
    from typing import Final

__all__ = ["ARCHITECTURES", "MAIN", "MORE", "UPSAMPLINGS", "NumberSpec", "translated"]


@dataclass(frozen=True, slots=True)
class NumberSpec:
    """A number of `TrainSettings`.

    Attributes
    ----------
    name
        Of its attribute.
    title, tip
        In English; translated in the context "Train".
    low, high, step
        What can be chosen.
    decimals
        0 = a whole number.
    unit
        Written after it.
    """

    name: str
    title: str
    tip: str
    low: float
    high: float
    step: float = 1
    decimals: int = 0
    unit: str = ""


def translated(text: str) -> str:
    """Return a text of these tables for the person."""
    return QCoreApplication.translate("Train", text)


_FCN: Final = marked(
    "Train",
    "Scores of each class at strides 32, 16 and 8 added up, scaled by transposed convolutions "
    "(Long et al., Fully Convolutional Networks, CVPR 2015)",
)

ARCHITECTURES: Final = (
    (
        "unet",
        "U-Net",
        marked(
            "Train",
            "Up step by step, at each beside what the backbone saw at that size: the skips "
            "(Ronneberger et al., U-Net, MICCAI 2015)",
        ),
    ),
    (
        "lraspp",
        "LR-ASPP",
        marked(
            "Train",
            "Small and fast: one gate by the whole picture, one skip (Howard et al., Searching "
            "for MobileNetV3, ICCV 2019)",
        ),
    ),
    (
        "deeplab",
        "DeepLabV3",
        marked(
            "Train",
            "Atrous convolutions of several rates side by side (Chen et al., Rethinking Atrous "
            "Convolution, 2017)",
        ),
    ),
    ("fcn8s", "FCN-8s", _FCN),
    (
        "fcn16s",
        "FCN-16s",
        marked("Train", "As FCN-8s, without the scores at stride 8 (Long et al., CVPR 2015)"),
    ),
    (
        "fcn32s",
        "FCN-32s",
        marked("Train", "The coarsest scores alone, without any skip (Long et al., CVPR 2015)"),
    ),
)
"""Name, title and what it is."""

UPSAMPLINGS: Final = (
    (
        "bilinear",
        marked("Train", "Bilinear"),
        marked("Train", "Smooth, nothing to learn"),
    ),
    (
        "nearest",
        marked("Train", "Nearest neighbour"),
        marked("Train", "Each cell four times; the convolution after it smooths"),
    ),
    (
        "transposed",
        marked("Train", "Transposed convolution"),
        marked(
            "Train",
            "Learnt, beginning as bilinear (Long et al., 2015; for its checkerboard: Odena et "
            "al., Deconvolution and Checkerboard Artifacts, 2016)",
        ),
    ),
)

MAIN: Final = (
    NumberSpec(
        "epochs", marked("Train", "Epochs"), marked("Train", "Rounds over all crops, at most"),
        1, 1000,
    ),
    NumberSpec(
        "patience",
        marked("Train", "Patience"),
        marked(
            "Train",
            "Stop after so many epochs without a better mean IoU; 0 = never (early stopping: "
            "Prechelt, 1998)",
        ),
        0, 1000,
    ),
    NumberSpec(
        "long_side",
        marked("Train", "Long side"),
        marked(
            "Train",
            "Of whole photos when the network is measured and used: larger is finer and slower",
        ),
        64, 2048, 32, unit=" px",
    ),
)  # fmt: skip

MORE: Final = (
    NumberSpec(
        "learning_rate",
        marked("Train", "Learning rate"),
        marked(
            "Train",
            "Peak of one cycle (Smith and Topin, Super-Convergence, 2018), of AdamW (Loshchilov "
            "and Hutter, 2019)",
        ),
        1e-6, 1.0, 5e-4, 5,
    ),
    NumberSpec(
        "weight_decay",
        marked("Train", "Weight decay"),
        marked("Train", "Of AdamW (Loshchilov and Hutter, 2019)"),
        0, 1, 0.01, 3,
    ),
    NumberSpec(
        "dice",
        marked("Train", "Dice loss"),
        marked(
            "Train",
            "Its weight beside cross-entropy; 0 = none (Milletari et al., V-Net, 2016)",
        ),
        0, 10, 0.1, 2,
    ),
    NumberSpec(
        "class_weight",
        marked("Train", "Rare classes"),
        marked(
            "Train", "Classes weigh as their frequency to the power of minus this; 0 = all alike"
        ),
        0, 1, 0.05, 2,
    ),
    NumberSpec(
        "background",
        marked("Train", "Unmarked is background"),
        marked(
            "Train",
            "In photos where not all classes are marked: how far an unmarked pixel is taken for "
            "background; at 0 it is only known not to be of a marked class",
        ),
        0, 1, 0.1, 2,
    ),
    NumberSpec(
        "unfrozen",
        marked("Train", "Stages trained too"),
        marked(
            "Train",
            "So many of the backbone's last stages learn as well; 0 = it stays as it is, and "
            "an epoch is fast (Yosinski et al., How Transferable Are Features, 2014)",
        ),
        0, 32,
    ),
    NumberSpec(
        "crops",
        marked("Train", "Crops a photo"),
        marked("Train", "Augmented crops that are made of each photo, once"),
        1, 256,
    ),
    NumberSpec(
        "crop_px",
        marked("Train", "Crop"),
        marked("Train", "Height and width of a crop, a multiple of 32"),
        64, 2048, 32, unit=" px",
    ),
    NumberSpec(
        "window_px",
        marked("Train", "Seen of a crop"),
        marked("Train", "What a step sees of a crop, another part each time; a multiple of 32"),
        64, 2048, 32, unit=" px",
    ),
    NumberSpec(
        "batch", marked("Train", "Batch"), marked("Train", "Crops a step"), 2, 512,
    ),
    NumberSpec(
        "validation",
        marked("Train", "Held out"),
        marked(
            "Train",
            "Share of the photos that the network never learns from and is measured on; the same "
            "picture never stands on both sides",
        ),
        0.05, 0.9, 0.05, 2,
    ),
    NumberSpec(
        "seed",
        marked("Train", "Seed"),
        marked("Train", "Of split, crops, order and first weights: the same gives the same"),
        0, 999_999,
    ),
    NumberSpec(
        "cache_gb",
        marked("Train", "Cache"),
        marked("Train", "The most that the backbone's answers may take on the disk meanwhile"),
        0.1, 1000, 1, 1, " GB",
    ),
)  # fmt: skip
"""What hardly anybody changes."""
