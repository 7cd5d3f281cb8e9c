"""`layerscope evidence` and `layerscope race`: a classifier asked at every place of a picture."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli_console import (
    OK,
    Console,
    Subcommand,
    UsageError,
    add_running_options,
    chosen_model,
    open_session,
)
from engine.errors import ModelError
from engine.export.atomic import check_target
from engine.export.evidence import EVIDENCE_SUFFIXES, save_evidence
from engine.sources.decode import read_picture
from engine.values import EVIDENCE_STRIDES, EvidenceRequest, Frame, RaceSettings

if TYPE_CHECKING:
    import argparse

    from engine.session import Session
    from engine.values import Race

__all__ = ["EVIDENCE", "RACE", "class_index"]


def class_index(categories: tuple[str, ...], text: str) -> int:
    """Return the class that a person means by a number, a name or a part of one.

    Raises
    ------
    UsageError
        There is none, or several.
    """
    if text.isdecimal():
        return int(text)
    wanted = text.casefold()
    names = [name.casefold() for name in categories]
    if wanted in names:
        return names.index(wanted)
    found = [index for index, name in enumerate(names) if wanted in name]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            f"The network has no class “{text}”; give its name, a part of it or its number."
        )
    some = ", ".join(f"{categories[index]} ({index})" for index in found[:5])
    raise UsageError(f"“{text}” may be {some}{', ...' if len(found) > 5 else ''}; say which.")


def _frame(path: str) -> Frame:
    return Frame(read_picture(path), name=Path(path).name)


# ------------------------------------------------------------------------------------- evidence


def _configure_evidence(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("picture", metavar="PICTURE")
    parser.add_argument(
        "--class",
        dest="classes",
        metavar="NAME|ID",
        action="append",
        help="class to ask for, again for more (default: the five best of the picture)",
    )
    parser.add_argument(
        "--stride",
        type=int,
        choices=EVIDENCE_STRIDES,
        default=16,
        help="pixels of the network's input from one place to the next (default: 16)",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        required=True,
        help=".png = figure, a heat map a class; .npz = the maps as numbers",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")
    add_running_options(parser)


def _run_evidence(args: argparse.Namespace, console: Console) -> int:
    if args.out.suffix.lower() not in EVIDENCE_SUFFIXES:
        raise UsageError(
            f"--out takes a file that ends in {' or '.join(EVIDENCE_SUFFIXES)}; "
            f"“{args.out.name}” does not."
        )
    chosen_model(args.model)
    check_target(args.out, overwrite=args.overwrite)
    frame = _frame(args.picture)
    with open_session(args, console) as session:
        classes = tuple(class_index(_categories(session), one) for one in args.classes or ())
        top_k = 0 if classes else 5
        session.set_evidence(EvidenceRequest(classes, top_k, args.stride))
        result = session.process(frame)
    found = result.evidence
    if found is None:
        raise ModelError(f"{result.model} gives no evidence; choose another network.")
    save_evidence(args.out, result, overwrite=args.overwrite)
    height, width = found.maps.shape[1:]
    mark = ", random weights" if result.is_random else ""
    console.say(
        f"{args.out}: {', '.join(found.labels)} at {height} x {width} places of {result.model}"
        f"{mark}"
    )
    return OK


def _categories(session: Session) -> tuple[str, ...]:
    return session.info.categories if session.info else ()


EVIDENCE = Subcommand(
    name="evidence",
    summary="map how much each place of a picture speaks for a class",
    examples="layerscope evidence cat.jpg --out evidence.png\n"
    "layerscope evidence cat.jpg --class tabby --class 285 --stride 8 --out evidence.npz",
    configure=_configure_evidence,
    run=_run_evidence,
)

# ----------------------------------------------------------------------------------------- race


def _configure_race(parser: argparse.ArgumentParser) -> None:
    usual = RaceSettings()
    parser.add_argument("picture", metavar="PICTURE")
    sizes = (
        ("--window", usual.window, "side of the window in pixels"),
        ("--stride", usual.stride, "pixels from one window to the next"),
        ("--context", usual.context, "pixels around it that each window brings along"),
        ("--long-side", usual.long_side, "long side that the picture is brought to"),
    )
    for option, default, text in sizes:
        parser.add_argument(
            option, type=int, default=default, metavar="N", help=f"{text} (default: {default})"
        )
    parser.add_argument(
        "--class",
        dest="class_name",
        metavar="NAME|ID",
        help="class whose score is mapped (default: the best of the picture)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_running_options(parser)


def _run_race(args: argparse.Namespace, console: Console) -> int:
    chosen_model(args.model)
    frame = _frame(args.picture)
    with open_session(args, console) as session:
        name = args.class_name
        index = class_index(_categories(session), name) if name is not None else None
        try:
            settings = RaceSettings(args.window, args.stride, index, args.context, args.long_side)
        except ValueError as error:
            raise UsageError("Sizes are whole numbers above 0.") from error
        run = session.race(settings, frame)
        with console.progress() as control:
            race = run.run(control, lambda _race: None)
        network = session.info.card.name if session.info is not None else race.model
    if args.json:
        console.say_json(_record(args.picture, network, race))
    else:
        _report(console, args.picture, race)
    return OK


def _record(path: str, network: str, race: Race) -> dict[str, Any]:
    lanes = {
        name: {"passes": lane.passes, "macs": lane.macs, "seconds": round(lane.seconds, 4)}
        for name, lane in (("sliding", race.sliding), ("single", race.single))
    }
    record: dict[str, Any] = {
        "path": path,
        "model": network,
        "class": race.class_index,
        "label": race.label,
        "picture": list(race.size),
        "map": list(race.sliding.scores.shape),
        "window": race.settings.window,
        "stride": race.settings.stride,
        "context": race.settings.context,
        **lanes,
    }
    if race.is_random:
        record["random"] = True
    agreed = race.agreement
    if agreed is None:
        return record
    correlation = agreed.correlation
    return record | {
        "correlation": None if math.isnan(correlation) else correlation,
        "max_difference": agreed.max_difference,
        "same_best": agreed.same_best,
    }


def _report(console: Console, path: str, race: Race) -> None:
    height, width = race.size
    rows, columns = race.sliding.scores.shape
    mark = "   (random weights: the scores mean nothing)" if race.is_random else ""
    console.say(f"{path}: {race.label}, {race.model}, {width} x {height} pixels{mark}")
    console.say(f"  map            {columns} x {rows} = {columns * rows:,} windows")
    for name, lane in (("sliding window", race.sliding), ("one pass", race.single)):
        passes = f"{lane.passes:,} pass{'es' if lane.passes > 1 else ''}"
        console.say(
            f"  {name:14s} {passes:>13s}  {lane.macs / 1e9:8.2f} G multiply-adds  "
            f"{lane.seconds:8.2f} s"
        )
    macs = race.sliding.macs / max(1, race.single.macs)
    seconds = race.sliding.seconds / max(1e-9, race.single.seconds)
    console.say(f"  ratio          {'':13s}  {macs:8.1f}                  {seconds:8.1f}")
    if race.agreement is not None:
        agreed = race.agreement
        console.say(
            f"  agreement      correlation {agreed.correlation:.4f}, greatest difference "
            f"{agreed.max_difference:.3g}, same best class {100 * agreed.same_best:.1f} %"
        )


RACE = Subcommand(
    name="race",
    summary="set a sliding window against one fully convolutional pass",
    examples="layerscope race cat.jpg --window 64 --stride 8\n"
    "layerscope race cat.jpg --stride 32 --context 256 --json",
    configure=_configure_race,
    run=_run_race,
)
