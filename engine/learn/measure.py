"""The shipped network measured on the photos that were held out, at their own size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from engine.learn.classes import NAMES, STUFF, VOC
from engine.learn.data import CERTAIN
from engine.learn.scores import Confusion
from engine.sources.decode import read_picture
from engine.values import BACKGROUND, LabelMap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.jobs import JobControl
    from engine.learn.data import Sample
    from engine.learn.dataset import Survey
    from engine.values import Segmentation

__all__ = ["measured", "set_of"]

_PERSON = NAMES.index("person")
_SETS = ("pascal_coseg", "msrc", "coco_instances")


class _CanSegment(Protocol):
    def segment(self, image: NDArray[np.uint8]) -> Segmentation: ...


def set_of(sample: Sample) -> str:
    """Return which of the three sets a photo is of."""
    return next(name for name in _SETS if name in sample.picture.parts)


@dataclass(slots=True, eq=False)
class _Counts:
    """What is counted over the held-out photos.

    Attributes
    ----------
    raw, clean
        Over PASCAL VOC's 21 on `pascal_coseg`, where stuff is background. Raw: a pixel without a
        mark is background. Clean: where a class is found on one that is not marked in this photo,
        nobody knows, and it counts nowhere.
    msrc
        Over all classes on `msrc`.
    person
        Right, marked and found pixels of persons, by set.
    """

    raw: Confusion = field(default_factory=lambda: Confusion.of(("background", *VOC)))
    clean: Confusion = field(default_factory=lambda: Confusion.of(("background", *VOC)))
    msrc: Confusion = field(default_factory=lambda: Confusion.of(NAMES))
    person: dict[str, NDArray[np.int64]] = field(
        default_factory=lambda: {name: np.zeros(3, np.int64) for name in _SETS[1:]}
    )

    def add(self, sample: Sample, truth: NDArray[np.uint8], found: NDArray[np.uint8]) -> None:
        """Count a photo."""
        only = np.arange(len(NAMES)) == BACKGROUND
        name = set_of(sample)
        if name == "pascal_coseg":
            things = np.where(np.isin(found, list(STUFF)), BACKGROUND, found).astype(np.uint8)
            some = only[: len(VOC) + 1]
            possible = np.ones_like(some)
            possible[[one for one in sample.annotated if one < len(some)]] = False
            self.raw.add(truth, things, some, some)
            self.clean.add(truth, things, some, possible)
            return
        if name == "msrc":
            self.msrc.add(truth, found, only, only)
        is_known = truth <= CERTAIN
        is_person, is_found = truth == _PERSON, (found == _PERSON) & is_known
        self.person[name] += [
            int((is_person & is_found).sum()), int(is_person.sum()), int(is_found.sum()),
        ]  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """Return the figures, rounded."""
        both = np.sum(list(self.person.values()), axis=0)
        return {
            "voc21_mean_iou_raw": round(self.raw.mean_iou, 4),
            "voc21_mean_iou_unlabelled_ignored": round(self.clean.mean_iou, 4),
            "voc21_accuracy_raw": round(self.raw.accuracy, 4),
            "voc21_accuracy_unlabelled_ignored": round(self.clean.accuracy, 4),
            "person_iou_coco_and_msrc": round(_iou(both), 4),
            "person_iou_coco": round(_iou(self.person["coco_instances"]), 4),
            "person_iou_msrc": round(_iou(self.person["msrc"]), 4),
            "msrc_pixel_accuracy": round(self.msrc.accuracy, 4),
            "msrc_mean_iou": round(self.msrc.mean_iou, 4),
            "voc21_iou_raw": {name: round(value, 3) for name, value in self.raw.iou()},
            "voc21_iou_unlabelled_ignored": {
                name: round(value, 3) for name, value in self.clean.iou()
            },
            "msrc_iou": {name: round(value, 3) for name, value in self.msrc.iou()},
        }


def measured(network: _CanSegment, survey: Survey, control: JobControl) -> dict[str, Any]:
    """Segment each held-out photo as a person would, and count; see `_Counts`.

    Parameters
    ----------
    network
        Ready for pictures.
    survey
        Of `engine.learn.shipped.shipped_dataset`.
    control
        Hears how far it is.
    """
    counts = _Counts()
    samples = survey.validation
    for place, sample in enumerate(samples):
        control.report("Measuring", place, len(samples))
        image = read_picture(sample.picture)
        found = cast("LabelMap", network.segment(image)).labels
        counts.add(sample, sample.truth.read(image.shape[:2]), found.astype(np.uint8))
    return counts.facts()


def _iou(counts: NDArray[np.int64]) -> float:
    right, marked, found = counts.tolist()
    return float(right / max(1, marked + found - right))
