"""`layerscope coseg`: the object that a folder of pictures has in common, as masks."""

from __future__ import annotations

import argparse
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, get_args

from engine.cli_console import FAILED, OK, Console, Subcommand, UsageError, chosen_model
from engine.values import (
    MOST_GROUPS,
    MOST_PARTS,
    CosegMethod,
    CosegRequest,
    CosegSettings,
    DeviceRequest,
    Refinement,
    WeightsChoice,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.coseg.evaluate import GroupScores, PictureScores
    from engine.coseg.export import CosegExport
    from engine.values import CosegGroup, CosegPicture, CosegResult

__all__ = ["COSEG", "add_coseg_options", "evaluate_groups", "settings_of"]

_USUAL_FORMATS = ("overlay", "coco", "csv")


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1000:
        raise argparse.ArgumentTypeError(f"expected a number from 0 on, got “{text}”")
    return value


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on, got “{text}”")
    return int(text)


def _parts(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= MOST_PARTS:
        raise argparse.ArgumentTypeError(f"expected 2 to {MOST_PARTS} parts, got “{text}”")
    return int(text)


def _groups(text: str) -> int:
    if text == "auto":
        return 0
    if not text.isdecimal() or not 1 <= int(text) <= MOST_GROUPS:
        raise argparse.ArgumentTypeError(f"expected auto or 1 to {MOST_GROUPS}, got “{text}”")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip()))


def add_coseg_options(parser: argparse._ActionsContainer) -> None:
    """Add how a set is segmented; also `layerscope evaluate` takes these."""
    parser.add_argument(
        "--method",
        choices=get_args(CosegMethod),
        default="clusters",
        help="clusters of salient cells, Deep Feature Factorization, Deep Descriptor "
        "Transforming, or a figure/ground model that starts from all of these and from the "
        "classes that the set shares (default: clusters)",
    )
    parser.add_argument(
        "--refine",
        choices=get_args(Refinement),
        default="grabcut",
        help="how pixels are decided (default: grabcut)",
    )
    parser.add_argument(
        "--outliers",
        type=_number,
        default=CosegSettings().outlier_z,
        metavar="Z",
        help="a picture is left empty that is so many median deviations less like the others; "
        "0 = none is (default: %(default)s)",
    )
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help="default: 0")


def settings_of(args: argparse.Namespace) -> CosegSettings:
    """Return the settings that the options above, and those of `layerscope coseg`, ask for."""
    parts, groups = getattr(args, "parts", 0), getattr(args, "groups", 1)
    return CosegSettings(
        args.method, args.refine, args.outliers, seed=args.seed, parts=parts, groups=groups
    )


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="pictures of the same object")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to write to")
    parser.add_argument(
        "--masks", type=Path, metavar="DIR", help="true masks, <name>.png each: prints J and P"
    )
    parser.add_argument(
        "--model", metavar="NAME", help="efficientnet_lite0 (default), a ResNet or a VGG"
    )
    add_coseg_options(parser)
    parser.add_argument(
        "--parts",
        type=_parts,
        default=0,
        metavar="K",
        help="split the object into parts, the same in all pictures (default: none)",
    )
    parser.add_argument(
        "--groups",
        type=_groups,
        default=1,
        metavar="auto|N",
        help="how many different objects the pictures show; auto = find out (default: 1)",
    )
    parser.add_argument(
        "--format",
        type=_words,
        default=_USUAL_FORMATS,
        metavar="NAME,...",
        help="written besides the masks: any of overlay, voc, binary, cutout, coco, yolo, labelme, "
        "npz, csv (default: overlay,coco,csv)",
    )
    parser.add_argument(
        "--weights",
        choices=[choice.value for choice in WeightsChoice],
        default=WeightsChoice.PUBLISHED.value,
        help="random = structure only: the masks mean nothing (default: published)",
    )
    parser.add_argument("--device", default="auto", metavar="auto|cpu|cuda|mps")
    parser.add_argument("--overwrite", action="store_true", help="replace files of an earlier run")
    parser.add_argument("--json", action="store_true", help="one JSON object a picture")


def _run(args: argparse.Namespace, console: Console) -> int:
    for option, folder in (("FOLDER", args.folder), ("--masks", args.masks)):
        if folder is not None and not folder.is_dir():
            raise UsageError(f"{option}: there is no folder “{folder}”; check the path.")
    from engine.batch.inputs import collect  # noqa: PLC0415 - needs more than a parser does

    items = [one for one in collect([args.folder], output=args.out) if not one.is_video]
    model = chosen_model(args.model)
    request = CosegRequest(
        tuple(one.path for one in items),
        settings_of(args),
        model,
        WeightsChoice(args.weights),
        DeviceRequest(args.device),
    )
    report = _Report({one.path: one.relative for one in items}, args.masks)
    result = _segment(request, args, console, report)
    report.tell(result, console, is_json=args.json)
    return FAILED if result.failures else OK


def _segment(
    request: CosegRequest, args: argparse.Namespace, console: Console, report: _Report
) -> CosegResult:
    from engine.coseg.pipeline import run_coseg  # noqa: PLC0415 - torch

    with console.progress() as control:
        if args.out is None:
            return run_coseg(request, control, report.add)
        from engine.coseg.backbone import weights_sha256  # noqa: PLC0415 - torch
        from engine.coseg.export import CosegExport  # noqa: PLC0415 - OpenCV

        checksum = weights_sha256(request.model, request.weights)
        report.export = CosegExport(
            args.out, request, checksum, args.format, overwrite=args.overwrite
        )
        result = run_coseg(request, control, report.add)
        report.export.finish(result, report.records)
        return result


class _Report:
    """Hears of pictures as they come, has their files written, and tells of them.

    Parameters
    ----------
    names
        What the files of each picture are named after.
    masks
        Folder of true masks, or None.
    """

    def __init__(self, names: dict[Path, PurePosixPath], masks: Path | None) -> None:
        self._names = names
        self._masks = masks
        self.export: CosegExport | None = None
        self.records: list[dict[str, Any]] = []
        self.scores: list[PictureScores] = []

    def add(self, picture: CosegPicture, image: NDArray[np.uint8]) -> None:
        """Take a picture."""
        relative = self._names[picture.path]
        record: dict[str, Any] = {
            "path": str(picture.path),
            "group": picture.group,
            "foreground": round(picture.foreground, 6),
            "outlier": picture.is_outlier,
            "confidence": round(picture.confidence, 4),
        }
        scores = _scored(picture, self._masks)
        if scores is not None:
            self.scores.append(scores)
            record |= {
                "jaccard": round(scores.jaccard, 6),
                "precision": round(scores.precision, 6),
            }
        self.records.append(record)
        if self.export is not None:
            self.export.add(picture, image, relative)

    def tell(self, result: CosegResult, console: Console, *, is_json: bool) -> None:
        """Say what was found."""
        for record in self.records:
            console.say_json(record) if is_json else console.say(_line(record))
        for failure in result.failures:
            if is_json:
                console.say_json({"path": str(failure.path), "error": failure.sentence})
            console.complain(failure.sentence)
        if self.scores:
            from engine.coseg.evaluate import mean_of  # noqa: PLC0415 - OpenCV

            mean = mean_of("mean", self.scores)
            console.complain(
                f"{mean.pictures} true masks: J {mean.jaccard:.1%}, P {mean.precision:.1%}"
            )
        console.complain(", ".join(f"{stage} {took:.1f} s" for stage, took in result.seconds))
        for group in result.groups if len(result.groups) > 1 else ():
            console.complain(_group_line(group))
        if result.note:
            console.complain(result.note)


def _scored(picture: CosegPicture, masks: Path | None) -> PictureScores | None:
    if masks is None:
        return None
    from engine.coseg.evaluate import read_mask, scores_of, truth_of  # noqa: PLC0415 - OpenCV

    path = truth_of(picture.path, masks)
    if path is None:
        return None
    return scores_of(picture.path.name, picture.region.full(picture.size), read_mask(path))


def _group_line(group: CosegGroup) -> str:
    names = ", ".join(f"{name} {share:.0%}" for name, share in group.classes)
    return f"group {group.number}: {group.pictures} pictures" + (f" ({names})" if names else "")


def _line(record: dict[str, Any]) -> str:
    name = Path(record["path"]).name
    if record["outlier"]:
        return f"{name}: outlier, left empty"
    scores = f", J {record['jaccard']:.1%}" if "jaccard" in record else ""
    return (
        f"{name}: {record['foreground']:.1%} of the picture, "
        f"confidence {record['confidence']:.0%}{scores}"
    )


# ---------------------------------------------------------------------------------- evaluation


def evaluate_groups(args: argparse.Namespace, console: Console) -> int:
    """Run a folder of groups, `images/<Group>` with `masks/<Group>`, and print the table."""
    from engine.coseg.evaluate import groups_of, mean_of, table  # noqa: PLC0415 - OpenCV

    if not args.coseg.is_dir():
        raise UsageError(f"--coseg takes a folder; “{args.coseg}” is none.")
    groups = groups_of(args.coseg)
    model = chosen_model(args.model)
    found: list[GroupScores] = []
    for name, pictures, masks in groups:
        report = _group(args, console, model, (pictures, masks))
        if not report.scores:
            raise UsageError(f"“{masks}” has no mask of a picture in “{pictures}”.")
        found.append(mean_of(name, report.scores))
        if args.json:
            one = found[-1]
            console.say_json(
                {"group": name, "pictures": one.pictures, "jaccard": one.jaccard,
                 "precision": one.precision}
            )  # fmt: skip
    if args.json:
        mean = mean_of("mean", found)
        console.say_json({"mean_jaccard": mean.jaccard, "mean_precision": mean.precision})
    else:
        for line in table(found):
            console.say(line)
    return OK


def _group(
    args: argparse.Namespace, console: Console, model: str, folders: tuple[Path, Path]
) -> _Report:
    from engine.coseg.pipeline import run_coseg  # noqa: PLC0415 - torch
    from engine.sources.folder import list_pictures  # noqa: PLC0415 - as above

    pictures, masks = folders
    paths = tuple(list_pictures(pictures))
    weights, device = WeightsChoice(args.weights), DeviceRequest(args.device)
    request = CosegRequest(paths, settings_of(args), model, weights, device)
    report = _Report({path: PurePosixPath(path.name) for path in paths}, masks)
    with console.progress() as control:
        run_coseg(request, control, report.add)
    return report


COSEG = Subcommand(
    name="coseg",
    summary="find the object that pictures have in common, and write masks",
    examples="layerscope coseg photos --out masks\n"
    "layerscope coseg photos --out masks --groups auto --parts 4\n"
    "layerscope coseg photos --masks truth --method ddt --json",
    configure=_configure,
    run=_run,
)
