"""Intersection over union of label maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import EngineError
from engine.evaluate.annotations import fold
from engine.export.masks.pieces import category_map
from engine.values import BACKGROUND, VOID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from engine.values import Segmentation

__all__ = ["VOC_NAMES", "LabelScores", "mean_iou"]

VOC_NAMES = (
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train",
    "tvmonitor",
)  # fmt: skip
"""What the labels 1 to 20 of PASCAL VOC's pictures stand for."""

_SAME = {
    "airplane": "aeroplane", "motorcycle": "motorbike", "dining table": "diningtable",
    "potted plant": "pottedplant", "couch": "sofa", "tv": "tvmonitor",
}  # fmt: skip
"""COCO's names for VOC's categories."""


@dataclass(frozen=True, slots=True)
class LabelScores:
    """How well label maps agree, in 0..1.

    Attributes
    ----------
    mean_iou
        Mean over the categories that the truth has, background included.
    accuracy
        Share of the pixels with the right label.
    by_category
        Name and IoU of each category that the truth has.
    pictures
        How many were compared.
    unknown
        Names of the network's categories that the truth does not know; their pixels count as
        background.
    """

    mean_iou: float
    accuracy: float
    by_category: tuple[tuple[str, float], ...]
    pictures: int
    unknown: tuple[str, ...] = ()


def mean_iou(
    pairs: Iterable[tuple[Segmentation, NDArray[np.uint8] | NDArray[np.uint16]]],
    names: Mapping[int, str],
) -> LabelScores:
    """Measure segmentations against label pictures.

    Everingham et al., "The PASCAL Visual Object Classes Challenge", IJCV 2010: pixels of all
    pictures are counted together, and void counts nowhere. Categories are matched by their names,
    COCO's with VOC's; of objects that overlap, the more certain one counts.

    Parameters
    ----------
    pairs
        What was found in a picture, and the truth: (H, W) ids, 0 = background, 255 = void.
    names
        What the ids of the truth stand for.

    Raises
    ------
    EngineError
        Nothing came, or sizes differ.
    """
    known = {_same(name): number for number, name in names.items()}
    largest = max(names, default=0)
    counts = np.zeros((largest + 1, largest + 1), np.int64)
    unknown: set[str] = set()
    pictures = 0
    for found, truth in pairs:
        pictures += 1
        if found.size != truth.shape:
            raise EngineError(
                f"A label picture is of {truth.shape[1]} x {truth.shape[0]} pixels, its photo of "
                f"{found.size[1]} x {found.size[0]}; they have to be the same."
            )
        labels = _translated(found, known, unknown)
        is_judged = (truth != VOID) & (truth <= largest)
        places = truth[is_judged].astype(np.int64) * (largest + 1) + labels[is_judged]
        counts += np.bincount(places, minlength=counts.size).reshape(counts.shape)
    if not pictures:
        raise EngineError("There is no picture to measure; check both folders.")
    return _scores(counts, names, pictures, unknown)


def _scores(
    counts: NDArray[np.int64], names: Mapping[int, str], pictures: int, unknown: set[str]
) -> LabelScores:
    right = np.diag(counts)
    union = counts.sum(axis=0) + counts.sum(axis=1) - right
    there = np.flatnonzero(counts.sum(axis=1))
    titles = {BACKGROUND: "background", **names}
    by_category = tuple((titles.get(int(k), str(k)), float(right[k] / union[k])) for k in there)
    mean = sum(value for _, value in by_category) / max(1, len(by_category))
    accuracy = float(right.sum() / max(1, int(counts.sum())))
    return LabelScores(mean, accuracy, by_category, pictures, tuple(sorted(unknown)))


def _translated(found: Segmentation, known: dict[str, int], unknown: set[str]) -> NDArray[np.int64]:
    """Return the truth's ids for a network's labels."""
    table = np.zeros(1 << 16, np.int64)
    labels = category_map(found)
    there = set(np.unique(labels).tolist())
    for category in found.categories:
        number = known.get(_same(category.name))
        if number is not None:
            table[category.id] = number
        elif category.id in there:
            unknown.add(category.name)
    return np.asarray(table[labels], np.int64)


def _same(name: str) -> str:
    folded = fold(name)
    return _SAME.get(folded, folded).replace(" ", "")
