"""Average precision and recall of objects, as COCO measures them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine.errors import EngineError
from engine.evaluate.annotations import fold, quiet
from engine.export.masks.rle import counts_of, to_text
from engine.values import Instances

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.evaluate.annotations import Annotated
    from engine.values import Segmentation

__all__ = ["InstanceScores", "average_precision"]

_NAMES = (
    "ap", "ap50", "ap75", "ap_small", "ap_medium", "ap_large", "ar1", "ar10", "ar100",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class InstanceScores:
    """What COCO's evaluation says, in 0..1; None where there was nothing to judge by.

    Attributes
    ----------
    ap
        Average precision, mean over IoU .50 to .95.
    ap50, ap75
        At these IoU alone.
    ap_small, ap_medium, ap_large
        Of objects below 32 x 32 pixels, below 96 x 96, and above.
    ar1, ar10, ar100
        Average recall with so many objects a picture.
    by_category
        Name and AP of each annotated category.
    pictures, objects
        How many were judged, and how many objects the network gave.
    unknown
        Names of the network's categories that the annotations do not have; their objects do not
        count.
    """

    ap: float | None
    ap50: float | None
    ap75: float | None
    ap_small: float | None
    ap_medium: float | None
    ap_large: float | None
    ar1: float | None
    ar10: float | None
    ar100: float | None
    by_category: tuple[tuple[str, float], ...]
    pictures: int
    objects: int
    unknown: tuple[str, ...] = ()


def average_precision(
    predictions: Iterable[tuple[int, Segmentation]],
    annotated: Annotated,
    kind: Literal["segm", "bbox"] = "segm",
) -> InstanceScores:
    """Measure objects against annotations, by COCO's own code.

    Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014. Categories are matched by
    their names. Only pictures that come are judged; of each, the 100 most certain objects.

    Parameters
    ----------
    predictions
        The id of a picture in the annotations, and what was found in it. One after the other:
        masks are kept as run lengths alone.
    annotated
        From `open_annotations`.
    kind
        Whether masks are compared, or the smallest boxes around them.

    Raises
    ------
    EngineError
        Nothing came, a picture is not annotated, or what was found is a label map.
    """
    judged: list[int] = []
    unknown: set[str] = set()
    results: list[dict[str, Any]] = []
    for picture, found in predictions:
        if picture not in annotated.pictures:
            raise EngineError(f"The annotations have no picture with the id {picture}.")
        if not isinstance(found, Instances):
            raise EngineError(
                "A label map has no objects to count; measure it against label pictures."
            )
        judged.append(picture)
        results += _results(picture, found, annotated, unknown)
    if not judged:
        raise EngineError("There is no picture to measure; check the folder of pictures.")
    stats, by_category = _evaluate(annotated, results, judged, kind)
    numbers = {name: _or_none(value) for name, value in zip(_NAMES, stats, strict=True)}
    return InstanceScores(
        **numbers,
        by_category=by_category,
        pictures=len(judged),
        objects=len(results),
        unknown=tuple(sorted(unknown)),
    )


def _results(
    picture: int, found: Instances, annotated: Annotated, unknown: set[str]
) -> Iterator[dict[str, Any]]:
    names = {category.id: category.name for category in found.categories}
    for item in found.items:
        number = annotated.categories.get(fold(names[item.category]))
        if number is None:
            unknown.add(names[item.category])
        elif item.region.pixels.size:
            counts = to_text(counts_of(item.region, found.size))
            yield {
                "image_id": picture,
                "category_id": number,
                "score": item.score,
                "segmentation": {"size": list(found.size), "counts": counts},
            }


def _evaluate(
    annotated: Annotated, results: list[dict[str, Any]], judged: list[int], kind: str
) -> tuple[list[float], tuple[tuple[str, float], ...]]:
    from pycocotools.coco import COCO  # noqa: PLC0415 - an extra
    from pycocotools.cocoeval import COCOeval  # noqa: PLC0415 - as above

    with quiet():
        if results:
            loaded = annotated.coco.loadRes(results)
        else:
            loaded = COCO()
            loaded.dataset = {**annotated.coco.dataset, "annotations": []}
            loaded.createIndex()
        evaluation = COCOeval(annotated.coco, loaded, kind)
        evaluation.params.imgIds = sorted(set(judged))
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    names = {it["id"]: it["name"] for it in annotated.coco.dataset["categories"]}
    by_category = []
    for place, number in enumerate(evaluation.params.catIds):
        values = precision[:, :, place]
        if (values > -1).any():
            by_category.append((names[number], float(np.mean(values[values > -1]))))
    return evaluation.stats[: len(_NAMES)].tolist(), tuple(by_category)


def _or_none(value: float) -> float | None:
    return value if value >= 0 else None
