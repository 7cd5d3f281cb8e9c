"""`layerscope graph`: a network's graph as a drawing or as data."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli_console import OK, Console, Subcommand, UsageError, chosen_model
from engine.errors import ExportError, ModelError
from engine.export.atomic import atomic_path, check_target
from engine.models import registry
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
    parser.add_argument("model", metavar="MODEL", help="network; “layerscope models” lists them")
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
    from engine.graph.visible import (  # noqa: PLC0415 - see above
        default_expanded,
        expanded_to_depth,
        visible,
    )

    with console.progress() as control:
        control.report("Tracing")
        graph = _traced(name, args.input)
        control.report("Drawing")
        is_overview = args.depth is None
        opened = default_expanded(graph) if is_overview else expanded_to_depth(graph, args.depth)
        drawing = layout(visible(graph, opened, fold=args.fold), Direction(args.direction), control)
        _save(args, graph, drawing)
    console.say(
        f"{args.out}: {name}, {len(graph.nodes):,} operations, {len(drawing.items):,} drawn"
    )
    return OK


def _traced(name: str, shape: tuple[int, ...] | None) -> NetworkGraph:
    """Build the network without weights and trace it.

    On the "meta" device nothing is computed, so that even a large network takes no time and no
    memory; one whose way depends on its data needs real, random, weights.
    """
    import torch  # noqa: PLC0415 - heavy, and not needed before

    from engine.graph.trace import trace  # noqa: PLC0415 - imports torch

    spec = registry.spec(name)
    size = shape or (3, *spec.preprocessing.input_size)

    def attempt(device: str) -> NetworkGraph:
        with torch.device(device):
            module = spec.build().eval()
            picture = torch.zeros(size)
        detects = spec.task == "instance"
        inputs = ([picture],) if detects else picture[None]
        return trace(module, inputs, name=name)

    try:
        return attempt("meta")
    except (RuntimeError, NotImplementedError, TypeError, ValueError):
        try:
            return attempt("cpu")
        except RuntimeError as error:
            sides = "x".join(map(str, size))
            raise ModelError(
                f"“{name}” does not take an input of {sides}; choose another with --input."
            ) from error


def _save(args: argparse.Namespace, graph: NetworkGraph, drawing: GraphLayout) -> None:
    title, subtitle = graph.model, _subtitle(graph)
    suffix = args.out.suffix.lower()
    if suffix == ".png":
        from engine.export.figure import save_png  # noqa: PLC0415 - needs Pillow
        from engine.graph.raster import fitting_scale, to_image  # noqa: PLC0415 - needs Pillow

        scale = fitting_scale(drawing, title, subtitle)
        image = to_image(drawing, title=title, subtitle=subtitle, theme=args.theme, scale=scale)
        save_png(args.out, image, {"Title": title}, overwrite=args.overwrite)
        return
    if suffix == ".svg":
        from engine.graph.svg import to_svg  # noqa: PLC0415 - loaded for a drawing only

        text = to_svg(drawing, title=title, subtitle=subtitle, theme=args.theme)
    else:
        from engine.graph.record import to_json  # noqa: PLC0415 - loaded for data only

        text = to_json(graph, drawing)
    with atomic_path(args.out, overwrite=args.overwrite) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def _subtitle(graph: NetworkGraph) -> str:
    from engine.graph.labels import shape_label  # noqa: PLC0415 - loaded for a drawing only
    from engine.graph.visible import batch_of  # noqa: PLC0415 - loaded for a drawing only

    batch = batch_of(graph)
    shapes = ", ".join(shape_label(shape, batch) for shape in graph.input_shapes)
    return f"{len(graph.nodes):,} operations  ·  {graph.parameters:,} parameters  ·  input {shapes}"


GRAPH = Subcommand(
    name="graph",
    summary="draw a network's graph; no weights are needed",
    examples="layerscope graph resnet18 --out resnet18.svg\n"
    "layerscope graph densenet201 --out dense.png --depth 2 --direction right",
    configure=_configure,
    run=_run,
)
