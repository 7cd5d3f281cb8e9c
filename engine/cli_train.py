"""`layerscope train-segmentation`: from a folder of photos and masks to a model."""

from __future__ import annotations

import argparse
import dataclasses
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from engine.cli_console import OK, Console, Subcommand, UsageError
from engine.values import Architecture, DeviceRequest, TrainRequest, TrainSettings, Upsampling

if TYPE_CHECKING:
    from engine.values import EpochReport, TrainResult

__all__ = ["TRAIN"]

_USUAL = TrainSettings()


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 100_000:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, got “{text}”")
    return int(text)


def _zero_or_more(text: str) -> int:
    if not text.isdecimal() or int(text) >= 100_000_000:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on, got “{text}”")
    return int(text)


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, metavar="DATA", help="photos with their masks")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the model")
    parser.add_argument(
        "--format",
        default="auto",
        metavar="NAME",
        help="of the masks: index, colour, binary, coco, labelme, voc, yolo, layerscope "
        "(default: found out)",
    )
    parser.add_argument(
        "--arch",
        choices=get_args(Architecture),
        default=_USUAL.architecture,
        help="what stands on the backbone (default: unet)",
    )
    parser.add_argument(
        "--backbone",
        default=_USUAL.backbone,
        metavar="NAME",
        help="a classifier with its published weights (default: %(default)s)",
    )
    parser.add_argument(
        "--upsampling",
        choices=get_args(Upsampling),
        default=_USUAL.upsampling,
        help="of a U-Net (default: bilinear)",
    )
    parser.add_argument(
        "--unfreeze",
        type=_zero_or_more,
        default=0,
        metavar="N",
        help="train so many of the backbone's last stages too (default: 0)",
    )
    _add_course(parser)
    parser.add_argument("--name", default="", metavar="NAME", help="of the model (default: model)")
    parser.add_argument("--licence", default="", metavar="TEXT", help="of the data, for the card")
    parser.add_argument(
        "--resume", action="store_true", help="go on with a training that was stopped"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object an epoch")
    parser.add_argument("--device", default="auto", metavar="auto|cpu|cuda|mps")
    parser.add_argument("--threads", type=_count, default=0, metavar="N", help="CPU threads")


def _add_course(parser: argparse.ArgumentParser) -> None:
    course = parser.add_argument_group("course")
    course.add_argument("--epochs", type=_count, default=_USUAL.epochs, metavar="N")
    course.add_argument(
        "--patience",
        type=_zero_or_more,
        default=_USUAL.patience,
        metavar="N",
        help="stop after so many epochs without a better IoU; 0 = never (default: %(default)s)",
    )
    course.add_argument(
        "--crops",
        type=_count,
        default=_USUAL.crops,
        metavar="N",
        help="augmented crops of each photo (default: %(default)s)",
    )
    course.add_argument("--batch", type=_count, default=_USUAL.batch, metavar="N")
    course.add_argument(
        "--validation",
        type=float,
        default=_USUAL.validation,
        metavar="SHARE",
        help="of the photos that is held out (default: %(default)s)",
    )
    course.add_argument("--seed", type=_zero_or_more, default=_USUAL.seed, metavar="N")
    course.add_argument(
        "--cache-gb",
        type=float,
        default=_USUAL.cache_gb,
        metavar="GB",
        help="the most that features may take on the disk while it trains (default: %(default)s)",
    )


def _settings(args: argparse.Namespace) -> TrainSettings:
    try:
        return dataclasses.replace(
            _USUAL,
            architecture=args.arch,
            backbone=args.backbone,
            upsampling=args.upsampling,
            unfrozen=args.unfreeze,
            epochs=args.epochs,
            patience=args.patience,
            crops=args.crops,
            batch=args.batch,
            validation=args.validation,
            seed=args.seed,
            cache_gb=args.cache_gb,
        )
    except ValueError as error:
        raise UsageError(f"{error}.") from error


def _run(args: argparse.Namespace, console: Console) -> int:
    if not args.data.exists():
        raise UsageError(f"There is no “{args.data}”; check the path.")
    request = TrainRequest(
        data=args.data,
        out=args.out,
        name=args.name,
        format=args.format,
        settings=_settings(args),
        device=DeviceRequest(args.device, threads=args.threads),
        licence=args.licence,
    )
    from engine.learn.dataset import read_dataset  # noqa: PLC0415 - OpenCV
    from engine.learn.training import resume, train  # noqa: PLC0415 - torch

    with console.progress() as control:
        summary = read_dataset(request.data, request.format, request.settings, control)
        for path, sentence in summary.skipped:
            console.complain(f"{path.name} is left out: {sentence}")
        for note in summary.notes:
            console.complain(note)

        def tell(report: EpochReport) -> None:
            console.say_json(_record(report)) if args.json else console.say(_line(report))

        result = (resume if args.resume else train)(request, control, tell)
    _tell_end(result, console, is_json=args.json)
    return OK


def _record(report: EpochReport) -> dict[str, Any]:
    return dataclasses.asdict(report) | {"iou": dict(report.iou)}


def _line(report: EpochReport) -> str:
    left = time.strftime("%M:%S", time.gmtime(report.left_s))
    mark = " *" if report.is_best else ""
    return (
        f"epoch {report.epoch:>3}/{report.epochs}  loss {report.loss:7.4f}  "
        f"IoU {report.mean_iou:.3f}  accuracy {report.accuracy:.3f}  left {left}{mark}"
    )


def _tell_end(result: TrainResult, console: Console, *, is_json: bool) -> None:
    best = result.best
    if is_json:
        console.say_json(
            {
                "model": str(result.model),
                "card": str(result.card),
                "mean_iou": best.mean_iou,
                "accuracy": best.accuracy,
                "iou": dict(best.iou),
                "stopped": result.stopped,
                "seconds": round(result.seconds, 1),
            }
        )
        return
    console.say()
    console.say(f"{result.stopped} The best is epoch {best.epoch}:")
    console.say(f"validation IoU {best.mean_iou:.3f}, accuracy {best.accuracy:.3f}")
    width = max(len(name) for name, _ in best.iou)
    for name, value in sorted(best.iou, key=lambda pair: -pair[1]):
        console.say(f"  {name:<{width}} {value:.3f}")
    console.say(f"{result.model} ({result.model.stat().st_size / 1e6:.1f} MB)")
    console.say(f"{result.card}")


TRAIN = Subcommand(
    name="train-segmentation",
    summary="train a segmentation network on photos and masks",
    examples="layerscope train-segmentation photos --out model\n"
    "layerscope train-segmentation photos --out model --arch fcn8s --epochs 12 --json",
    configure=_configure,
    run=_run,
)
