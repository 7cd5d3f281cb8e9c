"""`layerscope evaluate`: how good a network's masks are, against annotations."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli_console import OK, Console, Subcommand, UsageError, chosen_model
from engine.cli_coseg import add_coseg_options, evaluate_groups
from engine.values import DeviceRequest, SegmentSettings, WeightsChoice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from engine.evaluate.average_precision import InstanceScores
    from engine.evaluate.folders import CanSegment
    from engine.evaluate.mean_iou import LabelScores
    from engine.jobs import JobControl
    from engine.models.spec import Task

__all__ = ["EVALUATE"]

_LEAST_SCORE = 0.001
"""Average precision is an area: objects that nobody would draw belong to it too."""
_IOU = 0.65


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--images", type=Path, metavar="FOLDER", help="the pictures")
    parser.add_argument(
        "--annotations",
        type=Path,
        metavar="FILE|FOLDER",
        help="COCO's JSON gives AP and AR of objects; a folder of label pictures (PNG) gives the "
        "IoU of each category",
    )
    coseg = parser.add_argument_group("co-segmentation")
    coseg.add_argument(
        "--coseg",
        type=Path,
        metavar="ROOT",
        help="instead: a folder of groups, images/<Group> with masks/<Group>, gives J and P",
    )
    add_coseg_options(coseg)
    parser.add_argument(
        "--model", metavar="NAME", help="network that segments (default: the task's usual one)"
    )
    parser.add_argument(
        "--weights",
        choices=[choice.value for choice in WeightsChoice],
        default=WeightsChoice.PUBLISHED.value,
        help="random = structure only: the numbers mean nothing (default: published)",
    )
    parser.add_argument("--boxes", action="store_true", help="compare boxes instead of masks")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--device", default="auto", metavar="auto|cpu|cuda|mps", help="what to run on"
    )


def _run(args: argparse.Namespace, console: Console) -> int:
    if args.coseg is not None:
        return evaluate_groups(args, console)
    if args.images is None or args.annotations is None:
        raise UsageError(
            "--images and --annotations are needed; or --coseg with a folder of groups."
        )
    if not args.images.is_dir():
        raise UsageError(f"--images takes a folder; “{args.images}” is none.")
    if not args.annotations.exists():
        raise UsageError(f"There is no “{args.annotations}”; check --annotations.")
    is_of_objects = args.annotations.is_file()
    if args.boxes and not is_of_objects:
        raise UsageError("--boxes needs annotations in COCO's form.")
    scores = (_objects if is_of_objects else _labels)(args, console)
    if args.json:
        console.say_json(_record(scores))
        return OK
    for line in _lines(scores):
        console.say(line)
    if scores.unknown:
        console.complain(f"Not in the annotations: {', '.join(scores.unknown)}.")
    return OK


def _objects(args: argparse.Namespace, console: Console) -> InstanceScores:
    from engine.evaluate.annotations import open_annotations  # noqa: PLC0415 - pycocotools
    from engine.evaluate.average_precision import average_precision  # noqa: PLC0415 - as above
    from engine.evaluate.folders import (  # noqa: PLC0415 - as above
        annotated_pictures,
        pictures_there,
    )

    annotated = open_annotations(args.annotations)  # before any network is loaded
    missing = len(annotated.pictures) - len(pictures_there(args.images, annotated))
    if missing:
        console.complain(f"{missing:,} of the annotated pictures are not in “{args.images}”.")
    with console.progress() as control, _network(args, "instance", control) as network:
        found = annotated_pictures(network, args.images, annotated, control)
        return average_precision(found, annotated, "bbox" if args.boxes else "segm")


def _labels(args: argparse.Namespace, console: Console) -> LabelScores:
    from engine.evaluate.folders import labelled_pictures, names_beside  # noqa: PLC0415 - as above
    from engine.evaluate.mean_iou import mean_iou  # noqa: PLC0415 - as above

    names = names_beside(args.annotations)
    with console.progress() as control, _network(args, "semantic", control) as network:
        return mean_iou(labelled_pictures(network, args.images, args.annotations, control), names)


def _network(
    args: argparse.Namespace, task: Task, control: JobControl
) -> AbstractContextManager[CanSegment]:
    from engine.tasks.segmenter import Segmenter  # noqa: PLC0415 - torch

    model = None if args.model is None else chosen_model(args.model)
    settings = SegmentSettings(score=_LEAST_SCORE, iou=_IOU) if task == "instance" else None
    return contextlib.closing(
        Segmenter.load(
            model,
            task,
            settings,
            DeviceRequest(args.device),
            weights=WeightsChoice(args.weights),
            control=control,
        )
    )


# --------------------------------------------------------------------------------------- report


def _record(scores: InstanceScores | LabelScores) -> dict[str, Any]:
    record = dataclasses.asdict(scores)
    return record | {"by_category": dict(scores.by_category), "unknown": list(scores.unknown)}


def _lines(scores: InstanceScores | LabelScores) -> Iterator[str]:
    for name, value in dataclasses.asdict(scores).items():
        if value is None or isinstance(value, float):
            yield f"{name:<10} {'-' if value is None else f'{100 * value:.1f}':>6}"
        elif isinstance(value, int):
            yield f"{name:<10} {value:>6,}"
    yield ""
    width = max((len(name) for name, _ in scores.by_category), default=0)
    for name, value in sorted(scores.by_category, key=lambda pair: -pair[1]):
        yield f"{name:<{width}} {100 * value:6.1f}"


EVALUATE = Subcommand(
    name="evaluate",
    summary="measure a network's masks against annotations",
    examples="layerscope evaluate --images val2017 --annotations instances_val2017.json\n"
    "layerscope evaluate --images JPEGImages --annotations SegmentationClass --json",
    configure=_configure,
    run=_run,
)
