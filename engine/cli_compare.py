"""`layerscope compare`: what tells two networks apart, layer by layer. No weights are needed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli_console import OK, Console, Subcommand, UsageError, chosen_model
from engine.export.atomic import check_target
from engine.models.user.naming import is_file_name
from engine.models.user.options import OpenOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.jobs import JobControl
    from engine.values import NetworkGraph
    from engine.values.graph_diff import GraphDiff

__all__ = ["COMPARE"]

_SUFFIXES = (".svg", ".png")


def _shape(text: str) -> tuple[int, ...]:
    """Read "3x224x224"."""
    parts = text.replace("×", "x").split("x")
    if len(parts) != 3 or not all(part.isdecimal() and 0 < int(part) < 10_000 for part in parts):
        raise argparse.ArgumentTypeError(f"expected CHANNELSxHEIGHTxWIDTH, got “{text}”")
    return tuple(map(int, parts))


def _depth(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number from 0, got “{text}”")
    return int(text)


def _configure(parser: argparse.ArgumentParser) -> None:
    for name in ("model_a", "model_b"):
        parser.add_argument(
            name, metavar=name.upper(), help="network (“layerscope models” lists them), or a file"
        )
    parser.add_argument(
        "--input",
        type=_shape,
        metavar="3x224x224",
        help="shape of the input of both (default: MODEL_A's usual one, where MODEL_B takes it)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--all", action="store_true", help="list the operations that are the same too"
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="draw both side by side, what differs coloured: .svg = drawing, .png = picture",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")
    parser.add_argument(
        "--depth",
        type=_depth,
        metavar="N",
        help="open N levels of modules in FILE; 0 = none (default: a readable overview)",
    )
    parser.add_argument(
        "--allow-code", action="store_true", help="run the code in a file; only if you trust it"
    )
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")


def _run(args: argparse.Namespace, console: Console) -> int:
    names = chosen_model(args.model_a), chosen_model(args.model_b)
    if args.out is not None:
        if args.out.suffix.lower() not in _SUFFIXES:
            raise UsageError(
                f"--out takes a file that ends in {' or '.join(_SUFFIXES)}; "
                f"“{args.out.name}” does not."
            )
        check_target(args.out, overwrite=args.overwrite)
    # torch is loaded once it is sure that there are networks to look at: it takes seconds
    from engine.graph.diff import compare  # noqa: PLC0415 - see above

    with console.progress() as control:
        graphs = _traced(names, args, control)
        control.report("Comparing")
        diff = compare(*graphs)
        if args.out is not None:
            from engine.graph.pair_drawing import draw_pair, save_pair  # noqa: PLC0415 - as above

            control.report("Drawing")
            drawing = draw_pair(graphs, diff, depth=args.depth, control=control)
            save_pair(args.out, drawing, theme=args.theme, overwrite=args.overwrite)
    if args.json:
        for record in _records(graphs, diff):
            if args.all or record["kind"] != "same":
                console.say_json(record)
        console.say_json({"total": _total(graphs, diff)})
        return OK
    for line in _lines(graphs, diff, has_same=args.all):
        console.say(line)
    if args.out is not None:
        console.say(str(args.out))
    return OK


def _traced(
    names: tuple[str, str], args: argparse.Namespace, control: JobControl
) -> tuple[NetworkGraph, NetworkGraph]:
    from engine.graph.any_structure import any_structure  # noqa: PLC0415 - torch
    from engine.graph.structure import structure  # noqa: PLC0415 - torch

    if args.input is not None and not any(map(is_file_name, names)):
        # Asked for, it is not given up for another one in silence.
        return structure(names[0], args.input), structure(names[1], args.input)
    options = OpenOptions(allow_code=args.allow_code)
    one = any_structure(names[0], args.input, control, options)
    shape = args.input or one.input_shapes[0]
    return one, any_structure(names[1], shape, control, options)


# ------------------------------------------------------------------------------------- records


def _records(
    graphs: tuple[NetworkGraph, NetworkGraph], diff: GraphDiff
) -> Iterator[dict[str, Any]]:
    """Yield every operation of both, in order of execution, those of B where they belong."""
    left, right = ({node.id: node for node in graph.nodes} for graph in graphs)
    by_left = {pair.left: pair for pair in diff.pairs}
    paired = {pair.right for pair in diff.pairs}
    pending = iter(graphs[1].nodes)
    for node in graphs[0].nodes:
        pair = by_left.get(node.id)
        if pair is None:
            yield {"kind": "only in a", "a": str(node.key), "b": None, "operation": node.op}
            continue
        other = right[pair.right]
        for extra in pending:
            if extra.id not in paired:
                yield {"kind": "only in b", "a": None, "b": str(extra.key), "operation": extra.op}
            if extra.id == pair.right:
                break
        record = {"kind": pair.kind.value, "a": str(node.key), "b": str(other.key)}
        yield record | {
            "operation": left[node.id].op,
            "differences": [
                {"what": it.what, "a": it.left, "b": it.right} for it in pair.differences
            ],
        }
    for extra in pending:
        if extra.id not in paired:
            yield {"kind": "only in b", "a": None, "b": str(extra.key), "operation": extra.op}


def _total(graphs: tuple[NetworkGraph, NetworkGraph], diff: GraphDiff) -> dict[str, Any]:
    return {
        "a": _network(graphs[0]),
        "b": _network(graphs[1]),
        "same": diff.same,
        "changed": diff.changed,
        "only_in_a": len(diff.only_left),
        "only_in_b": len(diff.only_right),
    }


def _network(graph: NetworkGraph) -> dict[str, Any]:
    return {
        "model": graph.model,
        "operations": len(graph.nodes),
        "parameters": graph.parameters,
        "input_shapes": [list(shape) for shape in graph.input_shapes],
    }


# --------------------------------------------------------------------------------------- table

_SIGNS = {"same": " ", "changed": "~", "only in a": "-", "only in b": "+"}


def _lines(
    graphs: tuple[NetworkGraph, NetworkGraph], diff: GraphDiff, *, has_same: bool
) -> Iterable[str]:
    from engine.graph.pair_drawing import summary_of  # noqa: PLC0415 - with what was compared

    rows = []
    for record in _records(graphs, diff):
        if record["kind"] == "same" and not has_same:
            continue
        name, other = record["a"] or record["b"], record["b"]
        if record["a"] and other and other != name:
            name = f"{name} | {other}"
        told = record.get("differences", ())
        words = "; ".join(f"{it['what']} {_told(it['a'], it['b'])}" for it in told)
        rows.append((_SIGNS[record["kind"]], name, record["operation"], words))
    if rows:
        width = min(max(len(row[1]) for row in rows), 56)
        kinds = max(len(row[2]) for row in rows)
        for sign, name, operation, words in rows:
            yield f"{sign} {name:{width}}  {operation:{kinds}}  {words}".rstrip()
        yield ""
    one, other = graphs
    yield f"{one.model} and {other.model}: {summary_of(diff, (one.model, other.model))}"
    if rows:
        yield f"~ changed   - only in {one.model}   + only in {other.model}"
    for graph in graphs:
        shape = " x ".join(map(str, graph.input_shapes[0])) if graph.input_shapes else "none"
        yield (
            f"{graph.model}: {len(graph.nodes):,} operations, {graph.parameters:,} parameters, "
            f"input {shape}"
        )
    yield "The values of weights are not compared."


def _told(one: str, other: str) -> str:
    return f"{one or 'none'} | {other or 'none'}"


COMPARE = Subcommand(
    name="compare",
    summary="tell two networks apart, layer by layer; no weights are needed",
    examples="layerscope compare resnet18 resnet34\n"
    "layerscope compare vgg16 vgg16_bn --out vgg.svg\n"
    "layerscope compare resnet50 wide_resnet50_2 --json",
    configure=_configure,
    run=_run,
)
