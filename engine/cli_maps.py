"""`layerscope maps`: the activation maps of a layer as a figure or as numbers."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from engine import colormaps
from engine.cli_console import (
    OK,
    Console,
    Subcommand,
    UsageError,
    add_running_options,
    chosen_model,
    open_session,
)
from engine.errors import ExportError, ModelError
from engine.export.atomic import check_target
from engine.export.maps import MAP_SUFFIXES, save_maps
from engine.export.origin import Origin
from engine.sources.decode import read_picture
from engine.values import AtlasStyle, Frame, LayerKey, ScaleMode, SortKey

if TYPE_CHECKING:
    from engine.session import Session
    from engine.values import Activation, FrameResult

__all__ = ["MAPS"]

_PICTURE_SUFFIX = ".png"


def _scale(text: str) -> tuple[ScaleMode, float, float]:
    """Read "channel", "layer" or "fixed:LOW:HIGH"."""
    mode, _, ends = text.partition(":")
    if mode in {"channel", "layer"} and not ends:
        return ScaleMode(mode), 0.0, 1.0
    try:
        low, high = map(float, ends.split(":"))
    except ValueError:
        low = high = math.nan
    if mode != "fixed" or not -math.inf < low < high < math.inf:
        raise argparse.ArgumentTypeError(
            "expected “channel”, “layer”, or “fixed LOW HIGH” with LOW below HIGH"
        )
    return ScaleMode.FIXED, low, high


def _join_scale(words: list[str]) -> list[str]:
    """Make one word of `--scale fixed LOW HIGH`: argparse has no options of varying length."""
    joined: list[str] = []
    rest = list(words)
    while rest:
        if rest[:2] == ["--scale", "fixed"] and len(rest) >= 4:
            joined.append(f"--scale=fixed:{rest[2]}:{rest[3]}")
            del rest[:4]
        else:
            joined.append(rest.pop(0))
    return joined


def _gamma(text: str) -> float:
    try:
        gamma = float(text)
    except ValueError:
        gamma = math.nan
    if not 0 < gamma < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, got “{text}”")
    return gamma


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("picture", metavar="PICTURE")
    parser.add_argument(
        "--layer",
        metavar="NAME[:CALL]",
        required=True,
        help="layer, as “layerscope layers” lists it; input = what the network sees",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        required=True,
        help=".png = figure; .npz = values with all about them; .npy = values; "
        ".csv = numbers of each channel",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")
    parser.add_argument(
        "--scale",
        type=_scale,
        default=(ScaleMode.LAYER, 0.0, 1.0),
        metavar="channel|layer|fixed LOW HIGH",
        help="what the colours span (default: layer)",
    )
    parser.add_argument(
        "--sort",
        choices=[key.value for key in SortKey],
        default=SortKey.INDEX.value,
        help="order of the channels (default: index)",
    )
    parser.add_argument(
        "--gamma", type=_gamma, default=1.0, help="below 1 lifts weak responses (default: 1)"
    )
    parser.add_argument(
        "--colormap",
        choices=colormaps.names(),
        help="default: viridis, or a map centred on 0 for signed values",
    )
    parser.add_argument("--background", choices=("dark", "light"), default="dark")
    add_running_options(parser)


def _run(args: argparse.Namespace, console: Console) -> int:
    suffixes = (_PICTURE_SUFFIX, *MAP_SUFFIXES)
    if args.out.suffix.lower() not in suffixes:
        raise UsageError(
            f"--out takes a file that ends in {', '.join(suffixes)}; “{args.out.name}” does not."
        )
    chosen_model(args.model)
    if args.out.is_file() and not args.overwrite:
        raise ExportError(f"“{args.out}” exists already; choose another name or add --overwrite.")
    check_target(args.out, overwrite=args.overwrite)
    frame = Frame(read_picture(args.picture), name=Path(args.picture).name)
    mode, low, high = args.scale
    key = LayerKey.parse(args.layer)
    with open_session(args, console) as session:
        _watch(session, key, args.model)
        session.set_style(AtlasStyle(mode, low, high, args.gamma, SortKey(args.sort)))
        result = session.process(frame)
    activation = result.activation(key)
    if activation is None:
        raise ModelError(f"Layer “{key}” gives no maps on this picture; choose another layer.")
    _save(args, result, activation)
    height, width = activation.map_size
    mark = ", random weights" if result.is_random else ""
    what = f"{activation.channels} channels of {height} x {width}{mark}"
    console.say(f"{args.out}: {key} of {result.model}, {what}")
    return OK


def _watch(session: Session, key: LayerKey, model: str | None) -> None:
    try:
        session.watch((key,))
    except ModelError as error:
        option = f" --model {model}" if model else ""
        raise UsageError(f"{error.message} “layerscope layers{option}” lists them.") from error


def _save(args: argparse.Namespace, result: FrameResult, activation: Activation) -> None:
    origin = Origin.of(result)
    if args.out.suffix.lower() != _PICTURE_SUFFIX:
        save_maps(args.out, activation, origin, overwrite=args.overwrite)
        return
    # Pillow is loaded for a figure only: the window asks this module for its words at its start
    from engine.export.figure import (  # noqa: PLC0415 - see above
        FigureStyle,
        activation_figure,
        save_png,
    )

    name = args.colormap or colormaps.suited(
        activation.kind, is_signed=activation.is_signed, is_dark=args.background == "dark"
    )
    style = FigureStyle(background=args.background)
    image = activation_figure(activation, colormaps.lut(name), origin, style)
    metadata = origin.metadata(activation) | {"Colour map": name}
    save_png(args.out, image, metadata, overwrite=args.overwrite)


MAPS = Subcommand(
    name="maps",
    summary="save the activation maps of a layer",
    examples="layerscope maps cat.jpg --layer conv_stem --out maps.png\n"
    "layerscope maps cat.jpg --layer blocks.2.0.conv_pw --scale fixed 0 6 --out maps.npz",
    configure=_configure,
    run=_run,
    prepare=_join_scale,
)
