"""`layerscope segment`: objects or classes of many pictures, as files that other tools open."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.batch.request import BatchReport, BatchRequest
from engine.cli_console import FAILED, OK, Console, Subcommand, UsageError
from engine.values import (
    DeviceRequest,
    LabelMap,
    OverlayStyle,
    SegmentAs,
    SegmentSettings,
    WeightsChoice,
)

if TYPE_CHECKING:
    from engine.batch.pipeline import BatchProgress
    from engine.export.masks.contract import SegmentedPicture

__all__ = ["SEGMENT"]

_TOLD_EVERY_S = 0.2


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, got “{text}”")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, got “{text}”")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip()))


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="pictures, videos, folders (with all in them) and patterns such as “photos/**/*.jpg”",
    )
    parser.add_argument(
        "--task",
        choices=("instance", "semantic"),
        default="instance",
        help="objects one by one, or a class for each pixel (default: instance)",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        default="",
        help="network (default: the task's; “layerscope models” lists them)",
    )
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder to write to")
    parser.add_argument(
        "--format",
        metavar="NAME,...",
        type=_words,
        default=("overlay", "coco"),
        help="any of overlay, voc, binary, cutout, coco, yolo, labelme, npz, csv, film "
        "(default: overlay,coco)",
    )
    parser.add_argument(
        "--score", type=_share, default=0.25, help="least score of an object (default: 0.25)"
    )
    parser.add_argument(
        "--iou",
        type=_share,
        default=0.45,
        help="of two boxes that overlap by more, the weaker goes (default: 0.45)",
    )
    parser.add_argument(
        "--most", type=_count, default=100, metavar="N", help="objects a picture (default: 100)"
    )
    parser.add_argument(
        "--classes", type=_words, default=(), metavar="NAME,...", help="only these (default: all)"
    )
    parser.add_argument(
        "--labels",
        action="store_true",
        help="make a label map of an instance network's objects; the higher score wins",
    )
    parser.add_argument(
        "--workers", type=_count, default=2, metavar="N", help="threads that read (default: 2)"
    )
    parser.add_argument("--device", default="auto", metavar="auto|cpu|cuda|mps")
    parser.add_argument(
        "--threads",
        type=_count,
        default=0,
        metavar="N",
        help="processor threads of the network (default: all cores)",
    )
    parser.add_argument(
        "--weights",
        choices=[choice.value for choice in WeightsChoice],
        default=WeightsChoice.PUBLISHED.value,
        help="random = structure only: the answers mean nothing (default: published)",
    )
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="go on with a run that was stopped")
    again.add_argument("--overwrite", action="store_true", help="begin anew and replace files")
    parser.add_argument("--json", action="store_true", help="one JSON object a picture")


def _run(args: argparse.Namespace, console: Console) -> int:
    if args.out is None and (args.resume or args.overwrite):
        raise UsageError("--resume and --overwrite are for a folder; add --out DIR.")
    if args.out is not None and not args.format:
        raise UsageError("--format names no format; give at least one, such as coco.")
    request = BatchRequest(
        inputs=tuple(args.inputs),
        output=args.out,
        task=args.task,
        model=args.model,
        settings=SegmentSettings(
            score=args.score,
            iou=args.iou,
            most=args.most,
            as_=SegmentAs.LABELS if args.labels else SegmentAs.INSTANCES,
        ),
        classes=args.classes,
        formats=args.format if args.out is not None else (),
        device=DeviceRequest(args.device, threads=args.threads),
        weights=WeightsChoice(args.weights),
        workers=args.workers,
        is_resumed=args.resume,
        is_anew=args.overwrite,
    )
    from engine.batch.run import run_batch  # noqa: PLC0415 - what writes is loaded when it is used

    teller = _Teller(console, is_json=args.json, has_files=args.out is not None)
    with console.progress() as control:
        report = run_batch(
            request, control, on_progress=teller.tell_progress, on_segmented=teller.tell_picture
        )
    teller.tell_end(report)
    return FAILED if report.failed else OK


class _Teller:
    """Tells each picture as JSON or as a sentence, and the progress on a terminal."""

    def __init__(self, console: Console, *, is_json: bool, has_files: bool) -> None:
        self._console = console
        self._is_json = is_json
        self._has_files = has_files
        self._told_at = 0.0

    def tell_progress(self, progress: BatchProgress) -> None:
        """Rewrite the line of progress."""
        now = time.monotonic()
        is_last = progress.done == progress.total
        if not self._console.err.isatty() or (now - self._told_at < _TOLD_EVERY_S and not is_last):
            return
        self._told_at = now
        left = "" if progress.left_s is None else f", {_clock(progress.left_s)} left"
        rate = f", {progress.rate:.1f} a second" if progress.rate else ""
        self._console.err.write(f"\r{progress.done} of {progress.total}{rate}{left}\x1b[K")
        self._console.err.flush()

    def tell_picture(self, picture: SegmentedPicture) -> None:
        """Write what was found in a picture."""
        if self._is_json:
            self._console.say_json(_record(picture))
        elif not self._has_files:
            self._console.say(f"{picture.name}: {_summary(picture)}")

    def tell_end(self, report: BatchReport) -> None:
        """Say what the run came to, what failed, and what is not as it should be."""
        for name, sentence in report.failed:
            self._console.complain(f"{name}: {sentence}")
            if self._is_json:
                self._console.say_json({"path": name, "error": sentence})
        for name, note in report.notes:
            self._console.complain(f"{name}: {note}")
        if report.output is None:
            return
        before = f", {report.before} of them before" if report.before else ""
        failed = f", {len(report.failed)} failed" if report.failed else ""
        self._console.complain(
            f"{report.output}: {report.done} done{before}{failed}, {report.files} files written "
            f"in {_clock(report.seconds)}"
        )


def _record(picture: SegmentedPicture) -> dict[str, Any]:
    """Return a picture's result as JSON has it; see the README for the keys."""
    from engine.export.masks.formats.coco import CocoWriter  # noqa: PLC0415 - needs OpenCV

    height, width = picture.segmentation.size
    names = {one.id: one.name for one in picture.segmentation.categories}
    found = CocoWriter().plan(picture, picture.name).data["annotations"]
    entries = [
        {
            "label": names[one["category_id"]],
            "category_id": one["category_id"],
            "score": one.get("score"),
            "bbox": one["bbox"],
            "area": one["area"],
            "segmentation": one["segmentation"],
        }
        for one in found
    ]
    path = str(picture.source) if picture.source is not None else str(picture.name)
    key = "labels" if isinstance(picture.segmentation, LabelMap) else "instances"
    return {"path": path, "width": width, "height": height, key: entries}


def _summary(picture: SegmentedPicture) -> str:
    from engine.overlay import legend  # noqa: PLC0415 - needs OpenCV

    rows = legend(picture.segmentation, OverlayStyle())
    is_map = isinstance(picture.segmentation, LabelMap)
    parts = [
        f"{row.category.name} {row.share:.1f} %" if is_map else f"{row.count} {row.category.name}"
        for row in rows
    ]
    return ", ".join(parts) or "nothing"


def _clock(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


SEGMENT = Subcommand(
    name="segment",
    summary="find objects or classes in pictures and videos, and write masks",
    examples="layerscope segment photo.jpg --json\n"
    "layerscope segment photos --out masks --format overlay,coco,yolo\n"
    "layerscope segment photos --out masks --format overlay,coco,yolo --resume",
    configure=_configure,
    run=_run,
)
