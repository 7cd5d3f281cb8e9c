"""`layerscope graph`: a network's graph as a drawing or as data."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli_console import OK, Console, Subcommand, UsageError, chosen_model
from engine.cli_user import add_opening_options, file_options
from engine.errors import ExportError
from engine.export.atomic import atomic_path, check_target
from engine.graph.saving import save_drawing, subtitle_of
from engine.values import Direction

if TYPE_CHECKING:
    from engine.values import GraphLayout, NetworkGraph

__all__ = ["GRAPH"]

_SUFFIXES = (".svg", ".png", ".json")


def _depth(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, got “{text}”")
    return int(text)


def _shape(text: str) -> tuple[int, ...]:
    """Read "3x224x224"."""
    parts = text.replace("×", "x").split("x")
    if len(parts) != 3 or not all(part.isdecimal() and 0 < int(part) < 10_000 for part in parts):
        raise argparse.ArgumentTypeError(f"expected CHANNELSxHEIGHTxWIDTH, got “{text}”")
    return tuple(map(int, parts))


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="network (“layerscope models” lists them), or a model file of your own",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        required=True,
        help=".svg = drawing; .png = picture; .json = all operations, and the drawing's places",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")
    parser.add_argument(
        "--depth",
        type=_depth,
        metavar="N",
        help="open N levels of modules; 0 = none (default: a readable overview)",
    )
    parser.add_argument(
        "--fold",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="draw runs of equal modules as one, “xN” (default: yes)",
    )
    parser.add_argument(
        "--direction",
        choices=[way.value for way in Direction],
        default=Direction.DOWN.value,
        help="which way data flows (default: down)",
    )
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument(
        "--input",
        type=_shape,
        metavar="3x224x224",
        help="shape of the example input (default: what the network was made for)",
    )
    add_opening_options(parser)


def _run(args: argparse.Namespace, console: Console) -> int:
    suffix = args.out.suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(
            f"--out takes a file that ends in {', '.join(_SUFFIXES)}; “{args.out.name}” does not."
        )
    name = chosen_model(args.model)
    if args.out.is_file() and not args.overwrite:
        raise ExportError(f"“{args.out}” exists already; choose another name or add --overwrite.")
    check_target(args.out, overwrite=args.overwrite)
    # what draws is loaded once it is sure that there is something to draw
    from engine.graph.layout import layout  # noqa: PLC0415 - see above
    from engine.graph.structure import structure  # noqa: PLC0415 - see above
    from engine.graph.visible import (  # noqa: PLC0415 - see above
        default_expanded,
        expanded_to_depth,
        visible,
    )

    with console.progress() as control:
        control.report("Tracing")
        graph = structure(name, args.input, file_options(args))
        control.report("Drawing")
        is_overview = args.depth is None
        opened = default_expanded(graph) if is_overview else expanded_to_depth(graph, args.depth)
        drawing = layout(visible(graph, opened, fold=args.fold), Direction(args.direction), control)
        _save(args, graph, drawing)
    console.say(
        f"{args.out}: {name}, {len(graph.nodes):,} operations, {len(drawing.items):,} drawn"
    )
    return OK


def _save(args: argparse.Namespace, graph: NetworkGraph, drawing: GraphLayout) -> None:
    if args.out.suffix.lower() != ".json":
        save_drawing(
            args.out,
            drawing,
            heading=(graph.model, subtitle_of(graph)),
            theme=args.theme,
            overwrite=args.overwrite,
        )
        return
    from engine.graph.record import to_json  # noqa: PLC0415 - loaded for data only

    with atomic_path(args.out, overwrite=args.overwrite) as part:
        part.write_text(to_json(graph, drawing), encoding="utf-8", newline="\n")


GRAPH = Subcommand(
    name="graph",
    summary="draw a network's graph; no weights are needed",
    examples="layerscope graph resnet18 --out resnet18.svg\n"
    "layerscope graph densenet201 --out dense.png --depth 2 --direction right\n"
    "layerscope graph weights.pth --arch timm/repvgg_a0 --out repvgg.svg",
    configure=_configure,
    run=_run,
)
